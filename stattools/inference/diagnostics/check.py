"""One check of a fit: what was measured, how large it is, whether that matters, and what to do.

A verdict goes by size: how far standard errors, estimates or predictions are from what they should be. Chance alone
makes sizes too, so a size counts where chance makes it in less than 1 of 100 data sets (`CHANCE`, after Bonferroni
where several were looked at). At a million rows a tiny misfit is significant and stays `ok`; at thirty a large one may
be chance, and is not accused.

A fit as its checks look at it has what several of them need, made once. From one read of the rows comes whether the
square of a column, or of the linear predictor, would have something to say:

    score test of z beside X:   S = u_z^T V^-1 u_z,   V = Z^T W Z - Z^T W X (X^T W X)^-1 X^T W Z

S is also the sum of W (z delta)^2 over rows, delta one step of Newton from 0; with G = sum W (eta - mean)^2 of what the
columns explain, sqrt(S / G) is the standard deviation of what is missing in that of what is there. Of hazards it is the
trend of martingale residuals against the column. Source: Rao (1948); Pregibon, Applied Statistics 29 (1980), 15-24;
Cook & Weisberg, Biometrika 70 (1983), 1-10; Therneau, Grambsch & Fleming, Biometrika 77 (1990), 147-160.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.inference.covariance.covariance import Spread, spread_of
from stattools.inference.covariance.sandwich import Sandwich
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses.result import p_words
from stattools.inference.hypotheses.wald import Unit, units_of
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.models.model import Model
from stattools.models.predictor import Linear, among
from stattools.models.survival.cox import CoxRegression, centered
from stattools.numerics.arrowhead import Arrow, arrow, in_parts
from stattools.numerics.columns import beside, weighted, with_levels
from stattools.numerics.low_rank import congruent
from stattools.solvers.metric import Metric
from stattools.text.one_line import prints

OK, LOOK, NO = "ok", "look", "no"

CHANCE = 0.01
"""A size that chance makes more often than this is no finding."""


@prints
class Limits(NamedTuple):
    """The sizes above which a check says "look" and "no", and why these."""

    look: float
    no: float
    why: str


LIMITS: dict[str, Limits] = {
    "maximum": Limits(1e-4, 1e-2, "standard errors between the estimate and the maximum; below either no digit moves"),
    "overdispersion": Limits(1.2, 1.5, "Pearson / df; standard errors are its root too small, by 10 and by 22 %"),
    "heteroskedasticity": Limits(1.1, 1.225, "robust / own standard error: 95 % intervals cover 93 and 89 %"),
    "robust errors": Limits(1.1, 1.225, "robust / own standard error: 95 % intervals cover 93 and 89 %"),
    "autocorrelation": Limits(1.1, 1.225, "standard error with / without autocorrelation: as robust errors"),
    "influence": Limits(1.0, 1.96, "standard errors moved: as R's influence.measures; out of the 95 % interval"),
    "collinearity": Limits(2.236, 3.162, "factor on a standard error: variance inflation of 5 and 10"),
    "link": Limits(0.2, 0.5, "missing / explained by the columns, in sd: 4 and 25 % of what is explained"),
    "form": Limits(0.2, 0.5, "missing / explained by the columns, in sd: 4 and 25 % of what is explained"),
    "proportional hazards": Limits(0.2, 0.5, "change with time / explained by the columns, in sd: 4 and 25 %"),
    "calibration": Limits(0.2, 0.5, "error of the probabilities / their sd: 4 and 25 % of their variance"),
    "discrimination": Limits(-0.52, inf, "area under the ROC curve, 0.5 by chance; no fault of a fit, so never no"),
    "zeros": Limits(0.02, 0.05, "share of zeros, observed less expected: 2 and 5 of 100 observations"),
    "distribution": Limits(0.05, inf, "largest gap of the distribution; intervals of observations rest on it alone"),
    "serial correlation": Limits(0.2, 0.4, "largest autocorrelation of one-step errors: 4 and 16 % of their variance"),
    "even variance": Limits(2.0, 4.0, "variance of the last third of one-step errors / that of the first third"),
    "normal errors": Limits(0.05, inf, "largest gap of the distribution; intervals of forecasts rest on it alone"),
}
"""Each check with its limits; the first two numbers are compared with how far it is from harmless."""


class Without(NamedTuple):
    """A fit without a few `rows`, named in words: coefficient `which` moves most; all estimates and standard errors."""

    rows: str
    which: int
    estimate: Any
    se: Any


@prints
@dataclass(frozen=True)
class Check:
    """A row of the table: `check` by its name, what its `value` measures, the `verdict` "ok", "look" or "no", and the
    `advice` where it is not ok; `p_value` says how often chance makes such a size, None where that is no question.
    `term` is the coefficient or the variable that it is about, `detail` what else was found, for who tells of it.
    """

    check: str
    measure: str
    value: float
    verdict: str = OK
    advice: str = ""
    p_value: float | None = None
    term: str = ""
    detail: Any = None


def in_words(measure: str, advice: str, p_value: float | None) -> str:
    """What is measured, how often chance makes it, and what to do.

    >>> in_words("Pearson / df", "Group rows.", 0.004)
    'Pearson / df (p = 0.004). Group rows.'
    """
    chance = "" if p_value is None else f" ({p_words(p_value)})"
    return f"{measure}{chance}.{' ' + advice if advice else ''}"


def verdict(check: str, size: float, p_value: float | None = None) -> str:
    """The verdict on a size, by the limits of the check, where chance seldom makes it.

    >>> verdict("overdispersion", 1.3), verdict("overdispersion", 13.0), verdict("overdispersion", 13.0, 0.2)
    ('look', 'no', 'ok')
    """
    limits = LIMITS[check]
    if p_value is not None and not p_value < CHANCE:
        return OK
    return NO if size > limits.no else LOOK if size > limits.look else OK


def judged(
    check: str,
    measure: str,
    value: float,
    advice: str,
    *,
    size: float | None = None,
    p_value: float | None = None,
    term: str = "",
    detail: object = None,
) -> Check:
    """The check with its verdict, and the advice where it is not ok; `size` is the value where nothing else is said."""
    found = verdict(check, value if size is None else size, p_value)
    return Check(check, measure, float(value), found, "" if found == OK else advice, p_value, term, detail)


@dataclass(frozen=True, eq=False)
class LookedAt:
    """A fit, and the order of its rows where they have one: numbers of the rows from the first to the last."""

    fit: Estimates
    order: NDArray[np.intp] | None = None

    @property
    def model(self) -> Any:
        return self.fit.model

    @property
    def likelihood(self) -> Likelihood:
        return self.model.likelihood

    @property
    def theta(self) -> Floats:
        return self.fit.estimate

    @cached_property
    def bread(self) -> Floats:
        """The inverse information at scale 1, an array or a `LowRank`; refused by a fit that has no covariance."""
        inverse = self.fit.solution.covariance
        for covariance in (self.fit.covariance, inverse):
            covariance[0, 0]  # what stands in the place of a covariance refuses to be read
        return inverse

    @cached_property
    def sandwich(self) -> Sandwich:
        """The scores of the rows. With a penalty, the inverse information is that of the penalized maximum."""
        found = Sandwich.of(self.model, self.theta, self.bread)
        if self.fit.penalty is None or not in_parts(self.bread):
            return found
        return replace(found, C=congruent(found.T.inverse, self.bread))

    def require_errors(self) -> None:
        """IncompatibleError where the fit is exact to round-off, so that there are no errors to look at: a squared
        scale of 1e-24 beside the outcomes.
        """
        sums = self.fit.solution.residual_sums
        if not sums and self.model.has_scale:
            sums = self.model.residual_sums(self.theta)
        if sums and self.fit.scale**2 <= 1e-24 * sums[1] / self.fit.n:
            raise IncompatibleError(
                f"the fit of {self.model.title} is exact to round-off, and has no errors to look at."
            )

    @property
    def trusts(self) -> bool:
        """Whether the standard errors are those of the likelihood, so that they are right only where it is."""
        return self.fit.cov == "information" or self.is_quasi

    @property
    def is_quasi(self) -> bool:
        """Whether they allow for a variance that is a multiple of the family's."""
        return self.fit.cov.startswith("quasi(")

    @cached_property
    def added(self) -> Added:
        """The information with columns added: squares of numbers, and of the linear predictor."""
        return (
            added_to_partial(self.model, self.theta) if self.model.facts.is_partial else added(self.model, self.theta)
        )

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The columns of the first parameter by the variables that they are made of."""
        return units_of(self.model)

    @cached_property
    def asked(self) -> list[int]:
        """The coefficients that are looked at: those that do not depend on an origin, or all where there are none."""
        found = sorted(k for unit in self.units if not unit.is_part for k in unit.coefficients)
        size = 0 if self.model.facts.is_partial else self.model.predictor.size_first
        return found or list(range(size or len(self.theta)))

    @cached_property
    def pearson(self) -> Spread | None:
        """Pearson's statistic over its degrees of freedom; None where it says nothing: of single labels, of numbers."""
        return None if self.model.facts.is_partial else spread_of(self.model, self.theta)

    @property
    def phi(self) -> float:
        """By how much chance is larger than the likelihood says: 1, or Pearson / df of counts and groups above it."""
        return 1.0 if self.pearson is None else max(self.pearson.ratio, 1.0)


