"""How a claim declares that its numbers were made, which is what they are compared with: R's glm has standard errors of
the expected information at Pearson's dispersion, and its lmer says whether it maximized the restricted likelihood.
"""

from __future__ import annotations

import re
from typing import Any

from stattools.inference.covariance import Cluster
from stattools.models.mixed.mixed_model import LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.conventions.sheet import sheet_of
from stattools.validation.moment_dispersion import has_moments

INFORMATION = ("expected", "apart", "expected apart")
KIND = re.compile(r"\bHC[0-3]\b", re.I)
CLUSTERED = re.compile(r"clusters in (\w+)|cluster\w*(?: at| by| on)(?: the)? (\w+)", re.I)
ROBUST = re.compile(r"(?<!non)(?<!non[- ])robust|hetero\w*|\bwhite\b", re.I)
SERIAL = re.compile(r"cluster|\bHAC\b|newey|bootstrap|jackknife|autocorr", re.I)
"""Words of kinds of standard errors: by name, by a column, robust to unequal variances only, and to more than these."""


def declared_recipe(claim: Claim, model: Any) -> dict[str, Any]:
    """The fields of a `Recipe` that the claim declares; none where it declares nothing or is of another model."""
    if not isinstance(model, Model):
        return {}
    information = claim.said.get("information")
    found: dict[str, Any] = {"information": information} if information in INFORMATION else {}
    if claim.said.get("dispersion") == "X2" and has_moments(model):
        found["dispersion"] = "X2"
    return found


def declared_options(claim: Claim, model: Any) -> dict[str, Any]:
    """The options of `st.fit` that the claim declares."""
    if claim.said.get("integral") == "laplace" and isinstance(model, MixedRegression):
        return {"integral": "laplace"}
    method = claim.said.get("likelihood", claim.said.get("method", "")).casefold()
    return {"reml": False} if method in ("ml", "maximum likelihood") and isinstance(model, LinearMixed) else {}


def declared_covariances(claim: Claim, model: Any) -> tuple[Any, ...]:
    """The kinds of standard errors that the claim's words may mean, the likeliest first: "robust" alone says neither
    which of HC0 to HC3, nor "clustered" with which correction; the model's own where they say nothing.
    """
    words = claim.said.get("covariance", "")
    if kind := KIND.search(words):
        return (kind[0].upper(),)
    if not isinstance(model, Model):
        return ("information",)
    if named := CLUSTERED.search(words):
        name, sheet = next(filter(None, named.groups())), sheet_of(model)
        there = sheet is not None and sheet.whole is not None and name in sheet.whole.columns
        corrections = ("statsmodels", "none") if model.has_scale else ("stata", "statsmodels", "none")
        return tuple(Cluster(name, correction=one) for one in corrections) if there else ("information",)
    if ROBUST.search(words) and not SERIAL.search(words):
        return ("HC1" if model.has_scale else "robust", "HC0", "HC1", "HC2", "HC3")
    return ("information",)


def is_joint(claim: Claim, model: Any) -> bool:
    """Whether standard errors of the fixed effects of a mixed model have the uncertainty of the variances in them."""
    return claim.said.get("information") == "joint" and isinstance(model, LinearMixed)
