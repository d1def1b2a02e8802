"""Averages of the mean outcome over a population, where variables are moved, with their gradients in the coefficients.

    level       the average over rows of mean(level), everything else as it was
    slope       the average over rows of d mean / d x

The columns of X are differenced in x (central, in steps of 6e-6), the mean is differentiated exactly. Of rows in files
each batch is a population of its own, whose averages count by its observations. Source: Greene, Econometric Analysis
(2012), 4.4; van der Vaart, Asymptotic Statistics (1998), 3.1.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, NoReturn

import numpy as np

from stattools.data.files.rows import Coding
from stattools.data.files.source import AddedByName, Batch
from stattools.data.rows.rows import Block, Rows
from stattools.errors import DomainError, FunctionError, IdentificationError, quoted
from stattools.inference.effects.moved_rows import STEP, Population, columns_of_batch, holding
from stattools.inference.estimates import Estimates, df_along, quantile_of
from stattools.inference.hypotheses import against_zero
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.own_functions import called
from stattools.interface.units import finite
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.numerics.low_rank import among, quadratic
from stattools.numerics.sums import power_of_two


class SLOPE:
    """Stands for the derivative in a variable, in the place of one of its values; the same one wherever it is sent."""


class Move(NamedTuple):
    """A variable at a value in all rows, or with `SLOPE` the derivative of the mean in it, while others are `held` at
    values of theirs; no name where nothing moves.
    """

    name: str | None
    value: Any
    held: tuple[tuple[str, Any], ...] = ()

    @property
    def moved(self) -> dict[str, object]:
        """All variables that are set, with their values."""
        return dict(self.held) | ({} if self.name is None else {self.name: self.value})

    def of(self, rows: Population, average: Callable[..., Floats], slope: Callable[..., Floats]) -> Floats:
        """What it makes of a population: the `average` with the variables set, or the `slope` in one of them."""
        if self.value is SLOPE:
            return slope(holding(rows, dict(self.held)), str(self.name))
        return average(rows, self.moved)


def averages(
    theta: Floats, rows: Population, moves: Sequence[Move], discrete: tuple[str, ...] = ()
) -> dict[Move, Floats]:
    """The average of each move over a population with its gradient in the coefficients beside it, (K, 1 + p); of rows
    elsewhere in one read, which finds out whether the `discrete` columns hold 0 and 1.
    """
    if not rows.whole:
        every = rows.model.rows
        bare = replace(rows.model, rows=every.shapes(), source=None, kept=None, origin=None)
        work = partial(averages, theta, moves=tuple(moves))
        found = every.gather(partial(_of_batch, work, discrete, every.coding, bare), *rows.names)
        return {move: found[move] * (1.0 / found["n"]) for move in moves}
    return {move: move.of(rows, partial(_average, theta), partial(_slope, theta)) for move in moves}


def _of_batch(
    work: Callable[..., Any], discrete: Any, coding: Coding, model: Model, rows: Rows, others: Batch, numbers: object
) -> AddedByName:
    """The averages over a batch, each times its observations `n`."""
    some = Population(replace(model, rows=rows), columns_of_batch(coding, others, numbers))
    for name in discrete:
        some.levels(name, discrete)  # refuses others than 0 and 1
    return AddedByName({move: each * some.model.n for move, each in work(some).items()}, n=some.model.n)


def _average(theta: Floats, rows: Population, moved: Mapping[str, object]) -> Floats:
    """The average mean with some variables moved; over the grid the first linear predictor at its average row."""
    family, block = rows.model.likelihood, rows.block(rows.X(moved))
    weight = np.asarray(block.weight)
    eta, pullback = rows.model.predictor.forward(theta, block)
    if rows.is_grid:
        value = eta.reshape(1, -1)[:, :1]
        slope = np.eye(1, eta.size)[None]
    else:
        value, slope = family.mean(eta).reshape(len(eta), -1), family.slope(eta)
    return np.column_stack([weight @ value, _pulled(pullback, slope * weight[:, None, None])])


def _slope(theta: Floats, rows: Population, name: str) -> Floats:
    """The average derivative of the mean in a number: d mean = mean'(eta) dX theta, and its gradient.

    In theta: mean'(eta) dX + (mean'(eta))' x, the last derivative along d eta, by a central difference in eta; of every
    linear predictor, also where the mean moves with the dispersion.
    """
    model, (block, change) = rows.model, sloping(rows, name)
    eta, pullback = model.predictor.forward(theta, block)
    moving, pull_change = _moving(theta, model, change)
    size = np.abs(moving).reshape(len(eta), -1).max(axis=1).reshape(-1, *[1] * (eta.ndim - 1))
    unit = np.divide(moving, size, out=np.zeros_like(moving), where=size > 0) * STEP
    slope = model.likelihood.slope(eta)
    ahead, behind = model.likelihood.slope(eta + unit), model.likelihood.slope(eta - unit)
    bend = (ahead - behind) / (2.0 * STEP) * size.reshape(-1, 1, 1)
    weight = np.asarray(block.weight)
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        value = _along(slope, moving, weight)
        slope, bend = slope * weight[:, None, None], bend * weight[:, None, None]
        gradient = _pulled(pull_change, slope) + _pulled(pullback, bend)
    return finite(np.column_stack([value, gradient]), model.title, f"the average slope in {name!r} or its gradient")


def sloping(rows: Population, name: str) -> tuple[Block, Block]:
    """The rows as they are, and the derivatives of their columns in a number."""
    return rows.block(rows.model.rows.X), rows.block(rows.derivative(name))._replace(offset=None)


def average_slope(theta: Floats, model: Model, block: Block, change: Block) -> Floats:
    """The average derivative of the mean, (K,), at rows and derivatives of their columns from `sloping`."""
    slope = model.likelihood.slope(model.predictor.forward(theta, block)[0])
    return _along(slope, _moving(theta, model, change)[0], np.asarray(block.weight))


def _moving(theta: Floats, model: Model, change: Block) -> tuple[Floats, Callable[[Floats], Floats]]:
    """The derivative of the linear predictors, and the function that pulls a score in it back to theta. What all rows
    share, such as log alpha, does not move with x, and is subtracted.
    """
    moving, pull_change = model.predictor.forward(theta, change)
    still, pull_still = model.predictor.forward(theta, change._replace(X=0.0 * change.X))
    return moving - still, lambda slope: pull_change(slope) - pull_still(slope)


def _along(slope: Floats, moving: Floats, weight: Floats) -> Floats:
    """The average of slopes (m, K, width) along the movement of the linear predictors."""
    return weight @ (slope * moving.reshape(len(moving), 1, -1)).sum(axis=2)


def _pulled(pullback: Callable[[Floats], Floats], slope: Floats) -> Floats:
    """Gradients in eta, (m, K, width), as those in theta, (K, p)."""
    width = slope.shape[2]
    return np.stack([pullback(slope[:, k, 0] if width == 1 else slope[:, k]) for k in range(slope.shape[1])])


STEP_OF_FUNCTION = 2.0**-10
"""The first step of differences, in standard errors."""

SHORT = 0.0268
"""The shortest step, as a part of the longest."""

OTHERS = tuple(2.0**-k for k in (7, 13, 4, 16, 2, *range(19, 43, 3)))
"""The steps that are tried where the first does not do: they reach frequencies of 1e9 per standard error."""

GOOD, LEAST = 1e-7, 1e-6
"""Errors of a derivative, relative to the whole gradient: good enough to stop, and bad enough to refuse."""

SMALLEST = 4.0 * np.finfo(float).smallest_subnormal
"""What is added to the round-off of values, which have fewer digits below 1e-308."""


class Named(dict[str, float]):
    """Coefficients by name; a name that is not there is an error that says which are."""

    def __missing__(self, name: object) -> NoReturn:
        close = difflib.get_close_matches(str(name), self, n=1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        raise DomainError(f"no coefficient is called {name!r}.{meant} They are {', '.join(map(repr, self))}.")


class FunctionSlopes(NamedTuple):
    """Derivatives of values (m,) along one coefficient in standard errors, and their errors; those of the whole step
    and of half of it; 1 where the function moves, has a kink or a jump, 0 where not.
    """

    derivative: Floats
    error: Floats
    whole: Floats
    half: Floats
    moves: Floats
    kink: Floats
    jump: Floats


def values_of(function: Callable[[Mapping[str, float]], object], names: tuple[str, ...], theta: Floats) -> Floats:
    """The function at theta as numbers, (k,); DomainError where they are not finite, or none, FunctionError where it
    raises an error.
    """
    if not callable(function):
        raise DomainError(
            f'function= is a function of the coefficients, lambda b: -b["Intercept"] / b["x"]; got {quoted(function)}.'
        )
    where = ", ".join(f"{name} = {number:.6g}" for name, number in list(zip(names, theta, strict=True))[:4])
    b = Named(zip(names, theta.tolist(), strict=True))
    found = called(f"the function of the coefficients, at {where},", function, b)
    try:
        value = np.atleast_1d(np.asarray(found))
        value = value.astype(float) if value.dtype.kind in "fiubO" else np.array([np.nan])
    except (TypeError, ValueError, OverflowError):
        value = np.array([np.nan])
    if value.ndim != 1 or not value.size or not np.isfinite(value).all():
        raise DomainError(
            f"the function of the coefficients is to be a finite number, or a list of some; it is {quoted(found)} at "
            f"{where}."
        )
    return value


def function_of(
    fit: Estimates, function: Callable[[Mapping[str, float]], object], level: float | None = None
) -> pd.DataFrame:
    """estimate, se, statistic, p_value, lower, upper of a function of the coefficients: see `Fit.function`.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], names=["dose"]))
    >>> function_of(fit, lambda b: -b["Intercept"] / b["dose"])[["estimate", "se"]].round(3).to_numpy().tolist()
    [[3.5, 0.93]]
    """
    level = fit.level if level is None else level
    require_level(level)
    theta, V = np.asarray(fit.estimate, dtype=float), fit.covariance
    value = values_of(function, fit.names, theta)
    known = np.isfinite(np.diagonal(V))
    size = np.where(known & (fit.se > 0), fit.se, np.maximum(np.abs(theta), 1.0))
    unit, gradient = _gradient(function, fit.names, theta, size, value)
    if gradient[:, ~known].any():
        name = fit.names[int(np.argmax(gradient[:, ~known].any(axis=0)))]
        raise IdentificationError(f"the function depends on {name!r}, which has no standard error in this fit.")
    df = df_along(fit, gradient / size)
    correlation = among(V, np.flatnonzero(known), 1.0 / size[known])
    se = np.sqrt(np.maximum(quadratic([gradient[:, known]], correlation)[:, 0, 0], 0.0))
    statistic, p_value = against_zero(value / unit, se, df)
    with np.errstate(over="ignore"):  # told below
        half = unit * (quantile_of(df, level) * se)
        made = {"estimate": value, "se": unit * se, "statistic": statistic, "p_value": p_value}
        made |= {"lower": value - half, "upper": value + half}
    if not np.isfinite([*made.values()]).all():
        raise DomainError("the function of the coefficients, or its interval, is beyond float64. Change its units.")
    return pd.DataFrame(made)


def _gradient(
    function: Callable[..., object], names: tuple[str, ...], theta: Floats, size: Floats, value: Floats
) -> tuple[Any, Floats]:
    """Powers of two above the size of each value, and the derivatives (m, p) per `size` of each coefficient of what is
    left without them; DomainError at a kink, for what is constant, and where the steps do not agree.

    Central differences D over a step h, h/2 and h/4 are extrapolated twice (Richardson):

        R(h) = (4 D(h/2) - D(h)) / 3,    derivative = (16 R(h/2) - R(h)) / 15,    error = |derivative - R(h/2)|

    D over a much shorter step, which is no simple part of h, has to agree too: steps that are multiples of the period
    of a function all say the same. Where the error is above `GOOD` of the whole gradient longer and shorter steps are
    tried, and the derivative of least error is taken; one above `LEAST` is refused. A kink shows in the second
    differences, which then halve with the step and do not quarter. Cost: 8 p + 1 calls of a smooth function. Source:
    Ridders, Advances in Engineering Software 4 (1982).
    """
    reasons: dict[int, Exception] = {}

    def beside(k: int, step: float) -> tuple[Floats, Floats] | None:
        """The values (2, 4, m) with one coefficient ahead and behind, by a step, by half of it, by a quarter and by
        `SHORT`, and how far from each other these places are, (4,); so far away the function may have no value.
        """
        moved = size[k] * step * np.array([1.0, 0.5, 0.25, SHORT])
        places, here = np.array([theta[k] + moved, theta[k] - moved]), np.arange(len(theta)) == k
        try:
            values = [values_of(function, names, np.where(here, place, theta)) for place in places.ravel()]
            if any(len(each) != len(value) for each in values):
                raise DomainError("the function of the coefficients has more numbers at some values than at others.")
        except (DomainError, FunctionError) as error:
            reasons.setdefault(k, error)
            return None
        return np.array(values).reshape(2, 4, -1), places[0] - places[1]

    def slopes(k: int, seen: tuple[Floats, Floats] | None) -> FunctionSlopes | None:
        return seen and _slopes(seen[0] / unit, here, seen[1] / size[k], SMALLEST / unit)

    seen = [beside(k, STEP_OF_FUNCTION) for k in range(len(theta))]
    unit = power_of_two(np.max([np.abs(value), *(np.abs(at[0]).max(axis=(0, 1)) for at in seen if at)], axis=0))
    here = value / unit
    found = [slopes(k, at) for k, at in enumerate(seen)]
    least = np.max([np.zeros(len(value)), *(np.abs(at.derivative) - at.error for at in found if at)], axis=0)
    for k, now in enumerate(found):
        for step in OTHERS:
            if now and (now.error <= GOOD * np.maximum(least, np.abs(now.derivative))).all():
                break
            if size[k] * step > 1e3 * np.spacing(abs(theta[k])) and (new := slopes(k, beside(k, step))):
                now = new if now is None else FunctionSlopes(*np.where(new.error < now.error, new, now))
        if now is None:
            raise reasons[k]
        found[k] = now
    at = FunctionSlopes(*np.moveaxis(np.array(found), 1, 0))  # each (p, m)
    _require_derivatives(at, names, value, unit, size)
    return unit, at.derivative.T


def _require_derivatives(at: FunctionSlopes, names: tuple[str, ...], value: Floats, unit: Any, size: Floats) -> None:
    """DomainError unless each value has a derivative that both steps agree about."""
    uncertain = at.error > LEAST * np.abs(at.derivative).max(axis=0)
    broken = (at.kink > 0) | (uncertain & (at.jump > 0))
    if broken.any():
        name = names[int(np.argmax(broken.any(axis=1)))]
        raise DomainError(
            f"the function has a kink or a jump at the estimate of {name!r}, and no derivative there: the delta "
            "method does not hold. Take a smooth function, or draws: st.posterior(fit.model).function(...)."
        )
    if constant := np.flatnonzero(~at.moves.any(axis=0)).tolist():
        raise DomainError(
            f"the function has the same value, {value[constant[0]]:.6g}, whatever the coefficients are near the "
            "estimate: it has no standard error. Give a function of b, as lambda b: -b['Intercept'] / b['dose']."
        )
    if uncertain.any():
        k, row = np.unravel_index(int(np.argmax(np.where(uncertain, at.error, -1.0))), uncertain.shape)
        with np.errstate(over="ignore"):  # infinite is what the message then says
            whole, half = (float(unit[row] * part[k, row] / size[k]) for part in (at.whole, at.half))
        raise DomainError(
            f"the derivative of the function in {names[k]!r} is not known: by a step it is {whole:.6g}, by half of it "
            f"{half:.6g}. The function is flat at the estimate, moves too fast, or has too few digits. Write it "
            "otherwise, or take draws: st.posterior(fit.model).function(...)."
        )


def _slopes(values: Floats, here: Floats, widths: Floats, smallest: Floats) -> FunctionSlopes:
    """Derivatives with their errors, from the values (2, 4, m) ahead and behind, so far from each other, (4,)."""
    ahead, behind = values
    change, widths = ahead - behind, widths[:, None]
    each = change / widths
    once = (4.0 * each[1:3] - each[:2]) / 3.0
    derivative = (16.0 * once[1] - once[0]) / 15.0
    largest = np.abs(values).max(axis=(0, 1))
    noise = np.maximum(2.0**-50 * largest, smallest) / widths
    error = np.abs(derivative - once[1]) + noise[2]
    apart = np.abs(derivative - each[3])
    error = np.where(apart > SHORT * np.abs(derivative - each[0]) + noise[3], np.maximum(apart, error), error)
    bend = np.abs((ahead - here) - (here - behind))
    agree = error <= LEAST * np.maximum(np.abs(derivative), bend[0] / widths[0])
    kink = agree & (bend[0] > 1e-12 * largest + 1e-4 * np.abs(change[0])) & (bend[1] > 0.375 * bend[0])
    jump = (change[1] != 0) & (np.abs(change[2] - change[1]) < 1e-3 * np.abs(change[1]))
    moves = (values != here).any(axis=(0, 1))
    return FunctionSlopes(derivative, error, each[0], each[1], *np.array([moves, kink, jump], dtype=float))
