from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from stattools.errors import DomainError, IncompatibleError
from stattools.series.filters.blocks_in_cache import BLOCK, Trouble
from stattools.series.filters.recurrence import Recurrence, linear_recurrence
from tests.cases import rng
from tests.series.filters.twins import dense, loop, loop_of_order

ENGINES = ("lapack", "numba")
FLOAT = np.dtype(float)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 17, 1000])
def test_equals_the_loop(n, engine):
    a, b = rng(n).uniform(-1, 1, n), rng(n + 1).normal(size=n)
    assert_allclose(linear_recurrence(a, b, initial=0.3, engine=engine), loop(a, b, 0.3), rtol=0, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_equals_the_loop_across_tiles(engine):
    n = 2 * BLOCK + 17
    a, b = rng(1).uniform(0, 1, n), rng(2).uniform(0, 1, n)
    assert_allclose(linear_recurrence(a, b, initial=2.0, engine=engine), loop(a, b, 2.0), rtol=1e-14)
    assert_allclose(linear_recurrence(0.75, b, engine=engine), loop(0.75, b), rtol=1e-14)


def test_engines_agree_to_the_last_digits():
    a, b = rng(3).uniform(0, 1, 10_000), rng(4).uniform(0, 1, 10_000)
    one, other = (linear_recurrence(a, b, engine=engine) for engine in ENGINES)
    assert_allclose(one, other, rtol=1e-15, atol=0)


fractions = some.fractions(min_value=-2, max_value=2, max_denominator=8)


@settings(max_examples=30, deadline=None)
@given(some.lists(some.tuples(fractions, fractions), min_size=1, max_size=20), fractions)
def test_equals_exact_rationals(pairs, initial):
    y, size, exact = Fraction(initial), abs(initial), []
    for a, b in pairs:
        y, size = Fraction(float(a)) * y + Fraction(float(b)), abs(a) * size + abs(b)
        exact.append(y)
    a, b = np.array(pairs, dtype=float).T
    found = linear_recurrence(a, b, initial=float(initial))
    # The sizes bound what cancels: rounding is relative to the recurrence of absolute values.
    bound = 1e-15 * len(pairs) * linear_recurrence(abs(a), abs(b), initial=abs(float(initial)))
    assert all(abs(Fraction(float(f)) - e) <= limit for f, e, limit in zip(found, exact, bound, strict=True))


@pytest.mark.parametrize("engine", ENGINES)
def test_zeros_start_anew_and_ones_sum_exactly(engine):
    b = rng(5).integers(-9, 9, 50_000).astype(float)
    assert_array_equal(linear_recurrence(1.0, b, engine=engine), np.cumsum(b))
    assert_array_equal(linear_recurrence(0.0, b, initial=5.0, engine=engine), b)
    a = np.ones(len(b))
    a[20_000] = 0.0
    after = linear_recurrence(a, b, engine=engine)
    assert_array_equal(after[20_000:], np.cumsum(b[20_000:]))


@pytest.mark.parametrize("dtype", ["f", "d", "F", "D"])
@pytest.mark.parametrize("engine", ENGINES)
def test_dtypes(dtype, engine):
    a = rng(6).uniform(-0.9, 0.9, 500) * np.exp(1j * rng(7).uniform(0, 6, 500))
    b = rng(8).normal(size=500) + 1j * rng(9).normal(size=500)
    if dtype in "fd":
        a, b = a.real, b.real
    a, b = a.astype(dtype), b.astype(dtype)
    found = linear_recurrence(a, b, engine=engine)
    assert found.dtype == np.dtype(dtype)
    wide = np.complex128 if dtype in "FD" else np.float64
    assert_allclose(found, loop(a.astype(wide), b.astype(wide)), rtol=0, atol=1e-5 if dtype in "fF" else 1e-13)
    assert linear_recurrence(0.5, b).dtype == np.dtype(dtype)


def test_whole_numbers_and_bools_are_float64():
    assert_array_equal(linear_recurrence(2, [1, 2, 3]), [1.0, 4.0, 11.0])
    assert linear_recurrence(1, np.ones(3, dtype=bool)).dtype == np.float64
    assert linear_recurrence(np.float32(1), np.ones(3, np.float16)).dtype == np.float32


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_batches_along_any_axis(axis, engine):
    a, b = rng(10).uniform(-1, 1, (5, 6, 7)), rng(11).normal(size=(5, 6, 7))
    found = linear_recurrence(a, b, axis=axis, initial=1.5, engine=engine)
    A, B, Y = (np.moveaxis(part, axis, -1).reshape(-1, b.shape[axis]) for part in (a, b, found))
    for row in range(len(B)):
        assert_allclose(Y[row], loop(A[row], B[row], 1.5), rtol=0, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_many_short_series_do_not_touch_each_other(engine):
    b = rng(12).normal(size=(3000, 37))
    shared = rng(13).uniform(-1, 1, 37)
    start = rng(14).normal(size=3000)
    found = linear_recurrence(shared, b, initial=start, engine=engine)
    for row in (0, 1, 885, 2999):
        assert_allclose(found[row], loop(shared, b[row], start[row]), rtol=0, atol=1e-14)
    assert_array_equal(
        linear_recurrence(1.0, np.ones((3000, 37)), engine=engine), np.tile(np.arange(1.0, 38.0), (3000, 1))
    )
    assert linear_recurrence(0.5, np.empty((0, 4))).shape == (0, 4)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 4, 60])
