"""The Beta posterior: Bayes' identity, mpmath, the conditions that define its intervals, calibration by simulation."""

import copy
import pickle
from itertools import permutations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st
from stattools.models.samples.proportions import BernoulliTrials
from tests.sizes import examples

FLIPS = [0, 1, 0, 1, 1, 1, 0, 0, 1, 1]
parameters = some.floats(-2, 9).map(lambda e: 10.0**e)
above_one = some.floats(-1, 6).map(lambda e: 1.0 + 10.0**e)
probs = some.one_of(some.floats(0.01, 0.99), some.sampled_from([0.94, 0.999999]))


def test_the_posterior_has_the_type_of_the_prior():
    posterior = st.Beta(1, 1).update(st.coin([1, 0, 1, 1, 0, 1]))
    assert posterior == st.Beta(5, 3) == st.Beta(1, 1).update(st.binomial(4, 6))
    assert hash(posterior) == hash(st.Beta(5, 3))
    assert (repr(posterior), repr(st.Beta(0.5, 1e9))) == ("Beta(5, 3)", "Beta(0.5, 1000000000)")
    assert (posterior.prior, posterior.successes, posterior.trials) == (st.Beta(1, 1), 4, 6)
    assert (st.Beta(2, 3).prior, st.Beta(2, 3).trials, st.Beta(2, 3).log_evidence) == (st.Beta(2, 3), 0, 0.0)
    for twin in (copy.deepcopy(posterior), pickle.loads(pickle.dumps(posterior))):
        assert (twin, twin.prior, twin.log_evidence) == (posterior, posterior.prior, posterior.log_evidence)


def test_moments_equal_scipy():
    for a, b in [(5, 3), (0.5, 0.5), (0.01, 2), (100, 3000)]:
        ours, theirs = st.Beta(a, b), stats.beta(a, b)
        assert_allclose([ours.mean, ours.sd, ours.median], [theirs.mean(), theirs.std(), theirs.median()], rtol=1e-12)
        theta = np.linspace(0.01, 0.99, 50)
        assert_allclose(ours.density(theta), theirs.pdf(theta), rtol=1e-12)
        assert_allclose(ours.log_density(theta), theirs.logpdf(theta), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("a", "b", "mode"),
    [(5, 3, 2 / 3), (1, 3, 0), (0.5, 3, 0), (0.5, 1, 0), (3, 1, 1), (3, 0.5, 1), (1, 0.5, 1), (1e9, 1e9, 0.5)],
)
def test_mode(a, b, mode):
    assert st.Beta(a, b).mode == mode


# Evidence


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(parameters, parameters, some.integers(1, 10**9), some.floats(0, 1), some.sampled_from(["coin", "binomial"]))
def test_log_evidence_keeps_its_digits(a, b, n, share, kind):
    k = int(share * n)
    value = st.Beta(a, b).update(BernoulliTrials(k, n, kind)).log_evidence
    with mp.workdps(50):

        def log_beta(x, y):
            return mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y)

        exact = log_beta(mp.mpf(a) + k, mp.mpf(b) + (n - k)) - log_beta(mp.mpf(a), mp.mpf(b))
        if kind == "binomial":
            exact -= mp.log(n + 1) + log_beta(k + 1, n - k + 1)
        assert_allclose(value, float(exact), rtol=1e-13, atol=1e-13)


def test_evidence_by_integration():
    with mp.workdps(30):
        exact = mp.quad(lambda t: t**6 * (1 - t) ** 4 * 6 * t * (1 - t), [0, 1])
    assert_allclose(st.Beta(2, 2).update(FLIPS).log_evidence, float(mp.log(exact)), rtol=1e-14)


def test_evidences_of_all_sequences_add_to_one():
    prior = st.Beta(0.7, 2.5)
    flips = [[i >> j & 1 for j in range(6)] for i in range(64)]
    assert_allclose(sum(np.exp(prior.update(f).log_evidence) for f in flips), 1.0, rtol=1e-13)
    counts = [np.exp(prior.update(st.binomial(k, 6)).log_evidence) for k in range(7)]
    assert_allclose(counts, prior.predictive(6).pmf(np.arange(7)), rtol=1e-13)


# Updating


@settings(max_examples=50, deadline=None, derandomize=True)
@given(parameters, parameters, some.lists(some.booleans(), min_size=2, max_size=40), some.data())
def test_updating_twice_is_updating_once_with_all(a, b, flips, data):
    cut = data.draw(some.integers(1, len(flips) - 1))
    prior = st.Beta(a, b)
    twice, once = prior.update(flips[:cut]).update(flips[cut:]), prior.update(flips)
    assert (twice, twice.prior, twice.successes, twice.trials) == (once, prior, once.successes, once.trials)
    # Log densities of a prior worth 1e9 flips are known to 1e-11.
    assert_allclose(twice.log_evidence, once.log_evidence, rtol=1e-12, atol=1e-11)


