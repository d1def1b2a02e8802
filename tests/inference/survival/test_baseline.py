"""The hazard that rows share: sums of a loop, in whatever origin the columns have."""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

import stattools as st
from stattools.inference.survival.product_limit import first_below

G = np.random.default_rng(6)
N = 30
R_STRATA = [0.723459487698, 0.467423283770, 0.871285560192, 0.489427861276, 0.240842649291, 0.698639433487]
TABLE = {"t": G.integers(1, 9, N), "d": G.random(N) < 0.7, "x": G.standard_normal(N), "s": G.integers(0, 2, N)}


def test_hazards_are_those_of_a_loop_in_each_stratum():
    fit = st.fit(st.cox("survival(t, d) ~ x", TABLE, ties="breslow", strata="s"))
    r = np.exp((TABLE["x"] - TABLE["x"].mean()) * fit.estimate[0])
    for s, frame in fit.baseline().groupby("stratum"):
        mine = TABLE["s"] == s
        steps = [(mine & TABLE["d"] & (TABLE["t"] == t)).sum() / r[mine & (TABLE["t"] >= t)].sum() for t in frame.time]
        assert frame.cumulative_hazard.to_numpy() == pytest.approx(np.cumsum(steps), rel=1e-12)


def test_with_strata_survival_is_that_of_r():
    """R 4.5, survival 3.8: survfit(coxph(Surv(survival, censors) ~ age + old + strata(st), h), data.frame(age = 50,
    old = 1, st = "b"), conf.type = "log-log"), summary(times = c(100, 500)).
    """
    heart: Any = sm.datasets.heart.load_pandas().data
    table = heart.assign(old=(heart.age > 45).astype(float), st=np.tile(["a", "b", "c"], 23))
    fit = st.fit(st.cox("survival(survival, censors) ~ age + old", table, strata="st"))
    new = {"age": [50.0], "old": [1.0], "st": ["b"]}
    found = fit.predict(new, kind="survival", times=[100, 500], interval=0.95)
    assert found[["survival", "lower", "upper"]].to_numpy().ravel() == pytest.approx(R_STRATA, rel=1e-7)


def test_the_origin_of_a_column_changes_no_survival():
    fit = st.fit(st.cox("survival(t, d) ~ x", TABLE, strata="s"))
    other = st.fit(st.cox("survival(t, d) ~ x", TABLE | {"x": TABLE["x"] + 1e5}, strata="s"))
    asked = {"kind": "survival", "times": [2, 5], "interval": 0.9}
    one, two = fit.predict({"x": [0.5], "s": [1]}, **asked), other.predict({"x": [1e5 + 0.5], "s": [1]}, **asked)
    assert two.to_numpy() == pytest.approx(one.to_numpy(), rel=1e-8)


def test_a_median_is_infinite_where_the_curve_ends_above():
    curves = np.array([[0.9, 0.4], [0.9, 0.8]])
    assert [first_below(np.array([1.0, 2.0]), one, 0.5) for one in curves] == [2.0, np.inf]


def test_ratios_near_the_means_of_columns_far_from_0_have_intervals():
    """Their variance is what is left of 1e15, and was below 0 by round-off: NaN with a warning of NumPy."""
    g = np.random.default_rng(0)
    table = {"x": 1e8 + g.normal(size=40), "g": g.permutation(np.arange(40) % 3).astype(str)}
    fit = st.fit(st.cox("survival(t) ~ x * g", {**table, "t": g.exponential(size=40)}))
    new = {"x": 1e8 + np.tile(np.linspace(-1.0, 1.0, 300), 3), "g": np.repeat(list("012"), 300)}
    assert np.isfinite(np.asarray(fit.predict(new, kind="link", interval=0.95), dtype=float)).all()
