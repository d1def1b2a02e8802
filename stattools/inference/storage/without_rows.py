"""Fits of mixed models and of Cox's regression as files have them: no rows, but what is known of groups and hazards.

    linear mixed, each group j, in orthonormal coordinates:   Z_j'V^-1 Z_j  and  Z_j'V^-1 [X y]_j
    other outcomes, each term:    N_k and the entries of T_k in theta, the modes, their covariances, how modes move
    each event time t_k of each stratum:   sums up to it of 1 / phi, of 1 / phi^2 and of (m - c) / phi

These make the effects of groups with their standard errors, predictions of known and new groups, and survival, medians
and hazard ratios of new rows with the same numbers as before. Of linear mixed models the same is kept at small steps of
each variance, of which degrees of freedom are made. Profile intervals, residuals and tests that climb again need rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from itertools import chain
from typing import Any, NoReturn

import numpy as np

from stattools.data.design.latent_terms import LatentTerms, RandomDesign, terms_of
from stattools.data.formula.parts import mixed_formula
from stattools.data.survival_data import SurvivalRows
from stattools.errors import IncompatibleError
from stattools.inference.estimates import Unsaved, refuse
from stattools.inference.mixed.degrees import OF_GROUPS
from stattools.inference.mixed.views import beside_maximum
from stattools.inference.penalties import Ridge
from stattools.inference.penalties.penalized import no_covariance
from stattools.inference.survival.cox import CoxBaseline
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.elimination import AtFactors, Joint
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.mixed.marginal import MarginalParameters
from stattools.models.mixed.mixed_model import TITLE, LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.small_matrices import lower
from stattools.solvers.mixed.marginal_maximum import Integral, MarginalMaximum
from stattools.solvers.mixed.maximum import Maximum, MixedMaximum

type Parts = dict[str, Any]
"""What is kept of a fit, or the fields of one, by name."""

type Again = tuple[str, Parts, Parts]
"""The class of a fit that is made again, its fields, and what else it knows."""

MOST = 2**21
"""Numbers of groups that are kept at small steps of the variances: of more groups those at the maximum alone."""

NEAR = 1e-9
"""Factors that differ by less than this share of the largest entry may be the same, on another machine."""


@record
class AtSavedFactors(AtFactors):
    """An `Evaluated` that was saved: how the effects of levels of two terms go together was not."""

    def link(self, *_: Any) -> NoReturn:
        """Refused: it needs all rows."""
        raise IncompatibleError(
            "the rows of this fit were not saved with it, and intervals of groups that cross or lie in each other need "
            'them: fit the model to its data again, or ask for groups="population" or groups="new".'
        )


@record
class SavedStructure:
    """The random terms where they were evaluated before the fit was saved, at the T_k of each of `known`."""

    widths: tuple[int, ...]
    known: tuple[tuple[tuple[Floats, ...], AtSavedFactors], ...] = ()

    def evaluate(self, factors: tuple[Floats, ...]) -> AtSavedFactors:
        """What was saved for the nearest covariances; IncompatibleError where none are these, which needs the rows."""
        away = [max(map(_distance, held, factors)) for held, _ in self.known]
        if away and min(away) <= NEAR:
            return self.known[int(np.argmin(away))][1]
        raise IncompatibleError(
            "the rows of this fit were not saved with it, and the likelihood at other variances needs them: fit the "
            "model to its data again. (fit.variance_components(interval=None) gives the variances alone.)"
        )

    def with_columns(self, which: list[int]) -> NoReturn:
        """Refused: it needs the rows."""
        refuse()


def _distance(one: Floats, other: Floats) -> float:
    """How far two factors T are apart, as a share of the largest entry of the first, in whatever signs of columns."""
    one, other = lower(one), lower(other)
    return float(np.abs(one - other).max() / (np.abs(one).max() or 1.0))


def _groups(model: Any) -> Parts:
    """What is kept of any mixed model: the model `fixed` without its random parts, the `formula` with them, the
    `columns` that it names, and `designs` and `levels` of each part.
    """
    said = model.read.said
    return {
        "fixed": replace(model.fixed, design=replace(model.design, parsed=replace(said.formula, text=said.fixed))),
        "formula": said.formula.text,
        "columns": tuple(dict.fromkeys((*said.formula.outcome.columns, *said.columns))),
        "designs": tuple(part.design for part in model.read.random),
        "levels": tuple(tuple(zip(*part.levels, strict=True)) for part in model.read.random),
    }


def _groups_again(it: Any) -> tuple[LatentTerms, Model]:
    """What was read of the groups, without rows, and the fixed effects with the whole formula."""
    said, fixed, n = mixed_formula(it.formula, it.columns), it.fixed, len(it.fixed.rows.X)
    parts = tuple(
        RandomDesign(part, replace(design, parsed=part.left), tuple(zip(*levels, strict=True)))
        for part, design, levels in zip(said.random, it.designs, it.levels, strict=True)
    )
    gone: Any = Unsaved((n,))
    terms = (terms_of(part, gone, lambda which: Unsaved((n, len(which)))) for part in parts)
    whole = replace(fixed, design=replace(fixed.design, parsed=said.formula))
    return LatentTerms(said, parts, tuple(chain.from_iterable(terms))), whole


def _fields(it: Any, model: Any, **others: Any) -> Parts:
    """The fields of a fit whose solution was kept."""
    one = it.solution
    usual = {"estimate": one.estimate, "covariance": it.covariance, "loglik": one.loglik, "solution": one}
    return {"model": model, **usual, "scale": 1.0, "level": it.level, "cov_kind": None, **others}


def linear_mixed(fit: Any) -> Parts:
    """What is kept of the `MixedFit` of a normal outcome. `thetas` are the places where the terms were evaluated, the
    maximum first; `blocks` and `projected` are kept of the first of them, of all terms together where `joined`. `df`
    names the degrees of freedom, `curvatures` are what these are made of.
    """
    found, degrees = fit.found, fit.degrees
    at, way, proof = found.profile, found.coordinates, found.proof
    steps = [] if degrees is None else [at.of.theta(one) for pair in beside_maximum(at) for one in pair]
    heights = () if proof is None else proof.maxima
    places = [at, *map(at.of.at, [*steps, *(np.array([np.sqrt(one.ratio)]) for one in heights)])]
    joined, size = at.evaluated.joint is not None, sum(one.size for each in _of_groups(at) for one in each)
    whole = places[: 1 + len(steps)] if joined and (1 + len(steps)) * size <= MOST else [at]
    blocks, projected = (
        tuple(np.array(each) for each in zip(*one, strict=True)) for one in zip(*map(_of_groups, whole), strict=True)
    )
    return _groups(fit.model) | {
        "solution": fit.solution,
        "covariance": np.asarray(fit.covariance),
        "level": fit.level,
        "reml": found.reml,
        "df": "normal" if degrees is None else degrees.kind,
        "curvatures": None if degrees is None else degrees.curvatures,
        "proof": proof,
        "least": tuple(map(float, found.maximum.least)),
        "beta": way.beta,
        "to_beta": way.to_beta,
        "unit": way.unit,
        "to_effects": way.to_effects,
        "log_precision": float(way.log_precision),
        "constant": at.of.constant,
        "n": at.of.n,
        "thetas": np.array([place.theta for place in places]),
        "log_determinants": np.array([place.evaluated.log_determinant for place in places]),
        "crosses": np.array([place.evaluated.cross for place in places]),
        "joined": joined,
        "blocks": blocks,
        "projected": projected,
    }


def _of_groups(at: Profile) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """The blocks, and the projected: of all terms together, or one for each."""
    joint = at.evaluated.joint
    if joint is not None:
        return (joint.blocks,), (joint.projected,)
    return at.evaluated.diagonal_blocks, at.evaluated.projected


def linear_mixed_again(it: Any) -> Again:
    """The `MixedFit` of a normal outcome, whose maximum knows the places that were kept."""
    read, fixed = _groups_again(it)
    model = LinearMixed(read, fixed, "linear_mixed", TITLE)
    columns: Any = Unsaved((len(it.beta) + 1, it.n))
    way = Coordinates(columns, it.beta, it.to_beta, it.unit, it.to_effects, it.log_precision)
    widths = tuple(len(term.columns) for term in read.terms)
    bare = Deviance(SavedStructure(widths), it.n, len(it.beta), it.reml, it.constant)
    known = tuple((bare.factors(theta), _at(it, k, widths)) for k, theta in enumerate(it.thetas))
    deviance = replace(bare, structure=SavedStructure(widths, known))
    one = it.solution
    best = Maximum(deviance.at(it.thetas[0]), one.decrement, one.status, one.steps, one.trace, it.least)
    found = MixedMaximum(model, way, deviance, best, it.reml, it.proof)
    degrees = None if it.curvatures is None else OF_GROUPS[it.df](found)
    if degrees is not None:
        vars(degrees).update(curvatures=it.curvatures, directions=it.curvatures)
    scale = float(np.sqrt(found.s2))
    return "MixedFit", _fields(it, model, scale=scale, degrees=degrees, found=found), {}


def _at(it: Any, k: int, widths: tuple[int, ...]) -> AtSavedFactors:
    """The terms at the place k: without groups where these were not kept there."""
    value, cross = float(it.log_determinants[k]), it.crosses[k]
    if k >= len(it.blocks[0]):
        gone: Any = Unsaved((len(widths),))
        return AtSavedFactors(value, cross, gone, gone)
    blocks, projected = tuple(one[k] for one in it.blocks), tuple(one[k] for one in it.projected)
    if not it.joined:
        return AtSavedFactors(value, cross, blocks, projected)
    ends = np.cumsum(widths).tolist()
    spans = [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]
    own = tuple(blocks[0][span, span] for span in spans), tuple(projected[0][span] for span in spans)
    return AtSavedFactors(value, cross, *own, Joint(blocks[0], projected[0]))


@record
class SavedMarginal(MarginalParameters):
    """The likelihood with effects integrated out, without the rows: it knows its parameters, and the effects of groups
    at the maximum; all else is refused.
    """

    names: tuple[str, ...] = field()  # type: ignore[assignment]
    to_fixed: Floats
    to_effects: tuple[Floats, ...]
    known: tuple[tuple[Floats, ...], tuple[Floats, ...]]

    def effects(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes and covariances of the effects of each term, at the maximum."""
        return self.known

    def __getattr__(self, name: str) -> Any:
        return refuse() if not name.startswith("__") else object.__getattribute__(self, name)


