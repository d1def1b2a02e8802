"""The hazard ratios of a regression of times in a report, beside its time ratios."""

from __future__ import annotations

from stattools.errors import IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import require_proportional
from stattools.reporting.document import Block, Paragraph, Table, code
from stattools.text.columns import percent

SAID = (
    "The hazards of these times are proportional, so that time ratios are hazard ratios too: above 1 the event comes "
    "sooner."
)


def hazards(fit: Fit) -> tuple[Block, ...]:
    """The ratios with their intervals; nothing where hazards are not proportional, or have no standard errors."""
    try:
        require_proportional(fit.model)
    except IncompatibleError:
        return ()
    if not fit.kinds:
        return ()
    found = fit.hazard_ratios()
    if found.empty:
        return ()
    rows = [
        (code(row["term"]), *(f"{row[name]:.4g}" for name in ("estimate", "lower", "upper")))
        for row in found.to_dict("records")
    ]
    head = ("term", "hazard ratio", f"{percent(fit.level)} interval: lower", "upper")
    return Paragraph(SAID), Table(head, tuple(rows), "lrrr")