def test_order_does_not_matter():
    batches = [[1, 0, 1], st.binomial(3, 7), [False], st.coin([1, 1])]
    posteriors = []
    for order in permutations(batches):
        posterior = st.Beta(0.1, 0.7)
        for batch in order:
            posterior = posterior.update(batch)
        posteriors.append(posterior)
    assert set(posteriors) == {st.Beta(0.1 + 7, 0.7 + 6)}
    assert_allclose([p.log_evidence for p in posteriors], posteriors[0].log_evidence, rtol=1e-14)


def test_two_counts_say_more_than_their_sum():
    """Equal posteriors; the evidence differs by C(10, 3) C(10, 4) / C(20, 7), as the data do."""
    twice = st.Beta(1, 1).update(st.binomial(3, 10)).update(st.binomial(4, 10))
    once = st.Beta(1, 1).update(st.binomial(7, 20))
    assert twice == once
    coefficients = np.log(120 * 210 / 77520)
    assert_allclose(twice.log_evidence - once.log_evidence, coefficients, rtol=1e-13)


# Intervals and probabilities


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(above_one, above_one, probs)
def test_highest_density_interval_has_its_mass_equal_ends_and_least_width(a, b, prob):
    posterior = st.Beta(a, b)
    low, high = hdi = posterior.interval(prob)
    eti = posterior.interval(prob, kind="eti")
    assert (hdi.level, hdi.kind, eti.kind, hdi.names) == (prob, "hdi", "eti", ("theta",))
    grain = 1e-15 * posterior.density([low, high]).sum()  # what rounding the ends moves
    assert_allclose(posterior.probability(low, high), prob, rtol=1e-9, atol=grain)
    assert high - low <= (eti.upper - eti.lower) * (1 + 1e-11) + 4e-16 * high
    assert low <= posterior.mode <= high
    if low > 1e-300 and 1 - high > 1e-7:  # nearer to an end, theta itself has too few digits
        at_low, at_high = posterior.log_density([low, high])
        assert_allclose(at_low, at_high, atol=1e-7)


@pytest.mark.parametrize("prob", [0.5, 0.94, 0.999999])
@pytest.mark.parametrize(("a", "b"), [(1, 5), (0.5, 2), (0.01, 1), (0.01, 1e9), (1, 1e6)])
def test_density_that_rises_to_an_end(a, b, prob):
    low, high = st.Beta(a, b).interval(prob)
    assert low == 0.0
    assert_allclose(st.Beta(a, b).probability(high=high), prob, rtol=1e-12)
    mirrored = st.Beta(b, a).interval(prob)
    assert mirrored.upper == 1.0
    assert_allclose(mirrored.lower, 1.0 - high, rtol=1e-12, atol=1e-15)
    assert high <= st.Beta(a, b).interval(prob, kind="eti").upper


def test_the_flat_interval_is_central():
    for kind in ("hdi", "eti"):
        assert_allclose(tuple(st.Beta(1, 1).interval(0.9, kind=kind)), (0.05, 0.95), rtol=1e-14)


def test_the_density_may_peak_next_to_an_end():
    low, high = st.Beta(1.0001, 1e9).interval(0.94)
    assert low < 1e-300
    assert_allclose(st.Beta(1.0001, 1e9).probability(high=high), 0.94, rtol=1e-12)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(parameters, parameters, some.floats(0.01, 0.99))
def test_equal_tailed_interval_leaves_equal_tails(a, b, prob):
    posterior = st.Beta(a, b)
    low, high = posterior.interval(prob, kind="eti")
    if low > 1e-300 and 1 - high > 1e-6:
        assert_allclose([posterior.probability(high=low), posterior.probability(low=high)], 0.5 * (1 - prob), rtol=1e-8)


def test_probability_in_both_tails():
    posterior = st.Beta(300, 700)
    with mp.workdps(120):
        for low, high in [(0.0, 0.1), (0.05, 0.1), (0.6, 1.0), (0.6, 0.61), (0.25, 0.35), (0.0, 0.3), (0.31, 1.0)]:
            exact = mp.betainc(300, 700, low, high, regularized=True)
            assert_allclose(posterior.probability(low, high), float(exact), rtol=1e-12)
    assert posterior.probability() == 1.0
    assert posterior.probability(0.3, 0.3) == 0.0


def test_probability_of_complements_adds_to_one():
    posterior = st.Beta(4, 1e9)
    for cut in (1e-10, 4.6e-9, 1e-8):
        below, above = posterior.probability(high=cut), posterior.probability(low=cut)
        assert_allclose(below + above, 1.0, rtol=1e-14)


# Draws


def test_samples_are_reproducible_and_follow_the_density():
    posterior = st.Beta(5, 3)
    draws = posterior.sample(10_000, seed=0)
    assert draws.shape == (10_000,)
    assert_array_equal(draws, posterior.sample(10_000, seed=np.random.default_rng(0)))
    assert stats.kstest(draws, stats.beta(5, 3).cdf).pvalue > 0.001
    assert posterior.sample(1, seed=0).shape == (1,)


