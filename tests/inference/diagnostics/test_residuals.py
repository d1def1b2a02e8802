"""Residuals, leverage and Cook's distance against statsmodels, deletion of rows, and the laws they should follow."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy import special, stats
from statsmodels.datasets import longley

import stattools as st
from stattools.data.design import design
from stattools.inference.diagnostics.goodness import cooks_distance, leverage, residuals
from tests.cases import rng
from tests.gumbel import gumbel


def data(n: int = 200):
    g = rng(4)
    frame = pd.DataFrame({"x": g.normal(size=n), "z": g.normal(size=n), "w": g.integers(1, 4, n)})
    eta = 0.5 + 0.6 * frame.x - 0.4 * frame.z
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["c"] = g.poisson(np.exp(eta))
    frame["over"] = g.poisson(np.exp(eta) * g.gamma(2.0, 0.5, n))
    frame["m"] = g.integers(1, 15, n)
    frame["k"] = g.binomial(frame.m, special.expit(eta))
    frame["color"] = np.array(["red", "green", "blue"])[g.integers(0, 3, n)]
    return frame


def pairs():
    """Each model with its GLM in statsmodels."""
    frame = data()
    X, families = sm.add_constant(frame[["x", "z"]]), sm.families
    probit = families.Binomial(families.links.Probit())
    counts = np.column_stack([frame.k, frame.m - frame.k])
    nb = st.fit(st.negative_binomial("over ~ x + z", frame))
    alpha = np.exp(nb.estimate[-1])
    yield "logistic", st.fit(st.logistic("b ~ x + z", frame)), sm.GLM(frame.b, X, families.Binomial())
    yield "probit", st.fit(st.probit("b ~ x + z", frame)), sm.GLM(frame.b, X, probit)
    yield "poisson", st.fit(st.poisson("c ~ x + z", frame)), sm.GLM(frame.c, X, families.Poisson())
    yield "grouped", st.fit(st.logistic("k ~ x + z", frame, trials="m")), sm.GLM(counts, X, families.Binomial())
    yield "NB2", nb, sm.GLM(frame.over, X, families.NegativeBinomial(alpha=alpha))


PAIRS = list(pairs())
each_pair = pytest.mark.parametrize(("fit", "glm"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])


@each_pair
def test_residuals_equal_those_of_glm(fit, glm):
    ref = glm.fit(tol=1e-13, maxiter=200)
    assert_allclose(residuals(fit), ref.resid_response, rtol=1e-7, atol=1e-9)
    assert_allclose(residuals(fit, "pearson"), ref.resid_pearson, rtol=1e-7, atol=1e-8)
    assert_allclose(residuals(fit, "deviance"), ref.resid_deviance, rtol=1e-6, atol=1e-7)


@each_pair
def test_influence_equals_that_of_glm(fit, glm):
    influence = glm.fit(tol=1e-13, maxiter=200).get_influence()
    assert_allclose(leverage(fit), influence.hat_matrix_diag, rtol=1e-7)  # two solvers' estimates
    if fit.model.likelihood.facts.canonical:  # theirs are no step of Newton elsewhere
        assert_allclose(cooks_distance(fit), influence.cooks_distance[0], rtol=1e-6, atol=1e-12)


def test_ols_equals_statsmodels_on_longley():
    frame = longley.load_pandas().data
    fit = st.fit(st.ols("TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR", frame))
    ref = sm.OLS(frame.TOTEMP, sm.add_constant(frame.drop(columns="TOTEMP"))).fit()
    influence = ref.get_influence()
    assert_allclose(leverage(fit), influence.hat_matrix_diag, rtol=1e-8)
    assert_allclose(cooks_distance(fit), influence.cooks_distance[0], rtol=1e-6)  # residuals of condition 5e9
    assert_allclose(residuals(fit, "pearson"), ref.resid_pearson, rtol=1e-7, atol=1e-8)
    assert_allclose(residuals(fit, "deviance"), residuals(fit))


def test_precision_and_weights():
    frame = data()
    X = sm.add_constant(frame[["x", "z"]])
    fit = st.fit(st.ols("y ~ x + z", frame, precision="w"))
    ref = sm.WLS(frame.y, X, weights=frame.w).fit()
    assert_allclose(residuals(fit, "pearson"), ref.resid_pearson, rtol=1e-8)
    assert_allclose(residuals(fit, "deviance"), ref.wresid, rtol=1e-8)
    root = np.sqrt(frame.w)
    scaled = sm.OLS(frame.y * root, X.mul(root, axis=0)).fit().get_influence()
    assert_allclose(leverage(fit), scaled.hat_matrix_diag, rtol=1e-8)
    assert_allclose(cooks_distance(fit), scaled.cooks_distance[0], rtol=1e-7)
    weighted = st.fit(st.poisson("c ~ x + z", frame, weights="w"))
    whole = st.fit(st.poisson("c ~ x + z", frame.loc[frame.index.repeat(frame.w)]))
    for ask in (leverage, cooks_distance, lambda f: residuals(f, "deviance")):
        assert_allclose(np.repeat(ask(weighted), frame.w), ask(whole), rtol=1e-7, atol=1e-10)
    assert_allclose(leverage(weighted) @ frame.w, 3.0)


def test_rows_of_weight_zero_have_the_leverage_of_a_new_row():
    frame = data().assign(w=lambda f: (f.index > 4).astype(int))
    fit = st.fit(st.ols("y ~ x", frame, weights="w"))
    X = fit.model.rows.X
    assert_allclose(leverage(fit), ((X @ np.linalg.inv(X[5:].T @ X[5:])) * X).sum(axis=1), rtol=1e-10)
    counts = st.fit(st.poisson("c ~ x", frame, weights="w"))
    X = X * np.sqrt(counts.predict(align=False))[:, None]
    assert_allclose(leverage(counts), ((X @ np.linalg.inv(X[5:].T @ X[5:])) * X).sum(axis=1), rtol=1e-10)


def test_residuals_of_overdispersed_groups_have_the_moments_of_scipy():
    fit = st.fit(st.beta_binomial("k ~ x", data(), trials="m"))
    k, n = fit.model.rows.y.T
    p, s = fit.predict(), np.exp(fit.estimate[-1])
    law = stats.betabinom(n, s * p, s * (1.0 - p))
    assert_allclose(residuals(fit), k - law.mean(), rtol=1e-9, atol=1e-12)
    assert_allclose(residuals(fit, "pearson"), (k - law.mean()) / law.std(), rtol=1e-9, atol=1e-12)


def test_cooks_distance_of_ols_is_what_deletion_does():
    frame = data(30)
    fit = st.fit(st.ols("y ~ x + z", frame))
    distance = cooks_distance(fit)
    for row in (0, 7, 29):
        without = st.fit(st.ols("y ~ x + z", frame.drop(index=row)))
        shift = fit.predict() - without.predict(frame)
        assert_allclose(distance[row], shift @ shift / (3 * fit.scale**2), rtol=1e-8)


def test_a_row_that_fixes_a_coefficient_alone():
    fit = st.fit(st.ols([1.0, 2.0, 4.0, 9.0], np.array([[0.0, 0], [1, 0], [2, 0], [3, 1]])))
    assert_allclose(leverage(fit)[3], 1.0)
    assert cooks_distance(fit)[3] == np.inf
    assert np.isfinite(cooks_distance(fit)[:3]).all()


@each_pair
def test_squares_sum_to_the_deviance(fit, glm):
    ref = glm.fit(tol=1e-13, maxiter=200)
    assert_allclose((residuals(fit, "deviance") ** 2).sum(), ref.deviance, rtol=1e-9)
    assert_allclose((residuals(fit, "pearson") ** 2).sum(), ref.pearson_chi2, rtol=1e-8)


@pytest.mark.parametrize(("family", "link"), [("gamma", "inverse"), ("gamma", "log"), ("normal", "inverse")])
def test_deviance_residuals_have_the_side_on_which_their_outcome_lies(family, link):
    frame = data().assign(t=lambda f: 2.0 + special.expit(f.x) + rng(3).random(len(f)))
    fit = st.fit(st.glm("t ~ x", frame, family=family, link=link))
    assert (np.sign(residuals(fit, "deviance")) == np.sign(residuals(fit))).all()


def test_the_sign_of_a_deviance_residual_is_that_of_the_side_of_its_zero():
    """It was that of y - mean, where the deviance of a Gumbel outcome is 0 at the location."""
    frame = data()
    fit = st.fit(gumbel("y ~ x", frame))
    eta, y = fit.model.eta(fit.estimate), fit.model.rows.y
    assert_allclose(fit.model.likelihood.deviance(np.column_stack([y, eta[:, 1]]), y), 0.0, atol=1e-12)
    found = np.sign(residuals(fit, "deviance"))
    assert (found == np.sign(y - eta[:, 0])).all()
    assert (found != np.sign(residuals(fit))).mean() > 0.1


def test_softmax_residuals():
    frame = data()
    fit = st.fit(st.softmax("color ~ x", frame))
    gap, p = residuals(fit), np.asarray(fit.predict())
    assert_allclose(gap.sum(axis=1), 0, atol=1e-12)
    assert_allclose(gap + p, pd.get_dummies(frame.color).to_numpy(float), atol=1e-12)
    assert_allclose(residuals(fit, "pearson"), gap / np.sqrt(p * (1 - p)), rtol=1e-10)
    two = st.fit(st.softmax("b ~ x", frame))
    one = st.fit(st.logistic("b ~ x", frame))
    assert_allclose(residuals(two, "pearson")[:, 1], residuals(one, "pearson"), rtol=1e-6, atol=1e-8)


# Quantile residuals


SAMPLES = {
    "logistic": (st.logistic, lambda g, eta: (g.random(len(eta)) < special.expit(eta)).astype(int), {}),
    "probit": (st.probit, lambda g, eta: (g.random(len(eta)) < special.ndtr(eta)).astype(int), {}),
    "poisson": (st.poisson, lambda g, eta: g.poisson(np.exp(eta)), {}),
    "NB2": (st.negative_binomial, lambda g, eta: g.poisson(np.exp(eta) * g.gamma(1.5, 1 / 1.5, len(eta))), {}),
    "grouped": (st.logistic, lambda g, eta: g.binomial(5, special.expit(eta)), {"trials": np.full(4000, 5)}),
    "ols": (st.ols, lambda g, eta: eta + 3 * g.normal(size=len(eta)), {}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_quantile_residuals_are_standard_normal_under_the_model(name):
    make, sample, options = SAMPLES[name]
    g = rng(8)
    x = g.normal(size=4000)
    fit = st.fit(make(sample(g, 0.3 + 0.7 * x), x, **options))
    z = residuals(fit, "quantile", seed=1)
    assert stats.kstest(z, "norm").pvalue > 0.01
    assert abs(np.corrcoef(z, x)[0, 1]) < 0.05


def test_quantile_residuals_find_what_is_wrong():
    g = rng(8)
    x = g.normal(size=2000)
    y = g.poisson(np.exp(0.5 + 0.5 * x) * g.gamma(0.8, 1 / 0.8, 2000))
    assert stats.kstest(residuals(st.fit(st.poisson(y, x)), "quantile", seed=1), "norm").pvalue < 1e-8


@each_pair
def test_quantile_residuals_lie_on_the_step_of_the_distribution(fit, glm):
    model = fit.model
    eta = model.eta(fit.estimate)
    mean = model.likelihood.mean(eta)
    y = model.rows.y
    if y.ndim == 2:
        law, y = stats.binom(y[:, 1], mean), y[:, 0]
    elif model.kind in ("logistic", "probit"):
        law = stats.bernoulli(mean)
    elif model.kind == "poisson":
        law = stats.poisson(mean)
    else:
        r = np.exp(-eta[:, 1])
        law = stats.nbinom(r, r / (r + mean))
    for seed in range(5):
        u = special.ndtr(residuals(fit, "quantile", seed=seed))
        assert (u >= law.cdf(y - 1) - 1e-12).all()
        assert (u <= law.cdf(y) + 1e-12).all()
    drawn, steps = rng(7).random(len(y)), (law.cdf(y - 1), law.cdf(y))
    u = special.ndtr(residuals(fit, "quantile", seed=rng(7)))
    assert_allclose(u, steps[0] + drawn * (steps[1] - steps[0]), rtol=1e-8, atol=1e-12)
    a, b = (residuals(fit, "quantile", seed=seed) for seed in (1, np.random.default_rng(1)))
    assert_allclose(a, b, rtol=0, atol=0)


def test_quantile_residuals_of_hopeless_rows_are_finite():
    fit = st.fit(st.poisson("c ~ x", data()))
    worse = replace(fit, estimate=np.array([-60.0, 0.0]))
    z = residuals(worse, "quantile", seed=1)
    assert np.isfinite(z).all()
    assert z.max() > 8


def test_refusals():
    frame = data()
    logistic, softmax = st.fit(st.logistic("b ~ x", frame)), st.fit(st.softmax("color ~ x", frame))
    with pytest.raises(st.IncompatibleError, match="got kind='anscombe'"):
        residuals(logistic, "anscombe")
    with pytest.raises(st.DomainError, match="give seed=, a whole number"):
        residuals(logistic, "quantile")
    for kind in ("deviance", "quantile"):
        with pytest.raises(st.IncompatibleError, match=f"so no {kind} residual"):
            residuals(softmax, kind)
    with pytest.raises(st.IncompatibleError, match=r"a matrix of leverages.*compare two of them with st.logistic"):
        softmax.leverage()
    with pytest.raises(st.IncompatibleError, match="belongs to regressions"):
        st.fit(st.coin([0, 1])).residuals_of()


def step_without(fit: st.Fit, p: int = 0) -> np.ndarray:
    """Cook's distances from each row's own Newton step, solved by itself, of the first p coefficients."""
    model = fit.model
    eta, rows, p = model.eta(fit.estimate), model.rows, p or model.predictor.size_first
    times = np.ones(len(eta)) if rows.precision is None else rows.precision
    u, W = (of * times.reshape(-1, *[1] * (of.ndim - 1)) for of in model.likelihood.evaluate(eta, rows.y)[1:])
    scores, each = model.predictor.row_scores(rows.X, u), model.predictor.row_information(rows.X, W)
    whole = np.tensordot(np.ones(len(eta)) if rows.weight is None else rows.weight, each, 1)
    d = np.array([np.linalg.solve(whole - one, score)[:p] for one, score in zip(each, scores, strict=True)])
    return (d * np.linalg.solve(np.linalg.inv(whole)[:p, :p], d.T).T).sum(axis=1) / p / fit.scale**2


LOGISTIC_ERRORS = st.likelihood(
    "Logistic errors",
    lambda y, location, scale: stats.logistic.logpdf(y, location, scale),
    parameters={"location": "identity", "scale": "log"},
    outcome="real",
    mean=lambda location, scale: location,
    variance=lambda location, scale: (np.pi * scale) ** 2 / 3.0,
)


def test_cooks_distance_of_an_outlier_is_what_leaving_it_out_does():
    """Pearson's residual times a leverage that an outlier hardly has gave 5e-20 for 6e-3."""
    frame = data(400)
    frame.loc[0, "y"] += 60.0
    fit = st.fit(st.regression("y ~ x", frame, LOGISTIC_ERRORS))
    without = st.fit(st.regression("y ~ x", frame.drop(index=0), LOGISTIC_ERRORS))
    d = (fit.estimate - without.estimate)[:2]
    left_out = d @ np.linalg.solve(fit.covariance[:2, :2], d) / 2
    found = cooks_distance(fit)
    assert left_out > 1e-3
    assert 0.5 < found[0] / left_out < 2.0
    assert_allclose(found, step_without(fit), rtol=1e-8)