NOTHING_NEW = 1e-8
"""A column with no more than this share of its own is made by the others: the square of 0 and 1."""


@dataclass(frozen=True, eq=False)
class Added:
    """The information (P, P) and the score (P,) of the model with added columns, all columns standardized.

    `kept` are the places of the coefficients of the model itself, `curves` the names of the squares and the places of
    their coefficients, `link` those of the square of the linear predictor, empty where there is none. `constants`
    (p, m) span what a shift of the columns moves: intercepts, and the coefficients of other parameters. `phi` are the
    coefficients, `variance` the squared scale, `units` the map from standardized coefficients to those of the model.
    """

    information: Any
    score: Floats
    kept: tuple[int, ...]
    curves: dict[str, tuple[int, ...]]
    link: tuple[int, ...]
    constants: Floats
    phi: Floats
    variance: float
    units: Any = None

    @cached_property
    def base(self) -> Arrow:
        """The information about the coefficients of the model."""
        return arrow(self.information).among(list(self.kept))

    @property
    def explained(self) -> float:
        """How much the linear predictor varies, weighted as the rows inform of it, in squared standard errors: phi^T A
        phi, where A is the information about the coefficients with the constants free.
        """
        along, sides = self.base.product(self.phi), self.base.product(self.constants)
        free = self.constants.T @ along
        varied = float(self.phi @ along - free @ np.linalg.solve(self.constants.T @ sides, free))
        return max(varied, 0.0) / self.variance

    def inflation(self, mine: list[int], others: list[int]) -> float:
        """det(A_TT) det((A^-1)_TT) of the coefficients `mine` beside `others`, where A is that of `explained`
        about these.
        """
        one, other, both = (self._log_determinant(tuple(sorted(some))) for some in (mine, others, [*mine, *others]))
        return float(np.exp(one + other - both - self._log_determinant(())))

    @cached_property
    def _log_determinant(self) -> Callable[[tuple[int, ...]], float]:
        """The log determinant of the information about some coefficients and the constants, with the columns of levels
        as they are given. In units of their own a column of a level has lost what those before it in the level make,
        and means another thing where one of these is left out.
        """
        base, N, units = self.base, self.constants, self.units
        if units is not None and units.within.places.size:
            M = units.within.blocks
            within = replace(units.within, blocks=M / np.diagonal(M, axis1=1, axis2=2)[:, :, None])
            mixing = replace(Standardization.identity(len(units)), t=1.0 * (units.t != 0.0), within=within)
            base, N = base.mapped(mixing.inverse), mixing.product(N)
        sides = base.product(N)

        @cache
        def of(which: tuple[int, ...]) -> float:
            part = list(which)
            whole = base.among(part).bordered(sides[part], N.T @ sides)
            known: Any = whole if len(whole.at) else whole.C
            return Metric.for_ascent(known).log_determinant() if len(whole) else 0.0

        return of

    def test(self, places: tuple[int, ...]) -> tuple[float, int]:
        """The score statistic of added columns and its degrees of freedom; 0 and 0 where they are not new."""
        new = list(places)
        columns = arrow(self.information).columns(np.array(new, dtype=np.intp))
        whole, cross = columns[new], columns[list(self.kept)]
        onto = Metric.for_ascent(self.base).solve(cross)
        u = self.score[new] - onto.T @ self.score[list(self.kept)]  # penalized, the scores of the others are not 0
        return score_statistic(whole - cross.T @ onto, whole, u, self.variance)


