"""What differs from R and statsmodels by convention, each said on the page of the fits that it touches.

A convention is one sentence of at most 80 columns and a condition; `docs/coming_from/conventions.md` explains each. The
numbers agree once the convention is known, so none of these is a fault of either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stattools.data.design import Design
from stattools.likelihoods import (
    BetaFamily,
    GammaFamily,
    InverseGaussian,
    LocationScale,
    NegativeBinomial,
    Probit,
)
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model

OF_GLM = (Probit, GammaFamily, InverseGaussian, NegativeBinomial, Linked)
"""The likelihoods of R's glm and glm.nb whose link may be another than the canonical one."""

NATURAL = {
    GammaFamily: ("inverse",),
    InverseGaussian: ("inverse-squared",),
    LocationScale: ("identity",),
    BetaFamily: LINKS,
}
"""Families with a dispersion beside the mean, and the links at which the two informations are one all the same, or of
which another sentence speaks.
"""


@dataclass(frozen=True)
class Convention:
    """A sentence of the page, and for which fits of regressions it is one."""

    sentence: str
    touches: Callable[[Any], bool]


def conventions(fit: Any) -> list[str]:
    """The sentences for this fit.

    >>> import stattools as st
    >>> conventions(st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])))
    ['AIC and BIC count the coefficients, as statsmodels; R counts the scale too.']
    >>> conventions(st.fit(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])))
    []
    """
    return [one.sentence for one in CONVENTIONS if isinstance(fit.model, Model) and one.touches(fit)]


def _observed(fit: Any) -> bool:
    """Standard errors of an information that is not the expected one, of a model that R's glm has too."""
    likelihood = fit.model.likelihood
    plain = fit.cov == "information" and fit.penalty is None and not fit.model.design.beside
    return plain and isinstance(likelihood, OF_GLM) and not (likelihood.canonical or _is_natural(likelihood))


def _is_natural(likelihood: Any) -> bool:
    return next(iter(likelihood.parameters.values())) in NATURAL.get(type(likelihood.unlinked), ())


def _observed_beta(fit: Any) -> bool:
    """Standard errors of the observed information, of a model that R's betareg has too."""
    return fit.cov == "information" and fit.penalty is None and _is(fit, BetaFamily)


def _has_zeros(fit: Any) -> bool:
    """Whether the zeros have a parameter of their own; a hurdle is two likelihoods side by side."""
    return "zero" in fit.model.likelihood.parameters


def _is(fit: Any, *families: type) -> bool:
    """Whether this is one of the families, whatever its link, with parameters that all rows share beside the mean."""
    return isinstance(fit.model.likelihood.unlinked, families) and not fit.model.design.beside


def _weighted(fit: Any) -> bool:
    return fit.model.rows.weight is not None


def _sorted_by_capitals(design: Design) -> bool:
    """Levels of text, in the order of their code points, that a dictionary would sort otherwise."""
    every = [levels for levels in design.levels.values() if all(isinstance(level, str) for level in levels)]
    return any(list(levels) == sorted(levels) != sorted(levels, key=_in_dictionary) for levels in every)


def _in_dictionary(level: str) -> tuple[str, str]:
    """Letters without accents and capitals first, then the level itself."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", level) if not unicodedata.combining(one))
    return plain.casefold(), level.swapcase()


def _without_main_effects(design: Design) -> bool:
    """A product of categories of which R makes more columns than its rank: two of the factors are coded in full, as
    the product without them is no term, though a term below it, or the intercept, is.
    """
    if design.parsed is None:
        return False
    terms = {frozenset(factor.text for factor in term) for term in design.parsed.terms}
    for term in terms:
        categories = term & design.levels.keys()
        whole = [factor for factor in categories if term - {factor} not in terms]
        below = any(other < term and other - categories == term - categories for other in terms)
        if len(whole) > 1 and below:
            return True
    return False


CONVENTIONS = (
    Convention(
        "AIC and BIC count the coefficients, as statsmodels; R counts the scale too.",
        lambda fit: fit.model.has_scale,
    ),
    Convention(
        "Standard errors are of the observed information; R's glm uses the expected.",
        _observed,
    ),
    Convention(
        "Standard errors are of the observed information; betareg takes the expected.",
        _observed_beta,
    ),
    Convention(
        "alpha is estimated jointly with the coefficients; R's glm.nb holds it fixed.",
        lambda fit: _is(fit, NegativeBinomial),
    ),
    Convention(
        "'zero' are log odds of a zero; those of R's hurdle are of a positive count.",
        lambda fit: _has_zeros(fit) and bool(fit.model.likelihood.pieces),
    ),
    Convention(
        "Without zero= the zeros have no columns; R's zeroinfl and hurdle take all.",
        lambda fit: _has_zeros(fit) and not fit.model.predictor.own[0],
    ),
    Convention(
        "The dispersion is of maximum likelihood; R and statsmodels take Pearson's.",
        lambda fit: _is(fit, GammaFamily, InverseGaussian, LocationScale),
    ),
    Convention(
        "Weights are frequencies; R's lm takes precisions: st.ols(..., precision=).",
        lambda fit: _weighted(fit) and fit.model.has_scale,
    ),
    Convention(
        "Weights are frequencies; R's glm takes them as precisions of a Gamma outcome.",
        lambda fit: _weighted(fit) and _is(fit, GammaFamily),
    ),
    Convention(
        "Ordered levels have treatment contrasts, as statsmodels; R's are polynomial.",
        lambda fit: bool(fit.model.design.ordered),
    ),
    Convention(
        "Levels are in code-point order, capitals first; R sorts them by locale.",
        lambda fit: _sorted_by_capitals(fit.model.design),
    ),
    Convention(
        "a:b without main effects has full rank; R has a column per pair of levels.",
        lambda fit: _without_main_effects(fit.model.design),
    ),
    Convention(
        "Newey & West's (1994) lags are those of scores in any units; R's depend on them.",
        lambda fit: "found automatically" in fit.cov,
    ),
)
