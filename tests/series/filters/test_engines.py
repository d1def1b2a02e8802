"""LAPACK runs what is short or asks for it, compiled kernels what is long; an engine that is not there is refused."""

import pytest

from stattools.errors import DomainError, IncompatibleError
from stattools.series.filters import engines
from stattools.series.filters.engines import MANY, compiled, require_engine


def test_an_engine_that_does_not_exist_is_refused():
    with pytest.raises(DomainError, match="a filter has engine='auto', 'lapack' and 'numba'; got 'fast'"):
        require_engine("a filter", "fast")


def test_numba_is_asked_for_only_where_it_is_installed(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    require_engine("a filter", "auto")
    assert compiled("auto", 10 * MANY) is None
    with pytest.raises(IncompatibleError, match=r"a filter: engine='numba' needs Numba: install stattools\[fast\]"):
        require_engine("a filter", "numba")


def test_auto_compiles_what_is_long():
    pytest.importorskip("numba")
    assert compiled("auto", MANY - 1) is None
    assert compiled("lapack", 10 * MANY) is None
    assert compiled("auto", MANY) is compiled("numba", 1)
    assert callable(compiled("numba", 1).recurrence)