def score_statistic(V: Floats, whole: Floats, u: Floats, variance: float) -> tuple[float, int]:
    """u' V^-1 u / variance with its degrees of freedom; 0 and 0 where V has nothing left of `whole`."""
    if not (V.diagonal() > NOTHING_NEW * np.abs(whole.diagonal())).all():
        return 0.0, 0
    values, Q = np.linalg.eigh(V)
    if values[0] <= NOTHING_NEW * values[-1]:
        return 0.0, 0
    return float(((Q.T @ u) ** 2 / values).sum()) / variance, len(V)


SAMPLE, MOST = 2_000, 50
"""Rows that tell the units of what is added, and squares that are looked at in one read."""


def added(model: Model, theta: Floats) -> Added:
    """The model at theta with the square of each of its numbers, and of its linear predictor where there is one."""
    work, T = model.standardized()
    phi = T.solve(theta)
    some = replace(work, rows=work.rows.sample(SAMPLE), source=None)
    eta = some.predictor.forward(phi, some.rows.whole)[0]
    has_link = model.predictor.n_first == 1
    first = eta.reshape(len(eta), -1)[:, 0]
    constant = _constant(some)
    center = float(first.mean()) if constant is not None or model.predictor.taken_up else 0.0
    unit = float(first.std()) or 1.0
    squares = squares_of(model, phi)
    n_new = len(squares) + has_link
    own, new = model.predictor, tuple(range(model.predictor.columns, model.predictor.columns + n_new))
    wide = Linear(own.columns + n_new, own.width, own.own, None if own.main is None else (*own.main, *new))
    family, predictor, columns = work.likelihood, work.predictor, list(squares.values())

    def of_block(block: Block) -> AddedByName:
        """Information, an array or an `Arrow`, and score of the rows of a block."""
        with np.errstate(over="ignore", invalid="ignore"):  # told below
            eta, X = predictor.forward(phi, block)[0], block.X
            extra = [np.column_stack([np.empty((len(eta), 0)), *(np.square(X[:, k]) for k in columns)])]
            if has_link:
                extra.append(((eta.reshape(len(eta), -1)[:, :1] - center) / unit) ** 2)
            wider = block._replace(X=beside(X, *extra))
            _, score, information = family.evaluate(eta, block.y)
            score, information = weighted(score, block.weight), weighted(information, block.weight)
            along = wide.forward(np.zeros(wide.size), wider)[1]
            return AddedByName(information=wide.information(wider, information), score=along(score))

    found = work.rows.total(of_block)
    information, score = found["information"], found["score"]
    if not (np.isfinite(information.ravel()).all() and np.isfinite(score).all()):
        raise IncompatibleError(f"squares of the columns of {model.title} are beyond float64. Change their units.")
    ends = [part.stop for part in wide.parts[: wide.n_first]]
    places = [tuple(end - n_new + k for end in ends) for k in range(n_new)]
    kept = tuple(k for k in range(wide.size) if not any(k in some for some in places))
    curves = dict(zip(squares, places, strict=False))
    N = _free(model.predictor, constant)
    variance = model.dispersion(theta)
    return Added(information, score, kept, curves, places[-1] if has_link else (), N, phi, variance, T)


