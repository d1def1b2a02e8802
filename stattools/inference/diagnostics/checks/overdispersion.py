"""Do counts or groups vary more, or less, than their family says? Pearson's statistic over its degrees of freedom."""

from __future__ import annotations

from typing import Any

from stattools.inference.diagnostics.checks.check import Check, judged, verdict
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.spread import Spread, spread_of
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
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


def overdispersed(fit: Any, *, reads: bool = False) -> str:
    """A sentence where counts or groups vary so much that the standard errors of a fit are too small; "" elsewhere.

    Rows in files are read for it only where that is asked for.

    >>> import stattools as st
    >>> overdispersed(st.fit(st.poisson([0, 9, 1, 6, 0, 12, 30, 1], [1, 2, 3, 4, 5, 6, 7, 8])))
    'Overdispersed: Pearson / df 10.7; standard errors about 3.3 times too small. Use cov="quasi", or ...'
    """
    if not isinstance(fit.model, Model) or fit.cov != "information":
        return ""
    known = fit._spread
    if reads and not fit.model.in_memory and (found := spread_of(fit.model, fit.estimate)):
        known = found.ratio, found.p_value
    if known is None or verdict(NAME, *known) == "ok":
        return ""
    ratio = known[0]
    said = f"Overdispersed: Pearson / df {number(ratio, 3)}"
    if not fit.kinds:
        return f"{said}."
    family = fit.model.likelihood
    use = 'cov="robust", which does not rest on the variance' if family.others else OWN_DISPERSION[family.outcome]
    return f"{said}; standard errors about {number(ratio**0.5, 2)} times too small. Use {use}."


def on_the_page(fit: Any) -> list[str]:
    """The sentence for the page of a fit; where rows are in files, which a page does not read, where it is found."""
    model = fit.model
    if fit.cov == "information" and not model.in_memory:
        alone = model.likelihood.outcome in OWN_DISPERSION and not model.likelihood.others
        return ["Whether they vary more than the family says: fit.check() reads the rows for it."] * alone
    return [said] if (said := overdispersed(fit)) else []


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
