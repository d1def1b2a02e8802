from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.latent.certified import table


def test_standard_deviations_and_correlations_are_those_of_the_covariance():
    fit = st.fit(st.linear_mixed("Reaction ~ Days + (Days | Subject)", table("sleepstudy")))
    frame = fit.variance_components()
    assert frame["what"].tolist() == ["sd", "sd", "correlation", "sd"]
    assert frame["group"].tolist() == ["Subject", "Subject", "Subject", "Residual"]
    level, slope = np.sqrt([612.0899387, 35.0716605])
    expected = [level, slope, 9.60433332 / (level * slope), np.sqrt(654.94102707)]
    assert_allclose(frame["estimate"], expected, rtol=1e-8)


def test_an_effect_that_does_not_vary_has_no_correlation():
    r = np.random.default_rng(0)
    g, x = np.repeat(np.arange(6), 4), np.tile([0.0, 1.0, 2.0, 3.0], 6)
    y = r.normal(size=24)
    y = y - np.array([y[g == k].mean() for k in range(6)])[g]
    fit = st.fit(st.linear_mixed("y ~ x + (x | g)", {"y": y, "x": x, "g": g}))
    level, slope, correlation, _ = fit.variance_components()["estimate"].tolist()
    assert np.isnan(correlation) == (level * slope == 0.0)


def test_intervals_are_profiles_with_an_end_at_0_and_never_walds():
    fit = st.fit(st.linear_mixed("Yield ~ 1 + (1 | Batch)", table("dyestuff2")), reml=False)
    frame = fit.variance_components()
    assert frame.columns.tolist() == ["group", "term", "with", "what", "estimate", "lower", "upper"]
    # lme4 1.1-37, confint(..., REML=FALSE): 0, 2.08404349 and 2.89283102, 4.81583255, of splines
    assert_allclose(frame[["lower", "upper"]], [[0, 2.08404349], [2.89283102, 4.81583255]], rtol=1e-5)
    assert frame.attrs["level"] == 0.95
    narrower = fit.variance_components(0.5)
    assert (narrower["upper"] < frame["upper"]).all()
    assert "lower" not in fit.variance_components(interval=None)


@pytest.mark.slow
def test_intervals_cover():
    """Of 150 data sets with 12 groups of 4: 95 % intervals of both sds, less what chance takes (3 binomial errors)."""
    rng, codes, held = np.random.default_rng(7), np.repeat(np.arange(12), 4), np.zeros(2)
    for _ in range(150):
        y = rng.normal(size=12)[codes] * 0.8 + rng.normal(size=48)
        fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", {"y": y, "g": codes}))
        frame = fit.variance_components()
        held += (frame["lower"] <= [0.8, 1.0]) & (frame["upper"] >= [0.8, 1.0])
    assert (held / 150 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150)).all()


def stopped_early():
    """A planted fault: a fit whose likelihood is higher elsewhere, so that some intervals are not there."""
    r = np.random.default_rng(5)
    g, x = np.repeat(np.arange(9), 5), r.normal(size=45)
    y = x + (r.normal(size=(9, 2)) @ [[1.5, 0.4], [0.0, 1.2]])[g, 0] + r.normal(size=45)
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": y, "x": x, "g": g}))
    early = fit.found.deviance.at(1.4 * fit.found.profile.theta)
    return replace(fit, found=replace(fit.found, maximum=replace(fit.found.maximum, profile=early)))


def test_an_interval_that_is_not_found_is_missing_and_says_why():
    frame = stopped_early().variance_components()
    assert frame["lower"].isna().tolist() == frame["upper"].isna().tolist() == [True, True]
    assert all("met a higher likelihood" in note for note in frame["note"])


def test_a_report_prints_without_the_intervals_that_are_not_found(tmp_path):
    text = st.report(stopped_early(), to=tmp_path / "page").read_text(encoding="utf-8")
    assert text.count("not found |") == 2
    assert text.count("An interval was not found: a profile interval met a higher likelihood") == 1
