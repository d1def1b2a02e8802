import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.plots.predictions import calibration, expected_frequencies, frequencies, shares

rng = np.random.default_rng(1)
table = {"x": rng.normal(size=60), "z": rng.normal(size=60), "k": rng.poisson(2.0, size=60)}
table |= {"b": rng.integers(0, 2, size=60), "c": np.array(["u", "v", "w"] * 20)}
table |= {"m": rng.poisson(2.0, size=60), "w": np.arange(60) % 3, "o": rng.negative_binomial(1, 0.3, size=60)}


def points(axes):
    return next(line for line in axes.lines if line.get_marker() == "o")


@pytest.mark.parametrize("bins", [3, 10])
def test_events_and_categories_are_the_table_of_calibration(bins):
    fit = st.fit(st.logistic("b ~ x", table))
    expected = fit.calibration(bins)
    found = points(fit.plot("calibration", bins=bins).axes[0])
    assert_allclose(found.get_xdata(), expected.predicted)
    assert_allclose(found.get_ydata(), expected.observed)
    softmax = st.fit(st.softmax("c ~ x", table))
    expected = softmax.calibration(bins)
    made = softmax.plot("calibration", bins=bins)
    assert [axes.get_title(loc="left") for axes in made.axes] == ["u", "v", "w"]
    assert_allclose(points(made.axes[2]).get_ydata(), expected[expected.category == "w"].observed)


def test_means_have_the_standard_error_of_their_group():
    fit = st.fit(st.beta_binomial("k + m ~ 1", table))
    model, axes = fit.model, fit.plot("calibration").axes[0]
    trials, share = model.rows.y[:, 1], model.rows.y[:, 0] / model.rows.y[:, 1]
    mean = fit.predict(align=False)[0]
    assert_allclose(points(axes).get_ydata(), [(share * trials).sum() / trials.sum()])
    s = np.exp(fit.estimate[-1])
    variance = stats.betabinom(trials, s * mean, s * (1 - mean)).var().sum() / trials.sum() ** 2
    bars = next(c for c in axes.collections if c.get_segments())
    assert_allclose(np.ptp(bars.get_segments()[0][:, 1]), 4.0 * np.sqrt(variance), rtol=1e-6)


def test_expected_frequencies_are_the_sum_of_the_rows_probabilities():
    fit = st.fit(st.negative_binomial("o ~ x", table, weights="w"))
    alpha, mean = np.exp(fit.estimate[-1]), fit.predict(align=False)
    law = stats.nbinom(1 / alpha, 1 / (1 + alpha * mean))
    counts = np.arange(4.0)
    expected = [(table["w"] * law.pmf(k)).sum() for k in counts]
    assert_allclose(expected_frequencies(fit, counts), expected, rtol=1e-12)
    total = expected_frequencies(fit, np.arange(400.0)).sum()
    assert_allclose(total, fit.n, rtol=1e-10)


def test_frequencies_show_the_observed_shares_of_all_but_the_rarest_counts():
    drawing = frequencies(st.fit(st.poisson("o ~ x", table)))
    bars = [bar.get_height() for bar in drawing.draw(None).axes[0].patches]
    found = 100 * np.bincount(table["o"]) / 60
    assert_allclose(bars, found[: len(bars)])
    assert sum(bars) >= 95
    assert f"of zeros {found[0]:.1f} % are observed, Poisson expects" in drawing.alt


def test_grouped_outcomes_count_their_trials():
    model = st.logistic("k + m ~ x", {**table, "m": np.where(table["k"] == 0, 0, table["m"])}, weights="w")
    share, weight, unit = shares(model)
    assert unit == "trials"
    assert_allclose(weight, np.asarray(table["w"])[model.kept] * model.rows.y[:, 1])  # without rows of 0 trials
    assert_allclose(share * model.rows.y[:, 1], model.rows.y[:, 0])
    size = grouped(st.fit(model).predict(align=False), share, weight)[2]
    assert_allclose(size.sum(), weight.sum())


def test_bins_and_levels_are_checked():
    fit = st.fit(st.logistic("b ~ x", table))
    for wrong in ({"bins": 0}, {"bins": 2.5}, {"level": 1.0}):
        with pytest.raises(st.DomainError):
            calibration(fit, **wrong)
