"""Mixed models that packages fit to a formula of lme4: the model of the same formula and table, and their numbers in
our order: fixed effects by the words of their terms, then what varies between groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.regressions.counts import poisson
from stattools.models.regressions.glm import logistic, probit
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.validation.claims.printed import Claim
from stattools.validation.claims.terms import canonical, places
from stattools.validation.foreign.description import Foreign
from stattools.validation.recipes.points import effect_sizes
from stattools.validation.recipes.recipe import Numbers, Refit

MAKERS: dict[tuple[str, str], Any] = {
    ("gaussian", "identity"): linear_mixed,
    ("binomial", "logit"): logistic,
    ("binomial", "probit"): probit,
    ("poisson", "log"): poisson,
}
"""By the names of a family and a link."""
LAPLACE = {"integral": "laplace"}


@record
class MixedFit:
    """What a package says of a fit: `called` is its name, `terms` the names of the fixed effects in its words;
    `effects` has for each group (name, names of its effects, their covariance); `sigma` is None beside families without
    one. `errors` says what its standard errors are where they are none of ours.
    """

    called: str
    formula: str
    family: tuple[str, str]
    terms: Sequence[str]
    estimate: Floats
    se: Floats
    effects: Sequence[tuple[str, Sequence[str], Floats]]
    sigma: float | None
    reml: bool
    converged: bool | None
    errors: str | None = None


def described_mixed(said: MixedFit, table: object) -> Foreign:
    """The description of a mixed fit on its table."""
    if said.family not in MAKERS:
        raise IncompatibleError(
            f"{said.called} of the family {said.family[0]} with link {said.family[1]} has no twin here; known are "
            f"{', '.join(' '.join(one) for one in MAKERS)}."
        )
    linear = said.sigma is not None
    model: Any = MAKERS[said.family](said.formula, table)
    recipe = Refit(model, {"reml": said.reml} if linear else LAPLACE, known=said.errors is None, df=np.inf)
    place = places(Claim(said.called, tuple(said.terms), {}), model).ours
    if len(place) != len(model.names):
        raise DomainError(
            f"{said.called} has {len(place)} fixed effects, and {said.formula} has {len(model.names)} on this table: "
            f"{', '.join(model.names)}. Pass the table that was fitted."
        )
    theta, se = np.empty(len(place)), np.empty(len(place))
    theta[place], se[place] = said.estimate, said.se
    covariances = [_covariance(term, said.effects) for term in model.random]
    numbers = with_variances(recipe, theta, se, covariances, said.sigma)
    return Foreign(said.called, recipe, numbers, said.errors or "nonrobust", said.converged)


def with_variances(
    recipe: Refit, fixed: Floats, se: Floats, covariances: Sequence[Floats], sigma: float | None
) -> Numbers:
    """Fixed effects with their standard errors and intervals, then what varies between groups, and sigma where there is
    one, which have none.
    """
    rest = effect_sizes(covariances)
    rest = rest if sigma is None else np.append(rest, sigma)
    theta, se = np.concatenate([fixed, rest]), np.append(se, np.full(len(rest), np.nan))
    half = recipe.quantile(len(theta)) * se
    return Numbers(theta, se, theta - half, theta + half)


def _covariance(term: Any, effects: Sequence[tuple[str, Sequence[str], Floats]]) -> Floats:
    """The covariance of the effects of a term of ours, among those of its group."""
    wanted = [canonical(str(column)) for column in term.columns]
    for group, names, covariance in effects:
        known = [canonical(str(name)) for name in names]
        if str(group) == str(term.group) and set(wanted) <= set(known):
            order = [known.index(name) for name in wanted]
            return np.asarray(covariance, dtype=float)[np.ix_(order, order)]
    said = "; ".join(f"{', '.join(names)} by {group}" for group, names, _ in effects)
    raise IncompatibleError(f"the effects of {', '.join(term.columns)} by {term.group} are none of the fit's: {said}.")
