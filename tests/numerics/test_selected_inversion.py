import numpy as np
import pytest

from stattools.numerics.banded import band_of_inverse


@pytest.mark.parametrize("n", [1, 2, 5, 16, 17, 50, 100])
@pytest.mark.parametrize("b", [0, 1, 2, 3, 5, 14, 16, 17, 30])
def test_the_band_of_the_inverse_is_that_of_the_dense_inverse(b, n):
    random = np.random.default_rng(100 * b + n)
    L = np.zeros((b + 1, n))
    L[0] = random.uniform(1.0, 2.0, n)
    for i in range(1, min(b, n - 1) + 1):
        L[i, : n - i] = 0.4 * random.normal(size=n - i)
    dense = sum(np.diag(L[i, : n - i], -i) for i in range(min(b, n - 1) + 1))
    inverse = np.linalg.inv(dense @ dense.T)
    band = band_of_inverse(L)
    for i in range(min(b, n - 1) + 1):
        np.testing.assert_allclose(band[i, : n - i], np.diagonal(inverse, -i), atol=1e-12 * np.abs(inverse).max())
