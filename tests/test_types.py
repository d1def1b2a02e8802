# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What type checkers see of the public verbs is what a person gets: pyright reads these lines, and they run too."""

from typing import assert_type

import pytest

import stattools as st
from stattools.inference.fits.cox_fit import CoxFit
from stattools.inference.fits.fit import Fit, SeriesFit
from stattools.inference.fits.mixed_fit import LinearMixedFit, MixedFit, MixedRegressionFit
from stattools.inference.survival.cox import Concordance

TABLE = {
    "y": [1.0, 3.0, 5.0, 8.0, 8.5, 9.0, 7.5, 4.0],
    "e": [0, 1, 0, 1, 1, 0, 1, 0],
    "x": [0.0, 1.0, 2.0, 3.0, 4.0, 2.5, 5.0, 1.5],
    "g": ["a", "a", "b", "b", "c", "c", "d", "d"],
}


def test_a_fit_has_the_class_of_what_was_fitted():
    for found, kind in (
        (assert_type(st.fit(st.ols("y ~ x", TABLE)), Fit), Fit),
        (assert_type(st.fit(st.coin([1, 0, 1])), Fit), Fit),
        (assert_type(st.fit(st.cox("survival(y, e) ~ x", TABLE)), CoxFit), CoxFit),
        (assert_type(st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE)), LinearMixedFit), MixedFit),
        (
            assert_type(st.fit(st.poisson("e ~ x + (1 | g)", TABLE), integral="laplace"), MixedRegressionFit),
            MixedFit,
        ),
        (assert_type(st.fit(st.local_level(TABLE["y"])), SeriesFit), SeriesFit),
    ):
        assert type(found) is kind


def test_a_fit_has_the_answers_of_what_was_fitted_and_no_others():
    cox, ols = st.fit(st.cox("survival(y, e) ~ x", TABLE)), st.fit(st.ols("y ~ x", TABLE))
    assert type(assert_type(cox.concordance(), Concordance)) is Concordance
    with pytest.raises(AttributeError):
        _ = ols.concordance  # pyright: ignore[reportAttributeAccessIssue]  # which must be needed
    with pytest.raises(AttributeError):
        _ = cox.forecast  # pyright: ignore[reportAttributeAccessIssue]  # which must be needed


def test_a_posterior_is_exact_or_drawn():
    model = st.logistic("e ~ x", TABLE)
    for found, kind in (
        (assert_type(st.posterior(st.coin([1, 0, 1])), st.Beta), st.Beta),
        (assert_type(st.posterior(st.multinomial([3, 1, 2])), st.Dirichlet), st.Dirichlet),
        (assert_type(st.posterior(st.poisson_rate([1, 2]), prior=st.Gamma(1, 1)), st.Gamma), st.Gamma),
        (assert_type(st.posterior(model, method="importance"), st.Posterior), st.Posterior),
        (assert_type(st.posterior(model, prior=st.Normal(0, 1), draws=50, chains=2), st.Posterior), st.Posterior),
    ):
        assert type(found) is kind


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(AttributeError):
        _ = st.posteriors  # pyright: ignore[reportAttributeAccessIssue]  # which must be needed