def test_cooks_distance_is_one_step_of_newton_without_the_row():
    frame = data(60).assign(t=lambda f: np.exp(0.4 * f.x + 0.3 * rng(2).gumbel(size=60)), seen=np.arange(60) % 4 > 0)
    labels = ["red", "green", "blue"]
    cases = [
        (st.fit(st.aft("survival(t, seen) ~ x + z", frame)), 3),
        (st.fit(st.glm("y ~ x", frame, family="normal", scale="~ x")), 2),
        (st.fit(st.ordinal("color ~ x + z", frame, levels=labels)), 4),
        (st.fit(st.ordinal("color ~ x + z", frame, levels=labels, nonparallel="~ z", scale="~ x")), 5),
        (st.fit(st.softmax("color ~ x", frame)), 4),
        (st.fit(st.negative_binomial("over ~ x", frame, weights="w"), cov="HC1"), 2),
        (st.fit(st.zero_inflated("over ~ x", frame, zero="~ z")), 2),
        (st.fit(st.probit("b ~ x + z", frame), penalty=st.Jeffreys()), 3),
        (st.fit(st.ols("y ~ x", frame, precision="w")), 2),
        (st.fit(st.glm("b ~ x", frame, family="binomial", link="cauchit")), 2),
    ]
    for fit, p in cases:
        assert_allclose(cooks_distance(fit), step_without(fit, p), rtol=1e-8, atol=1e-14, err_msg=fit.model.title)


