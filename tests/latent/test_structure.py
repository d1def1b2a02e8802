"""Every structure says what the dense twin says, at regular and at singular factors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.design.latent_terms import RandomTerm
from stattools.latent.coordinates import Coordinates, coordinates
from stattools.latent.elimination import Crossed, Nested, OneFactor
from tests.latent.certified import term
from tests.latent.dense_structure import DenseStructure


def of_one_factor(widths: tuple[int, ...]) -> Coordinates:
    r = np.random.default_rng(len(widths))
    n, g = 40, np.repeat(np.arange(7), [1, 3, 8, 9, 2, 7, 10])
    X = np.column_stack([np.ones(n), r.normal(size=(n, 2))])
    terms: list[RandomTerm] = [term(g, r.normal(size=(n, q))) for q in widths]
    return coordinates(X, r.normal(size=n), terms)


def of_several_factors(widths: tuple[int, ...], *groups: object) -> Coordinates:
    r = np.random.default_rng(sum(widths))
    n = len(np.asarray(groups[0]))
    X = np.column_stack([np.ones(n), r.normal(size=n)])
    terms = [term(g, r.normal(size=(n, q)), str(k)) for k, (g, q) in enumerate(zip(groups, widths, strict=True))]
    return coordinates(X, r.normal(size=n), terms)


DRAWN = np.random.default_rng(5)
PUPIL, SUBJECT, DAY = DRAWN.integers(0, 20, 120), DRAWN.integers(0, 9, 120), DRAWN.integers(0, 4, 120)
CLASS, SCHOOL = PUPIL // 3, PUPIL // 12

CASES = [
    pytest.param(of_one_factor((1,)), OneFactor, id="one effect"),
    pytest.param(of_one_factor((2,)), OneFactor, id="two effects"),
    pytest.param(of_one_factor((4,)), OneFactor, id="four effects"),
    pytest.param(of_one_factor((1, 2)), OneFactor, id="two terms of one group"),
    pytest.param(of_several_factors((1, 1), CLASS, PUPIL), Nested, id="nested"),
    pytest.param(of_several_factors((2, 1, 3, 1), SCHOOL, CLASS, PUPIL, CLASS), Nested, id="nested slopes"),
    pytest.param(of_several_factors((1, 1, 1), DAY, SUBJECT, PUPIL), Crossed, id="crossed"),
    pytest.param(of_several_factors((2, 1, 3, 1), DAY, PUPIL, SUBJECT, PUPIL), Crossed, id="crossed slopes"),
    pytest.param(of_several_factors((2, 1), CLASS, PUPIL), Crossed, id="nested as if crossed"),
]


@pytest.mark.parametrize("singular", [False, True])
@pytest.mark.parametrize("size", [1e-5, 1.0, 10.0])
@pytest.mark.parametrize(("found", "kind"), CASES)
def test_structures_equal_their_dense_twin(found, kind, size, singular):
    r = np.random.default_rng(2)
    fast, dense = kind.of(found.columns), DenseStructure(found.columns)
    factors = tuple(size * np.tril(r.normal(size=(q, q))) for q in fast.widths)
    if singular:
        factors = (*factors[:-1], factors[-1] * (np.arange(len(factors[-1])) == 1))
    left, right = fast.evaluate(factors), dense.evaluate(factors)
    assert fast.widths == dense.widths
    assert_allclose(left.log_determinant, right.log_determinant, rtol=1e-12, atol=1e-12)
    assert_allclose(left.cross, right.cross, rtol=1e-10, atol=1e-11)
    for one, other in zip(left.diagonal_blocks + left.projected, right.diagonal_blocks + right.projected, strict=True):
        assert_allclose(one, other, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize(("found", "kind"), CASES[3:])
def test_other_columns_are_those_of_a_structure_made_of_them(found, kind):
    fast, some = kind.of(found.columns), [1, 0]
    factors = tuple(np.eye(q) for q in fast.widths)
    left = fast.with_columns(some).evaluate(factors)
    right = DenseStructure(found.columns).with_columns(some).evaluate(factors)
    assert_allclose(left.cross, right.cross, atol=1e-11)
    for one, other in zip(left.projected, right.projected, strict=True):
        assert_allclose(one, other, atol=1e-11)
