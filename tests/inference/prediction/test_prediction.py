"""Predictions against statsmodels, simulation and brute force: means, links, classes, new observations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.inference.prediction.kinds import eta_covariance
from stattools.inference.prediction.predict import predict
from stattools.likelihoods.predictive import count_interval, counts_up_to
from tests.cases import rng
from tests.sizes import first


def data(n: int = 300):
    g = rng(3)
    frame = pd.DataFrame({"x": g.normal(size=n), "z": g.normal(size=n), "t": g.integers(1, 5, n)})
    eta = 0.3 + 0.7 * frame.x - 0.4 * frame.z
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["c"] = g.poisson(frame.t * np.exp(eta))
    frame["over"] = g.poisson(np.exp(eta) * g.gamma(2.0, 0.5, n))
    frame["m"] = g.integers(1, 20, n)
    frame["k"] = g.binomial(frame.m, special.expit(eta))
    odds = np.column_stack([np.zeros(n), eta, 0.5 * frame.x])
    frame["color"] = np.array(["red", "green", "blue"])[st.Categorical(3).sample(odds[:, 1:], seed=1).astype(int)]
    return frame


def ask(fit, *args, **options):
    return predict(fit, fit.model, *args, **options)


# Probabilities of several categories


def test_softmax_intervals_equal_simulation_from_the_estimates_distribution():
    frame = data(3000)
    fit = st.fit(st.softmax("color ~ x + z", frame))
    rows = frame.head(7)
    table = ask(fit, rows, interval=0.9)
    assert list(table.columns) == ["row", "category", "mean", "lower", "upper"]
    draws = rng(0).multivariate_normal(fit.estimate, fit.covariance, 40_000, method="cholesky")
    X = fit.model.design.encode(rows)
    eta = np.einsum("ij,dkj->dik", X, draws.reshape(len(draws), 2, -1))
    p = fit.model.likelihood.mean(eta)
    ends = np.quantile(p, [0.05, 0.95], axis=0).reshape(2, -1)
    assert_allclose(table.lower, ends[0], atol=2e-3)  # 40,000 draws: 5e-4; the rest is curvature
    assert_allclose(table.upper, ends[1], atol=2e-3)
    half = 0.5 * (special.logit(table.upper) - special.logit(table.lower)) / stats.norm.ppf(0.95)
    assert_allclose(half, special.logit(p).std(axis=0).ravel(), rtol=0.02)


def test_softmax_of_two_has_the_intervals_of_logistic():
    frame = data()
    two = ask(st.fit(st.softmax("b ~ x + z", frame)), frame, interval=0.8)
    one = ask(st.fit(st.logistic("b ~ x + z", frame)), frame, interval=0.8)
    assert_allclose(two[two.category == "1"][["mean", "lower", "upper"]], one, rtol=1e-7)
    first = two[two.category == "0"]
    assert_allclose(first.lower, 1 - one.upper, rtol=1e-7)


def test_softmax_intervals_do_not_depend_on_the_reference_and_stay_inside():
    frame = data()
    a, b = (ask(st.fit(st.softmax("color ~ x", frame, reference=r)), frame, interval=0.95) for r in ("red", "blue"))
    order = ["row", "category"]
    a, b = (t.sort_values(order).reset_index(drop=True) for t in (a, b))
    assert a[order].equals(b[order])
    assert_allclose(a[["mean", "lower", "upper"]], b[["mean", "lower", "upper"]], rtol=1e-6)
    far = ask(st.fit(st.softmax("color ~ x", frame)), {"x": [-400.0, 0.0, 400.0]}, interval=0.999)
    assert (far.lower >= 0).all()
    assert (far.upper <= 1).all()
    assert (far.lower <= far["mean"]).all()
    assert (far["mean"] <= far.upper).all()


def test_softmax_frames():
    frame = data()
    fit = st.fit(st.softmax("color ~ x", frame))
    wide = ask(fit, frame)
    assert wide.columns.tolist() == ["blue", "green", "red"]
    long = ask(fit, frame, interval=0.95)
    assert_array_equal(long["mean"].to_numpy().reshape(-1, 3), wide)
    assert long.category.tolist()[:4] == ["blue", "green", "red", "blue"]
    assert long.row.tolist()[:4] == [0, 0, 0, 1]
    link = ask(fit, frame, kind="link")
    assert link.columns.tolist() == ["green", "red"]
    assert_allclose(link, np.log(wide[["green", "red"]].div(wide.blue, axis=0)), atol=1e-12)
    ends = ask(fit, frame, kind="link", interval=0.9)
    X = fit.model.rows.X
    se = np.sqrt(((X @ fit.covariance[:2, :2]) * X).sum(axis=1))
    green = ends[ends.category == "green"]
    assert_allclose(green.upper - green["link"], stats.norm.ppf(0.95) * se, rtol=1e-12)


# Means and links


def test_probit_and_negative_binomial_means_equal_statsmodels():
    frame = data()
    X = sm.add_constant(frame[["x"]])
    probit = ask(st.fit(st.probit("b ~ x", frame)), frame, interval=0.9)
    ref = sm.GLM(frame.b, X, family=sm.families.Binomial(sm.families.links.Probit())).fit(tol=1e-13)
    assert_allclose(probit["mean"], ref.predict(), rtol=1e-7)
    fit = st.fit(st.negative_binomial("over ~ x", frame))
    table = ask(fit, frame, interval=0.9)
    eta = fit.model.rows.X @ fit.estimate[:-1]
    X = X.to_numpy()
    se = np.sqrt(((X @ fit.covariance[:-1, :-1]) * X).sum(axis=1))
    assert_allclose(table.upper, np.exp(eta + stats.norm.ppf(0.95) * se), rtol=1e-12)
    assert_allclose(ask(fit, frame, kind="link"), eta, rtol=1e-12)


def test_link_is_the_link_of_the_mean():
    frame = data()
    fit = st.fit(st.logistic("b ~ x + z", frame))
    mean, link = ask(fit, frame, interval=0.9), ask(fit, frame, interval=0.9, kind="link")
    assert link.columns.tolist() == ["link", "lower", "upper"]
    assert_allclose(special.logit(mean), link, rtol=1e-10, atol=1e-12)


def test_exposure_and_offset_of_new_rows():
    frame = data().assign(s=0.5)
    named = st.fit(st.poisson("c ~ x", frame, offset="s", exposure="t"))
    arrays = st.fit(st.poisson("c ~ x", frame, offset=frame.s, exposure=frame.t))
    new = frame.head(5)
    assert_allclose(ask(named, new), ask(named)[:5], rtol=1e-13)
    assert_allclose(ask(arrays, new, offset=new.s, exposure=new.t), ask(named)[:5], rtol=1e-12)
    assert_allclose(ask(named, new, exposure=2 * new.t), 2 * ask(named)[:5], rtol=1e-12)
    with pytest.raises(st.DomainError, match="fitted with offset and exposure: predict needs offset= and exposure="):
        ask(arrays, new)
    with pytest.raises(st.DomainError, match="numbers above 0; got -1"):
        ask(named, new, exposure=-np.ones(5))
    with pytest.raises(st.IncompatibleError, match="got exposure=, but Poisson regression was fitted without one"):
        ask(st.fit(st.poisson("c ~ x", frame)), new, exposure="t")
    with pytest.raises(st.IncompatibleError, match="rows of the fit have theirs"):
        ask(named, exposure=frame.t)
    with pytest.raises(st.DomainError, match="exposure 't' in every new row; 1 miss it"):
        ask(named, new.assign(t=[1, None, 2, 3, 4]))


# Classes


@pytest.mark.parametrize(
    ("labels", "dtype"),
    [((False, True), bool), ((0, 1), np.int64), (("no", "yes"), object)],
    ids=["bool", "numbers", "text"],
)
@pytest.mark.parametrize("make", [st.logistic, st.probit, st.softmax])
def test_classes_are_the_labels_of_the_outcome(make, labels, dtype):
    frame = data().assign(out=lambda f: np.array(labels)[f.b])
    fit = st.fit(make("out ~ x + z", frame))
    found = ask(fit, frame, kind="class")
    assert found.dtype == dtype
    p = ask(fit, frame) if make is not st.softmax else ask(fit, frame).iloc[:, 1]
    assert found.tolist() == [labels[int(one)] for one in p > 0.5]


def test_classes_of_several_categories():
    frame = data().assign(number=lambda f: f.color.map({"red": 3, "green": 7, "blue": 9}))
    by_name, by_number = st.fit(st.softmax("color ~ x", frame)), st.fit(st.softmax("number ~ x", frame))
    found = ask(by_name, kind="class")
    assert found.tolist() == ask(by_name).idxmax(axis=1).tolist()
    assert ask(by_number, kind="class").tolist() == [{"red": 3, "green": 7, "blue": 9}[c] for c in found]
    assert ask(by_number, kind="class").dtype == np.int64


# New observations


def test_ols_observation_intervals_equal_statsmodels():
    frame = data()
    X = sm.add_constant(frame[["x", "z"]])
    ref = sm.OLS(frame.y, X).fit().get_prediction(X).summary_frame(alpha=0.1)
    fit = st.fit(st.ols("y ~ x + z", frame))
    found = ask(fit, frame, interval=0.9, kind="observation")
    assert_allclose(found, ref[["mean", "obs_ci_lower", "obs_ci_upper"]], rtol=1e-9, atol=1e-10)
    assert_allclose(ask(fit, frame, kind="observation"), ref["mean"], rtol=1e-9, atol=1e-10)


def test_precise_rows_have_narrower_observation_intervals():
    frame = data()
    X = sm.add_constant(frame[["x"]])
    ref = sm.WLS(frame.y, X, weights=frame.t).fit()
    fit = st.fit(st.ols("y ~ x", frame, precision="t"))
    names = ["mean", "obs_ci_lower", "obs_ci_upper"]
    own = ref.get_prediction(X, weights=frame.t).summary_frame(alpha=0.05)
    assert_allclose(ask(fit, interval=0.95, kind="observation"), own[names], rtol=1e-8, atol=1e-9)
    new = ref.get_prediction(X, weights=1.0).summary_frame(alpha=0.05)
    ones = np.ones(len(frame))
    found = ask(fit, frame, interval=0.95, kind="observation", precision=ones)
    assert_allclose(found, new[names], rtol=1e-8, atol=1e-9)
    assert_allclose(ask(fit, frame, interval=0.95, kind="observation"), own[names], rtol=1e-8, atol=1e-9)


COUNTS = {
    "poisson": lambda eta: stats.poisson(np.exp(eta)),
    "binomial": lambda eta: stats.binom(40, special.expit(eta)),
    "negative binomial": lambda eta: stats.nbinom(2.0, 2.0 / (2.0 + np.exp(eta))),
}


def one_count(kind: str, eta: float, se: float) -> dict[str, Any]:
    center, V = np.array([[eta]]), np.array([[[se**2]]])
    if kind == "negative binomial":
        V = np.array([[[se**2, 0.0], [0.0, 0.0]]])
        return {"family": st.NegativeBinomial(), "eta": np.array([[eta, -np.log(2.0)]]), "V": V}
    if kind == "binomial":
        return {"family": st.Binomial(), "eta": center, "V": V, "trials": np.array([40.0])}
    return {"family": st.Poisson(), "eta": center, "V": V}


@pytest.mark.parametrize("kind", COUNTS)
@pytest.mark.parametrize("eta", [-3.0, 0.4, 2.5])
@pytest.mark.parametrize("se", [0.01, 0.15, 0.6, 1.2])
def test_predictive_equals_fine_integration(kind, eta, se):
    z = np.linspace(-9, 9, 4001)  # a step far below any feature: the trapezoid rule is exact here
    weight = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    counts = np.arange(0.0, 41.0)
    slow = COUNTS[kind](eta + se * z[:, None]).cdf(counts).T @ weight
    cdf = counts_up_to(**one_count(kind, eta, se))
    fast = np.array([cdf(np.array([y]))[0] for y in counts])
    assert_allclose(fast, slow, rtol=0, atol=1e-9 if se < 0.1 else 1e-4)  # what the module promises


def test_predictive_integrates_over_the_dispersion_too():
    V = np.array([[[0.3, 0.2], [0.2, 0.25]]])
    cdf = counts_up_to(st.NegativeBinomial(), np.array([[1.2, -0.5]]), V)
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    z = np.stack(np.meshgrid(z, z)).reshape(2, -1)
    mean, alpha = np.exp(np.array([1.2, -0.5])[:, None] + np.linalg.cholesky(V[0]) @ z)
    for y in (0, 2, 7):
        given = special.betainc(1.0 / alpha, y + 1.0, 1.0 / (1.0 + alpha * mean))
        slow = given @ np.outer(weight, weight).ravel() / weight.sum() ** 2
        assert_allclose(cdf(np.array([float(y)]))[0], slow, atol=1e-5)  # seven nodes in log alpha


def test_covariance_of_linear_predictors_equals_the_loop():
    """Also where two of them share no column, as the log mean and log alpha."""
    g = rng(5)
    frame = pd.DataFrame({"x": g.normal(size=80), "c": g.negative_binomial(2, 0.3, 80), "g": g.integers(0, 3, 80)})
    for fit in (st.fit(st.negative_binomial("c ~ x", frame)), st.fit(st.softmax("g ~ x", frame))):
        predictor, X = fit.model.predictor, fit.model.rows.X[:5]
        (block,) = Rows(X, fit.model.rows.y[:5]).blocks()
        J = np.stack([predictor.forward(unit, block)[0] for unit in np.eye(predictor.size)], axis=-1)
        V = eta_covariance(predictor, X, fit.covariance)
        assert_allclose(V, J @ fit.covariance @ J.transpose(0, 2, 1), rtol=1e-10, atol=1e-15)


def test_of_two_labels_alike_the_first_is_predicted():
    """As of several: the first of those that are most probable."""
    for model in (st.logistic([0, 1], np.zeros((2, 0))), st.softmax([0, 1], np.zeros((2, 0)))):
        assert st.fit(model).predict(kind="class").tolist() == [0, 0]


@pytest.mark.parametrize("kind", COUNTS)
def test_where_the_estimate_is_far_less_certain_than_a_count(kind):
    se, eta = {"poisson": (0.5, 9.0), "binomial": (4.0, 0.5), "negative binomial": (6.0, 3.0)}[kind]
    cdf = counts_up_to(**one_count(kind, eta, se))
    z = np.linspace(-9, 9, 40_001)
    weight = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    for y in (0.0, 3.0, 30.0, 9000.0)[: 3 if kind == "binomial" else 4]:
        slow = COUNTS[kind](eta + se * z).cdf(y) @ weight
        assert_allclose(cdf(np.array([y]))[0], slow, rtol=0, atol=1e-3)  # T_y taken as normal


@pytest.mark.parametrize("kind", COUNTS)
@pytest.mark.parametrize("eta", [-6.0, 0.0, 3.0])
def test_quantiles_without_uncertainty_are_those_of_the_distribution(kind, eta):
    for p in (0.005, 0.025, 0.001):
        ends = count_interval(level=1.0 - 2.0 * p, **one_count(kind, eta, 0.0))
        assert [end[0] for end in ends] == COUNTS[kind](eta).ppf([p, 1.0 - p]).tolist()


def test_quantiles_equal_a_scan():
    count = one_count("poisson", 2.0, 0.4)
    cdf = counts_up_to(**count)
    scan = np.array([cdf(np.array([float(y)]))[0] for y in range(200)])
    for p in (0.01, 0.1, 0.3):
        ends = count_interval(level=1.0 - 2.0 * p, **count)
        assert [end[0] for end in ends] == [np.argmax(scan >= p), np.argmax(scan >= 1.0 - p)]


def test_counts_beyond_float64_have_no_upper_end():
    lower, upper = count_interval(st.Poisson(), np.array([[1.0], [40.0], [30.0]]), np.full((3, 1, 1), 0.0), 0.95)
    assert np.isinf([lower[1], upper[1]]).all()
    assert_allclose(upper[2], np.exp(30.0) + 1.96 * np.exp(15.0), rtol=1e-9)
    assert np.isfinite([lower[0], upper[0], lower[2]]).all()


@pytest.mark.parametrize("kind", first(1, ["poisson", "negative_binomial", "binomial"]))
def test_observation_intervals_cover_new_outcomes(kind):
    """Fits on 25 rows, one new outcome each: at least 80 % fall inside, and not all."""
    g, hits, fits = rng(5), 0, 250
    x = g.normal(size=25)
    eta = 1.0 + 0.6 * x
    new = {"x": [1.5]}
    mean = np.exp(1.9)
    for _ in range(fits):
        if kind == "binomial":
            table = {"x": x, "k": g.binomial(6, special.expit(eta)), "n": np.full(25, 6)}
            model, y = st.logistic("k ~ x", table, trials="n"), g.binomial(12, special.expit(1.9))
            found = ask(st.fit(model), new, interval=0.8, kind="observation", trials=[12])
        else:
            noise = np.ones(26) if kind == "poisson" else g.gamma(2.0, 0.5, 26)
            counts, y = g.poisson(np.exp(eta) * noise[:25]), g.poisson(mean * noise[25])
            try:
                fit = st.fit(getattr(st, kind)("k ~ x", {"x": x, "k": counts}))
            except st.IdentificationError:  # not overdispersed in this sample: alpha = 0
                fits -= 1
                continue
            found = ask(fit, new, interval=0.8, kind="observation")
        hits += found.lower[0] <= y <= found.upper[0]
    # Binomial(250, 0.8) less three standard deviations; the NB2 estimate of alpha is biased down at n = 25.
    assert hits / fits >= (0.68 if kind == "negative_binomial" else 0.73)
    assert hits / fits <= 0.97


def test_observations_of_groups_are_successes():
    frame = data()
    fit = st.fit(st.logistic("k ~ x", frame, trials="m"))
    table = ask(fit, interval=0.9, kind="observation")
    assert ((table.lower <= table.upper) & (table.upper <= frame.m)).all()
    assert_allclose(ask(fit, kind="observation"), frame.m * ask(fit), rtol=1e-12)
    assert_array_equal(ask(fit, frame, interval=0.9, kind="observation", trials="m"), table)
    assert_array_equal(ask(fit, frame, interval=0.9, kind="observation"), table)
    arrays = st.fit(st.logistic("k ~ x", frame, trials=frame.m))
    with pytest.raises(st.DomainError, match="give trials=, one whole number per new row"):
        ask(arrays, frame, interval=0.9, kind="observation")
    with pytest.raises(st.DomainError, match="whole numbers >= 0"):
        ask(fit, {"x": [0.0]}, kind="observation", trials=[1.5])
    with pytest.raises(st.IncompatibleError, match="rows of the fit have theirs"):
        ask(fit, kind="observation", trials=[1.5])
    with pytest.raises(st.IncompatibleError, match="of a grouped outcome only"):
        ask(fit, frame, trials="m")


# Refusals


def test_what_has_no_answer_is_refused():
    frame = data()
    logistic, softmax = st.fit(st.logistic("b ~ x", frame)), st.fit(st.softmax("color ~ x", frame))
    poisson, grouped = st.fit(st.poisson("c ~ x", frame)), st.fit(st.logistic("k ~ x", frame, trials="m"))
    for fit in (logistic, softmax):
        with pytest.raises(st.IncompatibleError, match="an interval says nothing"):
            ask(fit, frame, kind="observation", interval=0.9)
        with pytest.raises(st.IncompatibleError, match='kind="mean" has one for each probability'):
            ask(fit, frame, kind="class", interval=0.9)
    for fit in (poisson, grouped):
        with pytest.raises(st.IncompatibleError, match="has no classes"):
            ask(fit, frame, kind="class")
    with pytest.raises(st.IncompatibleError, match="got kind='middle'"):
        ask(poisson, kind="middle")
    for level in (0.0, 95, True):
        with pytest.raises(st.DomainError, match="interval is a probability"):
            ask(softmax, interval=level)


def test_infinite_coefficients_and_missing_standard_errors_are_named():
    from dataclasses import replace

    fit = st.fit(st.logistic("b ~ x", data()))
    with pytest.raises(st.IdentificationError, match=r"predict needs finite coefficients; x of .* infinite"):
        ask(replace(fit, estimate=np.array([0.1, np.inf])))
    with pytest.raises(st.IncompatibleError, match="no standard errors"):
        ask(st.fit(fit.model, penalty=st.Ridge(1.0)), interval=0.9)


def test_the_interval_of_a_cumulative_probability_is_that_of_the_labels_above():
    random = np.random.default_rng(0)
    x = random.normal(size=80)
    y = ((random.logistic(size=80) + x)[:, None] > [-1.0, 0.5]).sum(axis=1)
    fit = st.fit(st.ordinal(y, x))
    below, each = fit.predict(kind="cumulative", interval=0.9), fit.predict(interval=0.9)
    some, last = below[below.category == "1"], each[each.category == "2"]
    assert_allclose(some[["cumulative", "lower", "upper"]], 1.0 - last[["mean", "upper", "lower"]], rtol=1e-10)
