"""A fit answers its questions, and passes on the options that they take."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.test_fitting import FORMULAS, data, each_model


@each_model
def test_predict_new_rows(make):
    frame = data()
    fit = st.fit(make(f"{FORMULAS[make]} ~ x1 * g", frame))
    np.testing.assert_array_equal(np.asarray(fit.predict(frame.iloc[[3, 7]])), np.asarray(fit.predict())[[3, 7]])
    with pytest.raises(st.DomainError, match="zzz"):
        fit.predict(frame.assign(g="zzz"))


@each_model
def test_residuals_are_outcome_minus_mean(make):
    fit = st.fit(make(f"{FORMULAS[make]} ~ x1", data()))
    if make is st.softmax:
        assert_allclose(fit.residuals.sum(axis=1), 0, atol=1e-12)
        assert_allclose(fit.residuals.sum(axis=0), 0, atol=1e-6)
    else:
        assert_allclose(fit.residuals, fit.model.rows.y - fit.predict())
        assert abs(fit.residuals.sum()) < 1e-6


def test_a_column_with_se_zero_has_no_nan():
    x = np.arange(10.0)
    table = st.fit(st.ols(2.0 * x, x)).table()
    assert np.isfinite(table[["estimate", "se", "p_value"]].to_numpy()).all()
    assert not table.isna().to_numpy().any()


def test_a_coin_fit_answers_like_any_other():
    fit = st.fit(st.coin([0, 1, 0, 1, 1, 1, 0, 0, 1, 1]))
    assert fit.estimate.tolist() == [0.6]
    assert_allclose(fit.se, np.sqrt(0.6 * 0.4 / 10))
    assert fit.table().columns.tolist() == ["term", "estimate", "se", "statistic", "p_value", "lower", "upper"]
    assert len(fit.glance()) == 1
    lower, upper = fit.interval(0.95, kind="wilson")
    assert 0.31 < lower < 0.32
    assert 0.83 < upper < 0.84
    assert_allclose(fit.aic, 2 - 2 * fit.loglik)


def test_a_fit_passes_its_questions_on(tmp_path):
    """Each method of Fit is the function of the file that answers it."""
    from stattools.inference.diagnostics import goodness
    from stattools.inference.effects import means as effects
    from stattools.inference.effects import means as groups
    from stattools.inference.hypotheses import wald

    fit = st.fit(st.logistic("b ~ x1 + g", data()), cov="HC0")
    assert_allclose(fit.residuals_of("pearson"), goodness.residuals(fit, "pearson"))
    assert_allclose(fit.leverage(), goodness.leverage(fit))
    assert_allclose(fit.cooks_distance(), goodness.cooks_distance(fit))
    pd.testing.assert_frame_equal(fit.marginal_effects(at="mean"), effects.marginal_effects(fit, at="mean"))
    pd.testing.assert_frame_equal(fit.contrasts("g"), groups.contrasts(fit, "g"))
    pd.testing.assert_frame_equal(fit.goodness(), goodness.goodness(fit))
    pd.testing.assert_frame_equal(fit.calibration(5), goodness.calibration(fit, 5))
    assert fit.test("x1 = 0").p_value == wald(fit, "x1 = 0").p_value
    assert set(fit.predict(kind="class")) == {0, 1}
    loaded = st.load(fit.save(tmp_path / "answer.stattools"))
    assert str(loaded) == str(fit)
    assert_allclose(loaded.predict(data().head(4)), fit.predict(data().head(4)), rtol=0)
