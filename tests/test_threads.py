from threadpoolctl import threadpool_info

from stattools.threads import one_blas_thread


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
