"""Units change no t value: regressions x scales x covariances x questions, each with the number of scale 1 or an error.

Data of 1e-300 and of 1e300 are refused, as their squares are beyond float64; nothing is answered with a number that the
scale made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

import stattools as st
from stattools.interface.units import finite, finite_loglik, finite_variances, require_size, require_sizes
from tests.sizes import first

Floats = NDArray[np.float64]

N = 60
R = np.random.default_rng(0)
X = R.normal(size=(N, 2))
ETA = 0.3 + X @ [0.7, -0.4]
GROUP = R.integers(0, 12, N)
TRIALS = R.integers(3, 9, N).astype(float)
BINARY = (R.random(N) < 1.0 / (1.0 + np.exp(-ETA))).astype(float)
LABELS = np.array(list("pqr"))[np.argmax(np.column_stack([0 * ETA, ETA, -ETA]) + R.gumbel(size=(N, 3)), axis=1)]
OUTCOMES: dict[str, Any] = {
    "ols": ETA + R.normal(size=N),
    "logistic": BINARY,
    "probit": BINARY,
    "poisson": R.poisson(np.exp(ETA)).astype(float),
    "negative_binomial": R.negative_binomial(2, 2.0 / (2.0 + np.exp(ETA))).astype(float),
    "beta_binomial": R.binomial(TRIALS.astype(int), R.beta(2.0, 1.0 + np.exp(-ETA))).astype(float),
    "softmax": LABELS,
    "one_vs_rest": LABELS,
}
REGRESSIONS = tuple(OUTCOMES)
COVARIANCES = ("information", "HC0", "HC1", "HC2", "HC3", st.HAC(2), st.Cluster(GROUP))
SCALES = (1e-300, 1e-160, 1e-118, 1e-90, 1e90, 1e118, 1e160, 1e300)


def model(
    kind: str, scales: tuple[float, float] = (1.0, 1.0), y: float = 1.0, rhs: str = "x1 + x2", **extra: Any
) -> Any:
    outcome = OUTCOMES[kind] * y if kind == "ols" else OUTCOMES[kind]
    table = {"y": outcome, "x1": X[:, 0] * scales[0], "x2": X[:, 1] * scales[1], "g": GROUP % 3, "k": TRIALS}
    if kind == "beta_binomial":
        extra["trials"] = "k"
    return getattr(st, kind)(f"y ~ {rhs}", table, **extra)


def t_and_p(fit: Any) -> Floats:
    table = fit.table()
    return np.concatenate([table["statistic"], table["p_value"]])


def relative(ends: Any, fit: Any) -> Floats:
    return np.concatenate([end / fit.estimate for end in ends])


QUESTIONS: dict[str, Callable[[Any, float], Any]] = {
    "wald": lambda fit, y: relative(fit.interval(0.9), fit),
    "profile": lambda fit, y: relative(fit.interval(0.9, kind="profile"), fit),
    "score interval": lambda fit, y: relative(fit.interval(0.9, kind="score"), fit),
    "test": lambda fit, y: fit.test([name for name in fit.names if name.endswith(("x1", "x2"))]).p_value,
    "score test": lambda fit, y: st.score_test(fit, [name for name in fit.names if name.endswith("x1")]).p_value,
    "link": lambda fit, y: fit.predict(kind="link") / y,
    "prediction": lambda fit, y: fit.predict(interval=0.9).select_dtypes("number") / y,
    "effects": lambda fit, y: fit.marginal_effects()[["statistic", "p_value"]],
    "leverage": lambda fit, y: fit.leverage(),
    "Cook": lambda fit, y: fit.cooks_distance(),
    "Pearson": lambda fit, y: fit.residuals_of("pearson"),
    "quantile": lambda fit, y: fit.residuals_of("quantile", seed=1),
    "r squared": lambda fit, y: fit.r_squared,
    "loglik": lambda fit, y: fit.loglik + (fit.n * np.log(y) if fit.model.has_scale else 0.0),
}


def same_or_refused(expected: Any, ask: Callable[..., Any], *given: Any) -> bool:
    """True where `ask(*given)` is the expected answer, False where it is an error of ours."""
    try:
        found = ask(*given)
    except st.StattoolsError:
        return False
    assert_allclose(found, expected, rtol=1e-6, atol=1e-9)  # the information may be formed on other columns
    return True


def scalings(kind: str) -> list[tuple[tuple[float, float], float]]:
    found = [((s, 1.0), 1.0) for s in SCALES] + [((s, 1.0 / s), 1.0) for s in SCALES]
    return found + ([((1.0, 1.0), s) for s in SCALES] + [((s, s), s) for s in SCALES] if kind == "ols" else [])


def fitted(kind: str, scales: Any, y: float, cov: Any = "information", rhs: str = "x1 + x2") -> Floats:
    return t_and_p(st.fit(model(kind, scales, y, rhs), cov=cov))


@pytest.mark.parametrize("kind", REGRESSIONS)
def test_t_and_p_do_not_depend_on_units(kind: str) -> None:
    expected = fitted(kind, (1.0, 1.0), 1.0)
    answered = [scaling for scaling in scalings(kind) if same_or_refused(expected, fitted, kind, *scaling)]
    assert ((1e90, 1.0), 1.0) in answered
    assert ((1e-118, 1e118), 1.0) in answered


@pytest.mark.parametrize("scale", [1e-118, 1e118])
@pytest.mark.parametrize("kind", ["ols", "softmax"])
def test_sandwiches_and_questions_do_not_depend_on_units(kind: str, scale: float) -> None:
    y = scale if kind == "ols" else 1.0
    for cov in COVARIANCES:
        assert same_or_refused(fitted(kind, (1.0, 1.0), 1.0, cov), fitted, kind, (scale, scale), y, cov)
    fit, plain = st.fit(model(kind, (scale, scale), y)), st.fit(model(kind))
    for question in QUESTIONS.values():
        try:
            expected = question(plain, 1.0)
        except st.StattoolsError:
            continue
        assert same_or_refused(expected, question, fit, y)


@pytest.mark.slow
@pytest.mark.parametrize(
    "rhs",
    first(
        2,
        ["x1 * x2", "x1:C(g) + x2", "I(x1**2) + x2", "x1 + x2", "0 + x1 + x2 + C(g)", "scale(x1) + x2"],
        pytest.mark.nightly,
    ),
)
@pytest.mark.parametrize("kind", [kind for kind in REGRESSIONS if kind != "one_vs_rest"])
def test_whole_table(kind: str, rhs: str) -> None:
    plain = {repr(cov): st.fit(model(kind, rhs=rhs), cov=cov) for cov in COVARIANCES}
    for scales, y in scalings(kind):
        for cov in COVARIANCES:
            try:
                fit = st.fit(model(kind, scales, y, rhs), cov=cov)
            except st.StattoolsError:
                continue
            before = plain[repr(cov)]
            assert_allclose(t_and_p(fit), t_and_p(before), rtol=1e-6, atol=1e-9)
            for question in QUESTIONS.values() if cov in ("information", "HC3") else ():
                try:
                    expected = question(before, 1.0)
                except st.StattoolsError:
                    continue
                same_or_refused(expected, question, fit, y)


@pytest.mark.parametrize("n", [12, 1500])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_length_and_order(n: int, order: Any) -> None:
    r = np.random.default_rng(n)
    Z = r.normal(size=(n, 3))
    y = Z.sum(axis=1) + r.normal(size=n)

    def scaled(x_scale: float, y_scale: float, accuracy: Any) -> Floats:
        fitted = st.ols(y * y_scale, np.asarray(Z * x_scale, order=order))
        return t_and_p(st.fit(fitted, solver=st.LeastSquares(accuracy=accuracy)))

    expected = scaled(1.0, 1.0, "auto")
    for accuracy in ("auto", "fast", "exact"):
        for scale in (*SCALES, 1e-308, 1e307):
            same_or_refused(expected, scaled, scale, 1.0, accuracy)
            same_or_refused(expected, scaled, 1.0, scale, accuracy)


def test_errors_name_the_column_and_the_factor() -> None:
    with pytest.raises(st.DomainError, match=r"'x2' varies on a scale of .*e-201.*multiply it by 1e\+201"):
        st.fit(model("ols", (1.0, 1e-201)))
    with pytest.raises(st.DomainError, match=r"e\+160 in size. Change its units: multiply it by 1e-160"):
        model("ols", y=1e160)
    with pytest.raises(st.DomainError, match="variance of 'x1'"):
        st.fit(model("ols", (1e100, 1.0), 1e-100))
    with pytest.raises(st.DomainError, match="precision="):
        model("ols", precision=np.full(N, 1e-300))


@pytest.mark.parametrize("precision", [1e-58, 1e-30, 1e30, 1e58])
def test_precisions_are_relative(precision: float) -> None:
    weight = np.random.default_rng(1).uniform(0.5, 2.0, N)

    def weighted(factor: float, y: float, cov: str) -> Floats:
        return t_and_p(st.fit(model("ols", y=y, precision=factor * weight), cov=cov))

    for cov in ("information", "HC3"):
        expected = weighted(1.0, 1.0, cov)
        assert same_or_refused(expected, weighted, precision, 1.0, cov)
        for y in (1e-118, 1e118):
            same_or_refused(expected, weighted, precision, y, cov)


def test_many_fits_and_files(tmp_path: Path) -> None:
    expected = fitted("ols", (1.0, 1.0), 1.0)

    def from_file(x: float, y: float) -> Floats:
        table = pd.DataFrame({"y": OUTCOMES["ols"] * y, "x1": X[:, 0] * x, "x2": X[:, 1]})
        table.to_parquet(tmp_path / "rows.parquet")
        return t_and_p(st.fit(st.ols("y ~ x1 + x2", st.scan(tmp_path / "rows.parquet"))))

    for scale in SCALES:
        found = st.fit_many(st.ols(OUTCOMES["ols"], X * scale), outcomes=np.stack([OUTCOMES["ols"]] * 2))
        assert found.failed in (0, 2)
        if not found.failed:
            assert_allclose((found.estimate / found.se)[0], expected[:3], rtol=1e-9)
        same_or_refused(expected, from_file, scale, 1.0)
        same_or_refused(expected, from_file, 1.0, scale)


def test_ridge_of_a_small_outcome_is_not_stopped_at_its_start() -> None:
    plain = st.fit(model("ols"), penalty=st.Ridge(0.5)).estimate
    for y in (1e-118, 1e-12, 1e118):
        assert_allclose(st.fit(model("ols", y=y), penalty=st.Ridge(0.5)).estimate / y, plain, rtol=1e-8)


def test_hypotheses_in_any_units() -> None:
    fit = st.fit(model("ols"))
    row = np.array([[0.0, 1.0, -1.0]])
    expected = fit.test((row, np.zeros(1)))
    for factor in (1e-200, 1e200):
        found = fit.test((row * factor, np.zeros(1)))
        assert_allclose((found.statistic, found.p_value), (expected.statistic, expected.p_value), rtol=1e-12)
        assert_allclose(found.se, expected.se * factor, rtol=1e-12)
    with pytest.raises(st.DomainError, match="standard errors from the estimate"):
        fit.test("x1 = 1e200")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("sample", [st.normal, st.exponential_rate])
def test_samples(sample: Callable[[Floats], Any], scale: float) -> None:
    def z(factor: float) -> Floats:
        fit = st.fit(sample(np.exp(OUTCOMES["ols"]) * factor))
        return fit.estimate / fit.se

    same_or_refused(z(1.0), z, scale)


def test_precision_beside_an_outcome_beyond_float64_says_which_of_them_to_change():
    x, w = np.arange(6.0), np.arange(1.0, 7.0)
    with pytest.raises(st.DomainError, match=r"the units of y: multiply it by 1e\+118"):
        st.ols(1e-118 * w, x, precision=1e-10 * w)
    with pytest.raises(st.DomainError, match=r"the units of precision=: multiply it by 1e\+100"):
        st.ols(w, x, precision=1e-100 * w)


def test_what_is_missing_everywhere_has_no_size_that_is_refused():
    for missing in (np.array(np.nan), np.array([np.nan, np.nan])):
        require_size("A signal", "y", missing)


def test_variances_beyond_float64_are_no_answer():
    assert finite_variances(np.eye(2), "A model").shape == (2, 2)
    with pytest.raises(st.DomainError, match="A model: variances of the estimate are beyond float64"):
        finite_variances(np.array([[np.inf]]), "A model")


def test_numbers_at_coefficients_are_finite_or_refused():
    assert finite(np.ones(2), "A model", "the score").tolist() == [1.0, 1.0]
    assert finite_loglik(-np.inf, "A model") == -np.inf
    for bad in (np.nan, np.inf):
        with pytest.raises(st.DomainError, match="A model: the score at these coefficients is beyond float64"):
            finite(np.array([0.0, bad]), "A model", "the score")
        with pytest.raises(st.DomainError, match="A model: the log-likelihood at these"):
            finite_loglik(bad, "A model")


def test_columns_whose_squares_are_beyond_float64_are_named():
    require_sizes("A model", ["a", "b", "c"], np.array([1.0, 1e119, 0.0]))
    for size, factor in ((1e300, r"1e-300"), (1e-300, r"1e\+300")):
        with pytest.raises(st.DomainError, match=rf"the largest number of 'b' is.*multiply it by {factor}"):
            require_sizes("A model", ["a", "b"], np.array([1.0, size]))


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e155, 1e300])
@pytest.mark.parametrize(
    "ask",
    [
        lambda table: st.cox("survival(t, e) ~ x", table),
        lambda table: st.cox("survival(t, e) ~ x * C(g)", table),
        lambda table: st.conditional_logit("e ~ x", table, strata="g"),
        lambda table: st.linear_mixed("t ~ x + (1 | g)", table),
        lambda table: st.linear_mixed("t ~ 1 + (0 + x | g)", table),
        lambda table: st.poisson("e ~ (x || g)", table),
    ],
)
def test_times_and_groups_ask_for_other_units(ask, size):
    """One number far out and all of them: what is squared later is refused by name before."""
    r = np.random.default_rng(0)
    for x in ([size, *r.normal(size=19)], (r.uniform(0.2, 1.0, 20) * size).tolist()):
        if max(x) < 1e-100 or max(x) > 1e100:
            table = {"t": r.exponential(size=20), "e": np.arange(20) % 2, "g": np.arange(20) % 5, "x": x}
            with pytest.raises(st.DomainError, match=r"(squares its columns.*|are beyond float64\. )Change"):
                st.fit(ask(table))
