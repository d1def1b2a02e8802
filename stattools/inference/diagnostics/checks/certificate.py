"""Is the estimate the maximum? The Newton decrement, which bounds how far it is in standard errors."""

from __future__ import annotations

from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.looked_at import LookedAt

LEAST = 1e-8
"""No solver goes nearer."""


def certificate(of: LookedAt) -> Check:
    """Standard errors between the estimate and the maximum, at least 1e-8."""
    solution = of.fit.solution
    value = max(float(solution.decrement), LEAST)
    what = "the maximum" if of.model.has_one_maximum else "a local maximum"
    edge = [name for name, size in zip(of.model.variances, of.theta, strict=False) if size == 0]
    if edge:
        what += f", where {', '.join(edge)} is 0, the edge of its range"
    advice = "The climb ended short of the maximum: change the units of columns, or leave out some that go together."
    return judged("maximum", f"standard errors from {what}, at most", value, advice)
