"""Intervals for a proportion: statsmodels, the equations that define them, and rare successes in a billion trials."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special
from statsmodels.stats.proportion import proportion_confint

import stattools as st
from stattools.models.samples.arms import tail_area
from stattools.models.samples.proportions import INTERVALS, clopper_pearson, likelihood_ratio, wald, wilson

TRIALS = [1, 2, 10, 1000, 10**6, 10**9]
COUNTS = [(k, n) for n in TRIALS for k in sorted({0, 1, n // 3, n // 2, n - 1, n})]
LEVELS = [0.5, 0.95, 0.999999]

each_count = pytest.mark.parametrize(("k", "n"), COUNTS)
each_level = pytest.mark.parametrize("level", LEVELS)


@each_level
@each_count
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(wald, "normal"), (wilson, "wilson"), (clopper_pearson, "beta")],
    ids=lambda v: getattr(v, "__name__", v),
)
def test_equals_statsmodels(ours, theirs, k, n, level):
    reference = np.clip(proportion_confint(k, n, alpha=1.0 - level, method=theirs), 0.0, 1.0)
    assert_allclose(ours(k, n, level), reference, rtol=0, atol=1e-12)


@each_level
@each_count
def test_likelihood_ratio_ends_solve_its_equation(k, n, level):
    z = -special.ndtri(0.5 * (1.0 - level))
    with mp.workdps(40):

        def excess(theta):
            successes = k * mp.log(mp.mpf(k) / n / theta) if k else 0
            failures = (n - k) * mp.log(mp.mpf(n - k) / n / (1 - theta)) if k < n else 0
            return 2 * (successes + failures) - mp.mpf(float(z)) ** 2

        lower, upper = likelihood_ratio(k, n, level)
        assert lower < k / n or k == 0 == lower
        assert upper > k / n or (k == n and upper == 1.0)
        for end, closed in ((lower, k == 0), (upper, k == n)):
            if not closed:
                slope = 2 * (n * mp.mpf(end) - k) / (mp.mpf(end) * (1 - mp.mpf(end)))
                assert abs(excess(mp.mpf(end)) / slope) < 1e-12 * end


@each_count
def test_wilson_ends_solve_its_equation(k, n):
    z2 = mp.mpf(float(special.ndtri(0.025))) ** 2
    with mp.workdps(40):
        for end in wilson(k, n, 0.95):
            theta = mp.mpf(end)
            slope = -2 * n * (k - n * theta) - z2 * n * (1 - 2 * theta)
            assert abs(((k - n * theta) ** 2 - z2 * n * theta * (1 - theta)) / slope) <= 4e-16 * max(end, 1e-300) * 4


@pytest.mark.parametrize(("k", "n"), [(1, 10**9), (4, 10**9), (1000, 10**9), (3, 1000)])
def test_clopper_pearson_ends_leave_their_tails(k, n):
    """P(K >= k | lower) = P(K <= k | upper) = (1 - level) / 2, added up.

    statsmodels 0.15 with SciPy 1.18 gives a lower end of 1.9e-6 for 1,000 in 1e9, above the estimate.
    """
    with mp.workdps(50):

        def at_most(count, theta):
            theta = mp.mpf(theta)
            term = total = (1 - theta) ** n
            for j in range(count):
                term *= (n - j) * theta / ((j + 1) * (1 - theta))
                total += term
            return float(total)

        lower, upper = clopper_pearson(k, n, 0.95)
        assert lower < k / n < upper
        assert_allclose([1.0 - at_most(k - 1, lower), at_most(k, upper)], 0.025, rtol=1e-9)


@each_level
@pytest.mark.parametrize("kind", INTERVALS)
@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 3), (3, 10), (500, 1000), (7, 10**6)])
def test_failures_mirror_successes(kind, k, n, level):
    lower, upper = INTERVALS[kind](k, n, level)
    mirrored = INTERVALS[kind](n - k, n, level)
    assert_allclose([1.0 - upper, 1.0 - lower], mirrored, rtol=0, atol=4e-16)
    assert 0.0 <= lower <= k / n <= upper <= 1.0


def test_ends_are_closed_where_all_trials_agree():
    for kind in ("wilson", "likelihood-ratio", "clopper-pearson"):
        for n in range(1, 40):
            assert INTERVALS[kind](0, n, 0.95)[0] == 0.0
            assert INTERVALS[kind](n, n, 0.95)[1] == 1.0
    assert_allclose(likelihood_ratio(7, 7, 0.95)[0], np.exp(-(special.ndtri(0.025) ** 2) / 14), rtol=1e-14)
    assert_allclose(clopper_pearson(7, 7, 0.95)[0], 0.025 ** (1 / 7), rtol=1e-14)


def test_coverage_of_clopper_pearson_is_at_least_its_level():
    from scipy.stats import binom

    n, theta = 20, np.linspace(0.01, 0.99, 99)
    ends = np.array([clopper_pearson(k, n, 0.9) for k in range(n + 1)])
    covered = (ends[:, :1] <= theta) & (theta <= ends[:, 1:])
    assert ((binom.pmf(np.arange(n + 1)[:, None], n, theta) * covered).sum(axis=0) >= 0.9).all()


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 95, float("nan"), "0.95", None, True])
def test_level_is_a_probability(level):
    with pytest.raises(st.DomainError, match=r"level is a probability between 0 and 1, such as 0\.95; got"):
        tail_area(level)


@pytest.mark.parametrize("kind", INTERVALS)
@pytest.mark.parametrize("successes", [0, 3, 5])
def test_the_least_level_is_the_estimate(kind, successes):
    """5e-324: what rounding leaves of the likelihood ratio at the estimate is more than its quantile."""
    near = 0.3 if kind == "clopper-pearson" else 1e-9  # which holds the medians of two betas
    assert_allclose(INTERVALS[kind](successes, 5, 5e-324), successes / 5, atol=near)