@pytest.mark.parametrize("many", [10**9, 3])
def test_cooks_distances_beside_levels_are_those_of_their_columns(many, monkeypatch):
    monkeypatch.setattr(design, "MANY", many)
    frame = data(60).assign(g=np.arange(60) % 5)
    for model in (st.poisson("c ~ C(g) + x", frame), st.negative_binomial("over ~ C(g) + x", frame)):
        fit = st.fit(model)
        wide = st.fit(replace(model, rows=replace(model.rows, X=np.asarray(model.rows.X))))
        assert_allclose(cooks_distance(fit), step_without(wide), rtol=1e-7)  # two climbs


def test_a_row_that_never_was_moves_nothing():
    frame = data(40).assign(v=np.arange(40) > 0)
    found = cooks_distance(st.fit(st.negative_binomial("over ~ x", frame, weights="v")))
    assert found[0] == 0.0
    assert_allclose(found[1:], cooks_distance(st.fit(st.negative_binomial("over ~ x", frame[1:]))), rtol=1e-6)


def test_leverages_are_never_negative():
    """By the observed information 48 of 240 rows were below 0; the expected one fell back on it."""
    frame = data(120).assign(u=lambda f: special.expit(f.x + rng(1).normal(size=120)))
    bent = st.fit(st.glm("u ~ x", frame, family="beta"))
    model = bent.model
    eta, y = model.eta(bent.estimate), model.rows.y
    assert (model.likelihood.information(eta, y)[:, 0, 0] < 0.0).any()
    w = model.likelihood.expected(eta, y)[:, 0, 0]
    X = np.asarray(model.rows.X)
    assert_allclose(leverage(bent), w * ((X @ np.linalg.inv(X.T @ (X * w[:, None]))) * X).sum(axis=1), rtol=1e-9)
    zeros = st.fit(st.zero_inflated("over ~ x", frame))
    with pytest.raises(st.IncompatibleError, match=r"no leverages here.*rows is not concave.*fit.cooks_distance\(\)"):
        leverage(zeros)


