"""How the partial likelihood counts events at one time, by Breslow's or by Efron's approximation.

With r_j = exp(x_j beta), S over those at risk, T over the d who have the event at that time:

    Breslow   - d log S                                      as if the others were at risk still at each of them
    Efron     - sum over l < d of log(S - l / d T)           as if they left one after the other, each by its share

phi_l is what the logarithm is of, f_l = l / d (0 for Breslow). All that score and information need of a time are five
sums over l. Source: Breslow (1974); Efron, JASA 72 (1977), 557-565.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.record import record


@record
class TiedTerms:
    """Sums over l at each event time: of log phi, 1 / phi, f / phi, 1 / phi^2, f / phi^2 and f^2 / phi^2.

    Those with f are None where there are no ties, or they are Breslow's.
    """

    logs: Floats
    hazard: Floats
    own: Floats | None
    squares: Floats
    mixed: Floats | None
    own_squares: Floats | None


def breslow(S: Floats, T: Floats, d: Floats) -> TiedTerms:
    """At each time the sum S over those at risk, T over the d with the event."""
    return TiedTerms(d * np.log(S), d / S, None, d / (S * S), None, None)


def efron(S: Floats, T: Floats, d: Floats) -> TiedTerms:
    """Efron's terms from the same sums: one for each event, repeated by its weight."""
    if (d <= 1.0).all():
        return breslow(S, T, d)
    count = d.astype(np.intp)
    total = int(count.sum())
    require_memory(
        f"{total:,} events, repeated by weights=,", 6 * total, 'Use ties="breslow", which counts them at once.'
    )
    start = np.cumsum(count) - count
    of = np.repeat(np.arange(len(d)), count)
    share = (np.arange(total) - start[of]) / d[of]
    phi = S[of] - share * T[of]

    def summed(values: Floats) -> Floats:
        return np.add.reduceat(values, start)

    one = 1.0 / phi
    return TiedTerms(
        summed(np.log(phi)), summed(one), summed(share * one), summed(one * one), summed(share * one * one),
        summed((share * one) ** 2),
    )  # fmt: skip


TIES: Mapping[str, Callable[[Floats, Floats, Floats], TiedTerms]] = {"efron": efron, "breslow": breslow}
"""The approximations by name."""
