"""No maximum inside the range of a parameter: checks of where a climb of a regression ended, each with its reason.

- A maximum at the edge of the means of a family: that of loglik(theta) + mu sum_i log |eta_i - end| is inside, and
  tends to it as mu -> 0. Source: Boyd & Vandenberghe, Convex Optimization (2004), 11.2.
- Times that the columns fit exactly: in (beta / sigma, 1 / sigma) the log-likelihood rises for ever along (g, 1), where
  x_i'g is the log time of each row that was seen, and on the right side of each other one. Source: Silvapulle &
  Burridge, JRSS B 48 (1986), 100-106.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

from stattools.data.rows.rows import Block, Rows
from stattools.errors import DomainError, IdentificationError
from stattools.inference.existence.rank import of_piece
from stattools.inference.existence.separation import Bools, check_overlap, farthest_move, lying_between, solved
from stattools.interface.arrays import Floats
from stattools.likelihoods.labels import Cuts, codes_of
from stattools.likelihoods.likelihood import Likelihood, edge_of, is_unimodal
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ends_of
from stattools.likelihoods.words import Edge, Piece
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.columns import weighted, with_levels
from stattools.numerics.sums import Ends
from stattools.solvers.climb import newton_ascent
from stattools.solvers.newton import Newton
from stattools.solvers.solution import Solution
from stattools.text.columns import first_few

GAIN = 0.25
"""An observation that is fitted exactly gains more where a scale falls by a factor e: 1, of a dispersion 1 / 2."""


def check_end(model: AnyModel, solution: Solution) -> None:
    """IdentificationError where a log-likelihood only levels off: Newton's score then falls by 1/e a step, to the end.

    At a maximum the steps converge quadratically, and no two ratios are alike.
    """
    norms = np.array([step.score_norm for step in solution.trace[-7:]])
    if not solution.solver.startswith("Newton") or len(norms) < 7 or not 0.0 < norms.min() <= norms.max() < np.inf:
        return
    if np.allclose(norms[1:] / norms[:-1], np.exp(-1.0), rtol=0.01):
        raise levels_off(model.title, model.names[int(np.argmax(np.diagonal(solution.covariance)))])


def levels_off(title: str, name: str, start: str = "", elsewhere: str = "") -> IdentificationError:
    """What is said of a parameter that runs off to infinity, from a start."""
    return IdentificationError(
        f"{title} has no maximum: the log-likelihood levels off and still rises as {name!r} runs off to infinity"
        f"{start}. Leave the parameter out, bound it by a prior or a penalty,{elsewhere} or give more data."
    )


def _counted(block: Block | Rows) -> Bools:
    """The rows that have some weight."""
    return np.ones(len(block.y), dtype=bool) if block.weight is None else block.weight > 0.0


def check_dispersion(model: Model, estimate: Floats, *, penalized: bool = False) -> None:
    """IdentificationError where a parameter beside the first runs to an end of its range, such as a dispersion of 0,
    with a penalty, which gives separated data a maximum, or without.
    """
    predictor = model.predictor
    if (edge := edge_of(model.likelihood)) is None:
        return
    low = high = float(estimate[predictor.parts[-1].start])
    if predictor.uses[-1]:  # it moves with columns

        def ends(block: Block) -> Ends:
            eta = predictor.forward(estimate, block)[0][_counted(block), -1]
            return Ends(np.array([eta.min(initial=np.inf)]), np.array([eta.max(initial=-np.inf)]))

        found = model.rows.total(ends)
        low, high = float(found.low[0]), float(found.high[0])
    unit = _log_size(model, edge)
    if edge.lower + unit <= low and high <= edge.upper + unit:
        return
    if not penalized:
        check_overlap(model)
    where = f"in some rows {model.others[-1]} runs off: there " if low != high else ""
    raise IdentificationError(f"{model.title}: {where}{edge.below if low < edge.lower + unit else edge.above}")


def check_exact(model: Model, theta: Floats) -> None:
    """IdentificationError where a climb ended, its information singular, at an exact fit: with a parameter beside the
    first beyond its end, or where the log-likelihood rises for ever as that runs to its end, in each row alike.
    """
    check_dispersion(model, theta)
    predictor, at, edge = model.predictor, model.predictor.parts[-1].start, edge_of(model.likelihood)
    if edge is None or (predictor.uses[-1] and model.rows.constants[predictor.column[at]] != 1.0):
        return
    column = np.eye(predictor.size)[at]
    for end, sign, said in ((edge.lower, -1.0, edge.below), (edge.upper, 1.0, edge.above)):
        if said is not None and np.isfinite(end):
            start = theta + (end + _log_size(model, edge) - theta[at]) * column
            near, far = (model.evaluate(start + sign * step * column, 0).loglik for step in (1.0, 2.0))
            if far - near >= GAIN * model.n:
                raise IdentificationError(f"{model.title}: {said}")


def _log_size(model: Model, edge: Edge) -> float:
    """The logarithm of the usual size of an outcome in units of which the ends of a range are; 0 where all are 0."""
    square = model.rows.outcome_square / model.n if edge.power else 0.0
    return 0.5 * edge.power * float(np.log(square)) if square > 0.0 else 0.0


def check_labels(model: Model) -> None:
    """IdentificationError naming the labels that no row of some weight has, whose thresholds nothing determines."""
    categories = model.likelihood.categories  # type: ignore[attr-defined]
    count = model.rows.total(
        lambda block: np.bincount(codes_of(block.y), weights=_counted(block), minlength=categories)
    )
    if not count.all():
        none = [repr(label) for label, rows in zip(model.labels or range(categories), count, strict=True) if not rows]
        raise IdentificationError(
            f"{model.title}: no row has {' or '.join(none)} for {model.outcome_name}, and the data do not determine "
            f"the thresholds about an empty level. Leave {'it' if len(none) == 1 else 'them'} out of the levels, or "
            "merge levels."
        )


def check_crossing(model: Model, solution: Solution) -> None:
    """IdentificationError, with the labels, where a fitted probability would be negative, of effects at each cut."""
    if model.likelihood.outcome is not Outcome.ORDERED or not model.likelihood.partial:  # type: ignore[attr-defined]
        return

    def crossings(block: Block) -> Floats:
        """In how many rows of some weight the cuts about each label but the first and the last are out of order."""
        cuts = Cuts(model.predictor.forward(solution.estimate, block)[0], model.likelihood)  # type: ignore[arg-type]
        return (~(np.diff(cuts.thresholds[_counted(block), 1:-1], axis=1) > 0.0)).sum(axis=0).astype(float)

    count = model.rows.total(crossings)
    if count.any():
        labels = [repr(label) for label, times in zip((model.labels or ())[1:-1], count, strict=True) if times]
        at_cuts = [name for name in model.names if ": " in name and not name.startswith("log scale: ")]
        named = dict.fromkeys(name.split(": ", 1)[1] for name in at_cuts)
        raise IdentificationError(
            f"{model.title}: with effects of {', '.join(named)} at each cut the fitted probability of "
            f"{', '.join(labels)} would be negative in {int(count.max()):,} of the rows, where the cuts cross. Leave "
            "terms out of nonparallel=, merge labels, or use st.softmax, whose probabilities are always positive."
        )


BARRIERS = 10.0 ** -np.arange(1.0, 10.0)

NEAR, AT = 1e-4, 1e-6
"""A row is at the edge where its distance is this share of the usual one, or less: with the last barrier, and at a
maximum where the slope is 0, as that of a square root of 0 is.
"""


def inside(model: Model) -> Solution | None:
    """The maximum, where Newton's steps stopped short of it; None where they do not reach it from within either.

    IdentificationError with the rows that it holds at the edge of the domain.
    """
    work, T = model.standardized()
    phi = work.start
    for mu in BARRIERS.tolist():
        try:
            phi = newton_ascent(replace(work, likelihood=Walled(work.likelihood, mu)), phi, 1e-6, 50, "Newton").estimate
        except (DomainError, IdentificationError):  # not concave there, or round-off: what is known has to do
            break
    check_edge(model, T @ phi, NEAR)
    found = newton_ascent(work, phi, 1e-8, 100, "Newton")
    return found.mapped(T) if found.converged else None


def check_edge(model: Model, theta: Floats, share: float = AT) -> None:
    """IdentificationError with the rows at the edge of the domain, nearer than this share of the usual distance, and
    their mean.
    """
    first = model.eta(theta).reshape(len(model.rows.y), -1)[:, 0]
    likelihood, said = model.likelihood, []
    link = LINKS[next(iter(likelihood.parameters.values()))]
    what, other = ("probability", "logit") if likelihood.facts.is_event else ("mean", "log")
    for end in filter(isfinite, likelihood.facts.domain):
        distance = np.abs(first - end)
        numbers = np.flatnonzero(distance <= share * np.median(distance))
        if len(numbers):
            have = "row has" if len(numbers) == 1 else "rows have"
            mean = round(float(link.mean(np.array(end))), 9)
            which = first_few([str(k) for k in (numbers if model.kept is None else model.kept[numbers])], 6)
            said.append(f"{len(numbers)} {have} the {what} {mean:g} there ({which})")
    if said:
        raise IdentificationError(
            f"{model.title}: the maximum lies at the edge of what the link {link.name} allows: {'; '.join(said)}. "
            f"No standard error describes it. Use the link {other}, which has no edge, or leave out or merge columns "
            "of these rows."
        )


@dataclass(frozen=True)
class Walled(Likelihood):
    """A family whose log-likelihood falls without end towards the ends of its first linear predictor."""

    family: Any
    mu: float

    def evaluate(self, eta: Any, y: Any) -> tuple[Floats, Floats, Floats]:
        found = self.family.evaluate(eta, y)
        loglik, score, information = (np.array(each, dtype=float, order="C") for each in found)
        for end, sign in zip(self.family.facts.domain, (1.0, -1.0), strict=True):
            if isfinite(end):
                away = np.abs(eta.reshape(len(y), -1)[:, 0] - end)
                loglik += self.mu * np.log(away)
                score.reshape(len(y), -1)[:, 0] += sign * self.mu / away
                information.reshape(len(y), -1)[:, 0] += self.mu / away**2
        return loglik, score, information


LEVEL_OF_ZEROS, ROUND_OFF = 1e-6, 1e-12
"""A fall of the log-likelihood by less than this, one standard error away, is none; nor by this share of it."""

NEARLY, FAR_LOG_ODDS = 1e-4, 10.0
"""So many standard errors from an end that is never reached the information still has an inverse, and the log-
likelihood rises from there by less than a fall that is none. Log odds beyond these are on their way to an end.
"""


def check_extra_zeros(model: Model, solution: Solution) -> None:
    """IdentificationError where the probability of an extra zero has its maximum at 0 or 1, in all rows or in some."""
    if not solution.converged:
        return
    part, least = model.predictor.parts[ZERO], LEVEL_OF_ZEROS + ROUND_OFF * abs(solution.loglik)
    falls = _falls(model, solution, range(part.start, part.stop))
    ends = {model.names[j]: side * np.inf for j, side, fall in falls if fall < least}
    family, plain = ("negative binomial", "negative_binomial") if model.likelihood.width > 2 else ("Poisson", "poisson")
    no_more = f"{model.outcome_name} has no more zeros than {family} counts have"
    instead = f"Use st.{plain} with the same formula."
    if ends:
        check_overlap(model)
        if model.predictor.own[0] and (where := _where_zeros_end(model, solution.estimate, no_more)):
            raise IdentificationError(
                f"{model.title} has no maximum: {where} ({', '.join(f'{name} = {end}' for name, end in ends.items())})."
                " Leave these columns out of zero=, merge levels, or use st.hurdle, whose zeros are all of one kind."
            )
    elif not model.in_memory:
        return
    else:
        without = without_zeros(model)
        if (found := solved(without)) is None:
            return  # nothing to compare with, as where the negative binomial is Poisson
        rise = found.loglik - solution.loglik
        if rise < -LEVEL_OF_ZEROS or slope_of_none(without, found.estimate) > 0.0:
            return
        if rise > LEVEL_OF_ZEROS:
            raise IdentificationError(
                f"{model.title}: without extra zeros the log-likelihood is {rise:.2g} higher than at the maximum "
                f"inside, so that their probability is 0. {instead}"
            )
    raise IdentificationError(
        f"{model.title} has no maximum: {no_more}, and the probability of an extra zero has its maximum at 0. {instead}"
    )


def _where_zeros_end(model: Model, theta: Floats, no_more: str) -> str:
    """In how many rows the log odds of an extra zero run to an end; empty where there are none in any row."""

    def runaways(block: Block) -> Floats:
        """How many rows have log odds of an extra zero on the way to -inf, to inf, and how many there are."""
        z = model.predictor.forward(theta, block)[0][_counted(block), ZERO]
        return np.array([(z < -FAR_LOG_ODDS).sum(), (z > FAR_LOG_ODDS).sum(), len(z)], dtype=float)

    none, certain, rows = model.rows.total(runaways).tolist()
    if none == rows:
        return ""
    at_an_end = "the probability of an extra zero has its maximum at"
    said = [f"in {none:,.0f} of {rows:,.0f} rows {no_more}, and {at_an_end} 0"] if none else []
    said += [f"in {certain:,.0f} of {rows:,.0f} the probability of an extra zero has it at 1"] if certain else []
    return "; ".join(said) or f"{at_an_end} an end in some rows"


def check_flat_end(model: Model) -> None:
    """The same where the climb went on until the information was singular: asked a little before that."""
    if (solution := solved(model, Newton(tolerance=NEARLY))) is not None:
        check_extra_zeros(model, solution)


def slope_of_none(plain: Model, theta: Floats) -> float:
    """The slope of the log-likelihood in the probability of an extra zero that all rows share, where it is 0: the sum
    of 1[y = 0] / f(0) - 1 over rows.
    """
    eta, y = plain.eta(theta), plain.rows.y
    log_none = plain.likelihood.loglik(eta, np.zeros(len(y)))
    each = np.where(y == 0.0, np.expm1(np.minimum(-log_none, 700.0)), -1.0)
    return float(each.sum() if plain.rows.weight is None else plain.rows.weight @ each)


def without_zeros(model: Model) -> Model:
    """The model of the family alone."""
    likelihood: Any = model.likelihood
    others = (0, *range(ZERO + 1, likelihood.width))
    return of_piece(model, Piece("", "", "", others, likelihood.family, lambda y: y, lambda y: slice(None)))


ZERO = 1
"""The number of the linear predictor."""

WIDEST = 300.0
"""The largest standard error of a log time: times are between exp(-300) and exp(300) in any unit."""


def check_late_entry(model: Model, solution: Solution) -> None:
    """IdentificationError where times with late entry are not determined at the solution."""
    family: Any = model.likelihood
    if family.outcome is not Outcome.TIME or not family.late or is_unimodal(family):
        return
    T = model.standardized()[1]
    C = np.linalg.solve(T, np.linalg.solve(T, solution.covariance).T)
    if not np.isfinite(C).all() or (widths := np.sqrt(np.maximum(C.diagonal(), 0.0))).max() <= WIDEST:
        return
    off = [name for name, width in zip(model.names, widths, strict=True) if width > WIDEST]
    raise IdentificationError(
        f"{model.title}: the log-likelihood levels off as {', '.join(off[:6])} run off to infinity. Of rows that "
        "entered late nothing says how many others had their event before, and these suggest that nearly all had. Use "
        'fewer columns, rows that entered earlier, or distribution="exponential".'
    )


LEVEL_FALL, FAR_LOGARITHM = 0.02, 25.0
"""A fall by less than this, one standard error away, is none. A logarithm of a shared parameter that moved so far from
its start runs off.
"""

WIDE, BEYOND = 30.0, 1e4
"""A standard error in units of its column that says next to nothing of a coefficient: exp(30) is 1e13; and one of a
linear predictor of a row, which is a logarithm, that no row leaves.
"""


def check_levels(model: Model, solution: Solution) -> None:
    """IdentificationError where the log-likelihood does not fall beside the end of a climb, or a parameter ran off."""
    predictor, links = model.predictor, [*model.likelihood.parameters.values()]
    others = zip(predictor.own, predictor.parts[predictor.n_first :], links[predictor.n_first :], strict=True)
    for own, part, link in others:
        here = float(solution.estimate[part.start])
        wide = link == "log" and solution.covariance.diagonal()[part.start] > WIDE**2
        if not own and (wide or abs(here - float(model.start[part.start])) > FAR_LOGARITHM):
            raise no_maximum(model, model.names[part.start], here)
    if solution.converged:
        _require_fall(model, solution, range(len(model.names)))


ROUGH, LONGER = 1e-3, 4.0
"""Second differences of which more than this share moves with the length of the steps have no limit; and how many times
as long the others are.
"""


def check_kink(model: Model, solution: Solution) -> None:
    """IdentificationError where second differences at the end of a climb depend on the length of their steps."""
    apart, whole = model.rows.total(partial(_differences, model, solution.estimate))
    if solution.converged and (apart > ROUGH * whole).any():
        raise IdentificationError(
            f"{model.title}: the log-likelihood has a kink or a jump where it is highest, in some rows: second "
            "differences depend on the length of their steps. It has no derivative there, and no standard error "
            "describes it. Use a log-likelihood with derivatives, or take uncertainty from draws of the data."
        )


def _differences(model: Model, theta: Floats, block: Block) -> Floats:
    """By linear predictor, how far second differences by longer steps are from those by the usual ones, and their size,
    summed over rows.
    """
    curvatures: Any = model.likelihood.facts.curvatures
    eta = model.predictor.forward(theta, block)[0]
    one, other = (weighted(part, block.weight) for part in curvatures(model.likelihood, eta, block.y, LONGER))
    return np.stack([np.abs(one - other).sum(axis=0), np.abs(one).sum(axis=0)])


def check_wide(model: Model, solution: Solution) -> None:
    """The same of a regression whose other parameters move with columns too, asked of coefficients that the rows tell
    next to nothing of: a dispersion that runs off in some rows, counts that may all be extra zeros.
    """
    if solution.converged and (any(model.predictor.own) or model.likelihood.facts.inflated):
        size, C = np.abs(model.standardized()[1].diagonal()), solution.covariance
        wide = np.flatnonzero(C.diagonal() > (WIDE * size) ** 2).tolist()
        for j in wide:
            if not farthest_move(model, C[:, j] / np.sqrt(C[j, j])) < BEYOND:
                raise no_maximum(model, model.names[j], float(solution.estimate[j]))
        _require_fall(model, solution, wide)


def _require_fall(model: Model, solution: Solution, which: Iterable[int]) -> None:
    """IdentificationError where the log-likelihood does not fall one standard error of a coefficient to one side."""
    for j, _, fall in _falls(model, solution, which):
        if fall < LEVEL_FALL:
            raise no_maximum(model, model.names[j], float(solution.estimate[j]))


def _falls(model: Model, solution: Solution, which: Iterable[int]) -> Iterator[tuple[int, float, float]]:
    """By how much the log-likelihood falls one standard error of a coefficient, with the others, to either side."""
    top, C = model.evaluate(solution.estimate, 0).loglik, solution.covariance
    for j in which:
        for side in (1.0, -1.0):
            step = side * C[:, j] / np.sqrt(C[j, j])
            yield j, side, top - model.evaluate(solution.estimate + step, 0).loglik


def no_maximum(model: Model, name: str | None = None, here: float = 0.0) -> IdentificationError:
    """What is said where a coefficient runs off, or without a name where a climb came to no end."""
    still = "where the climb stopped, the log-likelihood still rises or does not bend down in every direction"
    if name is not None:
        still = f"the log-likelihood levels off or still rises as {name!r} runs off, at {here:.4g}"
    kink = "" if model.likelihood.facts.curvatures is None else "where the density has a kink, "
    return IdentificationError(
        f"{model.title} has no maximum that was found: {still}: as where outcomes are separated, where rows are fitted "
        f"exactly, {kink}or where a parameter has its maximum at the end of its range. Leave columns out, fix the "
        "parameter, or give more rows."
    )


EXACT, SMALL = 1e-9, -8.0
"""The largest distance of a log time from its fit, beside the size of log times, that is round-off; and the log of a
scale below which the times of many rows may be fitted exactly.
"""


def check_times(model: Model, solution: Solution | None = None) -> None:
    """IdentificationError where the columns fit all times, of a model of times with one scale; a solution spares rows
    that cannot be from being looked at.
    """
    family: Any = model.likelihood
    if family.outcome is not Outcome.TIME or model.predictor.own != ((),):
        return
    wide = solution is not None and solution.estimate[-1] > SMALL
    if wide and (model.n_events or 0.0) > model.predictor.size:
        return
    model.rows.at_hand("whether the columns fit all times asks for all rows", model.title, "Fit a sample of them.")
    rows = model.standardized_rows()[0]
    some, levels = _counted(rows), with_levels(rows.X)
    X: Any = rows.whole.X[:, model.predictor.first][some] if levels is None else levels[some].sparse()
    low, high, _ = ends_of(rows.y[some], family.late)
    seen = low == high
    if wide and np.count_nonzero(seen) > X.shape[1]:
        return
    offset = 0.0 if rows.offset is None else rows.offset[some]
    with np.errstate(divide="ignore"):  # of ends that nobody knows
        low, high = np.log(low) - offset, np.log(high) - offset
    one = np.where(np.isfinite(low), low, high)
    known, both = np.isfinite(one), np.isfinite(low) & np.isfinite(high)
    slack = EXACT * max(1.0, float(np.abs(one[known]).max(initial=0.0)))
    if known.any() and not both.any() and _is_combination(X[known], one[known], slack):
        raise IdentificationError(
            f"{model.title}: of every time it is known only whether it is longer than one that the columns fit, as "
            "where all rows were looked at once, at one time. That says how large a predictor is in units of the "
            'scale, and the scale may be any. Use distribution="exponential", whose scale is 1, or rows that were '
            "looked at at other times."
        )
    if seen.any() and not _is_combination(X[seen], low[seen], slack):
        return
    if lying_between(X, low - slack, high + slack) is not None:
        raise IdentificationError(f"{model.title}: {family.facts.edge.below}")


def _is_combination(X: object, values: Floats, slack: float) -> bool:
    """Is there a g with X g within `slack` of the values? Of sparse columns a linear program tells."""
    if not isinstance(X, np.ndarray):
        return lying_between(X, values - slack, values + slack) is not None
    g = np.linalg.lstsq(X, values, rcond=None)[0]
    return bool(np.abs(X @ g - values).max() <= slack)
