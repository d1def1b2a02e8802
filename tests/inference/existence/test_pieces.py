"""A hurdle's zeros and positive counts are models of their own, whose columns and separation are named."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.existence.pieces import pieces
from tests.cases import rng


@pytest.fixture(scope="module")
def table():
    g = rng(11)
    frame = pd.DataFrame({"x": g.normal(size=300), "g": np.array(list("abc"))[np.arange(300) % 3]})
    y = np.where(g.random(300) < 0.4, 0, g.poisson(np.exp(0.5 + 0.3 * frame.x)))
    none, one = np.where(frame.g == "a", 0, y), np.where((frame.g == "b") & (y > 0), 1, y)
    return frame.assign(y=y, none=none, one=one, w=g.integers(1, 4, 300), o=0.1 * g.normal(size=300))


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_log_likelihoods_of_pieces_add_up(table, family):
    model = st.hurdle("y ~ x", table, zero="~ g", family=family, weights="w", offset="o")
    theta = rng(1).normal(size=len(model.names))
    parts = [model.predictor.parts[k] for k in range(model.predictor.width)]
    at = [theta[parts[1]], np.concatenate([theta[parts[0]], *(theta[part] for part in parts[2:])])]
    found = sum(piece.loglik(part) for piece, part in zip(pieces(model), at, strict=True))
    assert_allclose(found, model.loglik(theta), rtol=1e-12)
    assert pieces(model)[0].names == ("zero: Intercept", "zero: g[T.b]", "zero: g[T.c]")


def test_zeros_that_columns_tell_are_infinite_coefficients_by_name(table):
    model = st.hurdle("none ~ x", table, zero="~ g")
    with pytest.raises(st.SeparationError, match=r"zero: Intercept = inf, zero: g\[T.b\] = -inf") as caught:
        st.fit(model)
    assert "Jeffreys" not in str(caught.value)  # which it does not have
    found = st.separation(model)
    assert found is not None
    assert caught.value.separation.infinite == found.infinite


def test_counts_of_one_that_columns_tell_are_infinite_coefficients_by_name(table):
    with pytest.raises(st.SeparationError, match=r"g\[T.b\] separates no one above 1 .*g\[T.b\] = -inf"):
        st.fit(st.hurdle("one ~ x + g", table))


def test_columns_that_positive_counts_do_not_tell_apart_are_named(table):
    with pytest.raises(st.IdentificationError, match=r"of positive counts cannot tell 1 of its 4 .*g\[T.c\] = Interc"):
        st.fit(st.hurdle("none ~ x + g", table))


def test_weights_of_zero_leave_no_zeros(table):
    weights = (table.y > 0).astype(int)
    with pytest.raises(st.SeparationError, match="zero = -inf"):
        st.fit(st.hurdle("y ~ x", table, weights=weights))


def test_other_likelihoods_are_one_piece(table):
    assert pieces(st.poisson("y ~ x", table)) == []
