"""Packages that take long to load, or need not be there, and modules of ours that are known by their names: they are
loaded when something of theirs is first used.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any


class Package:
    """Stands for a package, and loads it when it is asked for something.

    >>> Package("math").sqrt(4.0)
    2.0
    """

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def _package(self) -> Any:
        """The package itself: to look it up by its name each time takes longer than what is asked of it."""
        return import_module(self._name)

    def __getattr__(self, what: str) -> Any:
        return getattr(self._package, what)


if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from scipy import fft, integrate, sparse, stats
else:
    pd, pa = Package("pandas"), Package("pyarrow")
    fft, integrate = Package("scipy.fft"), Package("scipy.integrate")
    sparse, stats = Package("scipy.sparse"), Package("scipy.stats")
optimize: Any = Package("scipy.optimize")  # SciPy tells no types, and those that are guessed of its roots are wrong
