"""Do hazard ratios stay what they are? The score test of a coefficient that changes with time, and how much it does.

    beta(t) = beta + gamma g(t):   size = sqrt((S - df) / beta' I beta)

S is the statistic of the worst term, which is also gamma' I gamma for g of unit variance over the events: how much its
part of the log hazard ratio varies in time, in what all columns explain. Source: Grambsch & Therneau (1994).
"""

from __future__ import annotations

from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.shape import size_of

NAME = "proportional hazards"


def proportional(of: LookedAt) -> Check:
    """The term whose hazard ratio changes most, against time as Kaplan and Meier see it."""
    fit: object = of.fit
    table = fit.proportional_hazards()  # type: ignore[attr-defined]
    rows = [row for row in table.to_dict("records") if row["term"] != "GLOBAL"]
    worst = max(rows, key=lambda row: (row["statistic"] / row["df"], row["term"]))
    term = str(worst["term"])
    advice = (
        f"The hazard ratio of {term} changes with time and is an average over the time seen: strata of it, or its "
        "product with time in rows that are cut, survival(entry, time, died)."
    )
    measure = f"change with time of the log hazard ratio of {term} / what the columns explain, in sd"
    p_value = min(1.0, len(rows) * float(worst["p_value"]))
    size = size_of(of, float(worst["statistic"]), int(worst["df"]))
    return judged(NAME, measure, size, advice, p_value=p_value, term=term)
