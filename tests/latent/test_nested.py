import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.deviance import Deviance
from stattools.latent.elimination import Nested
from tests.latent.test_structure import CLASS, DAY, PUPIL, SCHOOL, of_several_factors


@pytest.mark.parametrize("reml", [False, True])
def test_the_gradient_is_the_slope_of_the_deviance(reml):
    found = of_several_factors((2, 1, 1), SCHOOL, CLASS, PUPIL)
    of = Deviance.of(Nested.of(found.columns), found, reml)
    theta = np.array([0.5, 0.2, 0.7, 0.4, 1.3])
    steps = 1e-5 * np.eye(len(theta))
    slope = [(of.at(theta + step).value - of.at(theta - step).value) / 2e-5 for step in steps]
    assert_allclose(of.at(theta).gradient, slope, atol=1e-6)  # differences of a value near 400


def test_groups_that_lie_in_several_are_refused():
    with pytest.raises(ValueError, match="lies within the next"):
        Nested.of(of_several_factors((1, 1), PUPIL, DAY).columns)


def test_memory_grows_with_the_groups_only():
    nested = Nested.of(of_several_factors((2, 1, 1), SCHOOL, CLASS, PUPIL).columns)
    assert [row.shape for row in nested.rows] == [(1, 7, 20), (1, 6, 7), (2, 5, 2)]


def test_effects_of_a_group_and_of_those_above_given_the_data():
    found = of_several_factors((1, 2), CLASS, PUPIL).columns
    T = (np.array([[0.7]]), np.array([[0.5, 0.0], [0.3, 0.8]]))
    evaluated = Nested.of(found).evaluate(T)
    finest = evaluated.levels[0].above
    Z = [np.eye(size)[codes] for size, codes in zip(found.sizes, found.codes, strict=True)]
    U = np.column_stack([Z[0] * found.z[0].T, *((Z[1][:, [j]] * found.z[1].T) for j in range(20))])
    S = np.kron(np.eye(7), T[0] @ T[0].T)
    S = np.block([[S, np.zeros((7, 40))], [np.zeros((40, 7)), np.kron(np.eye(20), T[1] @ T[1].T)]])
    V = np.eye(120) + U @ S @ U.T
    covariance, mean = S - S @ U.T @ np.linalg.solve(V, U @ S), S @ U.T @ np.linalg.solve(V, found.W.T)
    parent = evaluated.structure.above[0][0]
    for j in (0, 7, 19):
        own = [7 + 2 * j, 8 + 2 * j, parent[j]]
        assert_allclose(finest.covariance[:, :, j], covariance[np.ix_(own, own)], atol=1e-12)
        assert_allclose(finest.mean[:, :, j], mean[own], atol=1e-12)
