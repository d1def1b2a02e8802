"""Fits of mixed models and of Cox's regression as files have them: no rows, but what is known of groups and hazards.

    linear mixed, each group j, in orthonormal coordinates:   Z_j'V^-1 Z_j  and  Z_j'V^-1 [X y]_j
    other outcomes, each term:    N_k and the entries of T_k in theta, the modes, their covariances, how modes move
    each event time t_k of each stratum:   sums up to it of 1 / phi, of 1 / phi^2 and of (m - c) / phi

These make the effects of groups with their standard errors, predictions of known and new groups, and survival, medians
and hazard ratios of new rows with the same numbers as before. Of linear mixed models the same is kept at small steps of
each variance, of which degrees of freedom are made. Profile intervals, residuals and tests that climb again need the
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import cached_property
from itertools import chain
from typing import Any, NoReturn

import numpy as np

from stattools.data.design.design import Design
from stattools.data.design.random_effects import LatentTerms, RandomDesign, RandomTerm, terms_of
from stattools.data.formula.parts import MixedFormula, SurvivalFormula, mixed_formula
from stattools.data.survival_data import SurvivalRows
from stattools.errors import IncompatibleError
from stattools.inference.covariance import Satterthwaite
from stattools.inference.estimates import Unsaved, refuse
from stattools.inference.mixed.degrees import OF_GROUPS, MixedDegrees
from stattools.inference.mixed.predictions import beside_maximum
from stattools.inference.penalties import Penalty, Ridge
from stattools.inference.penalties.ridge import no_covariance
from stattools.inference.survival.cox import CoxBaseline
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.elimination import AtFactors, Joint
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.mixed.marginal import MarginalLikelihood
from stattools.models.mixed.mixed_model import TITLE, LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.small_matrices import lower
from stattools.solvers.mixed.fixed_effects import Curvatures
from stattools.solvers.mixed.marginal_maximum import Integral, MarginalMaximum
from stattools.solvers.mixed.maximum import GlobalProof, Maximum, MixedMaximum
from stattools.solvers.solution import Solution

type Levels = tuple[tuple[tuple[Any, ...], ...], ...]

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


class SavedParts:
    """What files have of the random parts of any mixed model: the model `fixed` without them, the `formula` with them,
    the `columns` that it names, and `designs` and `levels` of each part.
    """

    fixed: Model
    formula: str
    columns: tuple[str, ...]
    designs: tuple[Design, ...]
    levels: Levels

    @staticmethod
    def kept_of(model: Any) -> dict[str, Any]:
        """What these fields are of a model, by name."""
        said = model.read.said
        return {
            "fixed": replace(model.fixed, design=replace(model.design, parsed=replace(said.formula, text=said.fixed))),
            "formula": said.formula.text,
            "columns": tuple(dict.fromkeys((*said.formula.outcome.columns, *said.columns))),
            "designs": tuple(part.design for part in model.read.random),
            "levels": tuple(tuple(zip(*part.levels, strict=True)) for part in model.read.random),
        }

    @cached_property
    def said(self) -> MixedFormula:
        """The formula, read again."""
        return mixed_formula(self.formula, self.columns)

    @cached_property
    def parts(self) -> tuple[Model, tuple[RandomDesign, ...], tuple[RandomTerm, ...]]:
        """The fixed effects with the whole formula, and the random parts with their terms, without rows."""
        fixed, said = self.fixed, self.said
        n, each = len(fixed.rows.X), zip(said.random, self.designs, self.levels, strict=True)
        parts = tuple(
            RandomDesign(part, replace(design, parsed=part.left), tuple(zip(*levels, strict=True)))
            for part, design, levels in each
        )
        gone: Any = Unsaved((n,))
        terms = (terms_of(part, gone, lambda which: Unsaved((n, len(which)))) for part in parts)
        whole = replace(fixed, design=replace(fixed.design, parsed=said.formula))
        return whole, parts, tuple(chain.from_iterable(terms))


@record
class SavedMixedFit(SavedParts):
    """What a file has of a `LinearMixedFit`, the model `fixed` without the random parts of its formula among it.

    `designs` and `levels` are of each random part. `thetas` are the places where the terms were evaluated, the maximum
    first; `blocks` and `projected` are kept of the first of them, of all terms together where `joined`. `df` names the
    degrees of freedom, `curvatures` are what these are made of.
    """

    fixed: Model
    formula: str
    columns: tuple[str, ...]
    designs: tuple[Design, ...]
    levels: Levels
    solution: Solution
    covariance: Floats
    level: float
    reml: bool
    df: str
    curvatures: Curvatures | None
    proof: GlobalProof | None
    least: tuple[float, ...]
    beta: Floats
    to_beta: Floats
    unit: float
    to_effects: tuple[Floats, ...]
    log_precision: float
    constant: float
    n: int
    thetas: Floats
    log_determinants: Floats
    crosses: Floats
    joined: bool
    blocks: tuple[Floats, ...]
    projected: tuple[Floats, ...]

    @classmethod
    def of(cls, fit: Any) -> SavedMixedFit:
        """What is kept of a fit, which may be one that was loaded."""
        model, found, degrees = fit.model, fit.found, fit.degrees
        at, way, proof = found.profile, found.coordinates, found.proof
        joined = at.evaluated.joint is not None
        steps = [] if degrees is None else [at.of.theta(one) for pair in beside_maximum(at) for one in pair]
        heights = () if proof is None else proof.maxima
        places = [at, *map(at.of.at, [*steps, *(np.array([np.sqrt(one.ratio)]) for one in heights)])]
        one = _of_groups(at)
        whole = places[: 1 + len(steps)] if joined and (1 + len(steps)) * sum(a.size for a in one) <= MOST else [at]
        kept = [_of_groups(place) for place in whole]
        half = len(one) // 2
        return cls(
            **cls.kept_of(model),
            solution=fit.solution,
            covariance=np.asarray(fit.covariance),
            level=fit.level,
            reml=found.reml,
            df="normal" if degrees is None else degrees.kind,
            curvatures=None if degrees is None else degrees.curvatures,
            proof=proof,
            least=tuple(map(float, found.maximum.least)),
            beta=way.beta,
            to_beta=way.to_beta,
            unit=way.unit,
            to_effects=way.to_effects,
            log_precision=float(way.log_precision),
            constant=at.of.constant,
            n=at.of.n,
            thetas=np.array([place.theta for place in places]),
            log_determinants=np.array([place.evaluated.log_determinant for place in places]),
            crosses=np.array([place.evaluated.cross for place in places]),
            joined=joined,
            blocks=tuple(np.array([one[k] for one in kept]) for k in range(half)),
            projected=tuple(np.array([one[half + k] for one in kept]) for k in range(half)),
        )

    @cached_property
    def model(self) -> LinearMixed:
        """The model without its rows."""
        fixed, parts, terms = self.parts
        return LinearMixed(LatentTerms(self.said, parts, terms), fixed, "linear_mixed", TITLE)

    @cached_property
    def found(self) -> MixedMaximum:
        """The maximum, which knows the places that were saved."""
        columns: Any = Unsaved((len(self.beta) + 1, self.n))
        way = Coordinates(columns, self.beta, self.to_beta, self.unit, self.to_effects, self.log_precision)
        widths = tuple(len(term.columns) for term in self.model.random)
        bare = Deviance(SavedStructure(widths), self.n, len(self.beta), self.reml, self.constant)
        known = tuple((bare.factors(theta), self._at(k, widths)) for k, theta in enumerate(self.thetas))
        deviance = replace(bare, structure=SavedStructure(widths, known))
        one = self.solution
        best = Maximum(deviance.at(self.thetas[0]), one.decrement, one.status, one.steps, one.trace, self.least)
        return MixedMaximum(self.model, way, deviance, best, self.reml, self.proof)

    def _at(self, k: int, widths: tuple[int, ...]) -> AtSavedFactors:
        value, cross = float(self.log_determinants[k]), self.crosses[k]
        if k >= len(self.blocks[0]):
            gone: Any = Unsaved((len(widths),))
            return AtSavedFactors(value, cross, gone, gone)
        blocks, projected = tuple(one[k] for one in self.blocks), tuple(one[k] for one in self.projected)
        if not self.joined:
            return AtSavedFactors(value, cross, blocks, projected)
        ends = np.cumsum(widths).tolist()
        spans = [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]
        own = tuple(blocks[0][span, span] for span in spans), tuple(projected[0][span] for span in spans)
        return AtSavedFactors(value, cross, *own, Joint(blocks[0], projected[0]))

    @cached_property
    def degrees(self) -> MixedDegrees | None:
        """The degrees of freedom, with the curvatures that were saved."""
        if self.curvatures is None:
            return None
        degrees = OF_GROUPS[self.df](self.found)
        vars(degrees).update(curvatures=self.curvatures, directions=self.curvatures)
        return degrees

    def restored(self, made: Callable[..., Any]) -> Any:
        """The `LinearMixedFit` as it was, but for the rows; `made` is this class, whose file imports this one."""
        scale, one = float(np.sqrt(self.found.s2)), self.solution
        return made(
            self.model, one.estimate, self.covariance, one.loglik, one, scale, self.level,
            degrees=self.degrees, found=self.found, cov_kind=None,
        )  # fmt: skip


def _of_groups(at: Profile) -> tuple[Floats, ...]:
    """The blocks, then the projected: of all terms together, or one for each."""
    joint = at.evaluated.joint
    if joint is not None:
        return joint.blocks, joint.projected
    return *at.evaluated.diagonal_blocks, *at.evaluated.projected


@record
class SavedMarginal(MarginalLikelihood):
    """The likelihood with effects integrated out, without the rows: it knows its parameters, and the effects of groups
    at the maximum.
    """

    names: tuple[str, ...] = field()  # type: ignore[assignment]
    to_fixed: Floats
    to_effects: tuple[Floats, ...]
    known: tuple[tuple[Floats, ...], tuple[Floats, ...]]

    def effects(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes and covariances of the effects of each term, at the maximum."""
        return self.known

    def evaluate(self, theta: Any, order: int = 2) -> NoReturn:
        """Refused: it needs the rows."""
        refuse()


