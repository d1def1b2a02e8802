import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import IncompatibleError
from stattools.latent import elimination as crossed
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import Crossed
from tests.latent.test_structure import DAY, PUPIL, SUBJECT, of_several_factors

FOUND = of_several_factors((2, 1, 1), SUBJECT, PUPIL, DAY)


@pytest.mark.parametrize("reml", [False, True])
def test_the_gradient_is_the_slope_of_the_deviance(reml):
    of = Deviance.of(Crossed.of(FOUND.columns), FOUND, reml)
    theta = np.array([0.5, 0.2, 0.7, 0.4, 1.3])
    steps = 1e-5 * np.eye(len(theta))
    slope = [(of.at(theta + step).value - of.at(theta - step).value) / 2e-5 for step in steps]
    assert_allclose(of.at(theta).gradient, slope, atol=1e-6)  # differences of a value near 400


def test_the_factor_with_the_most_effects_is_eliminated():
    found = Crossed.of(of_several_factors((3, 1), SUBJECT, PUPIL).columns)
    assert found.largest.terms == (0,)
    assert found.within.shape == (20, 20)


def test_more_effects_than_a_dense_matrix_holds_are_refused(monkeypatch):
    monkeypatch.setattr(crossed, "MOST_COLUMNS", 10)
    with pytest.raises(IncompatibleError, match=r"at most 10 effects .* .of 20 levels\); got 22"):
        Crossed.of(FOUND.columns)


def test_effects_given_the_data():
    found = of_several_factors((1, 1), DAY, PUPIL).columns
    evaluated = Crossed.of(found).evaluate((np.array([[0.7]]), np.array([[0.5]])))
    Z = [np.eye(size)[codes] * z[0][:, None] for size, codes, z in zip(found.sizes, found.codes, found.z, strict=True)]
    V = np.eye(120) + 0.49 * Z[0] @ Z[0].T + 0.25 * Z[1] @ Z[1].T
    covariance = 0.49 * np.eye(4) - 0.49**2 * Z[0].T @ np.linalg.solve(V, Z[0])
    assert_allclose(np.tril(evaluated.covariance), np.tril(covariance), atol=1e-12)
    assert_allclose(evaluated.mean, 0.49 * Z[0].T @ np.linalg.solve(V, found.W.T), atol=1e-12)
