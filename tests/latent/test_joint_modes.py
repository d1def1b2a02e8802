"""The mode of all effects: where the slope is 0, whatever the data."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import ConvergenceError
from stattools.latent.modes import SeenRows, joint_mode
from tests.latent.effect_cases import CASES, N


def slope(case, found):
    return case.scaled.down(found.score[:, 0]) - case.columns.prior * found.u


@pytest.mark.parametrize("name", CASES)
def test_the_slope_is_zero_and_the_start_does_not_matter(name):
    case = CASES[name]
    found = joint_mode(case.rows, case.scaled, case.base, np.zeros(case.columns.size))
    other = joint_mode(case.rows, case.scaled, case.base, np.full(case.columns.size, 3.0))
    assert_allclose(slope(case, found), 0.0, atol=1e-9)
    assert_allclose(other.u, found.u, atol=1e-9)


@pytest.mark.parametrize("size", [1e6, 1e15, 1e100])
def test_counts_far_from_all_others_have_a_mode(size):
    case = CASES["one"]
    y = case.rows.y.copy()
    y[3] = size
    case = replace(case, rows=replace(case.rows, y=y))
    found = joint_mode(case.rows, case.scaled, case.base, np.zeros(case.columns.size))
    assert np.abs(slope(case, found)).max() <= 1e-9 * size
    assert np.isfinite(found.value)


def test_effects_that_are_huge_have_a_mode():
    case = CASES["crossed"]
    case = replace(case, factors=[1e6 * T for T in case.factors])
    found = joint_mode(case.rows, case.scaled, case.base, np.full(case.columns.size, 100.0))
    assert np.isfinite(found.value)


def test_a_likelihood_that_is_no_number_has_none():
    case = CASES["one"]
    rows = SeenRows(case.rows.likelihood, np.full(N, np.nan), None)
    with pytest.raises(ConvergenceError, match="mode of the effects was not found"):
        joint_mode(rows, case.scaled, case.base, np.zeros(case.columns.size))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("far", [700.0, 708.5, 709.5, 800.0])
def test_a_start_whose_means_are_near_the_end_of_float64_has_a_mode_or_an_error_of_ours(name, far):
    case, base = CASES[name], CASES[name].base.copy()
    base[0] = far
    with suppress(ConvergenceError):
        found = joint_mode(case.rows, case.scaled, base, np.zeros(case.columns.size))
        assert np.isfinite(found.u).all()
        assert not np.isnan(found.value)  # -inf where the row is impossible


def test_the_work_is_limited_and_not_the_steps_alone(monkeypatch):
    """Where a scale is next to 0 every step may be halved a thousand times."""
    monkeypatch.setattr("stattools.latent.modes.MOST_TRIED", 1)
    case = CASES["one"]
    with pytest.raises(ConvergenceError, match="mode of the effects was not found"):
        joint_mode(case.rows, case.scaled, case.base, np.full(case.columns.size, 3.0))


@pytest.mark.parametrize("name", CASES)
def test_rows_in_blocks_are_all_rows(name, monkeypatch):
    case = CASES[name]
    whole = case.rows.evaluate(case.base)
    monkeypatch.setattr("stattools.latent.modes.BLOCK", 7)
    for found, expected in zip(case.rows.evaluate(case.base), whole, strict=True):
        assert np.shape(found) == np.shape(expected)
        assert_allclose(found, expected, rtol=1e-13)
