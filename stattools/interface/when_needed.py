"""Packages that take long to load, or need not be there: they are loaded when something of theirs is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


class Package:
    """Stands for a package, and loads it when it is asked for something.

    >>> Package("math").sqrt(4.0)
    2.0
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, what: str) -> Any:
        return getattr(import_module(self._name), what)


if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from scipy import fft, integrate, optimize, sparse, stats
else:
    pd, pa = Package("pandas"), Package("pyarrow")
    fft, integrate, optimize = Package("scipy.fft"), Package("scipy.integrate"), Package("scipy.optimize")
    sparse, stats = Package("scipy.sparse"), Package("scipy.stats")
