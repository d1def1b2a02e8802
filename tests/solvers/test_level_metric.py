"""The contract of factors whose levels are kept as codes: every regression answers as with all columns in memory."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.priors.defaults import overview
from stattools.data.design import design
from stattools.errors import IdentificationError
from stattools.numerics.arrowhead import Arrow
from stattools.numerics.columns import Columns
from stattools.solvers.metric import LevelMetric, Metric


def table(n=160, levels=8, seed=1):
    rng = np.random.default_rng(seed)
    g, x = np.append(np.arange(levels), rng.integers(0, levels, n - levels)), rng.standard_normal(n)
    eta = 0.4 * rng.standard_normal(levels)[g] + 0.4 * x
    p = 1 / (1 + np.exp(-eta))
    s = rng.binomial(6, rng.beta(3 * p, 3 * (1 - p)))
    return pd.DataFrame({
        "g": np.array(list("hgfedcba"))[g] if levels == 8 else g, "x": x, "z": 2000 + 5 * rng.standard_normal(n),
        "h": rng.integers(0, 3, n), "w": rng.integers(1, 4, n), "o": 0.1 * x[::-1], "c": rng.integers(0, 12, n),
        "number": eta + rng.standard_normal(n), "event": (rng.random(n) < p) * 1, "s": s, "f": 6 - s,
        "count": rng.poisson(2 * np.exp(eta)), "varied": rng.negative_binomial(2, 1 / (1 + np.exp(eta))),
        "size": rng.gamma(2, np.exp(eta)),
    })  # fmt: skip


DATA = table()
MODELS = {
    "ols": lambda right, **beside: st.ols("number ~ " + right, DATA, **beside),
    "logistic": lambda right, **beside: st.logistic("event ~ " + right, DATA, **beside),
    "trials": lambda right, **beside: st.logistic("s + f ~ " + right, DATA, **beside),
    "probit": lambda right, **beside: st.probit("event ~ " + right, DATA, **beside),
    "poisson": lambda right, **beside: st.poisson("count ~ " + right, DATA, **beside),
    "gamma": lambda right, **beside: st.gamma("size ~ " + right, DATA, **beside),
    "negative_binomial": lambda right, **beside: st.negative_binomial("varied ~ " + right, DATA, **beside),
    "beta_binomial": lambda right, **beside: st.beta_binomial("s + f ~ " + right, DATA, **beside),
    "glm": lambda right, **beside: st.glm("size ~ " + right, DATA, family="inverse_gaussian", link="log", **beside),
    "cloglog": lambda right, **beside: st.glm("event ~ " + right, DATA, family="binomial", link="cloglog", **beside),
}
RIGHT = {"0 + g": {}, "x + g": {"weights": "w"}, "0 + x + z + C(g)": {"offset": "o"}, "g + C(h) + z": {}}


def both(make, *asked, **beside):
    """The model with all columns in memory, and with codes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design, "MANY", 10**9)
        plain = make(*asked, **beside)
        patch.setattr(design, "MANY", 4)
        coded = make(*asked, **beside)
    assert isinstance(coded.rows.X, Columns)
    assert coded.names == plain.names
    return plain, coded


@pytest.mark.slow
@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("kind", MODELS)
def test_estimates_and_standard_errors_are_those_of_all_columns(kind, right):
    plain, coded = both(MODELS[kind], right, **RIGHT[right])
    expected, found = st.fit(plain), st.fit(coded)
    se = expected.se
    assert (np.abs(found.estimate - expected.estimate) <= 1e-7 * se).all()
    assert_allclose(found.estimate, expected.estimate, rtol=1e-8, atol=1e-10)
    assert_allclose(found.se, se, rtol=1e-8)
    assert_allclose(np.asarray(found.covariance), np.asarray(expected.covariance), rtol=1e-6, atol=1e-9)
    assert found.loglik == pytest.approx(expected.loglik, rel=1e-12)
    assert found.solution.decrement <= 1e-8
    theta = expected.estimate + 0.1 * se
    assert_allclose(coded.score(theta), plain.score(theta), rtol=1e-10, atol=1e-9)
    assert_allclose(coded.information(theta), plain.information(theta), rtol=1e-10, atol=1e-9)
    offset = "o" if "offset" in RIGHT[right] else None
    eta = coded.eta(found.estimate).reshape(len(DATA), -1)[:9, 0]
    assert_allclose(found.predict(DATA[:9], kind="link", offset=offset), eta, rtol=1e-10, atol=1e-10)


