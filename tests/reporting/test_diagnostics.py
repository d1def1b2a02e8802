import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as s
from scipy import stats

import stattools as st
from stattools.inference.diagnostics.goodness import grouped
from stattools.reporting.accounts import account
from stattools.reporting.columns import summary
from stattools.reporting.diagnostics import (
    coefficient_spreads,
    expected_frequencies,
    frequencies,
    shares,
)

rng = np.random.default_rng(1)
table = {"x": rng.normal(size=60), "z": rng.normal(size=60), "k": rng.poisson(2.0, size=60)}
table |= {"y": rng.normal(size=60), "b": rng.integers(0, 2, size=60), "c": np.array(["u", "v", "w"] * 20)}
table |= {"m": rng.poisson(2.0, size=60), "v": rng.uniform(0.5, 2.0, size=60), "w": np.arange(60) % 3}
table |= {"o": rng.negative_binomial(1, 0.3, size=60)}


@pytest.mark.parametrize(
    "model, names",
    [
        (st.ols("y ~ x", table), ["residuals"]),
        (st.ols("y ~ x + z", table), ["residuals", "coefficients"]),
        (st.logistic("b ~ x + z", table), ["calibration", "coefficients"]),
        (st.probit("b ~ x + z", table), ["calibration", "coefficients"]),
        (st.logistic("k + m ~ x", table), ["calibration"]),
        (st.ols("y ~ x", table, precision="v"), ["residuals"]),
        (st.poisson("k ~ x + z", table), ["frequencies", "means", "coefficients"]),
        (st.negative_binomial("o ~ x", table), ["frequencies", "means"]),
        (st.softmax("c ~ x", table), ["coefficients"]),
        (st.coin([0, 1, 1]), ["likelihood"]),
        (st.binomial(3, 3), ["likelihood"]),
    ],
    ids=lambda value: getattr(value, "title", None),
)
def test_each_kind_of_model_has_its_figures_and_each_can_be_drawn(model, names):
    drawn = account(model).diagnostics(st.fit(model))
    assert [figure.name for figure in drawn] == names
    for figure in drawn:
        assert figure.alt
        assert figure.draw().axes


@given(s.integers(1, 60), s.booleans())
def test_groups_hold_every_row_once_and_keep_the_means(n, weighted):
    random = np.random.default_rng(n)
    fitted, y = random.integers(0, 9, size=n) / 8.0, random.random(n)
    weight = random.integers(0, 3, size=n).astype(float) + (np.arange(n) == 0) if weighted else None
    predicted, observed, size = grouped(fitted, y, weight)
    w = np.ones(n) if weight is None else weight
    np.testing.assert_allclose(size.sum(), w.sum())
    np.testing.assert_allclose(predicted @ size, w @ fitted)
    np.testing.assert_allclose(observed @ size, w @ y)
    assert len(size) <= 10
    assert (np.diff(predicted) > 0).all()


def test_weights_are_repeated_rows():
    weight = np.arange(60) % 3
    light = st.logistic("b ~ x + z", {**table, "w": weight}, weights="w")
    long = st.logistic("b ~ x + z", {name: np.repeat(values, weight) for name, values in table.items()})
    np.testing.assert_allclose(summary(light).sd, summary(long).sd)
    a = grouped(st.fit(light).predict(align=False), light.rows.y, light.rows.weight)
    b = grouped(st.fit(long).predict(align=False), long.rows.y, None)
    np.testing.assert_allclose(a, b)


def test_expected_frequencies_are_the_sum_of_the_rows_probabilities():
    fit = st.fit(st.negative_binomial("o ~ x", table, weights="w"))
    alpha, mean = np.exp(fit.estimate[-1]), fit.predict(align=False)
    law = stats.nbinom(1 / alpha, 1 / (1 + alpha * mean))
    counts = np.arange(4.0)
    expected = [(table["w"] * law.pmf(k)).sum() for k in counts]
    np.testing.assert_allclose(expected_frequencies(fit, counts), expected, rtol=1e-12)
    total = expected_frequencies(fit, np.arange(400.0)).sum()
    np.testing.assert_allclose(total, fit.n, rtol=1e-10)


def test_frequencies_show_the_observed_shares_of_all_but_the_rarest_counts():
    figure = frequencies(st.fit(st.poisson("o ~ x", table)))
    bars = [bar.get_height() for bar in figure.draw().axes[0].patches]
    shares = 100 * np.bincount(table["o"]) / 60
    np.testing.assert_allclose(bars, shares[: len(bars)])
    assert sum(bars) >= 95
    assert f"of zeros {shares[0]:.1f} % are observed, Poisson expects" in figure.alt


def test_grouped_outcomes_count_their_trials():
    model = st.logistic("k + m ~ x", {**table, "m": np.where(table["k"] == 0, 0, table["m"])}, weights="w")
    share, weight, unit = shares(model)
    assert unit == "trials"
    np.testing.assert_allclose(
        weight, np.asarray(table["w"])[model.kept] * model.rows.y[:, 1]
    )  # without rows of 0 trials
    np.testing.assert_allclose(share * model.rows.y[:, 1], model.rows.y[:, 0])
    size = grouped(st.fit(model).predict(align=False), share, weight)[2]
    np.testing.assert_allclose(size.sum(), weight.sum())


def test_the_dispersion_is_no_column():
    assert coefficient_spreads(st.negative_binomial("o ~ x", table)).tolist()[-1] == 0.0
    softmax = st.softmax("c ~ x", table)
    np.testing.assert_allclose(coefficient_spreads(softmax), [*summary(softmax).sd, *summary(softmax).sd])


def test_a_constant_has_no_spread():
    assert summary(st.ols("y ~ x", table)).sd[0] == 0.0
