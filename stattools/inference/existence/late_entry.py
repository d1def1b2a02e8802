"""Rows that entered late and do not determine the times before they did: the log-likelihood levels off.

A row that entered at e says log f(t) - log S(e), of which a limit is left as all times move before e: that of Pareto's
distribution, f(t) / S(e) = a e^a / t^(a+1). So a climb may run off along coefficients for ever, and stops where
round-off or its patience ends. There the standard error of a log time is beyond all that a time can be.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IdentificationError
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.solvers.solution import Solution

WIDEST = 300.0
"""The largest standard error of a log time: times are between exp(-300) and exp(300) in any unit."""


def check_late_entry(model: Model, solution: Solution) -> None:
    """IdentificationError where times with late entry are not determined at the solution."""
    family: Any = model.likelihood
    if family.outcome is not Outcome.TIME or not family.late or family.unimodal:
        return
    T = model.standardized()[1]
    C = np.linalg.solve(T, np.linalg.solve(T, solution.covariance).T)
    if not np.isfinite(C).all() or (widths := np.sqrt(np.maximum(C.diagonal(), 0.0))).max() <= WIDEST:
        return
    off = [name for name, width in zip(model.names, widths, strict=True) if width > WIDEST]
    raise IdentificationError(
        f"{model.title}: the log-likelihood levels off as {', '.join(off[:6])} run off to infinity. Of rows that "
        "entered late nothing says how many others had their event before, and these suggest that nearly all had. Use "
        'fewer columns, rows that entered earlier, or distribution="exponential".'
    )
