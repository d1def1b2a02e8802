"""Slopes by level of a factor kept as codes: every regression answers as with all columns in memory."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.numerics.columns import Columns


def table(n=300, levels=8, seed=1):
    rng = np.random.default_rng(seed)
    g, x = np.append(np.arange(levels), rng.integers(0, levels, n - levels)), rng.standard_normal(n)
    slope = 0.3 * (1 + 0.3 * rng.standard_normal(levels))
    eta = 0.3 * rng.standard_normal(levels)[g] + slope[g] * x
    p = 1 / (1 + np.exp(-eta))
    time, end = np.exp(eta + 0.5 * rng.standard_normal(n)), rng.exponential(4, n)
    count, s = rng.poisson(2 * np.exp(eta)), rng.binomial(6, rng.beta(3 * p, 3 * (1 - p)))
    return pd.DataFrame({
        "g": np.array(list("hgfedcba"))[g] if levels == 8 else g, "x": x, "z": 2000 + 5 * rng.standard_normal(n),
        "h": np.array(["p", "q"])[rng.integers(0, 2, n)], "w": rng.integers(1, 4, n), "o": 0.1 * x[::-1],
        "c": rng.integers(0, 25, n), "number": eta + rng.standard_normal(n), "event": (rng.random(n) < p) * 1,
        "count": count, "varied": rng.negative_binomial(2, 1 / (1 + np.exp(eta))), "size": rng.gamma(2, np.exp(eta)),
        "zeros": np.where(rng.random(n) < 0.2, 0, count), "order": np.digitize(eta + rng.logistic(size=n), [-1, 0, 1]),
        "t": np.minimum(time, end), "e": (time <= end) * 1, "s": s, "f": 6 - s,
    })  # fmt: skip


DATA = table()
MODELS = {
    "ols": lambda right, **beside: st.ols("number ~ " + right, DATA, **beside),
    "logistic": lambda right, **beside: st.logistic("event ~ " + right, DATA, **beside),
    "probit": lambda right, **beside: st.probit("event ~ " + right, DATA, **beside),
    "poisson": lambda right, **beside: st.poisson("count ~ " + right, DATA, **beside),
    "gamma": lambda right, **beside: st.gamma("size ~ " + right, DATA, **beside),
    "negative binomial": lambda right, **beside: st.negative_binomial("varied ~ " + right, DATA, **beside),
    "dispersion": lambda right, **beside: st.negative_binomial("varied ~ " + right, DATA, dispersion="~ x", **beside),
    "beta binomial": lambda right, **beside: st.beta_binomial("s + f ~ " + right, DATA, **beside),
    "zero inflated": lambda right, **beside: st.zero_inflated("zeros ~ " + right, DATA, **beside),
    "hurdle": lambda right, **beside: st.hurdle("zeros ~ " + right, DATA, **beside),
    "times": lambda right, **beside: st.aft("survival(t, e) ~ " + right, DATA, **beside),
    "ordinal": lambda right, **beside: st.ordinal("order ~ " + right.removeprefix("0 + "), DATA, **beside),
}
RIGHT = {"x * g + h": {}, "0 + g + g:x": {"weights": "w"}, "g:x + h": {}, "z * g": {}, "g:h + x": {"weights": "w"}}


def both(make, *asked, **beside):
    """The model with all columns in memory, and with codes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design, "MANY", 10**9)
        plain = make(*asked, **beside)
        patch.setattr(design, "MANY", 4)
        coded = make(*asked, **beside)
    assert type(coded.rows.X) is Columns
    assert coded.names == plain.names
    return plain, coded


def same(right, kind):
    plain, coded = both(MODELS[kind], right, **RIGHT[right])
    expected, found = st.fit(plain), st.fit(coded)
    se = expected.se
    assert (np.abs(found.estimate - expected.estimate) <= 1e-8 * se).all()
    assert_allclose(found.se, se, rtol=1e-8)
    gap = np.asarray(found.covariance) - np.asarray(expected.covariance)
    assert (np.abs(gap) <= 1e-8 * np.outer(se, se)).all()
    assert found.loglik == pytest.approx(expected.loglik, rel=1e-12)
    assert found.solution.decrement <= 1e-8
    theta = expected.estimate + 0.1 * se
    assert_allclose(coded.score(theta), plain.score(theta), rtol=1e-10, atol=1e-7)
    if "z" not in right:  # near 2000 with a spread of 5, it cancels most digits of some numbers of the information
        assert_allclose(coded.information(theta), plain.information(theta), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["ols", "poisson", "negative binomial"])
