from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad

import stattools as st
from stattools.validation.references.integrals import group_integrals
from tests.latent import exact_integrals as exact
from tests.latent import grouped_data


@pytest.mark.parametrize(
    ("family", "effects"),
    [("binomial", 1), ("negative binomial", 1), pytest.param("logistic", 2, marks=pytest.mark.slow)],
)
def test_values_and_slopes_are_those_of_the_exact_integral(family, effects):
    data = grouped_data.one_factor(family, effects=effects, groups=2)
    model = data.family.call("y ~ x + (1 | g)" if effects == 1 else "y ~ x + (x | g)", data.table())
    beta = np.array([0.3, 0.5])
    T = data.terms[0].T
    theta = np.concatenate([beta, data.family.beside, T[np.tril_indices(effects)]])
    again, coarser = group_integrals(model, theta)
    assert again.u.shape[1] > coarser.u.shape[1]
    assert_allclose(again.value(theta), data.loglik(beta, np.array(data.family.beside), (T,)), atol=1e-8)
    assert_allclose(again.slopes(theta), exact.slopes(again.value, theta), atol=1e-7)
    assert_allclose(again.information(theta, np.full(len(theta), 0.3)), exact.bends(again.value, theta), atol=1e-5)


def test_the_grid_goes_as_far_as_the_density_of_the_effects_does():
    """The densities of Cauchy's probabilities and of inverse Gaussian sizes come to a level: nothing but the density of
    the effects falls there, hundreds of standard deviations of those of a well known group away.
    """
    y, shape = np.array([0.2, 0.25, 0.3]), np.exp(-4.0)
    model = st.glm("y ~ 1 + (1 | g)", {"y": [*y, *y], "g": [0, 0, 0, 1, 1, 1]}, family="inverse_gaussian", link="log")

    def integrand(u):
        m = np.exp(4.0 * u)
        logs = -0.5 * (np.log(2 * np.pi * shape * y**3)) - 0.5 * (y - m) ** 2 / (shape * m**2 * y)
        return np.exp(logs.sum() + 100.0 - 0.5 * u**2) / np.sqrt(2 * np.pi)

    parts = [-8.0, -1.0, -0.5, -0.3, -0.2, 0.0, 0.5, 2.0, 10.0]
    whole = sum(quad(integrand, a, b, epsabs=0.0, epsrel=1e-13)[0] for a, b in pairwise(parts))
    theta = np.array([0.0, -4.0, 4.0])
    finest, before = group_integrals(model, theta)
    assert_allclose(finest.value(theta), 2.0 * (np.log(whole) - 100.0), rtol=1e-10)
    assert_allclose(before.value(theta), finest.value(theta), rtol=1e-9)


def test_a_grid_of_few_nodes_says_how_wrong_it_is():
    y = [0.1, 3.0, 20.0, 0.4, 0.5, 0.6]
    model = st.glm("y ~ 1 + (1 | g)", {"y": y, "g": [0, 0, 0, 1, 1, 1]}, family="inverse_gaussian", link="log")
    theta = np.array([0.0, -3.0, 4.0])
    few, coarser = group_integrals(model, theta, most=1)
    finest, _ = group_integrals(model, theta)
    values = [one.value(theta) for one in (few, coarser, finest)]
    assert few.u.shape[1] < finest.u.shape[1]
    assert 1e-12 < abs(values[0] - values[2]) <= abs(values[0] - values[1])
