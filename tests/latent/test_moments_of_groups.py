"""Moments of the groups are near the maximum, where there are enough groups."""

import numpy as np
import pytest

import stattools as st
from stattools.latent.deviance import hessian, moments
from tests.latent.group_cases import CASES, of_rows, with_effects
from tests.latent.test_structure import of_one_factor, of_several_factors


def test_groups_whose_effects_are_next_to_nothing_give_no_moments():
    """One row is 1e119 beside others of 1, so that the other groups have effects whose inverses have no squares."""
    r = np.random.default_rng(0)
    table = {"x": [1e119, *r.normal(size=23)], "g": np.arange(24) % 8, "y": r.normal(size=24)}
    fit = st.fit(st.linear_mixed("y ~ 1 + (x || g)", table))
    assert np.isfinite([*fit.estimate, *fit.se]).all()


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_moments_start_near_the_maximum(widths):
    of = with_effects(widths)
    start = of.at(moments(of))
    assert start.value < of.at(of.theta(tuple(0.2 * np.eye(q) for q in widths))).value
    assert np.linalg.eigvalsh(hessian(start))[0] > 0.0


def test_two_groups_and_three_effects_give_no_moments():
    assert moments(of_rows(of_several_factors((2,), np.repeat([0, 1], 20)))) is None
    assert moments(of_rows(of_one_factor((1, 2)))) is None
