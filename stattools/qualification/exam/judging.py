"""What an answer is worth: right, refused, warned, or silently wrong, and by how many standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stattools.interface.arrays import Floats
from stattools.qualification.exam.laws import Law

type Worth = Literal["right", "refused", "warned", "silent"]
RIGHT = 0.01
"""Coefficients within so many standard errors, and standard errors within this share, are right."""


MOST = 3
"""Warnings that a mark quotes."""


@dataclass(frozen=True)
class Mark:
    """One law put to one model: what the answer was worth, how far off it is in standard errors (None where there is
    no number to compare), what was said, the documented remedy with which it is right, and lines that show it.
    """

    law: str
    model: str
    outcome: Worth
    off: float | None
    words: str
    remedy: str = ""
    reproducer: str = ""


def judged(law: Law, model: str, before: dict[str, Any], after: dict[str, Any], unit: Floats | None) -> Mark:
    """The mark of an answer `after` a change, beside the answer `before`; `unit` are our standard errors after it."""
    words = [*filter(None, [after.get("said")]), *after.get("warnings", ())]
    told = "; ".join([*words[:MOST], *([f"{len(words) - MOST} more"] if len(words) > MOST else [])])
    if "error" in after:
        return Mark(law.name, model, "right" if law.expect is None else "refused", None, after["error"])
    b, se = numbers(after["b"]), numbers(after["se"])
    if law.expect is None:
        partial = not np.isfinite(b).all() or (unit is None and b.size < numbers(before.get("b")).size)
        if partial:
            return Mark(law.name, model, "right", None, told or "no number for what has none")
        return Mark(law.name, model, "warned" if told else "silent", None, told)
    if "error" in before:
        return Mark(law.name, model, "refused", None, before["error"])
    right, errors = law.expect(model, numbers(before["b"]), _errors(numbers(before["se"]), numbers(before["b"])))
    if b.shape != np.shape(right) or not np.isfinite(b[np.isfinite(right)]).all():
        return Mark(law.name, model, "refused", None, told or "no number")
    size = errors if np.isfinite(errors).any() else unit
    off = _off(b, right, size, unit)
    ratio = 0.0
    if se.shape == np.shape(errors) and np.isfinite(errors).any():
        known = np.isfinite(errors)
        ratio = float(np.max(np.abs(se[known] / errors[known] - 1.0))) if np.isfinite(se[known]).all() else np.inf
    worst = max(off, ratio)
    outcome: Worth = "right" if worst <= RIGHT else "warned" if told else "silent"
    words = told or (f"standard errors off by {ratio:.2g}" if ratio > max(off, RIGHT) else "")
    return Mark(law.name, model, outcome, worst, words)


def numbers(values: Any) -> Floats:
    """An array, NaN where there is no number."""
    return np.array(np.nan if values is None else values, dtype=float)


def _errors(se: Floats, b: Floats) -> Floats:
    return se if se.shape == b.shape else np.full(b.shape, np.nan)


def _off(b: Floats, right: Floats, size: Floats | None, unit: Floats | None) -> float:
    known = np.isfinite(right)
    if size is None or size.shape != b.shape:
        scale = np.maximum(np.abs(right[known]), 1e-8)
    else:
        fallback = np.abs(right) if unit is None or unit.shape != b.shape else unit
        each = np.where(np.isfinite(size), size, fallback)
        scale = np.maximum(each[known], 1e-8 * np.abs(right[known]))
    return float(np.max(np.abs(b[known] - right[known]) / scale)) if known.any() else 0.0
