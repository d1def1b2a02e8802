# pyright: reportArgumentType=false
"""Kaplan-Meier curves against statsmodels and R, and what cannot be asked."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.survfunc import SurvfuncRight

import stattools as st

G = np.random.default_rng(5)
N = 90
TABLE = {"t": np.ceil(G.exponential(12.0, N)), "d": G.random(N) < 0.7, "g": G.choice(["old", "new"], N)}
TABLE |= {"w": G.integers(1, 4, N), "s": G.integers(0, 3, N)}
FOUND = st.kaplan_meier("survival(t, d) ~ g", TABLE)


def test_the_table_is_that_of_statsmodels():
    theirs = SurvfuncRight(TABLE["t"], TABLE["d"])
    ours = st.kaplan_meier("survival(t, d) ~ 1", TABLE).table().query("events > 0")
    assert ours.time.to_numpy() == pytest.approx(theirs.surv_times)
    assert ours.survival.to_numpy() == pytest.approx(theirs.surv_prob, rel=1e-13)
    assert ours.at_risk.to_numpy() == pytest.approx(theirs.n_risk)
    inside = ours.survival.to_numpy() > 0
    assert ours.se.to_numpy()[inside] == pytest.approx(theirs.surv_prob_se[inside], rel=1e-12)


def test_weights_are_repeated_rows_and_rows_have_no_order():
    again = {name: np.repeat(values, TABLE["w"]) for name, values in TABLE.items()}
    weighted = st.kaplan_meier("survival(t, d) ~ g", TABLE, weights="w")
    repeated = st.kaplan_meier("survival(t, d) ~ g", again)
    pd.testing.assert_frame_equal(weighted.table(), repeated.table())
    assert weighted.test(strata="s").statistic == pytest.approx(repeated.test(strata="s").statistic, rel=1e-12)
    turned = st.kaplan_meier("survival(t, d) ~ g", {name: values[::-1] for name, values in TABLE.items()})
    pd.testing.assert_frame_equal(turned.table(), FOUND.table())
    assert str(weighted) == str(repeated)


def test_at_times_that_were_asked_for():
    whole = FOUND.table().query("group == 'new'")
    asked = FOUND.table([0, 4.5, 9]).query("group == 'new'")
    for _, row in asked.iterrows():
        before = whole[whole.time <= row.time]
        assert row.survival == (before.survival.iloc[-1] if len(before) else 1.0)
        assert row.at_risk == ((np.array(TABLE["g"]) == "new") & (TABLE["t"] >= row.time)).sum()
    assert asked.events.sum() == whole[whole.time <= 9].events.sum()
    assert asked.censored.sum() == whole[whole.time <= 9].censored.sum()
    assert FOUND.at_risk([4.5])["new"].tolist() == [asked.at_risk.iloc[1]]
    assert list(FOUND.at_risk(3).columns) == ["time", "new", "old"]


R_QUANTILES = {
    "log-log": [[51, 14, 161], [836, 127, np.inf], [48, 23, 63], [67, 51, 551]],
    "greenwood": [[51, 39, 228], [836, 127, np.inf], [48, 25, 64], [67, 54, 551]],
    "log": [[51, 39, 297], [836, 147, np.inf], [48, 25, 65], [67, 60, 624]],
}
R_AT_500 = {
    "log-log": [0.333988729227, 0.679996469861, 0.196736187052, 0.508620267834],
    "greenwood": [0.344529910116, 0.699207051335, 0.189259101884, 0.511721290272],
    "log": [0.371519340672, 0.733062000709, 0.221255191011, 0.555211278822],
}


@pytest.mark.parametrize("band", R_QUANTILES)
def test_agrees_with_r_on_heart_transplants(band):
    """R 4.5, survival 3.8: survfit(Surv(survival, censors) ~ I(age > 48), h, conf.type = band), its quantile(),
    summary(times = 500), summary(rmean = 500), and survdiff().
    """
    heart = sm.datasets.heart.load_pandas().data
    found = st.kaplan_meier("survival(survival, censors) ~ I(age > 48)", heart, band=band)
    assert found.quantile([0.25, 0.5])[["time", "lower", "upper"]].to_numpy().tolist() == R_QUANTILES[band]
    assert found.table([500])[["lower", "upper"]].to_numpy().ravel() == pytest.approx(R_AT_500[band], rel=1e-11)
    means = found.restricted_mean(500)
    assert means["mean"].tolist() == pytest.approx([304.520246017, 227.710784314], rel=1e-11)
    assert means["se"].tolist() == pytest.approx([37.9053386972, 36.4105430011], rel=1e-11)
    assert found.test().statistic == pytest.approx(3.13898326535, rel=1e-10)


def test_the_page_says_medians_and_the_test():
    page = str(FOUND)
    assert page.startswith("Kaplan-Meier: survival(t, d) ~ g\nn = 90\n")
    assert f"Log-rank test: chi2(1) = {FOUND.test().statistic:.2f}, p = {FOUND.test().p_value:.2g}" in page
    assert max(map(len, page.splitlines())) <= 80
    rare = st.kaplan_meier("survival(t, d) ~ 1", {"t": [1, 2, 3, 4, None], "d": [1, 0, 0, 0, 1]})
    assert "1 row with a missing value dropped" in str(rare)
    assert "∞: the curve does not come down to one half." in str(rare)
    assert repr(rare) == "<KaplanMeier: survival(t, d) ~ 1, n = 4, 1 event>"


def test_means_until_a_time_and_what_is_not_known():
    found = FOUND.restricted_mean(5.0)
    assert found.columns.tolist() == ["group", "tau", "mean", "se", "lower", "upper"]
    assert found["mean"].between(3.0, 5.0).all()
    rare = st.kaplan_meier("survival(t, d) ~ g", {"t": [1, 2, 3, 4], "d": [1, 0, 1, 1], "g": list("aabb")})
    with pytest.raises(st.DomainError, match=r"the last time of group 'a' is 2, .* nothing is known of 3"):
        rare.restricted_mean(3)
    with pytest.raises(st.DomainError, match="nothing is known of 9"):
        rare.table([1, 9])
    assert rare.table([2]).survival.tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda: st.kaplan_meier("survival(t, d) ~ 1", TABLE).test(), st.IncompatibleError, "compares groups"),
        (lambda: FOUND.test(strata=np.arange(N)), st.DomainError, "no two groups are at risk together"),
        (lambda: FOUND.quantile(1.0), st.DomainError, "between 0 and 1"),
        (lambda: FOUND.restricted_mean(-1), st.DomainError, "tau above 0"),
        (lambda: FOUND.at_risk([3, 1]), st.DomainError, "in order"),
        (lambda: st.kaplan_meier("survival(t, d) ~ g", TABLE, band="wide"), st.DomainError, "'log-log', 'greenwood'"),
        (lambda: st.kaplan_meier("survival(t, d) ~ g", TABLE, level=95), st.DomainError, "level"),
    ],
)
def test_what_cannot_be_asked_is_said(ask, error, said):
    with pytest.raises(error, match=said):
        ask()


def test_a_figure_has_the_numbers_at_risk_below():
    figure = FOUND.plot()
    top, bottom = figure.axes
    assert bottom.get_xlabel() == "t"
    ticks = bottom.get_xticks()
    counts = [int(text.get_text()) for text in bottom.texts]
    assert counts == [*FOUND.at_risk(ticks)["new"], *FOUND.at_risk(ticks)["old"]]
    assert [line.get_label() for line in top.lines[::2]] == ["new", "old"]
    assert len(FOUND.plot(at_risk=False).axes) == 1


def test_a_report_takes_the_curves(tmp_path):
    text = st.report(FOUND, to=tmp_path / "curves").read_text()
    assert "Log-rank test" in text