def squares_of(model: Any, phi: Floats) -> dict[str, int]:
    """The terms that are one column of numbers, whose variable makes no other curve, with the column of X; of many
    those that explain most.
    """
    units = units_of(model)
    made = Counter(unit.variables for unit in units)
    found = [unit for unit in units if len(unit.columns) == len(unit.variables) == made[unit.variables] == 1]
    size = {unit.name: max(abs(float(phi[k])) for k in unit.coefficients) for unit in found}
    most = sorted(size, key=lambda name: -size[name])[:MOST]
    return {unit.name: unit.columns[0] for unit in found if unit.name in most}


def _constant(model: Model) -> Floats | None:
    """The combination of the columns of the first parameter that is 1 in all rows of a sample; None for none."""
    if "Intercept" in model.first_terms:
        return np.array([float(name == "Intercept") for name in model.first_terms])
    X = among(model.rows.whole.X, model.predictor.main)
    coded = with_levels(X)
    found, rest = np.zeros(X.shape[1]), slice(None) if coded is None else coded.rest
    if coded is not None and coded.is_complete:
        found[coded.constants] = 1.0
        return found
    others = X if coded is None else coded.others
    found[rest] = np.linalg.lstsq(others, np.ones(len(others)), rcond=None)[0]
    return found if np.abs(others @ found[rest] - 1.0).max() < 1e-8 else None


def _free(predictor: Linear, constant: Floats | None) -> Floats:
    """Directions of the coefficients: the constants of the first parameter, and all coefficients of others."""
    found = []
    for part in predictor.parts[: predictor.n_first] if constant is not None else ():
        found.append(np.zeros(predictor.size))
        found[-1][part] = constant
    found += [np.arange(predictor.size) == k for k in range(predictor.size_first, predictor.size)]
    return np.array(found, dtype=float).reshape(-1, predictor.size).T


def added_to_partial(model: CoxRegression, theta: Floats) -> Added:
    """The model at theta with the square of each of its numbers, and of its linear predictor."""
    unit, sets, p = model.column_sds, model.sets, len(theta)
    phi = theta * unit
    X = (model.X - model.X.mean(axis=0)) / unit
    squares = squares_of(model, phi)
    eta = X @ phi
    new = np.array([*(X[:, k] ** 2 for k in squares.values()), (eta / (float(eta.std()) or 1.0)) ** 2])
    wide = replace(model, Z=np.concatenate([model.Z / unit[:, None], centered(new[:, sets.rows], sets)]))
    now = wide.evaluate(np.append(phi, np.zeros(len(new))))
    places = [(p + k,) for k in range(len(new))]
    curves, kept = dict(zip(squares, places, strict=False)), tuple(range(p))
    return Added(now.information, now.score, kept, curves, places[-1], np.zeros((p, 0)), phi, 1.0)
