import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.models.mixed.test_linear_mixed import TABLE


@pytest.fixture(scope="module")
def model():
    return st.linear_mixed("y ~ x + (1 | g)", TABLE)


def test_the_restricted_likelihood_is_the_default(model):
    restricted, whole = st.fit(model), st.fit(model, reml=False)
    assert restricted.reml
    assert not whole.reml
    assert whole.scale < restricted.scale
    assert whole.solution.decrement <= 1e-8


@pytest.mark.parametrize("options", [{"cov": "HC3"}, {"solver": st.Newton()}, {"penalty": st.Ridge(1.0)}])
def test_options_of_other_models_are_refused(model, options):
    with pytest.raises(IncompatibleError, match="leave"):
        st.fit(model, **options)


def test_reml_is_true_or_false_and_of_mixed_models_only(model):
    with pytest.raises(DomainError, match="True or False"):
        st.fit(model, reml="yes")  # type: ignore[call-overload]
    with pytest.raises(IncompatibleError, match=r"reml= of st\.fit is for st\.linear_mixed"):
        st.fit(st.ols("y ~ x", TABLE), reml=True)  # type: ignore[call-overload]


def test_balanced_groups_are_the_algebra_of_the_analysis_of_variance():
    r = np.random.default_rng(0)
    g = np.repeat(np.arange(12), 4)
    y = 3.0 + r.normal(size=12)[g] + r.normal(size=48)
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", {"y": y, "g": g}))
    means = y.reshape(12, 4).mean(axis=1)
    within = ((y.reshape(12, 4) - means[:, None]) ** 2).sum() / 36
    between = 4.0 * means.var(ddof=1)
    assert_allclose(fit.scale**2, within, rtol=1e-12)
    assert_allclose(fit.variance_components()["estimate"][0] ** 2, (between - within) / 4.0, rtol=1e-11)
    assert_allclose(fit.se, np.sqrt(between / 48), rtol=1e-12)
