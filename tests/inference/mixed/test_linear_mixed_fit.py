import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from tests.latent.test_linear_mixed import TABLE


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


def test_a_fit_is_not_saved(fit, tmp_path):
    with pytest.raises(IncompatibleError, match="save keeps no data"):
        fit.save(tmp_path / "fit")
