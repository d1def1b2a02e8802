"""Many arms against each other: each is what it is alone, in time and memory."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.decisions.arms import FAMILIES, several
from stattools.bayes.decisions.contest import shortfall
from stattools.interface import memory
from stattools.numerics.distributions.beta import log_complement
from stattools.numerics.quadrature import log_integral


def _wide(low, high):
    return np.exp(np.random.default_rng(7).uniform(np.log(low), np.log(high), 9))


TRIALS, RATES = np.geomspace(5.0, 3e6, 9), np.linspace(0.28, 0.32, 9)
MANY = {
    "beta": st.Beta(1.0 + TRIALS * RATES, 1.0 + TRIALS * (1.0 - RATES)),
    "beta, wide": st.Beta(_wide(0.01, 1e9), _wide(0.01, 1e9)[::-1].copy()),
    "beta, near 0": st.Beta(_wide(0.02, 3.0), np.full(9, 2e4)),
    "gamma": st.Gamma(1.0 + TRIALS * RATES, TRIALS),
    "gamma, wide": st.Gamma(_wide(0.02, 1e7), _wide(0.02, 1e7)),
    "normal": st.Normal(RATES, 1.0 / np.sqrt(TRIALS)),
    "normal, wide": st.Normal(np.linspace(-9.0, 9.0, 9), _wide(0.1, 9.0)),
}
"""Nine arms of every family, alike and of scales far apart."""


LONG = {"beta", "beta, near 0", "gamma, wide"}


@pytest.mark.parametrize(
    "arms",
    [pytest.param(arms, id=name, marks=[pytest.mark.slow] * (name in LONG)) for name, arms in MANY.items()],
)
def test_many_arms_are_what_each_of_them_is_alone(arms):
    """Against an integral of its own for every arm, on all landmarks of all arms and from both tails: the panels are
    shared, and the distribution functions are cheaper, but not another number.
    """
    found, _ = several(arms, "the twin").together()
    marks = np.concatenate([arm.landmarks() for arm in found], axis=1)
    alone = []
    for i, arm in enumerate(found):

        def product(t, row, i=i, arm=arm):
            others = [other.log_tails(t, row)[0] for j, other in enumerate(found) if j != i]
            return arm.log_density(t, row) + np.sum(others, axis=0)

        alone.append(float(np.exp(log_integral(product, marks))[0]))
    assert sum(alone) == pytest.approx(1.0, abs=1e-9)
    assert_allclose(st.probability_best(arms), alone, rtol=1e-9, atol=1e-280)  # the claim; of the bulk it is 1e-12
    assert_allclose(st.probability_best(arms), alone, rtol=0, atol=1e-12)
    chosen, *others = found
    above = [other.log_tails for other in others]

    def lost(t, row):
        below = np.sum([tails(t, row)[0] for tails in above], axis=0)
        return chosen.log_tails(t, row)[0] + log_complement(below) + chosen.log_stretch(t)

    assert_allclose(shortfall(chosen, others), np.exp(log_integral(lost, marks)), rtol=1e-9)


def test_every_family_is_among_them():
    assert {type(arms) for arms in MANY.values()} == set(FAMILIES)


@pytest.mark.parametrize("arms", [st.Beta(30, 70), st.Gamma(30, 2), st.Normal(0, 1)])
def test_a_hundred_arms_take_no_longer_than_a_few(arms, monkeypatch):
    asked = _counted(arms, monkeypatch)
    assert_allclose(st.probability_best([arms] * 100), 0.01, rtol=1e-13)
    assert asked[0] < 100 * 1500  # each distribution function once at each node of one set of panels


@pytest.mark.slow
@pytest.mark.parametrize("kind", [st.Beta, st.Gamma])
def test_two_hundred_arms_of_scales_far_apart_share_their_panels(kind, monkeypatch):
    trials = np.geomspace(10.0, 1e6, 200)
    successes = trials * np.random.default_rng(1).uniform(0.05, 0.2, 200)
    arms = st.Beta(1 + successes, 1 + trials - successes) if kind is st.Beta else st.Gamma(1 + successes, trials)
    asked = _counted(arms, monkeypatch)
    assert st.probability_best(arms).sum() == pytest.approx(1.0, abs=1e-13)
    assert asked[0] < 200 * 5000


def _counted(arms, monkeypatch):
    """How many times a distribution function of an arm is asked for."""
    asked, kind = [0], FAMILIES[type(arms)]
    pair = kind.log_density_and_below

    def counted(self, t, row):
        asked[0] += np.size(t)
        return pair(self, t, row)

    monkeypatch.setattr(kind, "log_density_and_below", counted)
    return asked


def test_so_many_arms_that_memory_ends_are_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e7)
    with pytest.raises(st.DomainError, match=r"integrals of 1,000 arms would take .*B of memory.*Leave out"):
        st.probability_best(st.Normal(np.arange(1000.0), np.ones(1000)))
