"""The exponential filter by its definition, in floats and in fractions, and by the closed form that breaks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats


def closed_form(x: Floats, w: Floats) -> Floats:
    """y_t = P_t (x_0 + sum w_s x_s / P_s), with P the cumulative product of 1 - w: the textbook's vector formula."""
    keep = 1.0 - w
    keep[0] = 1.0
    product = np.cumprod(keep)
    shares = w * x
    shares[0] = x[0]
    # It is shown to break: the division by a product that has become 0.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return product * np.cumsum(shares / product)


def breakdown(w: Floats) -> int:
    """The first time at which the closed form is not a number, for a signal of ones."""
    return int(np.argmax(~np.isfinite(closed_form(np.ones(len(w)), w))))


def exact(x: Floats, w: Floats) -> list[Fraction]:
    """The recurrence in rational arithmetic."""
    return _steps([Fraction(value) for value in x.tolist()], [Fraction(gain) for gain in w.tolist()])


def loop(x: Floats, w: Floats) -> Floats:
    """The recurrence as it is written."""
    return np.array(_steps(x.tolist(), w.tolist()))


def _steps(x: list[Any], w: list[Any]) -> list[Any]:
    found = x[:1]
    for gain, value in zip(w[1:], x[1:], strict=True):
        found.append(found[-1] + gain * (value - found[-1]))
    return found


def farthest(found: Floats, truth: list[Fraction]) -> float:
    """The largest relative error."""
    return max(abs(float(Fraction(value) / right - 1)) for value, right in zip(found.tolist(), truth, strict=True))
