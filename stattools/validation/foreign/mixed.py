"""Mixed models that packages fit to a formula of lme4: the model of the same formula and table, and their numbers in
our order: fixed effects by the words of their terms, then what varies between groups.

glmm's Fit, mixed models by a formula of lme4; the table that it was fitted to stands beside it.

mixedlm's LmerResult and GlmerResult, fits by a formula of lme4; they carry their table.

mixedlm-rs' results, which are called as statsmodels' MixedLM calls them; their standard errors take the variances as
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.regressions.counts import poisson
from stattools.models.regressions.glm import logistic, probit
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.validation.claims.printed import Claim
from stattools.validation.claims.terms import canonical, places
from stattools.validation.foreign.description import (
    Foreign,
    FormulaTable,
    Given,
    attributes,
    in_our_order,
    release,
    texts,
)
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
class ForeignMixedFit:
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


def described_mixed(said: ForeignMixedFit, table: object) -> Foreign:
    """The description of a mixed fit on its table."""
    if said.family not in MAKERS:
        raise IncompatibleError(
            f"{said.called} of the family {said.family[0]} with link {said.family[1]} has no twin here; known are "
            f"{', '.join(' '.join(one) for one in MAKERS)}."
        )
    linear = said.sigma is not None
    model: Any = MAKERS[said.family](said.formula, table)
    recipe = Refit(model, {"reml": said.reml} if linear else LAPLACE, known=said.errors is None, df=np.inf)
    place = places(Claim(said.called, tuple(said.terms), {}), model.names).ours
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


def _covariance(term: RandomTerm, effects: Sequence[tuple[str, Sequence[str], Floats]]) -> Floats:
    """The covariance of the effects of a term of ours, among those of its group."""
    wanted = [canonical(str(column)) for column in term.columns]
    for group, names, covariance in effects:
        known = [canonical(str(name)) for name in names]
        if str(group) == str(term.group) and set(wanted) <= set(known):
            order = [known.index(name) for name in wanted]
            return np.asarray(covariance, dtype=float)[np.ix_(order, order)]
    said = "; ".join(f"{', '.join(names)} by {group}" for group, names, _ in effects)
    raise IncompatibleError(f"the effects of {', '.join(term.columns)} by {term.group} are none of the fit's: {said}.")


GLMM = {"re_groups": (), "varcorr": (), "weights": None, "offset": None, "nagq": 1, "reml": False, "converged": None}


def describe_glmm(results: Any, given: Given) -> Foreign:
    """The description of a fit on its table."""
    given.refuse("a fit of glmm takes its table alone: st.audit(results, table).", "X", "y", "weights", "offset")
    told = attributes(results, GLMM)
    if not told.re_groups:
        raise IncompatibleError("audit takes mixed fits of glmm, with (1 | g) in the formula; this one has no groups.")
    if given.data is None:
        raise DomainError("a fit of glmm carries no columns: pass its table, st.audit(results, table).")
    if told.weights is not None or told.offset is not None or told.nagq != 1:
        raise IncompatibleError("fits of glmm with weights, an offset or nagq above 1 have no twin here.")
    is_linear = results.family == "gaussian"
    effects = [
        (str(group), list(names), unpacked(values))
        for (group, names), values in zip(told.re_groups, told.varcorr, strict=True)
    ]
    said = ForeignMixedFit(
        f"{release('glmm')} fit{', REML' if told.reml else ''}",
        str(results.formula),
        (str(results.family), str(results.link)),
        tuple(map(str, results.names)),
        np.asarray(results.beta, dtype=float),
        np.asarray(results.se, dtype=float),
        effects,
        float(np.sqrt(results.dispersion)) if is_linear else None,
        bool(told.reml),
        None if told.converged is None else bool(told.converged),
    )
    return described_mixed(said, given.data)


def unpacked(values: object) -> Floats:
    """The covariance whose lower triangle these are, column after column.

    >>> unpacked([4.0, 1.0, 9.0]).tolist()
    [[4.0, 1.0], [1.0, 9.0]]
    """
    values = np.asarray(values, dtype=float)
    q = round((np.sqrt(8 * len(values) + 1) - 1) / 2)
    full = np.zeros((q, q))
    full[np.triu_indices(q)] = values  # rows of the upper triangle are columns of the lower
    return full + np.triu(full, 1).T


KNOWN = ("LmerResult", "LmerMod", "GlmerResult", "GlmerMod")
MIXEDLM = {"REML": False, "sigma": None, "converged": None, "nAGQ": 1, "family": None, "_IS_LMM": False}
LINKS = {"IdentityLink": "identity", "LogitLink": "logit", "ProbitLink": "probit", "LogLink": "log"}


def describe_mixedlm(results: Any, given: Given) -> Foreign:
    """The description of a fit; IncompatibleError for weights and offsets."""
    given.refuse("fits of mixedlm carry their table: leave it out, and X=, y=, weights= and offset=.", *OTHER_CLASSES)
    name = type(results).__name__
    if name not in KNOWN:
        raise IncompatibleError(f"audit and explain know {KNOWN[0]} and {KNOWN[2]} of mixedlm; got {name}.")
    told, made = attributes(results, MIXEDLM), results.matrices
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
    said = ForeignMixedFit(
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
OTHER_CLASSES = ("data", "X", "y", "weights", "offset")


MODEL = {"exog_vc": None, "exog_re": None, "exog_re_names": ()}
MIXEDLM_RS = {"fe_params": None, "reml": True, "converged": None, "k_vc": 0}


def describe_mixedlm_rs(results: Any, given: Given) -> Foreign:
    """The description of results, which carry their rows."""
    given.refuse("results of mixedlm-rs carry their rows: leave out the table and arrays.", *OTHERS)
    told = attributes(results, MIXEDLM_RS)
    if told.fe_params is None:
        raise IncompatibleError(f"audit and explain know MixedLMResults of mixedlm-rs; got {type(results).__name__}.")
    sm, parts = results.model, attributes(results.model, MODEL)
    if told.k_vc or parts.exog_vc is not None:
        raise IncompatibleError("mixedlm-rs with variance components has no twin here: write them as (1 | g).")
    columns, names = FormulaTable(), texts(sm.exog_names, sm.exog.shape[1])
    outcome = columns.add(sm.endog_names, np.asarray(sm.endog, dtype=float))
    side_of_fixed = columns.side(sm.exog, names)
    z = np.asarray(parts.exog_re, dtype=float).reshape(len(sm.endog), -1)
    order = in_our_order(z, list(parts.exog_re_names))
    side = columns.side(z, list(parts.exog_re_names))
    group = columns.add("group", np.asarray(sm.groups))
    model: Any = linear_mixed(f"{outcome} ~ {side_of_fixed} + ({side} | {group})", columns.table)
    recipe = Refit(model, {"reml": bool(told.reml)}, df=np.inf)
    covariance = np.asarray(results.cov_re, dtype=float)[np.ix_(order, order)]
    place = in_our_order(sm.exog, names)
    fixed, se = (np.asarray(values, dtype=float)[place] for values in (told.fe_params, results.bse_fe))
    return Foreign(
        f"{release('mixedlm_rs', 'mixedlm-rs')} MixedLM, {'REML' if told.reml else 'ML'}",
        recipe,
        with_variances(recipe, fixed, se, [covariance], float(np.sqrt(results.scale))),
        "nonrobust",
        None if told.converged is None else bool(told.converged),
    )


OTHERS = ("data", "X", "y", "weights", "offset")
