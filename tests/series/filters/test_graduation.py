import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.datasets import macrodata
from statsmodels.tsa.filters.hp_filter import hpfilter

from stattools.errors import DomainError
from stattools.series.filters.graduation import hodrick_prescott, whittaker
from tests.cases import rng


def dense(y, smoothness, order, v=None):
    """The normal equations as they are written."""
    v = np.ones(len(y)) if v is None else v
    v = np.where(np.isnan(y), 0.0, v)
    D = np.diff(np.eye(len(y)), order, axis=0)
    return np.linalg.solve(np.diag(v) + smoothness * D.T @ D, v * np.nan_to_num(y))


def eliminated(y, lamb):
    """The Hodrick-Prescott trend by elimination in extended precision."""
    n = len(y)
    D = np.diff(np.eye(n), 2, axis=0).astype(np.longdouble)
    A, b = np.eye(n) + np.longdouble(lamb) * D.T @ D, y.astype(np.longdouble)
    for j in range(n):
        for i in range(j + 1, min(j + 3, n)):
            factor = A[i, j] / A[j, j]
            A[i], b[i] = A[i] - factor * A[j], b[i] - factor * b[j]
    for i in range(n - 1, -1, -1):
        b[i] = (b[i] - A[i, i + 1 : i + 3] @ b[i + 1 : i + 3]) / A[i, i]
    return b


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("smoothness", [0.01, 1.0, 1600.0])
def test_equals_the_dense_solve(smoothness, order):
    y, v = rng(order).normal(size=60), rng(9).uniform(0.1, 2.0, 60)
    assert_allclose(whittaker(y, smoothness, order), dense(y, smoothness, order), rtol=0, atol=1e-8)  # of dense
    y[10:14], y[-1] = np.nan, np.nan
    found = whittaker(y, smoothness, order, weights=v)
    assert_allclose(found, dense(y, smoothness, order, v), rtol=0, atol=1e-8)


def test_hodrick_prescott_is_statsmodels():
    """Both against extended precision: the condition is 16 times the smoothness, and a line set aside keeps digits."""
    gdp = np.log(macrodata.load_pandas().data["realgdp"].to_numpy(float))
    for lamb in (6.25, 1600.0, 129600.0):
        cycle, trend = hpfilter(gdp, lamb)
        found = hodrick_prescott(gdp, lamb)
        assert_allclose(found.trend, trend, rtol=1e-10)
        assert_allclose(found.cycle, cycle, rtol=0, atol=1e-9)
        truth = eliminated(gdp, lamb)
        assert np.abs(found.trend - truth).max() < 1e-16 * 50 * (100 + 4 * lamb)
        if lamb > 1e3:
            assert np.abs(found.trend - truth).max() < 0.5 * np.abs(trend - truth).max()
    assert_allclose(sum(hodrick_prescott(gdp)), gdp, rtol=1e-15)


def test_lines_pass_through_and_large_smoothness_is_a_regression():
    """The limit is the least-squares line; at 1e9 it is reached to a share 1e-9 n^4 of what is left."""
    line = 3.0 + 0.5 * np.arange(30.0)
    assert_allclose(whittaker(line, 1e12), line, rtol=1e-12)
    y = rng(4).normal(size=30)
    assert_allclose(whittaker(y, 1e9), np.polyval(np.polyfit(np.arange(30), y, 1), np.arange(30)), rtol=0, atol=1e-5)


def test_batches_are_rows_and_missing_values_are_filled_by_a_polynomial():
    y = rng(5).normal(size=(4, 25))
    y[1, 3:6], y[3, 20:] = np.nan, np.nan
    found = whittaker(y, 7.0)
    for row in range(4):
        assert_allclose(found[row], whittaker(y[row], 7.0), rtol=1e-14, atol=1e-14)
    assert_allclose(whittaker(y.T, 7.0, axis=0).T, found, rtol=1e-14)
    assert_allclose(np.diff(found[3, 19:], 2), 0.0, atol=1e-12)
    assert np.isnan(hodrick_prescott(y[1]).cycle[4])


def test_what_does_not_fit_is_an_error():
    y = np.ones(5)
    cases = {
        "positive and finite": lambda: whittaker(y, 0.0),
        "order": lambda: whittaker(y, 1.0, 0),
        "not negative": lambda: whittaker(y, 1.0, weights=-1.0),
        "infinite": lambda: whittaker([1.0, np.inf, 2.0], 1.0),
        "needs 2 values": lambda: whittaker([1.0, np.nan, np.nan], 1.0),
        "at least one time": lambda: whittaker([], 1.0),
        "differences of y, .* multiply it by 1e-308": lambda: whittaker([1e308, -1e308, 1e308, 0.0], 10.0),
        "takes differences of y": lambda: hodrick_prescott([1e308, -1e308, 1e308, 0.0]),
        "y by weights, .* multiply it by 1e-308": lambda: whittaker([1.0, 3.0, 2.0], 1.0, weights=1e308),
        "nothing of the data": lambda: whittaker(rng(6).normal(size=50), 1e25),
    }
    for words, call in cases.items():
        with pytest.raises(DomainError, match=words):
            call()
