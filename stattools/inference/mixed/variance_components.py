"""What varies between groups, and how much: standard deviations and correlations of the effects, one row each."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.when_needed import pd
from stattools.latent.mixed_maximum import MixedMaximum


def variance_components(found: MixedMaximum) -> pd.DataFrame:
    """group, term, with, what, estimate: see `LinearMixedFit.variance_components`."""
    rows: list[dict[str, Any]] = []
    for term, covariance in zip(found.model.random, found.covariances, strict=True):
        sd = np.sqrt(covariance.diagonal())
        rows += [row(term.group, name, "", "sd", float(size)) for name, size in zip(term.columns, sd, strict=True)]
        for i in range(1, len(sd)):
            for j in range(i):
                both = sd[i] * sd[j]
                value = float(np.clip(covariance[i, j] / both, -1.0, 1.0)) if both > 0.0 else None
                rows.append(row(term.group, term.columns[j], term.columns[i], "correlation", value))
    rows.append(row("Residual", "", "", "sd", float(np.sqrt(found.s2))))
    return pd.DataFrame(rows)


def row(group: str, term: str, beside: str, what: str, estimate: float | None) -> dict[str, Any]:
    """One row of the table; a correlation with an effect that does not vary is missing."""
    return {"group": group, "term": term, "with": beside, "what": what, "estimate": estimate}
