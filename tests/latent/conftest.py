"""Small matrices on one thread, as fits have them: threads of BLAS that wait for each other take most of a test."""

import pytest

from stattools.numerics.threads import one_blas_thread


@pytest.fixture(autouse=True)
def _one_thread():
    with one_blas_thread():
        yield
