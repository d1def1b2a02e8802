"""Fixed effects as columns, and the coefficients that were not reported."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.validation.foreign.description import MOST, completed, level_codes, placed, with_effects

rng = np.random.default_rng(5)
n = 60
x = rng.normal(size=(n, 1))
firm, year = np.repeat(np.arange(5), 12), np.tile(np.arange(12), 5)


def test_levels_become_columns_that_determine_each_other_nowhere():
    X, names = with_effects(x, ["x"], {"firm": firm, "year": year})
    assert X.shape == (n, 1 + 1 + 4 + 11)
    assert np.linalg.matrix_rank(X) == X.shape[1]
    assert names[:3] == ["Intercept", "x", "firm[1]"]
    nested, _ = with_effects(x, ["x"], {"year": year, "quarter": year // 3})
    assert nested.shape == (n, 1 + 1 + 11)
    assert with_effects(np.column_stack([np.ones(n), x]), ["Intercept", "x"], {"firm": firm})[1][0] == "Intercept"


def test_too_many_are_refused():
    with pytest.raises(IncompatibleError, match="400 fixed effects"):
        with_effects(rng.normal(size=(800, 1)), ["x"], {"g": np.arange(800) // 2})
    assert MOST < 400


def test_what_was_not_reported_is_at_its_best_beside_the_rest():
    X, names = with_effects(x, ["x"], {"firm": firm})
    model = st.poisson(rng.poisson(2.0, n), X, names=names, intercept=False)
    best = st.fit(model).estimate
    reported = placed(best[1:2], ["x"], model.names)
    assert np.isnan(reported).sum() == 5
    assert_allclose(completed(model, reported), best, rtol=1e-7)
    away = completed(model, np.where(np.isnan(reported), np.nan, 0.5))
    assert away[1] == 0.5
    assert_allclose(model.evaluate(away).score[[0, 2, 3, 4, 5]], 0.0, atol=1e-7)
    assert completed(model, best) is best
    assert level_codes(["b", "a", "b"]).tolist() == [1, 0, 1]
