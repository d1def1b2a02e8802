"""What a fit of Cox's regression with curves answers."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.models.mixed.hazards import TABLE

FIT = st.fit(st.cox("survival(time, event) ~ z + s(x, k=12)", TABLE, ties="breslow"))
NEW = {"x": [0.1, 0.5, 0.9, 1.4], "z": [0.0, 0.3, 0.0, 0.0]}


def test_hazard_ratios_have_the_curve_in_them():
    link = FIT.predict(NEW, kind="link", interval=0.95)
    smooth = FIT.smooth("x", at=NEW["x"][:3]).table()["curve"].to_numpy()
    expected = smooth - smooth[0] + FIT.estimate[0] * np.array(NEW["z"][:3])
    assert_allclose(link["link"][:3] - link["link"][0], expected, atol=1e-10)
    assert_allclose(FIT.predict(NEW), np.exp(link["link"]), rtol=1e-12)
    assert "1 of 4 rows lie beyond the data of s(x)" in FIT.predict(pd.DataFrame(NEW)).attrs["note"]


def test_rows_of_the_fit_are_predicted_as_new_ones():
    assert_allclose(FIT.predict(kind="link"), FIT.predict(TABLE, kind="link"), atol=1e-11)
    survival = FIT.predict(NEW, kind="survival", times=[0.2])["survival"].to_numpy()
    hazard = FIT.predict(NEW, kind="cumulative_hazard", times=[0.2])["cumulative_hazard"].to_numpy()
    assert_allclose(survival, np.exp(-hazard), rtol=1e-12)
    at_zero = FIT.baseline(at="zero").set_index("time").cumulative_hazard
    assert bool(at_zero.is_monotonic_increasing)


def test_martingale_residuals_sum_to_nothing():
    """... and are orthogonal to lines, which are not penalized."""
    residuals = np.asarray(FIT.residuals)
    assert abs(residuals.sum()) < 1e-10
    assert abs(residuals @ TABLE["z"]) < 1e-7
    assert abs(residuals @ TABLE["x"]) < 1e-7
    assert FIT.concordance().estimate > st.fit(st.cox("survival(time, event) ~ z + x", TABLE)).concordance().estimate


def test_the_page_says_what_was_done():
    text = str(FIT)
    for part in ("Cox regression with curves by restricted", "ties by Breslow", "s(x)", "Laplace", "no\nother maximum"):
        assert part in text, part


def test_a_curve_is_a_term_of_its_own():
    table = FIT.anova()
    assert table["term"].tolist() == ["z", "s(x)"]
    assert_allclose(table["p_value"][0], FIT.test("z = 0").p_value)
    assert table["p_value"].tolist()[1] == FIT.smooth_test("x").p_value
    assert FIT.smooth_test("x").p_value < 0.05
    assert FIT.smooth_test("x", "line").p_value < 0.2
    assert "anova" in dir(FIT)
    assert "smooth" not in dir(st.fit(st.cox("survival(time, event) ~ z", TABLE)))


@pytest.mark.parametrize(
    "asked",
    [
        lambda: FIT.overall,
        lambda: FIT.residuals_of("schoenfeld"),
        lambda: FIT.proportional_hazards(),
        lambda: FIT.interval(kind="profile"),
        lambda: FIT.anova(test="lr"),
        lambda: FIT.check(),
        lambda: st.posterior(FIT.model, seed=1),
        lambda: st.bootstrap(FIT, seed=1),
        lambda: st.fit(st.cox("survival(time, event) ~ z", TABLE)).smooth("x"),
    ],
)
def test_what_it_does_not_answer_is_refused(asked):
    with pytest.raises(st.IncompatibleError):
        asked()
