"""Rootograms and tables of predictive checks: frequencies as they are counted, and which counts are outside."""

import numpy as np
from numpy.testing import assert_array_equal

from stattools.bayes.sampling.predictive_check import beside
from stattools.reporting.predictive import checks, frequencies, rootogram

RNG = np.random.default_rng(2)
SEEN = RNG.poisson(2.0, 400).astype(float)
GOOD, LOW = RNG.poisson(2.0, (300, 400)).astype(float), RNG.poisson(0.5, (300, 400)).astype(float)


def test_frequencies_count_each_outcome():
    assert_array_equal(frequencies(GOOD, 3)[7], [(GOOD[7] == k).sum() for k in range(4)])


def test_the_words_of_a_rootogram_count_what_is_outside():
    figure = rootogram(SEEN, {"right": SEEN[None] + 0.0 * GOOD, "low": LOW}, most=2, outcome="k", name="r")
    assert "0 outside the interval of right, 2 outside the interval of low" in figure.alt


def test_p_values_that_no_draw_resolves_are_bounds():
    found = {
        "sum": {name: beside(np.sum, SEEN, made) for name, made in {"low": LOW, "high": GOOD + 5}.items()},
        "mean": {"right": beside(np.mean, SEEN, GOOD)},
    }
    rows = checks(found).rows
    assert [row[4] for row in rows[:2]] == ["below 0.003", "above 0.997"]
    assert 0.03 < float(rows[2][4]) < 0.97