def test_outcomes_that_are_certain_in_float64_have_residuals_of_0():
    """Fitted probabilities that vary by exactly 0: 0 / 0 was NaN, with a warning of NumPy."""
    x = np.concatenate([[-9999.0], np.linspace(-1.0, 1.0, 40), [9999.0]])
    fit = st.fit(st.probit("y ~ x", {"y": (x > 0) ^ (np.abs(x) < 0.3), "x": x}))
    found, eta = residuals(fit, "pearson"), fit.model.eta(fit.estimate)
    assert np.abs(eta[[0, -1]]).min() > 40.0
    assert np.isfinite(found).all()
    assert found[[0, -1]].tolist() == [0.0, 0.0]


def test_an_outcome_that_the_fit_excludes_is_named_and_rows_that_do_not_count_change_nothing():
    """A row of weight 0, of which the fit is certain of the other outcome in float64: it divided by 0."""
    x, y = np.append(np.linspace(-1.0, 1.0, 40), 9999.0), np.append(np.arange(40) > 19, False)
    y[[10, 30]] ^= True
    fit = st.fit(st.logistic("y ~ x", {"y": y, "x": x, "w": (x < 2.0) * 2.0}, weights="w"))
    with pytest.raises(st.DomainError, match="certain of another outcome of row 40"):
        residuals(fit, "pearson")
    assert fit.cooks_distance()[40] == 0.0
    fewer = st.fit(st.logistic("y ~ x", {"y": y[:-1], "x": x[:-1], "w": np.full(40, 2.0)}, weights="w"))
    assert_allclose(fit.goodness().iloc[0], fewer.goodness().iloc[0])


