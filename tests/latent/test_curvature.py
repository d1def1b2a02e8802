import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.deviance import Deviance, hessian
from stattools.latent.elimination import Crossed
from tests.latent.certified import made, term
from tests.latent.dense_structure import DenseStructure
from tests.latent.test_deviance import G, X, Y
from tests.latent.test_structure import DAY, PUPIL, SUBJECT, of_several_factors


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("several", [False, True])
def test_exact_second_derivatives_are_differences_of_gradients(reml, several):
    terms = [term(G, X[:, :1]), term(G, X[:, 1:])] if several else [term(G, X)]
    found, deviance = made(Y, X, *terms, reml=reml)
    theta = np.linspace(0.7, -0.4, 2 if several else 3)
    by_differences = hessian(Deviance.of(DenseStructure(found.columns), found, reml).at(theta))
    assert_allclose(hessian(deviance.at(theta)), by_differences, rtol=1e-4, atol=1e-4)
    h = 1e-5 * np.eye(len(theta))
    central = [(deviance.at(theta + one).gradient - deviance.at(theta - one).gradient) / 2e-5 for one in h]
    assert_allclose(hessian(deviance.at(theta)), central, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("groups", [(DAY, PUPIL), (DAY, SUBJECT, PUPIL), (PUPIL, SUBJECT, DAY)])
def test_second_derivatives_of_crossed_groups_are_differences_of_gradients(groups, reml):
    found = of_several_factors((1,) * len(groups), *groups)
    deviance = Deviance.of(Crossed.of(found.columns), found, reml)
    theta = np.array([0.5, 0.7, -0.3])[: len(groups)]
    h = 1e-5 * np.eye(len(theta))
    central = [(deviance.at(theta + one).gradient - deviance.at(theta - one).gradient) / 2e-5 for one in h]
    assert_allclose(hessian(deviance.at(theta)), central, rtol=1e-4, atol=1e-4)  # they are one-sided
