"""Where a beta density is highest, and the refusal where that is no single point."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.bayes.conjugate.arms import place, plain
from stattools.errors import DomainError


def mode(belief: Any) -> Any:
    """(a - 1) / (a + b - 2) inside, else the end that the density rises to. Raises DomainError where it is flat."""
    a, b = np.asarray(belief.a), np.asarray(belief.b)
    _refuse(belief, (a == 1.0) & (b == 1.0), "is flat and has no mode. Use the mean or the median.")
    require_one_peak(belief, "no single mode", "Use the mean or the median.")
    top, rest = np.maximum(a - 1.0, 0.0), np.maximum(b - 1.0, 0.0)
    return plain(np.where(top + rest > 0.0, top / np.where(top + rest > 0.0, top + rest, 1.0), a == 1.0))


def require_one_peak(belief: Any, lack: str, remedy: str) -> None:
    """DomainError for densities that are unbounded at both ends."""
    shape = "is U-shaped, unbounded at 0 and at 1: it has"
    _refuse(belief, (np.asarray(belief.a) < 1.0) & (np.asarray(belief.b) < 1.0), f"{shape} {lack}. {remedy}")


def _refuse(belief: Any, bad: Any, reason: str) -> None:
    if np.any(bad):
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        one = type(belief)(np.asarray(belief.a)[where], np.asarray(belief.b)[where])
        raise DomainError(f"{one!r}{f' {place(where, belief.arms)}' if where else ''} {reason}")
