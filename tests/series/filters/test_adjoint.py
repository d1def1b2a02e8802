import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import get_lapack_funcs, solve_triangular

from stattools.errors import DomainError, IncompatibleError
from stattools.series.filters.adjoint import exponential_filter_adjoint, linear_recurrence_adjoint, transposed
from stattools.series.filters.exponential import exponential_filter
from stattools.series.filters.recurrence import linear_recurrence
from tests.cases import rng
from tests.series.filters.twins import dense


def slopes(function, value):
    """Central differences of fourth order of a function of one array."""
    value = np.asarray(value, dtype=float)
    found = np.empty(value.shape)
    h = 1e-3
    for place in np.ndindex(value.shape):
        step = np.zeros(value.shape)
        step[place] = h
        ends = [function(value + k * step) for k in (-2, -1, 1, 2)]
        found[place] = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * h)
    return found


CASES = {
    "a vector": (rng(1).uniform(-1, 1, 9), rng(2).normal(size=9), 0.7, -1),
    "a number": (0.8, rng(2).normal(size=9), 0.7, -1),
    "a batch that shares a": (rng(1).uniform(-1, 1, 9), rng(2).normal(size=(3, 9)), rng(3).normal(size=3), -1),
    "a batch down the columns": (rng(1).uniform(-1, 1, (9, 3)), rng(2).normal(size=(9, 3)), 0.5, 0),
    "order 3": (rng(1).uniform(-0.5, 0.5, (3, 9)), rng(2).normal(size=9), rng(3).normal(size=3), -1),
    "order 3, one start": (rng(1).uniform(-0.5, 0.5, (3, 9)), rng(2).normal(size=9), 0.4, -1),
    "order 2, one time": (
        rng(1).uniform(-0.5, 0.5, (2, 1)),
        rng(2).normal(size=1),
        rng(3).normal(size=2),
        -1,
    ),
    "order 2 in a batch": (rng(1).uniform(-0.5, 0.5, (2, 1, 9)), rng(2).normal(size=(3, 9)), rng(3).normal(size=2), -1),
}


@pytest.mark.parametrize("case", CASES)
def test_the_recurrence_against_differences(case):
    a, b, start, axis = CASES[case]
    g = rng(4).normal(size=b.shape)
    found = linear_recurrence_adjoint(a, b, g, initial=start, axis=axis)

    def loss(a=a, b=b, start=start):
        return float((linear_recurrence(a, b, initial=start, axis=axis) * g).sum())

    assert_allclose(found.a, slopes(lambda v: loss(a=v), a), rtol=1e-8, atol=1e-9)
    assert_allclose(found.b, slopes(lambda v: loss(b=v), b), rtol=1e-8, atol=1e-9)
    assert_allclose(found.initial, slopes(lambda v: loss(start=v), start), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("k", [1, 3])
def test_the_adjoint_is_the_transposed_banded_solve(k):
    A, g = rng(5).uniform(-0.5, 0.5, (k, 40)), rng(6).normal(size=40)
    found = transposed([row[None] for row in A], g[None])[0]
    assert_allclose(found, solve_triangular(dense(A, 40), g, lower=True, trans="T"), rtol=0, atol=1e-13)
    band = np.zeros((k + 1, 40), order="F")
    band[0] = 1.0
    for j in range(1, k + 1):
        band[j, : 40 - j] = -A[j - 1, j:]
    tbtrs = get_lapack_funcs("tbtrs", dtype=np.float64)
    assert_allclose(found, tbtrs(band, g[:, None], uplo="L", trans="T", diag="U")[0][:, 0], rtol=0, atol=1e-14)


@pytest.mark.parametrize("initial", ["first", "zero", 0.4])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("shape", [(), (9,), (3, 9)])
def test_the_filter_against_differences(shape, gaps, initial):
    x = rng(7).normal(size=(3, 9))
    w = rng(8).uniform(0.1, 0.9, shape)
    if gaps:
        x[0, :2], x[1, 4:6], x[2, 8] = np.nan, np.nan, np.nan
    g = rng(9).normal(size=x.shape)
    found = exponential_filter_adjoint(x, w, g, initial=initial)

    def loss(x=x, w=w, start=initial):
        return float(np.nansum(exponential_filter(x, w, initial=start) * g))

    there = ~np.isnan(x)
    numeric = slopes(lambda v: loss(x=v), x)
    assert_allclose(found.signal[there], numeric[there], rtol=1e-8, atol=1e-10)
    assert (found.signal[~there] == 0.0).all()
    assert_allclose(found.weights, slopes(lambda v: loss(w=v), w), rtol=1e-7, atol=1e-9)
    if initial == 0.4:
        assert_allclose(found.initial, slopes(lambda v: loss(start=v), 0.4), rtol=1e-8)
    elif initial == "first":
        assert found.initial == 0.0


def test_a_missing_series_has_no_derivative_and_axes_may_be_swapped():
    x, w, g = rng(10).normal(size=(2, 5)), rng(11).uniform(0, 1, (2, 5)), rng(12).normal(size=(2, 5))
    x[1] = np.nan
    found = exponential_filter_adjoint(x, w, g)
    assert (found.signal[1] == 0.0).all()
    assert (found.weights[1] == 0.0).all()
    down = exponential_filter_adjoint(x.T, w.T, g.T, axis=0)
    assert_allclose(down.signal.T, found.signal, rtol=1e-15)
    assert_allclose(down.weights.T, found.weights, rtol=1e-15)


def test_what_does_not_fit_is_an_error():
    with pytest.raises(IncompatibleError, match="act through gaps"):
        exponential_filter_adjoint([1.0], 0.5, [1.0], missing="decay")
    with pytest.raises(DomainError, match="cotangent of the result's shape"):
        exponential_filter_adjoint([1.0, 2.0], 0.5, [1.0])
    with pytest.raises(DomainError, match="cotangent"):
        linear_recurrence_adjoint(0.5, [1.0, 2.0], [1.0])
