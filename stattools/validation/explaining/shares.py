"""Two fits as vectors in standard errors, and the part of their difference that one step makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.validation.explaining.way_between_fits import plain_name
from stattools.validation.foreign.recipe import Numbers


def vectors(model: Any, numbers: Numbers, names: list[str], unit: Floats) -> dict[str, Floats]:
    """Estimates in standard errors (0 for what is not there), log standard errors and ends of intervals (NaN there)."""
    place = [names.index(plain_name(name)) for name in model.names]
    estimate, se, ends = np.zeros(len(names)), np.full(len(names), np.nan), np.full((2, len(names)), np.nan)
    estimate[place] = numbers.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        se[place] = np.log(numbers.se)
    ends[0, place], ends[1, place] = numbers.lower, numbers.upper
    return {"estimates": estimate / unit, "se": se, "intervals": (ends / unit).ravel()}


def gap(start: Floats, end: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        gap = end - start
    return np.where(np.isfinite(gap), gap, np.nan)


def largest(gap: Floats) -> float:
    return float(np.nanmax(np.abs(gap))) if np.isfinite(gap).any() else float("nan")


def ratio(x: Floats, y: Floats) -> float:
    both = np.isfinite(x) & np.isfinite(y)
    return float(np.abs(x[both] / y[both] - 1.0).max()) if both.any() else 0.0


def share(last: Floats, now: Floats, gap: Floats) -> float:
    used = np.isfinite(gap) & np.isfinite(last) & np.isfinite(now)
    return float((now[used] - last[used]) @ gap[used] / (gap[np.isfinite(gap)] @ gap[np.isfinite(gap)]))
