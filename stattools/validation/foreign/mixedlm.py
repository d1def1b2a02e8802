"""mixedlm's LmerResult and GlmerResult, fits by a formula of lme4; they carry their table."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.validation.foreign.description import Foreign, Given, attributes, release
from stattools.validation.foreign.mixed_formulas import MixedFit, described_mixed

KNOWN = ("LmerResult", "LmerMod", "GlmerResult", "GlmerMod")
RESULTS = {"REML": False, "sigma": None, "converged": None, "nAGQ": 1, "family": None, "_IS_LMM": False}
LINKS = {"IdentityLink": "identity", "LogitLink": "logit", "ProbitLink": "probit", "LogLink": "log"}


def describe(results: Any, given: Given) -> Foreign:
    """The description of a fit; IncompatibleError for weights and offsets."""
    given.refuse("fits of mixedlm carry their table: leave it out, and X=, y=, weights= and offset=.", *OTHERS)
    name = type(results).__name__
    if name not in KNOWN:
        raise IncompatibleError(f"audit and explain know {KNOWN[0]} and {KNOWN[2]} of mixedlm; got {name}.")
    told, made = attributes(results, RESULTS), results.matrices
    if np.ptp(made.weights) > 0 or np.any(made.offset):
        raise IncompatibleError("fits of mixedlm with weights or an offset have no twin here.")
    is_linear = bool(told._IS_LMM)
    family = ("gaussian", "identity")
    if not is_linear:
        link = type(told.family.link).__name__
        family = (type(told.family).__name__.casefold(), LINKS.get(link, link))
    if not is_linear and told.nAGQ not in (0, 1):
        raise IncompatibleError(f"mixedlm with nAGQ={told.nAGQ} has no twin here: fit it with nAGQ=1.")
    fixed = results.fixef()
    groups = results.VarCorr().groups
    said = MixedFit(
        f"{release('mixedlm')} {'lmer' if is_linear else 'glmer'}{', REML' if told.REML and is_linear else ''}",
        str(results.formula),
        family,
        tuple(":".join(_level(part, made) for part in str(term).split(":")) for term in fixed),
        np.array(list(fixed.values()), dtype=float),
        np.sqrt(np.diagonal(results.vcov())),
        [(str(name), list(one.term_names), np.asarray(one.cov)) for name, one in groups.items()],
        float(told.sigma) if is_linear else None,
        bool(told.REML),
        None if told.converged is None else bool(told.converged),
        None if is_linear else "fixed effects beside variances that are taken as known",
    )
    return described_mixed(said, made.frame)


def _level(part: str, made: object) -> str:
    """kind[b] for kind.1, the number of a level after the first; other parts of terms as they are."""
    levels = attributes(made, MATRICES).category_levels
    name, _, number = part.rpartition(".")
    if name not in levels or attributes(made, MATRICES).contrasts is not None or not number.isdecimal():
        return part
    known = list(levels[name])
    return f"{name}[{known[int(number)]}]" if int(number) < len(known) else part


MATRICES = {"category_levels": {}, "contrasts": None}
OTHERS = ("data", "X", "y", "weights", "offset")
