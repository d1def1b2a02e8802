"""The mode of coefficients with a prior for some: of a normal log-likelihood all is a formula."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import ConvergenceError
from stattools.latent.modes import PenalizedCoefficients
from stattools.models.evaluation import Evaluation
from tests.cases import rng

RANDOM = rng(5)
Z = RANDOM.normal(size=(30, 5))
Y = RANDOM.normal(size=30)


class Normal:
    """Rows of unit variance; `bend` adds a term of fourth order to the log-likelihood."""

    def __init__(self, bend: float = 0.0):
        self.bend = bend

    def evaluate(self, c, order):
        left = Y - Z @ c
        value = -0.5 * left @ left - self.bend * (c**4).sum() / 12.0
        score, information = Z.T @ left - self.bend * c**3 / 3.0, Z.T @ Z + np.diag(self.bend * c**2)
        return Evaluation(float(value), score, information)

    def information_slopes(self, c, W):
        return 2.0 * self.bend * c * (W * W).sum(axis=1)


BLOCKS = (np.array([1, 3]), np.array([4]))


def at(taus, bend=0.0):
    return PenalizedCoefficients(Normal(bend), 5, BLOCKS).at(np.array(taus), np.zeros(5))


@pytest.mark.parametrize("taus", [(0.5, 2.0), (0.0, 1.0)])
def test_of_a_normal_outcome_it_is_the_integral(taus):
    """The density of y, normal with the covariance I + Z D D Z', and of the flat columns the restricted likelihood."""
    found, flat = at(taus), Z[:, [0, 2]]
    V = np.eye(30) + taus[0] ** 2 * Z[:, [1, 3]] @ Z[:, [1, 3]].T + taus[1] ** 2 * Z[:, [4]] @ Z[:, [4]].T
    inverse = np.linalg.inv(V)
    A = flat.T @ inverse @ flat
    left = Y - flat @ np.linalg.solve(A, flat.T @ inverse @ Y)
    exact = -0.5 * (np.linalg.slogdet(V)[1] + np.linalg.slogdet(A)[1] + left @ inverse @ left) + np.log(2.0 * np.pi)
    assert_allclose(found.loglik, exact, rtol=1e-12)
    assert_allclose(found.covariance[np.ix_([0, 2], [0, 2])], np.linalg.inv(A), rtol=1e-10)


@pytest.mark.parametrize("bend", [0.0, 3.0])
@pytest.mark.parametrize("taus", [(0.5, 2.0), (0.7, 0.0)])
def test_slopes_are_differences(taus, bend):
    step = 1e-5
    for k, move in enumerate(np.eye(2)):
        ahead, behind = (at(np.array(taus) + side * step * move, bend).loglik for side in (1.0, -1.0))
        assert_allclose(at(taus, bend).slopes[k], (ahead - behind) / (2.0 * step), rtol=1e-7, atol=1e-9)


def test_columns_that_say_nothing_are_refused():
    class Flat(Normal):
        def evaluate(self, c, order):
            found = super().evaluate(c, order)
            found.information[0] = found.information[:, 0] = 0.0
            return found

    with pytest.raises(ConvergenceError, match="combinations of others"):
        PenalizedCoefficients(Flat(), 5, BLOCKS).at(np.ones(2), np.zeros(5))
