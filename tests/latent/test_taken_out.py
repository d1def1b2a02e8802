import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.elimination import Crossed, Nested
from stattools.latent.large_ratios import BesideLarge, large_terms
from tests.latent.balanced import CROSSED, NESTED
from tests.latent.test_structure import CLASS, DAY, PUPIL, SUBJECT, of_several_factors
from tests.latent.test_structures import fitted

CASES = [
    (Nested, of_several_factors((2, 1), CLASS, PUPIL), (np.array([[50.0, 0.0], [20.0, 40.0]]), np.array([[0.5]]))),
    (Nested, of_several_factors((1, 2), CLASS, PUPIL), (np.zeros((1, 1)), np.array([[50.0, 0.0], [20.0, 40.0]]))),
    (Crossed, of_several_factors((1, 1, 2), DAY, PUPIL, SUBJECT), (np.eye(1), 60.0 * np.eye(1), 40.0 * np.eye(2))),
]


@pytest.mark.parametrize(("kind", "found", "factors"), CASES)
def test_large_effects_are_taken_out_and_nothing_else_changes(kind, found, factors):
    structure = kind.of(found.columns)
    left, right = structure.evaluate(factors), structure.plainly(factors)
    assert isinstance(left, BesideLarge)
    assert left.log_determinant == pytest.approx(right.log_determinant, rel=1e-10)
    assert_allclose(left.cross, right.cross, rtol=1e-8, atol=1e-8)  # what the plain sums have lost of 1e4 squared
    for one, other in zip(left.projected, right.projected, strict=True):
        assert_allclose(one, other, rtol=1e-7, atol=1e-8)
    assert_allclose(left.link(0, 1, np.array([0]), np.array([0])), right.link(0, 1, np.array([0]), np.array([0])))


def test_terms_are_large_where_no_direction_is_small():
    assert large_terms((40.0 * np.eye(2), np.eye(1), np.diag([40.0, 0.0]), np.diag([40.0, 0.01]))) == (0,)


@pytest.mark.parametrize("size", [1e2, 1e4])
def test_variances_of_effects_much_larger_than_the_residual_are_exact(size):
    """What is added to y moves one mean square only: the other variances stay those of y, to the digits that the sums
    of y have.
    """
    a, b, _ = np.indices(NESTED.shape).reshape(3, -1)
    y = NESTED.ravel() + size * np.array([1.0, -2.0, 4.0, 0.5])[a]
    assert_allclose(fitted(y, a, a * 3 + b)[1][1:], fitted(NESTED.ravel(), a, a * 3 + b)[1][1:], rtol=1e-15 * size**2)
    a, b = np.indices(CROSSED.shape).reshape(2, -1)
    y = CROSSED.ravel() + size * np.array([1.0, -2.0, 4.0, 0.5, 3.0])[a]
    assert_allclose(fitted(y, a, b)[1][1:], fitted(CROSSED.ravel(), a, b)[1][1:], rtol=1e-15 * size**2)
