"""What leads to variances of 0, and off them: a likelihood of which the maximum is known."""

from types import SimpleNamespace

import numpy as np
from numpy.testing import assert_allclose

from stattools.models.evaluation import Evaluation
from stattools.solvers.climb import Standing
from stattools.solvers.mixed.maximum import Bent, released, without_small


class Known:
    """log L = -(|T T' - A|^2 + (tau^2 - B)^2) / 2 with one term of q effects and one curve."""

    def __init__(self, A, B):
        self.A, self.B, self.at = np.array(A), B, np.tril_indices(len(A))

    def parts(self, theta):
        T = np.zeros(self.A.shape)
        T[self.at] = theta[:-1]
        return np.empty(0), [T], theta[-1:]

    def factors(self, theta):
        return self.parts(theta)[1]

    def taus(self, theta):
        return theta[-1:]

    def theta(self, fixed, factors, taus):
        return np.append(factors[0][self.at], taus)

    def evaluate(self, theta, order):
        (T,), tau = self.factors(theta), theta[-1]
        return Evaluation(-0.5 * float(((T @ T.T - self.A) ** 2).sum() + (tau**2 - self.B) ** 2))

    def here(self, theta):
        clear = Bent.of(1e8 * np.eye(len(theta)), np.arange(len(theta)), True)
        return Standing(np.array(theta), self.evaluate(np.array(theta), 0), clear, 0.0)


def test_small_effects_are_put_to_zero_where_nothing_is_lost():
    by = Known([[1.0, 0.5], [0.5, 0.25]], 0.0)
    found = without_small(by, by.here([1.0, 0.5, 1e-3, 1e-3]))
    assert found is not None
    assert abs(by.factors(found[0])[0][1, 1]) < 1e-12
    again = without_small(by, by.here(found[0]))
    assert again is not None
    assert again[0][-1] == 0.0
    assert without_small(by, by.here(again[0])) is None
    real = Known([[0.001]], 1e-3)
    assert without_small(real, real.here([np.sqrt(0.001), np.sqrt(1e-3)])) is None


def test_zeros_are_left_where_the_likelihood_rises():
    for by, theta in (
        (Known([[1.0, 0.0], [0.0, 0.04]], 1.0), [1.0, 0.0, 0.0, 1.0]),
        (Known([[1.0]], 0.05), [1.0, 0.0]),
    ):
        here = by.here(theta)
        found = released(by, here)
        assert found is not None
        assert found[1] > here.now.loglik
    by = Known([[1.0, 0.0], [0.0, -0.5]], -0.1)
    assert released(by, by.here([1.0, 0.0, 0.0, 0.0])) is None


def test_a_metric_of_a_matrix_that_is_not_definite_leads_upwards():
    metric = Bent.of(np.diag([2.0, -1.0, 0.0]), np.array([0, 1]), True)
    assert not metric.definite
    assert_allclose(metric.solve(np.array([2.0, 3.0, 5.0])), [1.0, 3.0, 0.0])
    assert_allclose(metric.norm(np.array([2.0, 3.0, 5.0])), np.sqrt(2.0 + 9.0))
    assert_allclose(np.abs(metric.away), [0.0, 1.0, 0.0])


def test_a_curve_that_is_unclear_is_tried_at_zero():
    """Where its standard deviation is less than three standard errors log L may be higher without the curve."""
    taus, standing = np.array([0.4, 0.9]), {0.4: -2.0, 0.0: -1.0}

    def at(theta):
        return SimpleNamespace(loglik=standing[float(theta[0])])

    by = SimpleNamespace(
        factors=lambda theta: [], taus=lambda theta: theta, parts=lambda theta: (None,),
        theta=lambda fixed, factors, taus: taus, evaluate=lambda theta, order: at(theta),
    )  # fmt: skip
    for information, tried in ((4.0, True), (100.0, False)):
        here = SimpleNamespace(
            theta=taus, now=at(taus), metric=SimpleNamespace(H=np.diag([information, 100.0])),
        )  # fmt: skip
        found = without_small(by, here)
        assert (found is not None) == tried
        assert found is None or found[0].tolist() == [0.0, 0.9]