ANSWERS = {
    "table": lambda fit: fit.table().iloc[:, 1:],
    "test": lambda fit: [fit.test("g").statistic, fit.test("g").p_value],
    "anova": lambda fit: fit.anova().iloc[:, 1:],
    "quantile residuals": lambda fit: fit.residuals_of("quantile", seed=1),
    "leverage": lambda fit: fit.leverage(),
    "distance": lambda fit: fit.cooks_distance(),
    "predictions": lambda fit: fit.predict(DATA[:9], interval=0.9),
    "goodness": lambda fit: fit.goodness().select_dtypes("number"),
    "anova I": lambda fit: fit.anova("I").iloc[:, 1:],
    "anova Wald": lambda fit: fit.anova(test="wald").iloc[:, 1:] if not fit.model.has_scale else 0,
    "profile": lambda fit: np.array(fit.interval(kind="profile")[:2]),
    "score": lambda fit: np.array(fit.interval(kind="score")[:2]),
    "ridge": lambda fit: st.fit(fit.model, penalty=st.Ridge(1.0)).estimate,
    "ridge of few levels": lambda fit: st.fit(fit.model, penalty=st.Ridge(30.0)).estimate,
    "Jeffreys": lambda fit: [st.fit(fit.model, penalty=st.Jeffreys()).estimate] if not fit.model.has_scale else 0,
    "HC1": lambda fit: st.fit(fit.model, cov="HC1").se,
    "HC3": lambda fit: st.fit(fit.model, cov="HC3").se,
    "clusters": lambda fit: st.fit(fit.model, cov=st.Cluster("c")).se,
    "clusters of the factor": lambda fit: st.fit(fit.model, cov=st.Cluster("g")).se,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ols", "poisson", "negative_binomial"])
def test_every_answer_is_that_of_all_columns(kind):
    expected, found = (st.fit(model) for model in both(MODELS[kind], "x + g"))
    for name, answer in ANSWERS.items():
        assert_allclose(
            np.asarray(answer(found), dtype=float),
            np.asarray(answer(expected), dtype=float),
            rtol=1e-6,
            atol=1e-8,
            err_msg=name,
        )


def test_columns_whose_squares_are_beyond_float64_are_refused_by_name():
    for kind in ("ols", "poisson", "probit"):
        for model in both(lambda kind=kind: MODELS[kind]("I(x * 1e160) + g", offset="o")):
            with pytest.raises(st.DomainError, match=r"I\(x \* 1e\+160\)' varies on a scale"):
                st.fit(model)


@pytest.mark.parametrize("right", ["x + g", "0 + x + z + g"])
@pytest.mark.parametrize("kind", ["ols", "poisson", "negative_binomial"])
def test_default_priors_are_those_of_all_columns(kind, right):
    plain, coded = (overview(model) for model in both(MODELS[kind], right, weights="w"))
    for one, other in zip((plain.mean, plain.sd, plain.level), (coded.mean, coded.sd, coded.level), strict=True):
        assert_allclose(other, one, rtol=1e-10)
    assert (coded.constant, coded.spread) == (plain.constant, pytest.approx(plain.spread))


def test_a_fit_is_saved_and_read_again(tmp_path):
    fit = st.fit(both(MODELS["poisson"], "x + g")[1])
    again = st.load(fit.save(tmp_path / "fit"))
    assert_allclose(again.se, fit.se)
    assert_allclose(again.predict(DATA[:5], interval=0.9), fit.predict(DATA[:5], interval=0.9))


def test_two_thousand_levels_are_never_columns_in_memory():
    data = table(6000, 2000)
    data["count"] += 1
    tracemalloc.start()
    fit = st.fit(st.poisson("count ~ x + C(g)", data))
    fit.table()
    fit.predict(data[:200], interval=0.9)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6000 * 2000 * 8 / 8
    assert fit.solution.decrement < 1e-8


def test_an_information_that_is_not_definite_has_a_metric_in_which_the_score_rises():
    H = Arrow(
        np.arange(3)[:, None],
        np.array([[[4.0]], [[-2.0]], [[0.0]]]),
        np.array([[2.0], [0.0], [1.0]]),
        np.array([[-3.0]]),
    )
    metric = LevelMetric.for_ascent(H)
    g = np.array([1.0, 2.0, 3.0, 4.0])
    assert not metric.definite
    assert g @ metric.solve(g) > 0
    with pytest.raises(st.IdentificationError, match="coefficient 1"):
        LevelMetric(H)


def test_lengths_and_determinants_are_those_of_the_array():
    H = Arrow(np.arange(2)[:, None], np.array([[[4.0]], [[2.0]]]), np.array([[1.0], [0.5]]), np.array([[3.0]]))
    metric, plain, g = LevelMetric(H), Metric(np.asarray(H)), np.array([1.0, -2.0, 3.0])
    assert metric.norm(g) == pytest.approx(plain.norm(g))
    assert metric.length(g) == pytest.approx(plain.length(g))
    assert metric.log_determinant() == pytest.approx(plain.log_determinant())
    assert metric.times(4.0).norm(g) == pytest.approx(plain.times(4.0).norm(g))
    assert_allclose(metric.solve(g), plain.solve(g))
    assert_allclose(metric.whiten() @ metric.whiten().T, np.asarray(metric.covariance()))
    assert 0.0 < metric.rcond <= 1.0
    assert metric.kept().rcond == metric.rcond


def test_times_that_are_all_the_same_are_refused_where_levels_are_codes():
    codes = np.repeat(np.arange(250), 2)
    model = st.aft("survival(y) ~ 0 + C(g)", {"y": np.full(500, 3.5), "g": codes})
    with pytest.raises(IdentificationError, match="the scale has its maximum at 0"):
        st.fit(model)