def test_estimates_and_covariances_are_those_of_all_columns(kind):
    same("x * g + h", kind)


@pytest.mark.slow
@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("kind", MODELS)
def test_every_regression_has_the_numbers_of_all_columns(kind, right):
    same(right, kind)


def test_a_fit_is_saved_and_read_again_with_its_covariances(tmp_path):
    fit = st.fit(both(MODELS["poisson"], "x * g")[1])
    again = st.load(fit.save(tmp_path / "fit"))
    assert_allclose(np.asarray(again.covariance), np.asarray(fit.covariance), rtol=1e-12)
    assert_allclose(again.predict(DATA[:5], interval=0.9), fit.predict(DATA[:5], interval=0.9))


ANSWERS = {
    "table": lambda fit: fit.table().iloc[:, 1:],
    "test": lambda fit: [fit.test(fit.names[2:6]).statistic, fit.test(fit.names[-1]).p_value],
    "anova": lambda fit: fit.anova().iloc[:, 1:],
    "anova I": lambda fit: fit.anova("I").iloc[:, 1:],
    "anova III": lambda fit: fit.anova("III").iloc[:, 1:],
    "quantile residuals": lambda fit: fit.residuals_of("quantile", seed=1),
    "leverage": lambda fit: fit.leverage(),
    "distance": lambda fit: fit.cooks_distance(),
    "predictions": lambda fit: fit.predict(DATA[:9], interval=0.9),
    "means": lambda fit: fit.means("g").iloc[:, 1:],
    "contrasts": lambda fit: fit.contrasts("h").select_dtypes("number"),
    "effects": lambda fit: fit.marginal_effects().select_dtypes("number"),
    "profile": lambda fit: np.array(fit.interval(kind="profile")[:2]),
    "score": lambda fit: np.array(fit.interval(kind="score")[:2]),
    "ridge": lambda fit: st.fit(fit.model, penalty=st.Ridge(1.0)).estimate,
    "HC1": lambda fit: st.fit(fit.model, cov="HC1").se,
    "HC3": lambda fit: st.fit(fit.model, cov="HC3").se,
    "clusters": lambda fit: st.fit(fit.model, cov=st.Cluster("c")).se,
    "CR2": lambda fit: st.fit(fit.model, cov=st.Cluster("c", kind="CR2")).se,
    "HAC": lambda fit: st.fit(fit.model, cov=st.HAC(3)).se,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ols", "poisson", "negative binomial"])
def test_every_answer_is_that_of_all_columns(kind):
    expected, found = (st.fit(model) for model in both(MODELS[kind], "x * g + h"))
    for name, answer in ANSWERS.items():
        values = [np.asarray(answer(fit), dtype=float) for fit in (found, expected)]
        assert_allclose(*values, rtol=1e-6, atol=1e-8, err_msg=name)


def test_cox_regression_of_slopes_is_that_of_all_columns(monkeypatch):
    monkeypatch.setattr(design, "MANY", 10**9)
    expected = st.fit(st.cox("survival(t, e) ~ x * g", DATA))
    monkeypatch.setattr(design, "MANY", 4)
    found = st.fit(st.cox("survival(t, e) ~ x * g", DATA))
    assert isinstance(found.model.X, Columns)
    assert_allclose(found.estimate, expected.estimate, rtol=1e-6, atol=1e-8)
    assert_allclose(found.se, expected.se, rtol=1e-6)


def test_the_slopes_of_two_thousand_levels_are_never_columns_in_memory():
    data = table(8000, 2000)
    data["g"], data["x"] = np.arange(8000) % 2000, np.repeat([0.0, 1.0, 2.0, 3.0], 2000)
    tracemalloc.start()
    fit = st.fit(st.ols("number ~ x * C(g)", data))
    fit.table()
    fit.predict(data[:200], interval=0.9)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8000 * 4000 * 8 / 8
    assert fit.solution.decrement < 1e-8