@record
class SavedMixedRegression(SavedParts):
    """What a file has of a `MixedRegressionFit`, the model `fixed` without the random parts of its formula among it.

    `designs` and `levels` are of each random part; `theta` is the maximum in the coordinates of the likelihood, which
    has `information` there; `modes`, `spreads` and `slopes` are of each term.
    """

    fixed: Model
    title: str
    formula: str
    columns: tuple[str, ...]
    designs: tuple[Design, ...]
    levels: Levels
    solution: Solution
    covariance: Floats
    level: float
    theta: Floats
    information: Floats
    integral: str
    nodes: int
    error: Floats | None
    existence: str
    parameters: tuple[str, ...]
    to_fixed: Floats
    to_effects: tuple[Floats, ...]
    modes: tuple[Floats, ...]
    spreads: tuple[Floats, ...]
    slopes: tuple[Floats, ...]

    @classmethod
    def of(cls, fit: Any) -> SavedMixedRegression:
        """What is kept of a fit, which may be one that was loaded; IncompatibleError for one with curves."""
        model, found = fit.model, fit.found
        model.require_groups_alone("fit.save")
        if isinstance(model.likelihood, OwnLikelihood):
            raise IncompatibleError(
                f"a fit of {model.title} cannot be saved: its likelihood is made of functions. fit.table() is a frame "
                "to be kept."
            )
        return cls(
            **cls.kept_of(model),
            title=model.title,
            solution=fit.solution,
            covariance=np.asarray(fit.covariance),
            level=fit.level,
            theta=np.asarray(found.at),
            information=np.asarray(found.information),
            integral=found.integral.kind,
            nodes=found.integral.nodes,
            error=found.integral.error,
            existence=fit._existence,
            parameters=tuple(found.marginal.names),
            to_fixed=np.asarray(found.marginal.to_fixed),
            to_effects=tuple(found.marginal.to_effects),
            modes=found.modes,
            spreads=found.spreads,
            slopes=found.mode_slopes,
        )

    @cached_property
    def model(self) -> MixedRegression:
        """The model without its rows."""
        fixed, parts, terms = self.parts
        return MixedRegression(LatentTerms(self.said, parts, terms), fixed, fixed.kind, self.title)

    @cached_property
    def found(self) -> MarginalMaximum:
        """The maximum."""
        one, names = self.solution, self.parameters
        marginal = SavedMarginal(names, self.to_fixed, self.to_effects, (self.modes, self.spreads))
        found = MarginalMaximum(
            self.model, marginal, self.theta, one.loglik, self.information, one.decrement, one.status, one.steps,
            one.trace, Integral(self.integral, self.nodes, self.error),
        )  # fmt: skip
        vars(found)["mode_slopes"] = self.slopes
        return found

    def restored(self, made: Callable[..., Any]) -> Any:
        """The `MixedRegressionFit` as it was, but for the rows; `made` is this class, whose file imports this one."""
        one = self.solution
        fit = made(
            self.model, one.estimate, self.covariance, one.loglik, one, 1.0, self.level, found=self.found, cov_kind=None
        )
        vars(fit)["_existence"] = self.existence
        return fit


