"""The units of a network against the formulas of their definition."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.networks.units import RARE, coded_outcome, design_matrix, of_quantity, spread, zero_inputs

NAMES = ("Intercept", "x", "g")
ROWS = np.array([[1.0, 2.0, 3.0], [1.0, -2.0, 0.5]])


def test_columns_are_centered_and_scaled_by_their_frequencies():
    g = np.random.default_rng(1)
    X, weight = g.normal(3.0, 2.0, (60, 2)), g.integers(0, 3, 60).astype(float)
    center, scale = spread(X, weight)
    again = np.repeat(X, weight.astype(int), axis=0)
    assert_allclose(center, again.mean(axis=0), rtol=1e-13)
    assert_allclose(scale, again.std(axis=0), rtol=1e-13)


def test_rare_and_constant_columns_stay_near_zero():
    X = np.zeros((10_000, 2))
    X[7, 0], X[:, 1] = 1.0, 4.0
    center, scale = spread(X, np.ones(len(X)))
    assert np.abs((X - center) / scale).max() <= RARE * 1.0001
    assert ((X - center) / scale)[:, 1].tolist() == [0.0] * len(X)


def test_a_quantity_that_never_changes_has_a_unit():
    assert of_quantity(np.full(3, 7.0), np.ones(3)) == (7.0, 1.0)
    middle, unit = of_quantity(np.array([1.0, 5.0]), np.array([3.0, 1.0]))
    assert (middle, unit) == (2.0, np.sqrt(3.0))


@pytest.mark.parametrize("given", [ROWS, ROWS.tolist(), pd.DataFrame(ROWS, columns=NAMES), pl.DataFrame(ROWS, NAMES)])
def test_a_design_matrix_is_read_from_any_container_in_the_order_of_its_columns(given):
    assert design_matrix(given, NAMES, "a network").tolist() == ROWS.tolist()


@pytest.mark.parametrize(
    "given",
    [
        pd.DataFrame(ROWS, columns=["x", "Intercept", "g"]),
        pd.DataFrame(ROWS, columns=pd.MultiIndex.from_product([["a"], NAMES])),
        {"x": [1.0], "y": [2.0], "g": [3.0]},
        (ROWS[:, 0], ROWS),
        ROWS[:, 1:],
        ROWS[0],
        ROWS * np.nan,
        ROWS * np.inf,
        ROWS.astype(str),
        ROWS + 1j,
        np.empty((0, 0)),
        [[10**400] * 3],
        "x",
        True,
        None,
        slice(2),
    ],
)
def test_what_is_no_design_matrix_is_refused_with_the_way(given):
    with pytest.raises(st.DomainError, match=r"fit\.predict\(table\)|put them into one order"):
        design_matrix(given, NAMES, "a network")


@pytest.mark.parametrize("given", [[0, 1, 2], [[0, 1]], ["a", "b"], [0, -1], [0, np.nan], 1, None, {"y": [0, 1]}])
def test_an_outcome_is_one_value_that_the_likelihood_takes_for_each_row(given):
    assert coded_outcome([0, 4], 2, st.Poisson(), "a network").tolist() == [0.0, 4.0]
    with pytest.raises(st.DomainError):
        coded_outcome(given, 2, st.Poisson(), "a network")


def test_inputs_that_are_zero_in_every_row_are_found_beyond_the_first_block():
    X = np.tile([5.0, 0.0, 2.0], (5000, 1))
    X[4999, 1] = 1.0
    assert zero_inputs(X, np.array([5.0, 0.0, 0.0]), np.ones(3)).tolist() == [0]
    assert zero_inputs(X, np.array([5.0, 0.0, 0.0]), np.array([2.0, 1.0, 1.0])).tolist() == []
