"""Do the data have extra zeros? Where they have none their probability has its maximum at 0, its log odds at -inf.

Along the line on which a coefficient of the log odds moves with the others the log-likelihood then rises for ever by
less and less, and the climb ends where nothing more is to be gained; beside a maximum it falls on both sides. With the
probability p at 0 in all rows the slope of the log-likelihood in p is

    sum_i w_i (1[y_i = 0] / f_i(0) - 1)

at the maximum of the family without extra zeros: where it is not positive that is a local maximum, and the higher one
is told. Cost: two values for each of these coefficients, and a fit without extra zeros of rows in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.rows import Block
from stattools.errors import ConvergenceError, DomainError, IdentificationError
from stattools.inference.existence.overlap import check_overlap
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.models.predictors.read_columns import among
from stattools.solvers.newton import Newton
from stattools.solvers.solution import Solution

LEVEL = 1e-6
"""A fall of the log-likelihood by less than this, one standard error away, is none."""

ROUND_OFF = 1e-12
"""The same as a share of the log-likelihood."""

NEARLY = 1e-4
"""So many standard errors from an end that is never reached, the information still has an inverse, and what the
log-likelihood rises from there is less than `LEVEL`.
"""

FAR = 10.0
"""Log odds beyond this are on their way to an end where the log-likelihood levels off."""


def check_extra_zeros(model: Model, solution: Solution) -> None:
    """IdentificationError where the probability of an extra zero has its maximum at 0 or 1, in all rows or in some."""
    if not solution.converged:
        return
    part, C = model.predictor.parts[ZERO], solution.covariance
    top = model.evaluate(solution.estimate, 0).loglik
    least = LEVEL + ROUND_OFF * abs(top)
    ends = {}
    for j in range(part.start, part.stop):
        step = C[:, j] / np.sqrt(C[j, j])
        for side in (1.0, -1.0):
            if top - model.evaluate(solution.estimate + side * step, 0).loglik < least:
                ends[model.names[j]] = "inf" if side > 0.0 else "-inf"
    if ends:
        check_overlap(model)
        raise _no_maximum(model, solution.estimate, ends)
    if model.in_memory:
        _require_higher(model, solution)


def check_flat_end(model: Model) -> None:
    """The same where the climb went on until the information was singular: asked a little before that."""
    try:
        solution = Newton(tolerance=NEARLY).solve(model)
    except (ConvergenceError, DomainError, IdentificationError):
        return
    check_extra_zeros(model, solution)


def _require_higher(model: Model, solution: Solution) -> None:
    """IdentificationError where there is a maximum without extra zeros, and a higher one."""
    plain = without(model)
    try:
        found = Newton().solve(plain)
    except (ConvergenceError, DomainError, IdentificationError):
        return  # nothing to compare with, as where the negative binomial is Poisson
    rise = found.loglik - solution.loglik
    if rise < -LEVEL or slope_of_none(plain, found.estimate) > 0.0:
        return
    if rise <= LEVEL:
        raise none_at_all(model)
    raise IdentificationError(
        f"{model.title}: without extra zeros the log-likelihood is {rise:.2g} higher than at the maximum inside, so "
        f"that their probability is 0. {_instead(model)}"
    )


def slope_of_none(plain: Model, theta: Floats) -> float:
    """The slope of the log-likelihood in the probability of an extra zero that all rows share, where it is 0."""
    eta, y = plain.eta(theta), plain.rows.y
    log_none = plain.likelihood.loglik(eta, np.zeros(len(y)))
    each = np.where(y == 0.0, np.expm1(np.minimum(-log_none, 700.0)), -1.0)
    return float(each.sum() if plain.rows.weight is None else plain.rows.weight @ each)


def without(model: Model) -> Model:
    """The model of the family alone."""
    predictor: Linear = model.predictor
    own = tuple(use for k, use in enumerate(predictor.own) if k != ZERO - 1)
    rows, main = model.rows, predictor.main
    if not own and main is not None:
        rows, main = replace(rows, X=among(rows.X, main)), None
    likelihood: Any = model.likelihood
    return replace(
        model,
        likelihood=likelihood.family,
        predictor=Linear(rows.X.shape[1], likelihood.family.width, own, main),
        rows=rows,
        start=np.delete(model.start, predictor.parts[ZERO]),
        design=replace(model.design, names=model.first_terms if main is None else model.terms),
    )


ZERO = 1
"""The number of the linear predictor."""


@dataclass(frozen=True)
class Runaways:
    """How many rows have log odds of an extra zero on the way to -inf, to inf, and how many there are."""

    none: float
    certain: float
    rows: float

    def __add__(self, other: Runaways) -> Runaways:
        return Runaways(self.none + other.none, self.certain + other.certain, self.rows + other.rows)


def _runaways(predictor: Linear, theta: Floats, block: Block) -> Runaways:
    z = predictor.forward(theta, block)[0][:, ZERO]
    counted = np.ones(len(z), dtype=bool) if block.weight is None else block.weight > 0.0
    return Runaways(*(float((counted & which).sum()) for which in (z < -FAR, z > FAR, counted)))


def _no_maximum(model: Model, theta: Floats, ends: dict[str, str]) -> IdentificationError:
    """What is said where there are no extra zeros, or nothing else."""
    found = model.rows.total(partial(_runaways, model.predictor, theta))
    if found.none == found.rows or not model.predictor.own[0]:
        return none_at_all(model)
    said = []
    if found.none:
        said.append(
            f"in {found.none:,.0f} of {found.rows:,.0f} rows {model.outcome_name} has no more zeros than "
            f"{_family(model)} counts have, and the probability of an extra zero has its maximum at 0"
        )
    if found.certain:
        said.append(f"in {found.certain:,.0f} of {found.rows:,.0f} the probability of an extra zero has it at 1")
    where = "; ".join(said) or "the probability of an extra zero has its maximum at an end in some rows"
    listed = ", ".join(f"{name} = {end}" for name, end in ends.items())
    return IdentificationError(
        f"{model.title} has no maximum: {where} ({listed}). Leave these columns out of zero=, merge levels, or use "
        "st.hurdle, whose zeros are all of one kind."
    )


def none_at_all(model: Model) -> IdentificationError:
    """What is said where no row has extra zeros."""
    return IdentificationError(
        f"{model.title} has no maximum: {model.outcome_name} has no more zeros than {_family(model)} counts have, and "
        f"the probability of an extra zero has its maximum at 0. {_instead(model)}"
    )


def _family(model: Model) -> str:
    return "negative binomial" if model.likelihood.width > 2 else "Poisson"


def _instead(model: Model) -> str:
    plain = "st.negative_binomial" if model.likelihood.width > 2 else "st.poisson"
    return f"Use {plain} with the same formula."
