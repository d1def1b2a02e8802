"""Where a report comes from: the hash of its data, the versions of what computed it, the command that makes it again,
and who wrote it when, as far as that was said.

Nothing here depends on the clock, the machine's name or a path, so the same inputs give the same bytes.
"""

from __future__ import annotations

import datetime
import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from stattools.data.files.scan import Scan, footer_of, is_checked
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.arrowhead import InParts
from stattools.reporting.document import literal

ENVIRONMENT = ("numpy", "scipy", "pandas", "formulaic", "statsmodels", "arviz", "matplotlib")
AT_A_TIME = 1024
"""Rows of a matrix in parts that are made together."""
ROWS = ("X", "y", "weight", "offset", "precision")


def hash_name(model: Any) -> str:
    """What `data_hash` is a hash of, as a report calls it."""
    return "SHA-256" if model.in_memory else "SHA-256 of the files' footers"


def _some_rows_at_a_time(X: InParts) -> Iterator[Floats]:
    """The rows of a matrix of which no array is in memory, a few hundred after the others."""
    for start in range(0, len(X), AT_A_TIME):
        yield X[start : start + AT_A_TIME]


def data_hash(model: Any) -> str:
    """SHA-256 of the data that a model holds: names, shapes, and values as little-endian float64.

    A regression is hashed by X, y, weights, offset, precision and coefficient names, flips and counts by their kind,
    successes and trials. What was dropped on the way does not count, nor does the memory order of the arrays. Raises
    IncompatibleError for `st.custom`, whose data are inside a function. Of rows in files it is the hash of the files'
    names, sizes and footers, which no read of the rows is needed for.

    >>> import stattools as st
    >>> data_hash(st.binomial(6, 10))[:16]
    '4b8630cf7d84aec4'
    """
    if not model.in_memory:
        return _hash_of_footers(model)
    digest = hashlib.sha256("\x1f".join((model.kind, *model.names)).encode("utf-8", "surrogatepass"))
    held = {name: getattr(model.rows, name) for name in ROWS} if model.rows is not None else model.arrays()
    for name, values in held.items():
        if values is None:
            continue
        parts = _some_rows_at_a_time(values) if isinstance(values, InParts) else (values,)
        digest.update(f"\x1e{name}{np.shape(values)}".encode())
        for part in parts:
            digest.update(np.asarray(part, dtype="<f8").tobytes(order="C"))
    return digest.hexdigest()


def extent(model: Any) -> tuple[str, float] | None:
    """What a model's data are counted in, and how many there are; None where it cannot say.

    >>> import stattools as st
    >>> extent(st.binomial(6, 10))
    ('observations', 10.0)
    """
    if model.rows is not None:
        return "rows", len(model.rows.X)
    return ("observations", float(model.n)) if not np.isnan(model.n_telling) else None


def code_version() -> str:
    """The version of stattools that runs."""
    return _version("stattools")


def environment() -> dict[str, str]:
    """The platform, and the versions of Python and of the packages a report is computed with.

    >>> list(environment())[:3]
    ['platform', 'python', 'numpy']
    """
    system = {"platform": f"{platform.system()} {platform.machine()}", "python": platform.python_version()}
    return {**system, **{name: _version(name) for name in ENVIRONMENT}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def files_of(model: Model) -> dict[str, int]:
    """How many files and row groups there are; none of rows that are in no files."""
    source = model.rows.source
    return {"files": len(source.paths), "row groups": source.n_groups} if isinstance(source, Scan) else {}


def _hash_of_footers(model: Model) -> str:
    """SHA-256 of the names of the files, their sizes and their footers, and of the formula: not of the values.

    Raises IncompatibleError for rows that are in no files.
    """
    source = model.rows.source
    if not isinstance(source, Scan):
        raise IncompatibleError(
            f"report writes the hash of the data, and the rows of {model.title} are {model.rows.place}, which has "
            "none. Write them to files and scan these, or report on a sample in memory."
        )
    digest = hashlib.sha256("\x1f".join((model.kind, str(model.formula), *model.names)).encode())
    for path in source.paths:
        digest.update(f"\x1e{path.name}\x1f{path.stat().st_size}\x1f".encode())
        digest.update(footer_of(path))
    return digest.hexdigest()


def without_checksums(model: Any) -> str | None:
    """How many of the files have no checksums of their pages, and what that means; None where all have, or none are."""
    source = model.rows.source if model.facts.is_regression else None
    if not isinstance(source, Scan):
        return None
    bare = sum(not is_checked(path) for path in source.paths)
    return (
        f"{bare:,} of {len(source.paths):,}: damage that leaves numbers within their range is not seen"
        if bare
        else None
    )


def byline(author: str | None, date: str | datetime.date | None) -> str:
    """The line under the title, as text with marks; empty without author and date. DomainError for what is neither
    text nor a day.

    >>> byline("A. Turing", datetime.date(1950, 10, 1)), byline(None, None)
    ('A. Turing, 1950-10-01', '')
    """
    if not isinstance(author, str | None):
        raise DomainError(f"report needs author= as text; got {quoted(author)}.")
    if not isinstance(date, str | datetime.date | None):
        raise DomainError(f'report needs date= as text or a day, such as "2026-11-27"; got {quoted(date)}.')
    return ", ".join(literal(" ".join(said.split())) for said in (author or "", _day(date)) if said.strip())


def _day(date: str | datetime.date | None) -> str:
    if isinstance(date, datetime.datetime):
        date = date.date()
    return date.isoformat() if isinstance(date, datetime.date) else date or ""