def mixed_regression(fit: Any) -> Parts:
    """What is kept of the `MixedFit` of another outcome; IncompatibleError for one with curves. `theta` is the maximum
    in the coordinates of the likelihood, which has `information` there; `modes`, `spreads` and `slopes` are of each
    term.
    """
    model, found = fit.model, fit.found
    model.require_groups_alone("fit.save")
    if isinstance(model.likelihood, OwnLikelihood):
        raise IncompatibleError(
            f"a fit of {model.title} cannot be saved: its likelihood is made of functions. fit.table() is a frame to "
            "be kept."
        )
    return _groups(model) | {
        "title": model.title,
        "solution": fit.solution,
        "covariance": np.asarray(fit.covariance),
        "level": fit.level,
        "theta": np.asarray(found.at),
        "information": np.asarray(found.information),
        "integral": found.integral.kind,
        "nodes": found.integral.nodes,
        "error": found.integral.error,
        "existence": fit._existence,
        "parameters": tuple(found.marginal.names),
        "to_fixed": np.asarray(found.marginal.to_fixed),
        "to_effects": tuple(found.marginal.to_effects),
        "modes": found.modes,
        "spreads": found.spreads,
        "slopes": found.mode_slopes,
    }


def mixed_regression_again(it: Any) -> Again:
    """The `MixedFit` of another outcome, whose maximum knows the effects of groups and how they move."""
    read, fixed = _groups_again(it)
    model, one = MixedRegression(read, fixed, fixed.kind, it.title), it.solution
    marginal = SavedMarginal(it.parameters, it.to_fixed, it.to_effects, (it.modes, it.spreads))
    said = Integral(it.integral, it.nodes, it.error)
    found = MarginalMaximum(
        model, marginal, it.theta, one.loglik, it.information, one.decrement, one.status, one.steps, one.trace, said
    )
    vars(found)["mode_slopes"] = it.slopes
    return "MixedFit", _fields(it, model, found=found), {"_existence": it.existence}


