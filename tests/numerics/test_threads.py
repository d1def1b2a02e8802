import threading
import time

import pytest
from threadpoolctl import threadpool_info

from stattools.numerics import threads
from stattools.numerics.threads import on_threads, one_blas_thread, spans


def blas_threads():
    return {
        library["filepath"]: library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    }


def test_blas_has_one_thread_inside_and_its_own_number_after():
    before = blas_threads()
    assert before
    with one_blas_thread():
        assert set(blas_threads().values()) == {1}
    assert blas_threads() == before


@pytest.fixture
def two_free():
    token = threads._free.set(2)
    yield
    threads._free.reset(token)


def test_parts_run_side_by_side_and_keep_their_order(two_free):
    meeting = threading.Barrier(2)  # which one thread alone would wait at for ever

    def work(part):
        meeting.wait(timeout=30)
        return part

    assert on_threads(work, range(8)) == list(range(8))


def test_a_thread_of_the_pool_uses_no_other(two_free):
    assert on_threads(lambda part: threads.free_threads(), [0, 1]) == [1, 1]
    assert on_threads(lambda part: sum(on_threads(abs, [-part, 1])), [1, 2]) == [2, 3]


def test_errors_come_through(two_free):
    with pytest.raises(ZeroDivisionError):
        on_threads(lambda part: 1 / part, [1, 0])


def test_the_other_parts_end_where_one_raises(two_free):
    """Nobody waits for them: a part of many blocks ends at its next block."""
    started, blocks = threading.Barrier(2), []

    def work(part):
        started.wait(timeout=30)
        if part == 0:
            raise ZeroDivisionError
        for block in spans(0, 10_000, 1):
            blocks.append(block)
            time.sleep(0.01)

    with pytest.raises(ZeroDivisionError):
        on_threads(work, range(2))
    time.sleep(0.1)
    seen = len(blocks)
    time.sleep(0.1)
    assert len(blocks) == seen < 1000


def test_threads_are_restored_where_restoring_is_interrupted():
    """Ctrl-C while the first library is set: the others are set all the same."""
    given = []

    class Library:
        def set_num_threads(self, threads):
            given.append(threads)
            if len(given) == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        threads._restore([(Library(), 2), (Library(), 3)])
    assert given == [2, 2, 3]
