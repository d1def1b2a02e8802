"""A claim of finite numbers where the likelihood has no maximum: separated outcomes, aliased columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.right import COLUMNS, Right
from stattools.validation.claims.standing import standing
from stattools.validation.explaining.causes import gather
from stattools.validation.explaining.claim_audit import ClaimAudit, called, unclaimed
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.no_maximum import LEAVE_OUT, existence, limit_se
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.recipe import Numbers, Recipe


def without_maximum(claim: Claim, model: Any, ours: NDArray[np.intp], error: IdentificationError) -> ClaimAudit:
    """The verdict where a fit found no maximum: the claim cannot be right, and why."""
    limit = np.full(len(model.names), np.nan)
    columns: dict[str, Floats] = dict.fromkeys(COLUMNS, limit)
    findings = [Finding("no maximum", f"{error.message.split('. ')[0]}.", LEAVE_OUT)]
    if type(model) is Model:
        absent, found = existence(model)
        findings = findings if absent is None else [absent]
        if found is not None:
            columns |= {"estimate": found.solution.estimate, "se": limit_se(found)}
        findings += _made_by(claim, model, ours, absent)
    now = standing(claim, ours, Right(tuple(model.names), columns, columns["se"], lambda name: {}))
    causes = "; ".join(dict.fromkeys(one.cause for one in findings if one.serious))
    sentence = (
        f"{called(claim.name)} is not right: its numbers are finite, and the likelihood has no unique maximum. "
        f"Cause: {causes}."
    )
    about = " ".join(filter(None, (str(model.title), f"of {model.formula}" if model.formula else "")))
    notes = unclaimed(now, tuple(model.names), ours)
    return ClaimAudit(claim.name, about, now, False, sentence, tuple(findings), notes=notes)


def _made_by(claim: Claim, model: Model, ours: NDArray[np.intp], absent: Finding | None) -> list[Finding]:
    """What made finite numbers, where all are claimed: a penalty, or the end of a loop."""
    theta = whole_point(claim, ours, len(model.names))
    if theta is None:
        return []
    none = np.full(len(theta), np.nan)
    foreign = Foreign(claim.name, Recipe(model), Numbers(theta, none, none, none), "information")
    known = () if absent is None else (absent.cause,)
    return [one for one in gather(foreign).findings if one.cause not in known]


def whole_point(claim: Claim, ours: NDArray[np.intp], count: int) -> Floats | None:
    """The claimed coefficients in the order of the model's; None where some are not claimed."""
    theta = np.full(count, np.nan)
    theta[ours[ours >= 0]] = claim.columns["estimate"].value[ours >= 0]
    return theta if np.isfinite(theta).all() else None
