import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.inference.smooths.curves import basis_rows, is_beyond, range_of, slopes, values_of
from tests.inference.smooths.curved import fitted, table


@pytest.fixture(scope="module")
def curve():
    return fitted().found.of_curves[0]


def test_a_curve_at_its_rows_is_what_the_fit_makes_of_them(curve):
    fit, data = fitted(), table()
    value, _ = values_of(curve, basis_rows(curve.term, data["x"]))
    intercept = fit.estimate[0]
    assert_allclose(intercept + value, fit.predict(), rtol=1e-10)
    assert abs(value.mean()) < 1e-10
    assert_allclose(range_of(curve.term), [data["x"].min(), data["x"].max()], rtol=1e-12)


def test_its_slope_is_the_limit_of_differences_inside_and_constant_beyond(curve):
    inside, h = np.array([2.5, 4.1, 7.77, 11.9]), 1e-5
    ahead, behind = (values_of(curve, basis_rows(curve.term, inside + by))[0] for by in (h, -h))
    slope, _ = values_of(curve, basis_rows(curve.term, inside, 1))
    assert_allclose(slope, (ahead - behind) / (2.0 * h), rtol=1e-6)
    most = range_of(curve.term)[1]
    far = np.array([most + 1.0, most + 2.0])
    value, se = values_of(curve, basis_rows(curve.term, far))
    slope, _ = values_of(curve, basis_rows(curve.term, far, 1))
    assert_allclose(slope, value[1] - value[0], rtol=1e-8)
    assert se[1] > se[0]


def test_beyond_is_outside_the_rows(curve):
    least, most = range_of(curve.term)
    assert is_beyond(curve.term, np.array([least - 0.01, least, 5.0, most, most + 0.01])).tolist() == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_b_splines_sum_to_one_and_their_slopes_to_nothing():
    t = np.linspace(0.0, 1.0, 7)
    assert_allclose(slopes(t, t < 0).sum(axis=1), 0.0, atol=1e-15)
    rows = basis_rows(fitted().found.of_curves[0].term, np.linspace(1.0, 14.0, 9))
    assert_allclose(rows.sum(axis=1), 1.0, rtol=1e-12)
