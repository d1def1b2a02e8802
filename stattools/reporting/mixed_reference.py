"""What a report of the gallery says of a mixed model and statsmodels: nothing that differs between processors."""

from __future__ import annotations

import numpy as np

from stattools.reporting.document import Paragraph, Section, Table, code, literal
from stattools.reporting.sentences import unversioned
from stattools.reporting.tables import decimals, number
from stattools.validation.verdict import Agreement


def beside(agreement: Agreement) -> Section:
    """MixedLM's numbers beside ours, to so many digits as its climb has on any machine."""
    rows = []
    for row in agreement.rows.to_dict("records"):
        unit = row["se"] if np.isfinite(row["se"]) else 0.1 * abs(row["estimate"])
        places = decimals(unit or 1.0, digits=2)
        rows.append((code(row["term"]), number(row["estimate"], places), number(row["reference"], places)))
    name = literal(unversioned(agreement.reference))
    lead = agreement.loglik - agreement.reference_loglik
    same = f"**{name} agrees**: the same restricted log-likelihood to less than 1e-4, and these numbers:"
    other = (
        "**A second computation agrees** on our log-likelihood, from the covariance matrix of all rows, factored. "
        f"That of {name} is lower by {number(lead, 3)}:"
    )
    said = same if abs(lead) < 1e-4 else other
    return Section("Validation", (Paragraph(said), Table(("", "stattools", name), tuple(rows), "lrr")), folded=True)
