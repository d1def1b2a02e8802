import numpy as np
from numpy.testing import assert_allclose

from stattools.validation.references.reference_values import summit


def test_the_maximum_of_a_function_that_is_no_parabola():
    """log of a gamma density: maximum at (a - 1) / b, curvature (a - 1) / x^2."""
    a, b = np.array([3.0, 9.0]), np.array([2.0, 0.5])
    x = (a - 1) / b
    top = summit(lambda t: float(((a - 1) * np.log(np.maximum(t, 1e-300)) - b * t).sum()), x * 1.05, x / np.sqrt(a - 1))
    assert_allclose(top.estimate, x, rtol=1e-8)
    assert_allclose(top.covariance, np.diag(x**2 / (a - 1)), rtol=1e-5, atol=1e-7)
    assert top.decrement < 1e-7
    assert_allclose(top.checked, np.sqrt(((0.05 * np.sqrt(a - 1)) ** 2).sum()), rtol=0.1)
