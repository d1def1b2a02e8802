"""How a claim declares that its numbers were made, which is what they are compared with: R's glm has standard errors of
the expected information at Pearson's dispersion, and its lmer says whether it maximized the restricted likelihood.
"""

from __future__ import annotations

from typing import Any

from stattools.models.mixed.linear_mixed import LinearMixed
from stattools.models.mixed.mixed_regression import MixedRegression
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.moment_dispersion import has_moments

INFORMATION = ("expected", "apart", "expected apart")


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
    return {"reml": False} if claim.said.get("likelihood") == "ML" and isinstance(model, LinearMixed) else {}


def is_joint(claim: Claim, model: Any) -> bool:
    """Whether standard errors of the fixed effects of a mixed model have the uncertainty of the variances in them."""
    return claim.said.get("information") == "joint" and isinstance(model, LinearMixed)
