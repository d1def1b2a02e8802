import numpy as np
import pytest

from stattools.qualification.qualification import run
from stattools.qualification.simulations import CALIBRATIONS, EXACT, LIMIT, kolmogorov
from tests.sizes import first


@pytest.mark.parametrize("check", first(2, CALIBRATIONS), ids=lambda check: check.model)
def test_every_posterior_is_calibrated(check):
    (found,) = run([check])
    assert found.ok, found.row()


def test_the_distance_is_that_of_scipy():
    from scipy import stats

    u = np.random.default_rng(3).random(60)
    assert kolmogorov(u) == pytest.approx(np.sqrt(60) * stats.kstest(u, "uniform").statistic, abs=1e-4)


def test_a_posterior_that_is_too_narrow_is_found():
    rng = np.random.default_rng(4)
    below = np.array([EXACT["normal"](rng) for _ in range(200)])
    from scipy.special import ndtr, ndtri

    assert kolmogorov(ndtr(2.0 * ndtri(below))) > LIMIT
