"""Do counts or groups vary more, or less, than their family says? Pearson's statistic over its degrees of freedom."""

from __future__ import annotations

from stattools.inference.diagnostics.checks.check import Check, judged, verdict
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.spread import Spread
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.text.columns import number

NAME = "overdispersion"
TOO_WIDE = 0.5
"""Pearson / df below which standard errors are so much too large that it is worth a look."""

OWN_DISPERSION = {
    Outcome.COUNT: 'cov="quasi", or st.negative_binomial, which has a variance of its own',
    Outcome.TRIALS: 'cov="quasi", or st.beta_binomial, which has a variance of its own',
}
"""What to do where a family has no dispersion."""


def overdispersion(of: LookedAt) -> Check | None:
    """Pearson / df, 1 where counts vary as the model says; None where it says nothing: of 0 and 1, and of numbers."""
    if of.pearson is None:
        return None
    return checked(of.pearson, of.likelihood, of.fit.cov, bool(of.fit.kinds))


def checked(spread: Spread, family: Likelihood, cov: str, has_errors: bool = True) -> Check:
    """The check of a known Pearson / df, for standard errors of this covariance."""
    measure = "Pearson / df, 1 where they vary as the model says"
    ratio, p = spread.ratio, spread.p_value
    if cov != "information":
        measure += f"; standard errors ({cov.split('(')[0]}) allow for it"
        return Check(NAME, measure, ratio, p_value=p)
    size = 1.4 if ratio < TOO_WIDE else ratio  # intervals that are too wide are on the safe side
    return judged(NAME, measure, ratio, _advice(ratio, family, has_errors), size=size, p_value=p)


def is_found(spread: Spread | None, cov: str) -> bool:
    """Whether standard errors are too small for it."""
    return spread is not None and cov == "information" and verdict(NAME, spread.ratio, spread.p_value) != "ok"


def errors_too_small(spread: Spread) -> str:
    """What overdispersion does to standard errors of the information.

    >>> errors_too_small(Spread(13.2, 100.0, 0.0))
    'standard errors are about 3.6 times too small'
    """
    return f"standard errors are about {number(spread.ratio**0.5, 2)} times too small"


def _advice(ratio: float, family: Likelihood, has_errors: bool) -> str:
    root = number(ratio**0.5, 2)
    if ratio < 1.0:
        if not has_errors:
            return "They vary less than the model says."
        return f"Standard errors are about {number(ratio**-0.5, 2)} times too large: they are on the safe side."
    what = f"Standard errors are about {root} times too small: " if has_errors else "They vary more than the model: "
    if family.others:
        return f'{what}the variance is not that of the family. cov="robust" does not rest on it.'
    return f"{what}{OWN_DISPERSION[family.outcome]}."
