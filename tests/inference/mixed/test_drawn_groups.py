"""Outcomes drawn from a mixed regression, and what is made of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.mixed.replicates import drawn_outcomes, varying
from tests.inference.mixed.regressions import fit, table


@pytest.mark.slow
def test_outcomes_have_the_mean_and_the_variance_over_groups():
    one = fit("slopes")
    found = one.found
    Y = np.array([*drawn_outcomes(one.model, one.estimate, found.roots, 4000, np.random.default_rng(1))])
    view = one._population
    mean = one.predict()
    variance = view.model.likelihood.variance(view.model.eta(view.estimate), one.model.y)
    z = (Y.mean(axis=0) - mean) / np.sqrt(variance / len(Y))
    assert abs(z.mean()) < 0.5
    assert np.abs(z).max() < 6.0
    together = np.cov(Y[:, 0], Y[:, 1])[0, 1]  # two rows of a group
    assert together > 0.0


@pytest.mark.slow
def test_a_parametric_bootstrap_has_the_standard_deviations_too():
    one = fit("logistic")
    boot = st.bootstrap(one, draws=60, kind="parametric", seed=1)
    assert boot.names == (*one.names, "sd(Intercept | g)")
    assert_allclose(boot.estimate[-1], varying(one.found)[1][0])
    assert_allclose(boot.se[:3], one.se, rtol=0.35)  # of 60 draws
    with pytest.raises(IncompatibleError, match="parametric"):
        st.bootstrap(one, draws=5, seed=1)


def test_variances_are_tested_by_drawn_outcomes():
    one = fit("logistic")
    found = one.variance_test("g", method="bootstrap", draws=4, seed=1)
    assert found.p_value == pytest.approx(0.2)
    assert_allclose(found.statistic, one.variance_test("(1 | g)").statistic)
    with pytest.raises(IncompatibleError, match="normal outcome"):
        one.variance_test("g", method="exact", seed=1)


def test_outcomes_of_curves_are_not_drawn():
    one = st.poisson("k ~ s(x, k=6) + (1 | g)", table())
    with pytest.raises(IncompatibleError, match=r"the curve s\(x\)"):
        next(drawn_outcomes(one, np.zeros(2), (), 1, np.random.default_rng(1)))
    with pytest.raises(IncompatibleError, match="bootstrap of a mixed model is of effects of groups alone"):
        st.bootstrap(one, draws=2, seed=1)  # and not: kind='parametric', which is refused too
