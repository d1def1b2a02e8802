"""Several independent arms: which is the largest, and how much larger than the chosen one?

    P(arm i is best) = integral of f_i(t) prod_(j != i) F_j(t) dt
    E max(max_j theta_j - theta_chosen, 0) = integral of F_chosen(t) (1 - prod_j F_j(t)) d theta(t)

Both integrands are positive, so the smallest result keeps its digits. Arms are integrated on the scale on which they
have concave logs. Cost: 2 to 20 milliseconds an entry for two or three arms, and as the square of their
number beyond: the panels are common to all arms, and each distribution function is evaluated once at each node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.numerics.quadrature import NODES, log_integral, log_integrals, thinned
from stattools.numerics.two_betas import log_complement

Rows = NDArray[np.intp]


def best(arms: Sequence[Any]) -> Floats:
    """P(each arm is the largest), shape (arms, rows). The integrals must add to one, and are divided by their sum."""
    marks = _marks(arms)
    require_memory(
        f"The integrals of {len(arms):,} arms", 2 * len(NODES) * len(arms) * marks.size, "Leave out arms far behind."
    )

    def log_products(t: Floats, row: Rows) -> Floats:
        """f_i(t) prod_(j != i) F_j(t) for every i: each distribution function is evaluated once for all of them."""
        below = np.stack([_within(arm, t, row, lambda u, at, arm=arm: arm.log_tails(u, at)[0], 0.0) for arm in arms])
        density = np.stack([_within(arm, t, row, arm.log_density, -np.inf) for arm in arms])
        nowhere = np.isneginf(below)
        below[nowhere] = 0.0
        rest = np.sum(np.sort(below, axis=0), axis=0) - below
        return np.where(nowhere.sum(axis=0) > nowhere, -np.inf, density + rest)

    parts = np.exp(log_integrals(log_products, marks))
    total = np.sum(np.sort(parts, axis=0), axis=0)  # sorted: the order of the arms changes no bit
    if not np.all(np.abs(total - 1.0) < 1e-8):
        raise ConvergenceError(
            f"the probabilities to be best need to add to 1; got {total[np.argmax(np.abs(total - 1.0))]:.10g}. "
            "Report the parameters of the arms."
        )
    return parts / total


def shortfall(chosen: Any, others: Sequence[Any]) -> Floats:
    """E max(max_j theta_j - theta_chosen, 0) per row, in the units of the arms' coordinate."""
    marks = _marks([chosen, *others])

    def log_product(t: Floats, row: Rows) -> Floats:
        below = chosen.log_tails(t, row)[0]
        if len(others) == 1:
            above = others[0].log_tails(t, row)[1]
        else:  # one minus a product of numbers next to one: log F = log(1 - S) keeps S
            each = [_within(arm, t, row, lambda u, at, arm=arm: arm.log_tails(u, at)[0], 0.0) for arm in others]
            above = log_complement(np.sum(np.sort(each, axis=0), axis=0))
        return below + above + chosen.log_stretch(t)

    return np.exp(log_integral(log_product, marks))


def _marks(arms: Sequence[Any]) -> Floats:
    """The landmarks of all arms, those that tell nothing new left out, and columns that are left out in all rows."""
    marks = thinned([arm.landmarks() for arm in arms])
    return marks[:, ~np.isnan(marks).all(axis=0)]


def _within(arm: Any, t: Floats, row: Rows, log_values: Callable[[Floats, Rows], Floats], beyond: float) -> Floats:
    """log values of an arm at t between its landmarks, outside of which nothing of it lies: -inf below them."""
    marks = arm.landmarks()
    row = np.broadcast_to(row, t.shape)
    before, after = t < marks.min(axis=1)[row], t > marks.max(axis=1)[row]
    values = np.where(after, beyond, -np.inf)
    inside = ~(before | after)
    values[inside] = log_values(t[inside], row[inside])
    return values
