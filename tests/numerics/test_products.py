"""Products of blocks against NumPy's own, in every memory order, on several threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.numerics.columns import CACHED, WIDE, add_gram, symmetric, upper_gram


def orders(X):
    return {"C": np.ascontiguousarray(X), "F": np.asfortranarray(X), "strided": np.repeat(X, 2, axis=1)[:, ::2]}


@pytest.mark.parametrize("order", ["C", "F", "strided"])
@pytest.mark.parametrize("m,p", [(1, 1), (7, 1), (1, 5), (50, 3), (33, 40), (12_000, 1), (6_000, 2), (9_000, 11)])
def test_add_gram_is_the_product(order, m, p):
    X = orders(np.random.default_rng(0).normal(size=(m + 6, p)))[order]
    block, total = X[3 : 3 + m], np.full((p, p), 2.0, order="F")
    add_gram(total, block)
    assert_allclose(
        np.triu(total), np.triu(block.T @ block + 2.0), rtol=1e-14 if m < 100 else 1e-13, atol=1e-15 * m + 1e-13
    )


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("m", "p"), [(9, 6), (10_000, 6), (10_000, 20), (500, WIDE + 2)])
@pytest.mark.parametrize("least", [0.0, -1.0])
def test_weighted_products(order, m, p, least):
    rng = np.random.default_rng(3)
    X, weight = orders(rng.normal(size=(m, p)))[order], rng.uniform(least, 1.0, m)
    found = upper_gram(X, weight)
    assert_allclose(symmetric(found), X.T @ (X * weight[:, None]), rtol=1e-12, atol=1e-12 * m)


def test_blocks_are_added_on_threads():
    X = np.random.default_rng(2).normal(size=(4000, 30))
    with ThreadPoolExecutor(4) as pool:
        found = sum(pool.map(upper_gram, np.split(X, 8)))
    assert_allclose(symmetric(found), X.T @ X, rtol=1e-13, atol=1e-12)
    assert_array_equal(symmetric(np.array([[1.0, 2.0], [0.0, 3.0]])), [[1.0, 2.0], [2.0, 3.0]])


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_narrow_gram_of_many_rows_is_that_of_all(order):
    g = np.random.default_rng(0)
    X, weight = np.asarray(g.normal(size=(2 * CACHED // 3 + 7, 3)), order=order), g.random(2 * CACHED // 3 + 7)
    assert_allclose(upper_gram(X, weight), (X * weight[:, None]).T @ X, rtol=1e-11)


def test_rows_without_columns_have_an_empty_gram():
    assert upper_gram(np.empty((3, 0)), np.ones(3)).shape == (0, 0)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_weights_of_one_sign_are_added_for_many_columns_too(sign):
    X = np.random.default_rng(4).normal(size=(30, WIDE + 3))
    weight = sign * np.linspace(0.5, 2.0, 30)
    assert_allclose(np.triu(upper_gram(X, weight)), np.triu(X.T @ (X * weight[:, None])), rtol=0, atol=1e-11)
