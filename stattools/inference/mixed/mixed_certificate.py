"""What is proven of the maximum of a mixed model, in sentences: how near, whether the highest, why at a boundary."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.interface.when_needed import pd
from stattools.text.columns import number

FALL = "−2 log L"


def within(found: Any, what: str) -> str:
    """How near a solution is to a maximum, and in how many steps, where these are more than round-off decides."""
    bound = f"{max(found.decrement, 1e-8):.0e}".replace("e-0", "e-")
    steps = f", {found.steps} steps" if found.steps > 1 else ""
    reached = "" if found.status == "converged" else ", the limit of float64 on these data"
    return f"Within {bound} standard errors of {what}{reached} (Newton{steps})"


def certificate(fit: Any) -> str:
    """The decrement, the global proof or that it is local, and the conditions at variances of 0."""
    proof = fit.found.proof
    what = "a local maximum" if proof is None else "the maximum"
    said = [within(fit.found.maximum, what) + _global(proof) + "."]
    if proof is not None and len(proof.maxima) > 1:
        frame = local_maxima(fit)
        term = fit.model.varying[0].name
        rest = ", ".join(
            f"sd {number(sd)} ({number(v, 4)})" for sd, v in zip(frame["sd"], frame["deviance"], strict=True)
        )
        said.append(f"The likelihood has {len(frame)} local maxima, of {term}: {rest} of {FALL}.")
    return " ".join([*said, *_boundary(fit)])


def _global(proof: Any) -> str:
    if proof is None:
        return ""
    gap = f"{proof.gap:.0e}".replace("e-0", "e-") if proof.gap < 1e-3 else number(proof.gap, 2)
    beside = "" if proof.closed else " while the residual has more than 1e-4 of the variance"
    beside += f", where the search was ended after {proof.points:,} points" if proof.gap >= 1e-3 else ""
    return f"; no point is better by more than {gap} in {FALL}{beside}"


def _boundary(fit: Any) -> list[str]:
    """A sentence for each term that has an effect without variance: the conditions of a maximum there, as a number."""
    found, said = fit.found, []
    which = "a local maximum" if found.proof is None else "the maximum"
    terms = zip(fit.model.varying, found.profile.factors, found.maximum.least, found.to_effects, strict=True)
    for term, T, least, back in terms:
        if not np.isfinite(least):
            continue
        if len(T) == 1:
            slope = number(max(least, 0.0) / float(back[0, 0]) ** 2, 3)
            said.append(
                f"The sd of {term.name} is 0, and 0 is {which}: {FALL} rises from there, by {slope} for each unit of "
                "the ratio of its variance to that of the residual."
            )
            continue
        rank = int(np.linalg.matrix_rank(T, tol=1e-10))
        said.append(
            f"The covariance of {term.name} has rank {rank} of {len(T)}, and that is {which}: {FALL} does not fall in "
            f"any direction that is missing (smallest eigenvalue of its derivative there {number(max(least, 0.0), 3)})."
        )
    return said


def local_maxima(fit: Any) -> pd.DataFrame:
    """sd, residual, deviance, one row for each local maximum, the highest first: see `LinearMixedFit.local_maxima`."""
    proof, found = fit.found.proof, fit.found
    if proof is None or not proof.maxima:
        raise IncompatibleError(
            "local_maxima lists those of a model with one ratio of variances, one term of one effect; this fit has "
            f"{' + '.join(term.name for term in fit.model.varying)}. fit.certificate says what is proven of its maximum"
        )
    rows = []
    for one in proof.maxima:
        at = found.deviance.at(np.array([np.sqrt(one.ratio)]))
        residual = float(np.sqrt(at.s2)) * found.coordinates.unit
        sd = abs(float(found.to_effects[0][0, 0])) * np.sqrt(one.ratio) * residual
        rows.append((float(sd), residual, at.value))
    return pd.DataFrame(rows, columns=["sd", "residual", "deviance"])