def test_order_k_equals_the_loop_and_the_dense_solve(k, n):
    A, b = rng(k).uniform(-0.4, 0.4, (k, n)), rng(n).normal(size=n)
    start = rng(15).normal(size=k)
    assert_allclose(linear_recurrence(A, b, initial=start), loop_of_order(A, b, start), rtol=0, atol=1e-13)
    assert_allclose(linear_recurrence(A, b), np.linalg.solve(dense(A, n), b), rtol=0, atol=1e-13)


def test_order_k_in_batches_with_shared_coefficients_and_across_tiles():
    A, b = rng(16).uniform(-0.4, 0.4, (2, BLOCK + 9)), rng(17).normal(size=(2, BLOCK + 9))
    start = rng(18).normal(size=(2, 2))
    found = linear_recurrence(A[:, None, :], b, initial=start)
    for row in range(2):
        assert_allclose(found[row], loop_of_order(A, b[row], start[:, row]), rtol=0, atol=1e-12)
    down = linear_recurrence(A[:, :, None], b.T, initial=start, axis=0)
    assert_array_equal(down.T, found)


@pytest.mark.parametrize("engine", ENGINES)
def test_out_is_written_and_may_be_the_input(engine):
    a, b = rng(19).uniform(-1, 1, (4, 1000)), rng(20).normal(size=(4, 1000))
    expected = linear_recurrence(a, b, engine=engine)
    room = np.empty((4, 1000))
    assert linear_recurrence(a, b, out=room, engine=engine) is room
    assert_array_equal(room, expected)
    inside = np.empty((4, 2000))[:, ::2]
    assert_array_equal(linear_recurrence(a, b, out=inside, engine=engine), expected)
    same = b.copy()
    linear_recurrence(a, same, out=same, engine=engine)
    assert_array_equal(same, expected)
    coefficients = a.copy()
    linear_recurrence(coefficients, b, out=coefficients, engine=engine)
    assert_array_equal(coefficients, expected)
    with pytest.raises(DomainError, match="out="):
        linear_recurrence(a, b, out=np.empty((4, 1000), np.float32))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("where", ["a", "b"])