MODELS = {"cox": CoxRegression, "conditional logit": ConditionalLogit}
"""By the kind of the model its class."""


def cox(fit: Any) -> Parts:
    """What is kept of a fit of Cox's regression, or of matched sets.

    `times`, `strata_of_times` and `deaths` (m,) are the event times, each stratum's from the latest to the earliest,
    the number of its stratum and how many events it has; `hazards`, `squares` (m,) and `means` (p, m) the sums up to
    it; `at_risk` (m,) are those at risk then, rows repeated by their weights. `strata` are the labels of the strata, a
    tuple for each column of `strata_names`, None without. `rows` counts rows, and `weight` rows repeated by their
    weights (None without). `ratio` is the statistic of `fit.overall`; nobody was at risk after `last`.
    """
    model, sets, said = fit.model, fit.model.sets, fit.model.said
    is_cox, names = not isinstance(model, ConditionalLogit), said.asked.get("strata", ())
    known = vars(fit).get("_base")  # of matched sets that were loaded
    base = fit._base if is_cox else known or CoxBaseline(model, fit.estimate, fit.covariance)
    columns = tuple(zip(*model.strata, strict=True)) if len(names) > 1 else (model.strata,) if model.strata else None
    return {
        **{name: getattr(model, name) for name in ("kind", "title", "ties", "design")},
        **{name: getattr(fit, name) for name in OF_COX},
        "ratio": fit._ratio if is_cox else 0.0,
        "rows": said.n,
        "weight": None if said.weights is None else float(said.weights.sum()),
        "n_dropped": said.n_dropped,
        "dropped": dict(said.dropped),
        "empty": said.empty,
        "strata_names": names,
        "strata": columns,
        "last": base.last,
        "center": base.center,
        "times": sets.times,
        "strata_of_times": sets.stratum.astype(float),
        "deaths": sets.deaths,
        "at_risk": sets.at_risk,
        **dict(zip(("hazards", "squares", "means"), base.sums, strict=True)),
    }