@pytest.mark.parametrize("many", [10**9, 3])
def test_leverages_of_a_ridge_are_how_much_an_outcome_moves_its_fitted_value(many, monkeypatch):
    """They were those without the ridge: 1 where a level has one row, and none where a level has no weight."""
    monkeypatch.setattr(design, "MANY", many)
    frame = data(60).assign(g=np.append(np.arange(59) % 5, 5))
    formula, ridge = "y ~ C(g) + C(g):x + z", st.Ridge(2.0)
    fit = st.fit(st.ols(formula, frame), penalty=ridge)
    found = leverage(fit)
    for row in (0, 59):
        moved = frame.assign(y=np.where(np.arange(60) == row, frame.y + 1.0, frame.y))
        slope = st.fit(st.ols(formula, moved), penalty=ridge).predict(align=False)[row] - fit.predict(align=False)[row]
        assert_allclose(found[row], slope, rtol=1e-8)
    assert 1.0 < found.sum() < len(fit.estimate)
    weighted = st.fit(
        st.poisson("c ~ C(g)*x", frame.assign(w=np.where(frame.g == 3, 0, frame.w)), weights="w"), penalty=ridge
    )
    assert np.isfinite(leverage(weighted)).all()
    with pytest.raises(st.StattoolsError, match="penalized: no standard errors"):
        fit.cooks_distance()