@pytest.mark.parametrize(
    ("prior", "n"),
    [
        (st.Beta(1, 1), 10),
        pytest.param(st.Beta(0.5, 0.5), 3, marks=pytest.mark.slow),
        pytest.param(st.Beta(8, 2), 50, marks=pytest.mark.slow),
    ],
)
def test_calibration_by_simulation(prior, n):
    """theta from the prior, flips from theta: the posterior rank of theta is uniform (Talts et al. 2018), and intervals
    of probability 0.8 hold theta in 80 % of the simulations."""
    random, simulations = np.random.default_rng(20), 4000
    theta = prior.sample(simulations, seed=random)
    heads = random.binomial(n, theta)
    posteriors = [prior.update(BernoulliTrials(k, n, "coin")) for k in range(n + 1)]
    below = np.array([posteriors[k].probability(high=t) for k, t in zip(heads, theta, strict=True)])
    assert stats.chisquare(np.histogram(below, bins=20, range=(0, 1))[0]).pvalue > 0.001
    ranks = [np.sum(posteriors[k].sample(19, seed=random) < t) for k, t in zip(heads, theta, strict=True)]
    assert stats.chisquare(np.bincount(ranks, minlength=20)).pvalue > 0.001
    for kind in ("hdi", "eti"):
        ends = np.array([p.interval(0.8, kind="eti" if p.a < 1 and p.b < 1 else kind) for p in posteriors])[heads]
        held = (ends[:, 0] <= theta) & (theta <= ends[:, 1])
        assert abs(held.mean() - 0.8) < 4 * np.sqrt(0.8 * 0.2 / simulations)


def test_predictive_carries_the_parameters():
    predictive = st.Beta(5, 3).predictive(10)
    assert (predictive.trials, predictive.a, predictive.b, predictive.mean) == (10, 5.0, 3.0, 6.25)


# Refusals


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "1", None, True, [], [True]])
def test_parameters_are_positive_and_finite(value):
    with pytest.raises(st.DomainError, match=r"Beta needs a positive and finite; got .* A flat prior is Beta\(1, 1\)"):
        st.Beta(value, 1)
    with pytest.raises(st.DomainError, match="Beta needs b positive and finite"):
        st.Beta(1, value)


def test_a_u_shaped_density_has_no_mode_and_no_single_interval():
    bathtub = st.Beta(0.5, 0.5)
    with pytest.raises(
        st.DomainError, match=r"Beta\(0.5, 0.5\) is U-shaped.*no single mode. Use the mean or the median"
    ):
        _ = bathtub.mode
    with pytest.raises(st.DomainError, match=r'U-shaped.*no single interval of highest density. Use kind="eti"'):
        bathtub.interval(0.9)
    low, high = bathtub.interval(0.9, kind="eti")
    assert_allclose([low, high], np.sin(np.pi / 2 * np.array([0.05, 0.95])) ** 2, rtol=1e-13)  # the arcsine law


def test_a_flat_density_has_no_mode():
    with pytest.raises(st.DomainError, match=r"Beta\(1, 1\) is flat and has no mode"):
        _ = st.Beta(1, 1).mode


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: p.interval(0), "prob is a probability between 0 and 1"),
        (lambda p: p.interval(94), "prob is a probability between 0 and 1.*got 94"),
        (lambda p: p.interval(0.9, kind="HPD"), 'kind="hdi" or kind="eti"; got kind=\'HPD\''),
        (lambda p: p.probability(0.6, 0.4), r"low <= high; got low=0\.6, high=0\.4"),
        (lambda p: p.probability(-0.1, 0.4), r"theta is a probability.*got -0\.1"),
        (lambda p: p.density(1.5), r"theta is a probability.*got 1\.5"),
        (lambda p: p.predictive(0), "trials is one whole number, at least 1; got 0"),
        (lambda p: p.predictive(2.5), r"trials is one whole number, at least 1; got 2\.5"),
        (lambda p: p.sample(0, seed=1), "draws is one whole number, at least 1; got 0"),
        (lambda p: p.update([0, 0.5]), r"coin needs flips that are 0 or 1; got 0\.5 at position 1"),
    ],
)
def test_what_a_posterior_refuses(call, message):
    with pytest.raises(st.DomainError, match=message):
        call(st.Beta(5, 3))


def test_seed_is_asked_for():
    with pytest.raises(TypeError, match="seed"):
        st.Beta(5, 3).sample(10)  # pyright: ignore[reportCallIssue]


def test_intervals_of_a_matrix_of_arms_are_printed_and_listed_one_by_one():
    found = st.Beta(np.array([[1.0], [2.0]]), 1.0).interval(0.5, kind="eti")
    assert_allclose(found.table()[["lower", "upper"]], [[0.25, 0.75], [0.5, np.sqrt(0.75)]], rtol=1e-12)
    assert str(found).split() == "0.5 eti interval lower upper {} 0 0.25 0.75 1 0.5 0.866025".format("─" * 18).split()
