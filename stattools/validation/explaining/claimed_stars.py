"""Stars that contradict the footnote that says what they mean: so many stars claim that p lies between two limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.text.columns import number
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.right import Right
from stattools.validation.claims.stars import fits_stars
from stattools.validation.explaining.finding import Finding

TESTED = ("se", "statistic", "p", "lower", "upper")
"""Columns of which any tells which standard errors the stars are made from."""


def wrong_stars(claim: Claim, ours: NDArray[np.intp], right: Right) -> Finding | None:
    """The finding on stars that are not those of the right statistics; None where all are, or where there are none.

    Statistics so near a limit that t or the normal distribution decides are on neither side of it.
    """
    if not claim.stars or not claim.limits:
        return None
    p, limits = right.columns["p"], dict(claim.limits)
    z = -special.ndtri(0.5 * p)  # a statistic may be a square
    wrong = [
        f"{claim.terms[row]} has {count or 'no'} star{'s' * (count != 1)} and p = {number(float(p[place]), 2)}"
        for row, (place, count) in enumerate(zip(ours.tolist(), claim.stars, strict=True))
        if place >= 0 and not np.isnan(z[place]) and not fits_stars(float(z[place]), count, limits)
    ]
    if not wrong:
        return None
    legend = ", ".join(f"{'*' * count} p < {limit:g}" for count, limit in sorted(claim.limits.items()))
    return Finding("stars", f"By its footnote, {legend}: {'; '.join(wrong)}.", "Print the stars of these p-values.")


def are_tested(claim: Claim) -> bool:
    """Whether the claim has numbers that tell what its stars are made from."""
    return any(name in claim.columns for name in TESTED)
