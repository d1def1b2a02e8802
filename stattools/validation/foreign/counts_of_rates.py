"""Rates with weights as counts with exposures, and shares with weights as successes of trials: packages that take no
exposure fit y / e with weights e, which has the likelihood of y with log e as offset.

    e (r eta - exp(eta)) = y eta - exp(eta + log e) + constant,     y = e r
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats

WHOLE = 1e-9


def counts_of_rates(
    y: Floats, weight: Floats | None, offset: Floats | None = None
) -> tuple[Floats, Floats | None, Floats | None]:
    """Counts, weights and offset of rates that are no whole numbers and whose weights make them some; the same again
    where they are none.

    >>> counts_of_rates(np.array([0.5, 2.0]), np.array([2.0, 3.0]))
    (array([1., 6.]), None, array([0.69314718, 1.09861229]))
    """
    if weight is None or not (weight > 0).all() or not np.isfinite(y).all():
        return y, weight, offset
    counts = np.round(y * weight)
    if (y == np.round(y)).all() or (np.abs(counts - y * weight) > WHOLE * (1.0 + counts)).any():
        return y, weight, offset
    return counts, None, np.log(weight) + (0.0 if offset is None else offset)


def trials_of_shares(y: Floats, weight: Floats | None) -> tuple[Floats, Floats | None, Floats | None]:
    """Successes, weights and trials of shares between 0 and 1 whose weights make them whole numbers; the same again,
    and no trials, where the outcomes are 0 and 1 or the weights make none.

    >>> trials_of_shares(np.array([0.5, 1.0]), np.array([2.0, 3.0]))
    (array([1., 3.]), None, array([2., 3.]))
    """
    if weight is None or not np.isfinite(y).all() or np.isin(y, (0.0, 1.0)).all():
        return y, weight, None
    successes, trials = np.round(y * weight), np.round(weight)
    if (np.abs(successes - y * weight) > WHOLE * (1.0 + successes)).any() or (trials != weight).any():
        return y, weight, None
    return successes, None, trials
