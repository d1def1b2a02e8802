"""Single numbers of fits that are no regression of rows alone, Cox and mixed models, and of failure times.

Wald: b' V^-1 b,   score: U(0)' I(0)^-1 U(0),   likelihood ratio: 2 (loglik - loglik at 0), each chi-squared
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import StattoolsError
from stattools.validation.claims.terms import keys

type Values = dict[str, float]

VARIES = re.compile(r"(variance|sd|correlation) of (.+?)(?: and (.+?))?(?: in (.+))?")
"""What a page says of random effects: sd of x in g, correlation of x and (Intercept) in g, variance of Residual."""


def facts_of_fit(fit: Any) -> Callable[[str], Values]:
    """The single numbers of a fit that its model alone does not know; nothing for other names."""

    def fact(name: str) -> Values:
        make = next((made for holds, made in KINDS if holds(fit) and name in made), {}).get(name)
        try:
            with np.errstate(all="ignore"):
                found = _varies(fit, name) if make is None else make(fit)
        except (StattoolsError, np.linalg.LinAlgError):  # a test that is not defined, or cannot be made
            return {}
        return {words: float(value) for words, value in found.items() if np.isfinite(value)}

    return fact


def theta(at: Any) -> Values:
    """1 / alpha of a negative binomial regression at a point, as R has it; nothing of other models."""
    return {"": float(np.exp(-at.theta[at.model.names.index("log alpha")]))} if "log alpha" in at.model.names else {}


def se_of_theta(at: Any) -> Values:
    """Of theta beside coefficients that count as known, as R prints it, and with their uncertainty."""
    if not (found := theta(at)):
        return {}
    place, information = at.model.names.index("log alpha"), at.model.evaluate(at.theta, 2).information
    known = float(1.0 / np.sqrt(information[place, place]))
    joint = float(np.sqrt(np.linalg.inv(information)[place, place]))
    return {"": found[""] * joint, "beside coefficients that count as known": found[""] * known}


def _varies(fit: Any, name: str) -> Values:
    """A standard deviation, variance or correlation of random effects."""
    asked = VARIES.fullmatch(name)
    if asked is None or not fit.model.is_mixed:
        return {}
    what, term, other, group = asked.groups()
    for row in fit.variance_components(interval=None).to_dict("records"):
        in_group = row["group"] == (group or term) or f"{row['group']}." == str(group).rstrip("0123456789")
        pair = {row["term"], row["with"]} - {""}
        theirs = {one for one in (term, other) if one and group}
        if in_group and len(pair) == len(theirs) and all(any(_same(a, b) for b in pair) for a in theirs):
            value = row["estimate"]
            return {"": value**2 if what == "variance" else value}
    return {}


def _same(theirs: str, ours: str) -> bool:
    return bool(set(keys(theirs)) & set(keys(ours)))


def _wald(fit: Any) -> float:
    return float(fit.estimate @ np.linalg.solve(fit.covariance, fit.estimate))


def _score(fit: Any) -> float:
    at = fit.model.evaluate(np.zeros(len(fit.estimate)), 2)
    return float(at.score @ np.linalg.solve(at.information, at.score))


def _tested(statistic: Callable[[Any], float], name: str) -> dict[str, Callable[[Any], Values]]:
    """A chi-squared statistic of all coefficients, its degrees of freedom and its p-value."""
    return {
        name: lambda fit: {"": statistic(fit)},
        f"df of {name}": lambda fit: {"": len(fit.estimate)},
        f"p of {name}": lambda fit: {"": special.chdtrc(len(fit.estimate), statistic(fit))},
    }


def _counted(fit: Any) -> float:
    """How many parameters AIC counts."""
    return 0.5 * fit.aic + fit.loglik


COX: dict[str, Callable[[Any], Values]] = {
    "events": lambda fit: {"": fit.model.sets.total},
    "loglik_null": lambda fit: {"": fit.model.loglik(np.zeros(len(fit.estimate)))},
    "concordance": lambda fit: {"": fit.concordance().estimate},
    "se of concordance": lambda fit: {"": fit.concordance().se},
    **_tested(lambda fit: fit.overall.statistic, "lr_statistic"),
    **_tested(_wald, "wald_statistic"),
    **_tested(_score, "score_statistic"),
}
MIXED: dict[str, Callable[[Any], Values]] = {
    "groups": lambda fit: {
        "" if not at else f"of {term.group}": len(term.levels) for at, term in enumerate(fit.model.varying)
    },
    "reml_criterion": lambda fit: {"": -2.0 * fit.loglik},
    "-2 loglik": lambda fit: {"": -2.0 * fit.loglik},
    "deviance": lambda fit: {"": -2.0 * fit.loglik},
    "df_resid": lambda fit: {"": fit.n - _counted(fit), "less the coefficients alone": fit.df},
}
TIMES: dict[str, Callable[[Any], Values]] = {
    "scale of times": lambda fit: {"": np.exp(fit.estimate[fit.names.index("log scale")])},
}
KINDS: tuple[tuple[Callable[[Any], bool], dict[str, Callable[[Any], Values]]], ...] = (
    (lambda fit: fit.model.is_partial, COX),
    (lambda fit: fit.model.is_mixed, MIXED),
    (lambda fit: "log scale" in fit.names, TIMES),
)
"""What is known of a kind of fit, by the name that a claim has for it."""
