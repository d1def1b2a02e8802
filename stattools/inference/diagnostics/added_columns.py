"""Would the square of a column, or of the linear predictor, have something to say? One read of the rows.

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
from typing import Any

import numpy as np

from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.inference.hypotheses.wald import units_of
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.predictor import Linear, among
from stattools.models.survival.cox import CoxRegression, centered
from stattools.numerics.arrowhead import Arrow, arrow
from stattools.numerics.columns import beside, weighted, with_levels
from stattools.solvers.metric import Metric

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
