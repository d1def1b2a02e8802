import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.rows import Influence, influence_of
from stattools.validation.conventions.state import start_of
from tests.cases import rng

RNG = np.random.default_rng(71)
TABLE = pd.DataFrame({"x": RNG.normal(size=90), "z": RNG.normal(size=90)})
TABLE["y"], TABLE["k"] = TABLE.x + RNG.normal(size=90), RNG.poisson(2.0, 90)
OLS = st.ols("y ~ x + z", TABLE)


def influence(model, other):
    fit = st.fit(other)
    claim = read_claim(dict(zip(fit.names, fit.estimate, strict=True)))
    return influence_of(start_of(claim, model))


@pytest.mark.parametrize("gone", [[5], [1, 2, 3], list(range(60, 90))])
def test_one_step_is_exact_for_least_squares(gone):
    mask = np.isin(np.arange(90), gone)
    found = influence(OLS, st.ols("y ~ x + z", TABLE[~mask]))
    far = found.of_sets([mask, np.roll(mask, 1)])
    assert far[0] < 1e-9 < far[1]


def test_single_rows_move_as_the_refit_says():
    moves = influence(OLS, OLS).of_rows()
    for row in (0, 44):
        refit = st.fit(st.ols("y ~ x + z", TABLE.drop(index=row))).estimate
        assert_allclose(moves[row], refit - st.fit(OLS).estimate, rtol=1e-9, atol=1e-13)


def test_the_length_of_a_run_is_found_in_any_order():
    order = np.argsort(TABLE.x.to_numpy())
    found = influence(OLS, st.ols("y ~ x + z", TABLE.drop(index=order[:23])))
    assert found.runs(order)[0] == 23
    counts = st.poisson("k ~ x", TABLE)
    other = st.poisson("k ~ x", TABLE.drop(index=order[:11]))
    assert 11 in influence(counts, other).runs(order, best=3)


def test_models_without_plain_rows_have_none():
    model = st.softmax("k ~ x", TABLE.assign(k=TABLE.k.clip(0, 2).astype(str)))
    assert influence(model, model) is None


@pytest.mark.parametrize("seed", [24, 29, 32, 33, 41, 43])
def test_a_long_run_is_found_among_places_that_come_as_near_by_chance(seed):
    """Of 60,000 rows only some lengths are looked at first: between two of them the coefficients move."""
    g, n, gone = rng(seed), 60_000, 8_571
    X = np.column_stack([np.ones(n), g.normal(size=(n, 2))])
    y = X @ [1.0, 0.5, 0.2] + g.normal(size=n)
    here, there = (np.linalg.lstsq(X[:kept], y[:kept])[0] for kept in (n, n - gone))
    rest = y - X @ here
    whole = Influence(X, X * rest[:, None], np.ones(n), X.T @ X, there - here, np.ones(3, dtype=bool))
    assert gone in whole.runs(np.arange(n)[::-1])
