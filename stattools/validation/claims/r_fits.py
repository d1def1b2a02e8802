"""A fit of R as a claim in full precision: what the function `fit_to_json` of the page on audits writes of `lm`, `glm`,
`glm.nb`, `polr`, `multinom`, `coxph`, `survreg`, `lmer`, `glmer` and the parametric terms of `gam`.

Every value is a list, and null where R has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.validation.claims.printed import Claim, Printed

KEYS = frozenset(("class", "call", "terms", "coefficients"))
"""What tells a fit of R from a dict of estimates."""
CURVE = re.compile(r"(?:s|te|ti|t2)\(.*\)(?::\w+)?\.\d+")
"""Coefficients of curves, which mean nothing alone."""
FACTS = {"loglik": "loglik", "n": "n", "df_residual": "df_resid", "sigma": "scale"}
"""Single numbers of the file, and what a claim calls them."""
SAID = ("class", "call", "formula", "family", "link", "method", "converged", "version")
MOMENTS = ("Gamma", "inverse.gaussian")
"""Families whose log-likelihood R takes at the deviance over n, which is no maximum."""


def is_r_fit(claim: object) -> bool:
    """Whether a mapping is a fit that R wrote."""
    return isinstance(claim, Mapping) and claim.keys() >= KEYS


def r_fit_in(text: str) -> Mapping[str, Any] | None:
    """The fit of R that a text of JSON is; None for other texts."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if is_r_fit(found) else None


def claim_of_r(fit: Mapping[str, Any], name: str) -> Claim:
    """The claim that a fit of R makes; DomainError for a file that is none.

    >>> fit = {"class": ["lm"], "call": ["lm(y ~ x)"], "terms": ["(Intercept)", "x"], "coefficients": [1.5, 2.0]}
    >>> claim_of_r(fit | {"vcov": [[0.04, 0.0], [0.0, 0.01]], "loglik": [-3.25]}, "fit.json").columns["se"].value
    array([0.2, 0.1])
    """
    terms = [str(term) for term in _listed(fit, "terms")]
    estimate, size = _numbers(fit, "coefficients"), len(terms)
    if len(estimate) != size or not size:
        raise DomainError(f"{name} has {size} terms and {len(estimate)} coefficients; write it again by fit_to_json.")
    se = _errors(fit, terms, name)
    kept = [k for k, term in enumerate(terms) if np.isfinite(estimate[k]) and not CURVE.fullmatch(term)]
    classes = _listed(fit, "class")
    if "negbin" in classes and len(theta := _numbers(fit, "theta")) == 1:
        theta_se = float(np.append(_numbers(fit, "theta_se"), np.nan)[0])  # alpha = 1 / theta
        terms, kept = [*terms, "alpha"], [*kept, size]
        estimate, se = np.append(estimate, 1.0 / theta), np.append(se, theta_se / theta**2)
    if "multinom" in classes:
        terms = [term.replace(":", ": ", 1) for term in terms]
    family = next(iter(_listed(fit, "family")), None)
    facts = {ours: _numbers(fit, theirs) for theirs, ours in FACTS.items()}
    if family in (*MOMENTS, "gaussian") and not len(facts["scale"]):
        facts["scale"] = _numbers(fit, "dispersion")
    left_out = {"loglik"} if family in MOMENTS or str(family).startswith("quasi") else set()
    left_out |= set() if family in (*MOMENTS, "gaussian") else {"scale"}
    left_out |= set() if {"lm", "glm"} & set(classes) else {"df_resid"}
    singles = {one: values[0] for one, values in facts.items() if len(values) == 1 and one not in left_out}
    said = {key: " ".join(map(str, values)) for key in SAID if (values := _listed(fit, key))}
    said |= _made(classes, family, _listed(fit, "method"))
    return Claim(
        f"R's {_function(said)} in {name}",
        tuple(terms[k] for k in kept),
        {"estimate": _printed(estimate[kept]), "se": _printed(se[kept])},
        {one: Printed(np.asarray(value), np.asarray(0.0)) for one, value in singles.items()},
        said,
        tuple(f"{terms[k]} {estimate[k]:.6g}" for k in kept),
    )


def _made(classes: list[Any], family: Any, method: list[Any]) -> dict[str, str]:
    """How R makes the numbers of these classes: standard errors of a glm are of the expected information, at Pearson's
    dispersion where there is one, and those of a negative binomial beside a theta that is taken as known.
    """
    if "negbin" in classes:
        return {"information": "expected apart"}
    if "glm" in classes:
        return {"information": "expected"} | ({"dispersion": "X2"} if family in MOMENTS else {})
    return {"likelihood": str(method[0])} if method and method[0] in ("ML", "REML") else {}


def _function(said: Mapping[str, str]) -> str:
    """The function of R that was called, without its package; the class of its fit where it was called otherwise."""
    called = re.match(r"(?:\w+:{2,3})?([\w.]+)\(", said.get("call", ""))
    return called[1] if called else said.get("class", "fit").split()[0]


def _printed(values: Floats) -> Printed:
    return Printed(values, np.zeros(len(values)))


def _listed(fit: Mapping[str, Any], key: str) -> list[Any]:
    """The values under a key, without what R has not."""
    value = fit.get(key)
    values = value if isinstance(value, list) else [value]
    return [one for one in values if one not in (None, "NA")]


def _numbers(fit: Mapping[str, Any], key: str) -> Floats:
    """Numbers under a key, NaN for null, none where there are none."""
    value = fit.get(key)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return np.array([np.nan if one is None else one for one in np.ravel(np.array(values, dtype=object))], dtype=float)


def _errors(fit: Mapping[str, Any], terms: list[str], name: str) -> Floats:
    """Standard errors of the terms, NaN for those that the covariance has not: columns that R left out."""
    V, known = _numbers(fit, "vcov"), [str(term) for term in _listed(fit, "vcov_terms")] or terms
    if not len(V):
        return np.full(len(terms), np.nan)
    if len(V) != len(known) ** 2:
        raise DomainError(f"{name} has {len(known)} terms and {len(V)} covariances; write it again by fit_to_json.")
    with np.errstate(invalid="ignore"):
        se = dict(zip(known, np.sqrt(np.diagonal(V.reshape(len(known), -1))), strict=True))
    return np.array([se.get(term, np.nan) for term in terms], dtype=float)
