"""A change in words that read: how much higher or lower, and its interval, whichever side of nothing its ends are on.

A factor of at most 2 is told in percent, a larger one as a factor, anything else as a difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stattools.reporting.tables import between_factors, decimals, number

DIGITS = 8
"""An estimate has no more of them, however small its standard error is."""


@dataclass(frozen=True)
class Change:
    """`size` as `5.1 %`, `3.2` or `0.48`, `way` as `higher`, `lower` or `times as high`, and the `interval`, "" where a
    fit has none.
    """

    size: str
    way: str
    interval: str = ""

    @property
    def said(self) -> str:
        """`5.1 % lower`, `3.2 times as high`."""
        return f"{self.size} {self.way}"

    def with_interval(self, named: str) -> str:
        """The change with its interval in brackets, which are called `95 % interval`."""
        return f"{self.said} ({named}: {self.interval})" if self.interval else self.said


def change(estimate: float, se: float, lower: float, upper: float, *, factor: bool) -> Change:
    """The change that a coefficient is, of one whose exponential is a `factor` the change by that factor.

    >>> change(-0.56, 0.18, -0.92, -0.21, factor=True).with_interval("95 % interval")
    '43 % lower (95 % interval: 19 to 60 % lower)'
    >>> change(0.022, 0.035, -0.046, 0.090, factor=True).with_interval("95 % interval")
    '2.2 % higher (95 % interval: between 4.5 % lower and 9.4 % higher)'
    >>> change(1.16, 0.4, 0.37, 1.95, factor=True).with_interval("95 % interval")
    '3.2 times as high (95 % interval: 1.4 to 7.0 times as high)'
    >>> change(0.485, 0.014, 0.457, 0.513, factor=False).with_interval("95 % interval")
    '0.4850 higher (95 % interval: 0.4570 to 0.5130 higher)'
    """
    if np.isinf(estimate):
        return Change("without bound", "higher" if estimate > 0 else "lower")
    has_ends = bool(np.isfinite([lower, upper]).all())
    if not factor:
        places = min(decimals(se), decimals(abs(estimate), DIGITS)) if np.isfinite(se) else decimals(abs(estimate), 4)
        return _signed(estimate, lower, upper, lambda value: number(value, places), "", has_ends)
    value = float(np.exp(estimate))
    spread = value * se if np.isfinite(se) else np.nan
    if value <= 2.0:
        places = decimals(100.0 * spread, digits=2) if np.isfinite(spread) else 1
        middle, low, high = (100.0 * float(np.expm1(end)) for end in (estimate, lower, upper))
        return _signed(middle, low, high, lambda value: number(value, places), " %", has_ends)
    places = decimals(spread, digits=2) if np.isfinite(spread) else decimals(value)
    ends = between_factors(float(np.exp(lower)), float(np.exp(upper)), places) if has_ends else ""
    return Change(number(value, places), "times as high", f"{ends} times as high" if ends else "")


def _signed(
    middle: float, lower: float, upper: float, say: Callable[[float], str], unit: str, has_ends: bool
) -> Change:
    ends = span(lower, upper, say, unit) if has_ends else ""
    return Change(f"{say(abs(middle))}{unit}", "higher" if middle > 0 else "lower", ends)


def span(lower: float, upper: float, say: Callable[[float], str], unit: str = "") -> str:
    """An interval of a change, without signs.

    >>> span(-4.5, 9.4, str, " %"), span(-60.0, -18.0, str, " %"), span(0.2, 0.5, str)
    ('between 4.5 % lower and 9.4 % higher', '18.0 to 60.0 % lower', '0.2 to 0.5 higher')
    """
    if lower < 0.0 < upper:
        return f"between {say(-lower)}{unit} lower and {say(upper)}{unit} higher"
    if upper <= 0.0:
        return f"{say(abs(upper))} to {say(abs(lower))}{unit} lower"
    return f"{say(lower)} to {say(upper)}{unit} higher"
