"""Where a report comes from: the hash of its data, the versions of what computed it, the command that makes it again.

Nothing here depends on the clock, the machine's name or a path, so the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

ENVIRONMENT = ("numpy", "scipy", "pandas", "formulaic", "statsmodels", "arviz", "matplotlib")


def data_hash(model: Any) -> str:
    """SHA-256 of the data that a model holds: names, shapes, and values as little-endian float64.

    A regression is hashed by X, y, weights, offset and coefficient names, counts by their successes, trials and
    flips. What was dropped on the way does not count, nor does the memory order of the arrays.

    >>> from types import SimpleNamespace
    >>> data_hash(SimpleNamespace(names=("theta",), successes=6, trials=10))[:16]
    'f73c8e7eb8b01a1e'
    """
    digest = hashlib.sha256("\x1f".join(model.names).encode("utf-8", "surrogatepass"))
    for name, values in _arrays(model).items():
        array = np.asarray(values, dtype="<f8")
        digest.update(f"\x1e{name}{array.shape}".encode())
        digest.update(array.tobytes(order="C"))
    return digest.hexdigest()


def _arrays(model: Any) -> dict[str, Any]:
    rows = getattr(model, "rows", None)
    source, names = (
        (model, ("successes", "trials", "flips"))
        if rows is None
        else (
            rows,
            ("X", "y", "weight", "offset"),
        )
    )
    found = {name: getattr(source, name, None) for name in names}
    return {name: values for name, values in found.items() if values is not None}


def code_version() -> str:
    """The version of stattools that runs."""
    return _version("stattools")


def environment() -> dict[str, str]:
    """Versions of Python and of the packages a report is computed with.

    >>> list(environment())[:2]
    ['python', 'numpy']
    """
    return {"python": platform.python_version(), **{name: _version(name) for name in ENVIRONMENT}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
