"""Fits of linear mixed models as files have them: no rows, but what is known of each group at the maximum.

    kept of each group j, in orthonormal coordinates:   Z_j'V^-1 Z_j  and  Z_j'V^-1 [X y]_j

These are sums over the rows of a group; they are the effects of groups with their standard errors, and with [X y]'V^-1
[X y] the coefficients. The same is kept at small steps of each variance, of which the degrees of freedom of intervals
are made. At any other variances the rows would be needed, as profile intervals and tests of variances do.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import Any, NoReturn

import numpy as np

from stattools.data.design import Design
from stattools.data.formula.random_parts import MixedFormula, mixed_formula
from stattools.data.mixed_rows import MixedRows
from stattools.data.random_design import RandomDesign, terms_in
from stattools.data.random_term import RandomTerm
from stattools.errors import IncompatibleError
from stattools.inference.mixed.mixed_degrees import OF_GROUPS, MixedDegrees
from stattools.inference.mixed.predicted_variances import beside_maximum
from stattools.inference.storage.unsaved import Unsaved, refuse
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.lower import lower
from stattools.latent.structure import AtFactors, Joint
from stattools.models.mixed.linear_mixed import TITLE, LinearMixed
from stattools.models.model import Model
from stattools.solvers.mixed.degrees_of_freedom import Curvatures
from stattools.solvers.mixed.global_proof import GlobalProof
from stattools.solvers.mixed.known_maximum import Maximum
from stattools.solvers.mixed.mixed_maximum import MixedMaximum
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
        n, parts, terms = len(fixed.rows.X), [], []
        for part, design, each in zip(said.random, self.designs, self.levels, strict=True):
            own = RandomDesign(part, replace(design, parsed=part.left), tuple(zip(*each, strict=True)))
            labels, names = own.labels, own.design.names
            for name, which in terms_in(own):
                gone: Any = Unsaved((n,)), Unsaved((n, len(which)))
                terms.append(RandomTerm(name, part.group, gone[0], labels, tuple(names[k] for k in which), gone[1]))
            parts.append(own)
        whole = replace(fixed, design=replace(fixed.design, parsed=said.formula))
        return whole, tuple(parts), tuple(terms)


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
        data: Any = Unsaved((len(fixed.rows.X),))
        return LinearMixed(MixedRows(data, self.said, parts, terms), fixed, "linear_mixed", TITLE)

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

    @property
    def fit(self) -> Any:
        """The `LinearMixedFit` as it was, but for the rows: by its name, since its file imports this one."""
        made = import_module("stattools.inference.mixed.linear_mixed_fit").LinearMixedFit
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