MADE = {"cox": CoxRegression, "conditional logit": ConditionalLogit}
"""By the kind of the model its class."""


@record
class SavedCoxFit:
    """What a file has of a fit of Cox's regression, or of matched sets.

    `times`, `strata_of_times` and `deaths` (m,) are the event times, each stratum's from the latest to the earliest,
    the number of its stratum and how many events it has; `hazards`, `squares` (m,) and `means` (p, m) the sums up to
    it; `at_risk` (m,) are those at risk then, rows repeated by their weights. `strata` are the labels of the strata, a
    tuple for each column of `strata_names`, None without. `rows` counts rows, and `weight` rows repeated by their
    weights (None without). `ratio` is the statistic of `fit.overall`; nobody was at risk after `last`.
    """

    kind: str
    title: str
    ties: str
    design: Design
    solution: Solution
    covariance: Floats
    loglik: float
    level: float
    cov: str
    t_df: float | Floats
    penalty: Penalty | None
    degrees: Satterthwaite | None
    ratio: float
    rows: int
    weight: float | None
    n_dropped: int
    dropped: dict[str, int]
    empty: Mapping[str, tuple[Any, ...]]
    strata_names: tuple[str, ...]
    strata: tuple[tuple[Any, ...], ...] | None
    last: float
    center: Floats
    times: Floats
    strata_of_times: Floats
    deaths: Floats
    at_risk: Floats
    hazards: Floats
    squares: Floats
    means: Floats

    @classmethod
    def of(cls, fit: Any) -> SavedCoxFit:
        """What is kept of a fit, which may be one that was loaded."""
        model, sets = fit.model, fit.model.sets
        is_cox = not isinstance(model, ConditionalLogit)
        known = vars(fit).get("_base")  # of matched sets that were loaded
        base = fit._base if is_cox else known or CoxBaseline(model, fit.estimate, fit.covariance)
        said, several = model.said, len(model.said.asked.get("strata", ())) > 1
        return cls(
            model.kind, model.title, model.ties, model.design, fit.solution, fit.covariance, fit.loglik, fit.level,
            fit.cov, fit.t_df, fit.penalty, fit.degrees, fit._ratio if is_cox else 0.0, said.n,
            None if said.weights is None else float(said.weights.sum()), said.n_dropped, dict(said.dropped),
            said.empty,
            said.asked.get("strata", ()),
            tuple(zip(*model.strata, strict=True)) if several else (model.strata,) if model.strata else None,
            base.last, base.center, sets.times, sets.stratum.astype(float), sets.deaths, sets.at_risk, *base.sums,
        )  # fmt: skip

    @cached_property
    def model(self) -> CoxRegression:
        """The model without its rows."""
        n, p = self.rows, len(self.center)
        stratum = self.strata_of_times.astype(np.intp)
        gone: Any = Unsaved((n,))
        weights: Any = None if self.weight is None else Unsaved((n,), (self.weight,))
        X: Any = Unsaved((n, p))
        Z: Any = Unsaved((p, n))
        parsed: Any = self.design.parsed
        columns = self.strata or ((),)
        labels = columns[0] if len(columns) == 1 else tuple(zip(*columns, strict=True))
        said = SurvivalRows(
            SurvivalFormula(parsed, {}), gone, gone, None, weights, {},
            {"strata": (gone, labels)} if labels else {}, gone, self.dropped, self.n_dropped, None, None,
            {"strata": self.strata_names} if labels else {}, self.empty,
        )  # fmt: skip
        first = np.flatnonzero(np.diff(stratum, prepend=-1))
        sets = RiskSets(gone, gone, gone, gone, self.times, stratum, first, gone, None)
        vars(sets).update(deaths=self.deaths, at_risk=self.at_risk)
        return MADE[self.kind](said, self.design, X, sets, Z, self.ties, self.kind, self.title)

    def restored(self, made: Callable[..., Any]) -> Any:
        """The fit as it was, but for the rows; `made` is its class, whose file imports this one."""
        model, theta = self.model, self.solution.estimate
        ridge = self.penalty if isinstance(self.penalty, Ridge) else None
        covariance: Any = self.covariance if ridge is None else no_covariance(model, ridge)
        base = CoxBaseline(model, theta, covariance)
        vars(base).update(center=self.center, sums=(self.hazards, self.squares, self.means), last=self.last)
        fit = made(
            model, theta, covariance, self.loglik, self.solution, 1.0, self.level, self.cov, self.t_df, self.penalty,
            None, self.degrees,
        )  # fmt: skip
        vars(fit).update(_base=base, _ratio=self.ratio)
        return fit