def test_one_nan_spoils_what_comes_after_it_in_its_series_and_nothing_else(where, engine):
    a, b = rng(21).uniform(0, 1, (50, 90)), rng(22).normal(size=(50, 90))
    expected = linear_recurrence(a, b)
    holes = {"a": a.copy(), "b": b.copy()}
    holes[where][7, 30] = np.nan
    found = linear_recurrence(**holes, engine=engine)
    assert np.isnan(found[7, 30:]).all()
    found[7, 30:] = expected[7, 30:]
    assert_array_equal(np.isnan(found), False)
    assert_allclose(found, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_nan_coefficient_is_not_lost_where_y_is_zero(engine):
    a = np.ones(10)
    a[5] = np.nan
    found = linear_recurrence(a, np.zeros(10), engine=engine)
    assert_array_equal(np.isnan(found), np.arange(10) >= 5)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_overflow_names_the_index_and_the_series(engine):
    with pytest.raises(DomainError, match=r"overflows float64 at index 1023\. .*grows"):
        linear_recurrence(2.0, np.ones(3000), engine=engine)
    b = np.zeros((4, 5, 3000))
    b[2, 3, 0] = 1.0
    with pytest.raises(DomainError, match=r"index 1024 of series \(2, 3\)"):
        linear_recurrence(2.0, b, engine=engine)
    with pytest.raises(DomainError, match=r"overflows float32 at index 127"):
        linear_recurrence(2.0, np.ones(200, np.float32), engine=engine)
    late = np.zeros(3 * BLOCK)
    late[2 * BLOCK] = 1.0
    with pytest.raises(DomainError, match=f"index {2 * BLOCK + 1024}"):
        linear_recurrence(2.0, late, engine=engine)


def test_products_of_four_do_not_overflow_where_the_recurrence_does_not():
    a = np.full(40, 1e200)
    assert_array_equal(linear_recurrence(a, np.zeros(40), engine="numba"), 0.0)


def test_what_does_not_fit_is_an_error():
    cases = {
        "index 3": lambda: linear_recurrence(0.5, [1.0, 2.0, 3.0, np.inf]),
        "a is infinite at index 1": lambda: linear_recurrence([1.0, np.inf], [1.0, 2.0]),
        "5 values and the signal 4 times": lambda: linear_recurrence(np.ones(5), np.ones(4)),
        r"does not fit a signal of shape \(2, 4\)": lambda: linear_recurrence(np.ones((3, 4)), np.ones((2, 4))),
        "at least one time": lambda: linear_recurrence(0.5, []),
        "time axis": lambda: linear_recurrence(0.5, 1.0),
        r"2\^53": lambda: linear_recurrence(1, [2**53 + 1, 1]),
        "2.53": lambda: linear_recurrence(1, [2**70, 1]),
        "got datetime64": lambda: linear_recurrence(1.0, np.ones(3, "datetime64[s]")),
        "as float32, float64": lambda: linear_recurrence(1.0, np.ones(3, np.longdouble)),
        "needs numbers": lambda: linear_recurrence(0.5, np.array(["a", None], dtype=object)),
        "too many axes": lambda: linear_recurrence(np.ones((2, 2, 2, 3)), np.ones(3)),
        "axis=": lambda: linear_recurrence(0.5, np.ones(3), axis=1),
        "initial": lambda: linear_recurrence(0.5, np.ones((2, 3)), initial=np.ones(3)),
        "finite initial": lambda: linear_recurrence(0.5, np.ones(3), initial=np.inf),
        "order 2 needs initial": lambda: linear_recurrence(np.ones((2, 3)), np.ones(3), initial=[1.0]),
        "engine": lambda: linear_recurrence(0.5, np.ones(3), engine="c"),  # type: ignore[arg-type]
    }
    for words, call in cases.items():
        with pytest.raises(DomainError, match=words):
            call()
    with pytest.raises(IncompatibleError, match="order 1"):
        linear_recurrence(np.ones((2, 3)), np.ones(3), engine="numba")
    with pytest.raises(TypeError):
        linear_recurrence(0.5, np.ones(3), start=1.0)  # type: ignore[call-arg]


@pytest.mark.parametrize("engine", ENGINES)
def test_memory_is_the_output_and_a_block(engine):
    import tracemalloc

    a, b, room = np.full(2_000_000, 0.5), np.ones(2_000_000), np.empty(2_000_000)
    linear_recurrence(a, b, out=room, engine=engine)
    tracemalloc.start()
    linear_recurrence(a, b, out=room, engine=engine)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000  # a tenth of one array


@pytest.mark.parametrize("where", ["a", "b", "before"])
def test_a_gap_spoils_its_own_series_from_there_on(where):
    a, b, before, y = np.full((2, 4), 0.5), np.ones((2, 4)), np.zeros((1, 2)), np.empty((2, 4))
    {"a": a, "b": b}.get(where, before.T)[0, 0 if where == "before" else 2] = np.nan
    Recurrence(FLOAT)((a,), b, before, y)
    assert np.isnan(y[0]).tolist() == [where == "before"] * 2 + [True] * 2
    assert_allclose(y[1], [1.0, 1.5, 1.75, 1.875], rtol=1e-15)


def test_what_overflows_is_told_with_its_place():
    b = np.ones((2, 3))
    with pytest.raises(Trouble, match="the result overflows float64") as caught:
        Recurrence(FLOAT)((np.array([[1.0] * 3, [1.0, 1e200, 1e200]]),), b, np.zeros((1, 2)), np.empty((2, 3)))
    assert (caught.value.row, caught.value.column) == (1, 2)
