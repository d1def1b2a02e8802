"""The units of a network against the formulas of their definition."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.networks.units import FARTHEST, coded_outcome, design_matrix, of_quantity, spread, zero_inputs

NAMES = ("Intercept", "x", "g")
ROWS = np.array([[1.0, 2.0, 3.0], [1.0, -2.0, 0.5]])


def test_columns_are_centered_and_scaled_by_their_frequencies():
    g = np.random.default_rng(1)
    X, weight = g.normal(3.0, 2.0, (60, 2)), g.integers(0, 3, 60).astype(float)
    center, scale = spread(X, weight)
    again = np.repeat(X, weight.astype(int), axis=0)
    gap = again - again.mean(axis=0)
    assert_allclose(center, again.mean(axis=0), rtol=1e-13)
    assert_allclose(scale, (gap**2).mean(axis=0) / np.abs(gap).mean(axis=0), rtol=1e-13)


def test_rare_far_and_constant_columns_stay_near_zero():
    X = np.zeros((10_000, 3))
    X[7, 0], X[:, 1], X[:, 2] = 1.0, 4.0, np.random.default_rng(2).standard_cauchy(10_000)
    center, scale = spread(X, np.ones(len(X)))
    inputs = (X - center) / scale
    assert_allclose(inputs[7, 0] - inputs[8, 0], 2.0, rtol=1e-12)
    assert inputs[:, 1].tolist() == [0.0] * len(X)
    assert_allclose(np.abs(inputs[:, 2]).max(), FARTHEST, rtol=1e-12)


def test_the_values_that_a_column_has_as_inputs_depend_on_no_unit_and_no_origin():
    g = np.random.default_rng(3)
    X: Any = np.column_stack([g.normal(size=500), g.random(500) < 0.01, np.exp(2.0 * g.normal(size=500))])
    center, scale = spread(X, np.ones(500))
    moved = 7.0 - 1e-3 * X
    again, unit = spread(moved, np.ones(500))
    assert_allclose((again - moved) / unit, (X - center) / scale, rtol=1e-9, atol=1e-10)


def test_a_normal_column_has_five_fourths_of_its_standard_deviation_and_no_column_less_than_one():
    X = np.random.default_rng(4).normal(size=(40_000, 1))
    assert_allclose(spread(X, np.ones(len(X)))[1], np.sqrt(np.pi / 2.0), rtol=0.01)  # sampling error 0.5 %
    even = np.tile([[0.0], [1.0]], (50, 1))
    assert_allclose(spread(even, np.ones(100))[1], even.std(), rtol=1e-12)


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
    weight = (np.arange(5000) < 4999).astype(float)
    assert zero_inputs(X, np.array([5.0, 0.0, 0.0]), np.ones(3), weight).tolist() == [0, 1]
