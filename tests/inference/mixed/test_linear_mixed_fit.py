import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.models.mixed.test_linear_mixed import TABLE


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE))


def test_criteria_count_the_variances_as_r_does(fit):
    assert_allclose(fit.aic, 2 * 4 - 2 * fit.loglik)
    assert_allclose(fit.bic, np.log(8) * 4 - 2 * fit.loglik)
    assert_allclose(fit.deviance, -2 * fit.loglik)


def test_the_table_is_of_the_fixed_effects(fit):
    frame = fit.table()
    assert frame["term"].tolist() == ["Intercept", "x"]
    assert_allclose(frame["se"], np.sqrt(fit.covariance.diagonal()))
    assert fit.test("x = 0").statistic == pytest.approx(frame["statistic"][1] ** 2)


def test_means_and_contrasts_are_those_of_the_fixed_effects(fit):
    slope, se = fit.estimate[1], fit.se[1]
    frame = fit.contrasts("x", values=[0, 2])
    assert_allclose(frame[["estimate", "se"]].to_numpy(), [[2 * slope, 2 * se]])
    assert_allclose(fit.marginal_effects()["se"], [se])
    mean = fit.means("x", values=[0, 1], over="grid")
    assert_allclose([mean["estimate"][0], mean["se"][0]], [fit.estimate[0], fit.se[0]])
    assert "means" in dir(fit)
    assert "leverage" not in dir(fit)


def test_terms_are_tested_by_wald(fit):
    frame = fit.anova()
    assert frame["term"].tolist() == ["x"]
    assert_allclose(frame["statistic"], fit.test("x").statistic)
    with pytest.raises(IncompatibleError, match="both with reml=False"):
        fit.anova(test="lr")


def test_a_fit_goes_through_pickle(fit):
    again = pickle.loads(pickle.dumps(fit))
    assert again.loglik == fit.loglik
    assert_allclose(again.se, fit.se)


def test_the_effect_of_a_column_is_drawn(fit):
    assert fit.plot("effect", "x").axes[0].get_xlabel() == "x"


def test_a_model_of_a_mean_alone_has_no_term_to_test():
    alone = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", TABLE))
    with pytest.raises(DomainError, match="Linear mixed model has no term to test"):
        alone.anova()
