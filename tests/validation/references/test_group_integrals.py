import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.validation.references.group_integrals import group_integrals
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
    again = group_integrals(model, theta)
    assert_allclose(again.value(theta), data.loglik(beta, np.array(data.family.beside), (T,)), atol=1e-8)
    assert_allclose(again.slopes(theta), exact.slopes(again.value, theta), atol=1e-7)
    assert_allclose(again.information(theta, np.full(len(theta), 0.3)), exact.bends(again.value, theta), atol=1e-5)
