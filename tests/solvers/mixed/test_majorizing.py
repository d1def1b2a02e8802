from types import SimpleNamespace

import numpy as np

from stattools.solvers.mixed.maximum import first_steps, majorized
from tests.latent.certified import made, term
from tests.latent.test_deviance import G, X, Y


def test_majorizing_steps_never_rise():
    _, of = made(Y, X, term(G, X))
    theta = np.array([3.0, 1.0, 0.2])
    for _ in range(5):
        following = majorized(of.at(theta))
        assert of.at(following).value <= of.at(theta).value + 1e-10
        theta = following


def test_the_first_steps_lower_it():
    _, of = made(Y, X, term(G, X))
    assert of.at(first_steps(of)).value < of.at(of.theta((np.eye(2),))).value


def test_effects_that_fixed_effects_make_stay_where_they_are():
    """Nothing depends on their variance; a step divided by a curvature of 0, with a warning of NumPy."""
    still = (2.0 * np.eye(1), np.zeros((1, 1)), np.zeros((1, 3)))
    at = SimpleNamespace(two_parts=[still], of=SimpleNamespace(theta=lambda factors: factors[0].ravel()))
    assert majorized(at).tolist() == [2.0]  # type: ignore[arg-type]
