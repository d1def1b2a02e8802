import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st

g = np.random.default_rng(0)
walk = np.cumsum(g.normal(size=50)) + g.normal(size=50)
monthly = pd.Series(walk, index=pd.date_range("2020-01-01", periods=50, freq="MS"), name="sales")
level = st.fit(st.local_level(walk))
smoothing = st.fit(st.exponential_smoothing(monthly))


def test_a_forecast_is_its_frame_with_one_band_inside_the_other():
    axes = level.plot("forecast", steps=7).axes[0]
    frame = level.forecast(7)
    line = axes.lines[1]
    assert_allclose(line.get_xdata(), frame.time)
    assert_allclose(line.get_ydata(), frame["mean"])
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["observed", "95 %", "80 %", "50 %"]
    assert_allclose(axes.collections[0].get_paths()[0].vertices[:, 1].max(), frame.upper.max())
    assert len(level.plot("forecast", steps=2, level=0.6).axes[0].collections) == 2


def test_predictors_that_are_coming_are_asked_for_and_say_how_many_steps():
    table = pd.DataFrame({"y": walk, "x": g.normal(size=50)})
    fit = st.fit(st.local_level("y ~ x", table))
    coming = pd.DataFrame({"x": [0.1, 0.2, 0.3]})
    assert len(fit.plot("forecast", X=coming).axes[0].lines[1].get_xdata()) == 3
    with pytest.raises(st.StattoolsError, match="X="):
        fit.plot("forecast")
    assert len(fit.plot("level").axes) == 1


def test_states_have_a_panel_each_and_say_where_they_are_not_known():
    fit = st.fit(st.local_linear_trend(monthly))
    made = fit.plot("states")
    assert [axes.get_ylabel() for axes in made.axes] == ["level", "trend"]
    states = fit.states()
    assert_allclose(made.axes[1].lines[0].get_ydata(), states[states.state == "trend"]["mean"])
    assert np.asarray(made.axes[0].lines[0].get_xdata()).dtype.kind == "M"
    filtered = fit.plot("states", kind="filtered").axes[0]
    assert "none at the first 1" in filtered.get_legend().get_texts()[1].get_text()


def test_smoothing_has_its_level_by_date_and_its_errors():
    axes = smoothing.plot("level").axes[0]
    assert np.asarray(axes.lines[0].get_xdata()).dtype.kind == "M"
    assert_allclose(axes.lines[1].get_ydata(), smoothing.model.filtered(smoothing.estimate)["level"])
    errors = smoothing.plot("innovations").axes[0].lines[-1].get_ydata()
    assert 0.5 < np.std(errors) < 1.5
    counted = st.fit(st.exponential_smoothing(walk)).plot("level", steps=3).axes[0]
    assert_allclose(counted.lines[2].get_xdata(), [50, 51, 52])


def test_a_regression_has_none_of_these():
    fit = st.fit(st.ols([1.0, 2.0, 4.0], [1.0, 2.0, 3.5]))
    for name in ("level", "forecast", "states", "innovations"):
        with pytest.raises(st.IncompatibleError, match="belongs to"):
            fit.plot(name)