def test_leverages_of_a_ridge_where_rows_bend_up():
    frame = data(60)
    fit = st.fit(st.negative_binomial("over ~ x + z", frame), penalty=st.Ridge(3.0))
    model, H = fit.model, np.diag([0.0, 3.0, 3.0])
    X, w = np.asarray(model.rows.X), model.likelihood.information(model.eta(fit.estimate), model.rows.y)[:, 0, 0]
    assert_allclose(leverage(fit), w * ((X @ np.linalg.inv(X.T @ (X * w[:, None]) + H)) * X).sum(axis=1), rtol=1e-9)
    cauchit = st.fit(st.glm("b ~ x + z", frame, family="binomial", link="cauchit"), penalty=st.Ridge(3.0))
    eta = cauchit.model.eta(cauchit.estimate)
    assert cauchit.model.likelihood.information(eta, cauchit.model.rows.y).min() < 0.0
    w = stats.cauchy.pdf(eta) ** 2 / stats.cauchy.cdf(eta) / stats.cauchy.sf(eta)
    assert_allclose(leverage(cauchit), w * ((X @ np.linalg.inv(X.T @ (X * w[:, None]) + H)) * X).sum(axis=1), rtol=1e-9)


def test_a_column_that_is_0_has_leverages_after_a_ridge_where_rows_bend_up():
    """The column was divided by its size, 0 / 0."""
    frame = data(60).assign(none=0.0)
    kind = {"family": "binomial", "link": "cauchit"}
    plain, more = (
        leverage(st.fit(st.glm(formula, frame, **kind), penalty=st.Ridge(3.0)))
        for formula in ("b ~ x + z", "b ~ x + z + none")
    )
    assert_allclose(more, plain, rtol=1e-6)
