"""Which engine runs a recurrence: LAPACK, or the compiled kernels of `stattools[fast]` for large arrays."""

from __future__ import annotations

from importlib.util import find_spec
from types import ModuleType
from typing import Any, Literal

from stattools.errors import IncompatibleError
from stattools.interface.names.answers import one_of

type Engine = Literal["auto", "lapack", "numba"]

MANY = 200_000
"""From this many elements on, loading (and once compiling) the kernels is worth it."""


def require_engine(who: str, engine: object) -> Any:
    """The engine; DomainError for an engine that does not exist, IncompatibleError for one that is not installed."""
    engine = one_of(engine, ("auto", "lapack", "numba"), f"{who} has engine='auto', 'lapack' and 'numba'")
    if engine == "numba" and find_spec("numba") is None:
        raise IncompatibleError(f"{who}: engine='numba' needs Numba: install stattools[fast], or use 'lapack'.")
    return engine


def compiled(engine: Engine, size: int) -> ModuleType | None:
    """The module of compiled kernels where it is asked for, or worth it and installed; None for LAPACK."""
    if engine == "lapack" or (engine == "auto" and (size < MANY or find_spec("numba") is None)):
        return None
    from stattools.series.filters import compiled as kernels

    return kernels