OF_COX = ("solution", "covariance", "loglik", "level", "cov", "t_df", "penalty", "degrees")
"""Fields of a fit of Cox's regression that are kept as they are."""


def cox_again(it: Any) -> Again:
    """The fit of Cox's regression, or of matched sets, whose baseline is known."""
    n, p = it.rows, len(it.center)
    gone, X, Z = (Unsaved(shape) for shape in ((n,), (n, p), (p, n)))
    numbers = {} if it.weight is None else {"weights": Unsaved((n,), (it.weight,))}
    columns = it.strata or ((),)
    labels = columns[0] if len(columns) == 1 else tuple(zip(*columns, strict=True))
    stratum: Any = it.strata_of_times.astype(np.intp)
    strata = ({"strata": (gone, labels)}, {"strata": it.strata_names}) if labels else ({}, {})
    of_rows: Any = (
        {}, numbers, gone, it.dropped, it.n_dropped, 0, None, None, it.design.parsed, gone, gone, None, *strata,
        it.empty,
    )  # fmt: skip
    of_sets: Any = gone, gone, gone, gone, it.times, stratum, np.flatnonzero(np.diff(stratum, prepend=-1)), gone, None
    sets = RiskSets(*of_sets)
    vars(sets).update(deaths=it.deaths, at_risk=it.at_risk)
    of_model: Any = X, sets, Z, it.ties, it.kind, it.title
    said = SurvivalRows(*of_rows)
    model = MODELS[it.kind](said, it.design, *of_model)
    covariance: Any = no_covariance(model, it.penalty) if isinstance(it.penalty, Ridge) else it.covariance
    base = CoxBaseline(model, it.solution.estimate, covariance)
    vars(base).update(center=it.center, sums=(it.hazards, it.squares, it.means), last=it.last)
    fields = _fields(it, model) | {name: getattr(it, name) for name in OF_COX} | {"covariance": covariance}
    return "CoxFit" if it.kind == "cox" else "Fit", fields, {"_base": base, "_ratio": it.ratio}


KEPT: dict[type, tuple[str, Callable[[Any], Parts], Callable[[Any], Again]]] = {
    LinearMixed: ("SavedMixedFit", linear_mixed, linear_mixed_again),
    MixedRegression: ("SavedMixedRegression", mixed_regression, mixed_regression_again),
    CoxRegression: ("SavedCoxFit", cox, cox_again),
}
"""By the class of a model: what its fit is called in a file, what is kept of it, and what makes it again."""
