"""Many arms against each other: each is what it is alone, in time and memory."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.decisions.arms import FAMILIES, BetaArm
from stattools.interface import memory
from stattools.numerics.quadrature import log_integral


def test_many_arms_are_what_each_of_them_is_alone():
    """Against an integral of its own for every arm, on all landmarks of all arms: the panels are shared, the numbers
    are not.
    """
    g = np.random.default_rng(5)
    n = g.integers(5, 3000, 9)
    k = g.binomial(n, 0.3)
    arms = [BetaArm(np.array([1.0 + a]), np.array([1.0 + b])) for a, b in zip(k, n - k, strict=True)]
    marks = np.concatenate([arm.landmarks() for arm in arms], axis=1)
    alone = []
    for i, arm in enumerate(arms):

        def product(t, row, i=i, arm=arm):
            others = [other.log_tails(t, row)[0] for j, other in enumerate(arms) if j != i]
            return arm.log_density(t, row) + np.sum(others, axis=0)

        alone.append(float(np.exp(log_integral(product, marks))[0]))
    assert min(alone) < 1e-4
    assert_allclose(
        st.probability_best([st.Beta(1 + a, 1 + b) for a, b in zip(k, n - k, strict=True)]), alone, rtol=1e-12
    )


@pytest.mark.parametrize("arm", [st.Beta(30, 70), st.Gamma(30, 2), st.Normal(0, 1)])
def test_a_hundred_arms_take_no_longer_than_a_few(arm, monkeypatch):
    asked = 0
    kind = FAMILIES[type(arm)][1]
    tails = kind.log_tails

    def counted(self, t, row):
        nonlocal asked
        asked += np.size(t)
        return tails(self, t, row)

    monkeypatch.setattr(kind, "log_tails", counted)
    assert_allclose(st.probability_best([arm] * 100), 0.01, rtol=1e-13)
    assert asked < 100 * 1500  # each distribution function once at each node of one set of panels


def test_so_many_arms_that_memory_ends_are_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e7)
    with pytest.raises(st.DomainError, match=r"integrals of 1,000 arms would take .*B of memory.*Leave out"):
        st.probability_best(st.Normal(np.arange(1000.0), np.ones(1000)))
