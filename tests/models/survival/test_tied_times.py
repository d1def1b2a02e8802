"""Efron's and Breslow's sums over one time."""

import numpy as np
import pytest

from stattools.models.survival.risk_sets import breslow, efron

S, T, D = np.array([5.0, 3.0]), np.array([1.5, 3.0]), np.array([3.0, 1.0])


def test_sums_are_those_of_a_loop():
    found = efron(S, T, D)
    share = np.arange(3) / 3
    phi = 5.0 - share * 1.5
    parts = (np.log(phi), 1 / phi, share / phi, phi**-2, share / phi**2, (share / phi) ** 2)
    names = ("logs", "hazard", "own", "squares", "mixed", "own_squares")
    for name, part in zip(names, parts, strict=True):
        assert getattr(found, name)[0] == pytest.approx(part.sum(), rel=1e-14)


def test_without_ties_both_are_one():
    one, other = efron(S, T, np.ones(2)), breslow(S, T, np.ones(2))
    assert one.own is other.own is None
    assert one.logs.tolist() == other.logs.tolist() == np.log(S).tolist()
