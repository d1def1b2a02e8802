"""Goodness of fit against statsmodels, loops over pairs, and the identities between representations of one data set."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import special
from statsmodels.datasets import spector
from statsmodels.stats.proportion import proportion_confint

import stattools as st
from stattools.inference.diagnostics.goodness import area_under_curve, calibration, goodness, grouped
from tests.cases import rng
from tests.sizes import examples


def data(n: int = 300):
    g = rng(6)
    frame = pd.DataFrame({"x": g.normal(size=n), "w": g.integers(1, 4, n), "m": g.integers(1, 9, n)})
    eta = 0.4 + 0.9 * frame.x
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["c"] = g.poisson(np.exp(eta))
    frame["over"] = g.poisson(np.exp(eta) * g.gamma(1.0, 1.0, n))
    frame["k"] = g.binomial(frame.m, special.expit(eta))
    frame["color"] = np.array(["red", "green", "blue"])[g.integers(0, 3, n)]
    return frame


def one(fit) -> pd.Series:
    table = goodness(fit)
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize("kind", ["logistic", "probit", "poisson", "negative_binomial", "grouped"])
def test_goodness_equals_glm(kind):
    frame = data()
    X, families = sm.add_constant(frame[["x"]]), sm.families
    if kind == "grouped":
        fit = st.fit(st.logistic("k ~ x", frame, trials="m"))
        glm = sm.GLM(np.column_stack([frame.k, frame.m - frame.k]), X, families.Binomial())
    else:
        outcome = {"logistic": "b", "probit": "b", "poisson": "c", "negative_binomial": "over"}[kind]
        fit = st.fit(getattr(st, kind)(f"{outcome} ~ x", frame))
        family = {
            "logistic": families.Binomial(),
            "probit": families.Binomial(families.links.Probit()),
            "poisson": families.Poisson(),
            "negative_binomial": families.NegativeBinomial(alpha=np.exp(fit.estimate[-1])),
        }[kind]
        glm = sm.GLM(frame[outcome], X, family)
    ref, row = glm.fit(tol=1e-13, maxiter=200), one(fit)
    assert_allclose([row.deviance, row.pearson], [ref.deviance, ref.pearson_chi2], rtol=1e-8)
    assert_allclose(row.log_score, -fit.loglik / len(frame))
    if kind != "negative_binomial":  # there the null model has an alpha of its own
        assert_allclose(row.cox_snell, ref.pseudo_rsquared("cs"), rtol=1e-8)
        assert_allclose(row.mcfadden, ref.pseudo_rsquared("mcf"), rtol=1e-8)
        assert_allclose(row.nagelkerke, row.cox_snell / (1 - np.exp(2 * ref.llnull / len(frame))), rtol=1e-8)
    assert_allclose(row.mcfadden, fit.r_squared, rtol=1e-10)


def test_ols():
    frame = data()
    ref = sm.OLS(frame.y, sm.add_constant(frame[["x", "m"]])).fit()
    row = one(st.fit(st.ols("y ~ x + m", frame)))
    assert_allclose([row.deviance, row.r_squared, row.adjusted_r_squared], [ref.ssr, ref.rsquared, ref.rsquared_adj])
    assert_allclose(row.log_score, -ref.llf / len(frame))
    assert set(row.index) == {"deviance", "r_squared", "adjusted_r_squared", "log_score"}


def test_ols_with_precision_equals_wls():
    frame = data()
    ref = sm.WLS(frame.y, sm.add_constant(frame[["x", "m"]]), weights=frame.w).fit()
    row = one(st.fit(st.ols("y ~ x + m", frame, precision="w")))
    assert_allclose([row.deviance, row.r_squared, row.adjusted_r_squared], [ref.ssr, ref.rsquared, ref.rsquared_adj])


def test_scores_of_probabilities_by_hand():
    frame = data()
    fit = st.fit(st.logistic("b ~ x", frame))
    row, p, y = one(fit), fit.predict(align=False), frame.b.to_numpy()
    assert_allclose(row.brier, np.mean((y - p) ** 2))
    assert_allclose(row.tjur, p[y == 1].mean() - p[y == 0].mean())
    assert_allclose(row.log_score, -np.mean(np.log(np.where(y == 1, p, 1 - p))))
    assert_allclose(row.accuracy, np.mean((p > 0.5) == y))
    gap = p[y == 1][:, None] - p[y == 0]
    assert_allclose(row.auc, np.mean((gap > 0) + 0.5 * (gap == 0)), rtol=1e-12)
    assert_allclose(row.deviance, -2 * fit.loglik)


def test_softmax_by_hand_and_of_two_as_logistic():
    frame = data()
    fit = st.fit(st.softmax("color ~ x", frame))
    row, p = one(fit), fit.predict().to_numpy()
    hit = pd.get_dummies(frame.color).to_numpy(float)
    assert_allclose(row.brier, ((hit - p) ** 2).sum(axis=1).mean())
    assert_allclose(row.accuracy, (p.argmax(axis=1) == hit.argmax(axis=1)).mean())
    two, logistic = one(st.fit(st.softmax("b ~ x", frame))), one(st.fit(st.logistic("b ~ x", frame)))
    for name in two.index:
        assert_allclose(two[name], logistic[name], rtol=1e-8)


def test_groups_and_weights_score_as_their_single_observations():
    frame = data()
    tall = frame.loc[frame.index.repeat(frame.m)].copy()
    order = tall.groupby(level=0).cumcount()
    tall["one"] = (order < tall.k).astype(int)
    grouped_row = one(st.fit(st.logistic("k ~ x", frame, trials="m")))
    single = one(st.fit(st.logistic("one ~ x", tall)))
    for name in ("tjur", "brier", "auc"):
        assert_allclose(grouped_row[name], single[name], rtol=1e-8)
    weighted = one(st.fit(st.logistic("b ~ x", frame, weights="w")))
    repeated = one(st.fit(st.logistic("b ~ x", frame.loc[frame.index.repeat(frame.w)])))
    assert_allclose(weighted, repeated, rtol=1e-8)


def test_perfectly_useless_and_nearly_perfect():
    frame = data()
    nothing = one(st.fit(st.logistic("b ~ 1", frame)))
    assert_allclose(nothing[["mcfadden", "cox_snell", "nagelkerke", "tjur"]].astype(float), 0, atol=1e-10)
    assert nothing.auc == 0.5
    d = spector.load_pandas()
    assert_allclose(one(st.fit(st.logistic(d.endog, d.exog))).mcfadden, 0.3740383, atol=1e-7)  # Stata


COUNTED = some.tuples(some.integers(0, 4), some.integers(0, 3), some.integers(0, 3))


@settings(max_examples=examples(40), deadline=None)
@given(some.lists(COUNTED, min_size=1, max_size=8).filter(lambda rows: all(np.sum(rows, axis=0)[1:] > 0)))
def test_area_under_curve_equals_the_count_of_pairs(rows):
    p, events, others = np.array(rows, dtype=float).T
    wins = (p[:, None] > p) + 0.5 * (p[:, None] == p)
    slow = events @ wins @ others / (events.sum() * others.sum())
    assert_allclose(area_under_curve(p, events, others), slow, rtol=1e-12)


# Calibration


def test_calibration_of_every_binary_model():
    frame = data()
    for fit in (st.fit(st.logistic("b ~ x", frame)), st.fit(st.probit("b ~ x", frame))):
        table = calibration(fit, bins=5)
        assert list(table.columns) == ["predicted", "observed", "n", "lower", "upper"]
        assert len(table) == 5
        assert table.n.sum() == len(frame)
        assert_allclose(table.predicted @ table.n, fit.predict().sum(), rtol=1e-12)
        assert_allclose(table.observed @ table.n, frame.b.sum(), rtol=1e-12)
        ends = proportion_confint(table.observed * table.n, table.n, alpha=0.05, method="wilson")
        assert_allclose(table[["lower", "upper"]], np.column_stack(ends), rtol=1e-9, atol=1e-12)
        assert table.predicted.is_monotonic_increasing


def test_calibration_of_groups_is_that_of_their_observations():
    frame = data()
    tall = frame.loc[frame.index.repeat(frame.m)].copy()
    tall["one"] = (tall.groupby(level=0).cumcount() < tall.k).astype(int)
    a = calibration(st.fit(st.logistic("k ~ x", frame, trials="m")))
    b = calibration(st.fit(st.logistic("one ~ x", tall)))
    assert_allclose(a, b, rtol=1e-7)


def test_calibration_counts_weights_as_observations():
    frame = data()
    tall = frame.loc[frame.index.repeat(frame.w)]
    a, b = (
        calibration(st.fit(st.logistic("b ~ x", frame, weights="w"))),
        calibration(st.fit(st.logistic("b ~ x", tall))),
    )
    assert_allclose(a, b, rtol=1e-7)


def test_calibration_of_softmax_has_each_category():
    frame = data()
    table = calibration(st.fit(st.softmax("color ~ x", frame)), bins=4, level=0.8)
    assert table.category.unique().tolist() == ["blue", "green", "red"]
    red = table[table.category == "red"]
    assert_allclose(red.observed @ red.n, (frame.color == "red").sum())
    ends = proportion_confint(red.observed * red.n, red.n, alpha=0.2, method="wilson")
    assert_allclose(red[["lower", "upper"]], np.column_stack(ends), rtol=1e-9)


def test_groups_keep_ties_together():
    fitted = np.array([0.1, 0.1 + 1e-15, 0.1, 0.7])
    predicted, observed, size = grouped(fitted, np.array([0.0, 1.0, 1.0, 1.0]), None, bins=4)
    assert size.tolist() == [3.0, 1.0]
    assert_allclose(observed, [2 / 3, 1.0])
    assert_allclose(predicted, [0.1, 0.7])


def test_groups_have_about_equal_sizes():
    """A prediction belongs where the middle of its observations lies: here 5.5 of 9, behind the half."""
    predicted, _, size = grouped(np.arange(3.0), np.zeros(3), np.array([3.0, 5.0, 1.0]), bins=2)
    assert size.tolist() == [3.0, 6.0]
    assert_allclose(predicted, [0.0, 7.0 / 6.0])
    assert [len(grouped(np.arange(10.0), np.zeros(10), None, bins)[2]) for bins in (1, 3, 10)] == [1, 3, 10]


def test_calibrated_intervals_cover_where_the_model_is_true():
    g = rng(9)
    x = g.normal(size=40_000)
    y = (g.random(len(x)) < special.expit(0.2 + x)).astype(int)
    table = calibration(st.fit(st.logistic(y, x)), bins=40)
    inside = (table.lower <= table.predicted) & (table.predicted <= table.upper)
    assert inside.sum() >= 33  # binomial(40, 0.95) less three standard deviations and a fitted line


def test_refusals():
    frame = data()
    logistic = st.fit(st.logistic("b ~ x", frame))
    for bins in (0, 2.5, True):
        with pytest.raises(st.DomainError, match="bins= of calibration is one whole number, at least 1"):
            calibration(logistic, bins=bins)
    with pytest.raises(st.DomainError, match="level is a probability"):
        calibration(logistic, level=95)
    for fit in (st.fit(st.poisson("c ~ x", frame)), st.fit(st.ols("y ~ x", frame))):
        with pytest.raises(st.IncompatibleError, match="probabilities with what happened"):
            fit.calibration()
    for ask in ("goodness", "calibration"):
        with pytest.raises(st.IncompatibleError, match="belongs to regressions"):
            getattr(st.fit(st.coin([0, 1])), ask)()


def test_labels_in_order_are_calibrated_by_the_cuts_between_them():
    random = rng(7)
    x = random.normal(size=120)
    y = np.digitize(x + random.logistic(size=120), [-1.0, 1.0])
    fit = st.fit(st.ordinal("y ~ x", {"y": y, "x": x}))
    found = calibration(fit, bins=4)
    assert found.columns[0] == "cut"
    below = fit.predict(kind="cumulative", align=False)
    for k, name in enumerate(("<= 0", "<= 1")):
        part: pd.DataFrame = found.loc[found["cut"] == name]
        p = np.asarray(below)[:, k]
        assert_allclose(part["predicted"] @ part["n"], p.sum(), rtol=1e-9)
        assert_allclose(part["observed"] @ part["n"], (y <= k).sum(), rtol=1e-9)
        lowest = np.argsort(p)[: int(part["n"].iloc[0])]
        assert_allclose(part["observed"].iloc[0], (y[lowest] <= k).mean(), rtol=1e-9)


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**-50, 2.0**1000])
def test_groups_of_numbers_are_the_same_in_any_units(unit):
    """Rounding to decimals left all small numbers in one group, and overflowed for large ones."""
    x, y = np.random.default_rng(1).normal(size=50), np.arange(50) % 2.0
    expected, found = grouped(x, y, None, 5), grouped(unit * x, y, None, 5)
    assert len(found[0]) == 5
    for one, other in zip((expected[0] * unit, *expected[1:]), found, strict=True):
        np.testing.assert_array_equal(one, other)
