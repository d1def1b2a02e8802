"""The verdict on an exact posterior: its means, standard deviations and evidence beside those of a reference.

    Beta, Gamma, Normal, NormalInverseGamma    quadrature of SciPy's likelihood times prior (`likelihood_quadrature.py`)
    Dirichlet, regression, multivariate rows   row by row, or one dense system (`row_by_row.py`)

They have to agree to six digits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.validation.posterior_agreement import Found, PosteriorAgreement, moments_beside
from stattools.validation.references.likelihood_quadrature import one_parameter, two_parameters
from stattools.validation.references.row_by_row import dirichlet, multivariate, regression

DIGITS = 6


def validate_exact(belief: Any) -> PosteriorAgreement:
    """Means, standard deviations and evidence of a conjugate posterior beside the reference."""
    if belief.seen is None:
        raise DomainError(f"validate needs a posterior; {quoted(belief)} has seen no data. Update it first.")
    check = CHECKS.get(type(belief).__name__)
    if check is None:
        raise IncompatibleError(f"validate has no reference for {type(belief).__name__}; it has {', '.join(CHECKS)}.")
    found = check(belief)
    safe = np.where(found.reference_sd > 0, found.reference_sd, 1.0)
    with np.errstate(invalid="ignore"):  # infinite standard deviations agree where both are
        gap, ratio = (found.ours - found.mean) / safe, found.sd / safe
    both = np.isinf(found.sd) & np.isinf(found.reference_sd)
    gap, ratio = np.where(both, 0.0, gap), np.where(both, 1.0, ratio)
    rows = moments_beside(found.terms, found.ours, found.sd, found.mean, found.reference_sd, gap, ratio)
    worst = float(max(np.abs(gap).max(), np.abs(ratio - 1.0).max()))
    apart = 0.0 if found.evidence is None else abs(found.evidence - float(found.own_evidence or 0.0))
    ok = bool(worst <= 10.0**-DIGITS and apart <= 10.0**-DIGITS * (1.0 + abs(found.evidence or 0.0)))
    count = f"{len(rows)} mean{'s' * (len(rows) > 1)} and standard deviation{'s' * (len(rows) > 1)}"
    if ok:
        also = "" if found.evidence is None else f", and the log evidence within {max(apart, 1e-10):.0e}"
        sentence = f"{found.how} agrees: {count} within {max(worst, 1e-10):.0e} standard deviations{also}."
    else:
        digits = "" if found.evidence is None else f", the log evidence by {apart:.2g}"
        sentence = f"{found.how} does not agree: a moment differs by {worst:.2g} standard deviations{digits}."
    return PosteriorAgreement(rows, found.how, ok, sentence, found.own_evidence, found.evidence)


CHECKS: dict[str, Callable[[Any], Found]] = {
    "Beta": one_parameter,
    "Gamma": one_parameter,
    "Normal": one_parameter,
    "Dirichlet": dirichlet,
    "NormalInverseGamma": two_parameters,
    "NormalInverseGammaRegression": regression,
    "NormalInverseWishart": multivariate,
}
"""One reference per family, by the name of its class."""
