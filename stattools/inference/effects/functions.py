"""A function of the coefficients with its standard error, by the delta method: se^2 = g^T V g, g the gradient.

The gradient is of central differences D over a step h, h/2 and h/4, extrapolated twice (Richardson):

    R(h) = (4 D(h/2) - D(h)) / 3,    derivative = (16 R(h/2) - R(h)) / 15,    error = |derivative - R(h/2)| + round-off

D over a much shorter step, which is no simple part of h, has to agree too: steps that are multiples of the period of a
function all say the same. h is a thousandth of the standard error of the coefficient where the error is below 1e-7 of
the whole gradient, all in standard errors. Elsewhere longer and shorter steps are tried, and the derivative of least
error is taken: a function of a high frequency needs short steps, one with few digits long ones. An error above 1e-6 is
refused. Values are divided by their own size before they are squared, so that a factor changes no p-value.

A kink at the estimate, as of max(b, 0) at 0 or of abs, shows in the second differences, which then halve with the step
and do not quarter; it is an error, for there is no standard error. Cost: 8 p + 1 calls of a smooth function.
Sources: Greene, Econometric Analysis (2012), 4.4; van der Vaart, Asymptotic Statistics (1998), 3.1; for the error of
the extrapolation Ridders, Advances in Engineering Software 4 (1982).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

import numpy as np

from stattools.errors import DomainError, IdentificationError, quoted
from stattools.inference.estimates import Estimates, df_along, quantile_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.own_functions import called
from stattools.interface.when_needed import pd

STEP = 2.0**-10
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

    def __missing__(self, name: Any) -> NoReturn:
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


def values_of(function: Callable[[Mapping[str, float]], Any], names: tuple[str, ...], theta: Floats) -> Floats:
    """The function at theta as numbers, (k,); DomainError where they are not finite, or none, or it raises an error."""
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
    fit: Estimates, function: Callable[[Mapping[str, float]], Any], level: float | None = None
) -> pd.DataFrame:
    """estimate, se, statistic, p_value, lower, upper of a function of the coefficients: see `Fit.function`.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], names=["dose"]))
    >>> function_of(fit, lambda b: -b["Intercept"] / b["dose"])[["estimate", "se"]].round(3).to_numpy().tolist()
    [[3.5, 0.93]]
    """
    from stattools.inference.hypotheses import against_zero

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
    correlation = V[np.ix_(known, known)] / np.multiply.outer(size[known], size[known])
    gradient = gradient[:, known]
    se = np.sqrt(np.maximum(((gradient @ correlation) * gradient).sum(axis=1), 0.0))
    statistic, p_value = against_zero(np.ldexp(value, -unit), se, df)
    with np.errstate(over="ignore"):  # told below
        half = np.ldexp(quantile_of(df, level) * se, unit)
        made = {"estimate": value, "se": np.ldexp(se, unit), "statistic": statistic, "p_value": p_value}
        made |= {"lower": value - half, "upper": value + half}
    if not np.isfinite([*made.values()]).all():
        raise DomainError("the function of the coefficients, or its interval, is beyond float64. Change its units.")
    return pd.DataFrame(made)


def _gradient(
    function: Callable[..., Any], names: tuple[str, ...], theta: Floats, size: Floats, value: Floats
) -> tuple[Any, Floats]:
    """Powers of two near the size of each value, and the derivatives (m, p) per `size` of each coefficient of what is
    left without them; DomainError at a kink, for what is constant, and where the steps do not agree.
    """

    def beside(k: int, step: float) -> Floats | None:
        try:
            return _beside(function, names, theta, k, _places(theta[k], size[k] * step), len(value))
        except DomainError:  # so far away the function may have no value
            return None

    def slopes(k: int, step: float, values: Floats | None) -> FunctionSlopes | None:
        places = _places(theta[k], size[k] * step)
        if values is None:
            return None
        return _slopes(np.ldexp(values, -unit), here, (places[0] - places[1]) / size[k], np.ldexp(SMALLEST, -unit))

    seen = [beside(k, STEP) for k in range(len(theta))]
    unit = np.frexp(np.max([np.abs(value), *(np.abs(at).max(axis=(0, 1)) for at in seen if at is not None)], axis=0))[1]
    here = np.ldexp(value, -unit)
    found = [slopes(k, STEP, values) for k, values in enumerate(seen)]
    least = np.max([np.zeros(len(value)), *(np.abs(at.derivative) - at.error for at in found if at)], axis=0)
    for k, now in enumerate(found):
        for step in OTHERS:
            if now and (now.error <= GOOD * np.maximum(least, np.abs(now.derivative))).all():
                break
            if size[k] * step > 1e3 * np.spacing(abs(theta[k])) and (new := slopes(k, step, beside(k, step))):
                now = new if now is None else FunctionSlopes(*np.where(new.error < now.error, new, now))
        if now is None:
            _beside(function, names, theta, k, _places(theta[k], size[k] * STEP), len(value))  # says why
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
            whole, half = (float(np.ldexp(part[k, row], unit[row]) / size[k]) for part in (at.whole, at.half))
        raise DomainError(
            f"the derivative of the function in {names[k]!r} is not known: by a step it is {whole:.6g}, by half of it "
            f"{half:.6g}. The function is flat at the estimate, moves too fast, or has too few digits. Write it "
            "otherwise, or take draws: st.posterior(fit.model).function(...)."
        )


def _places(at: float, step: float) -> Floats:
    """Values of a coefficient (2, 4): ahead and behind, by a step, by half of it, by a quarter and by `SHORT`."""
    moved = step * np.array([1.0, 0.5, 0.25, SHORT])
    return np.array([at + moved, at - moved])


def _beside(
    function: Callable[..., Any], names: tuple[str, ...], theta: Floats, k: int, places: Floats, m: int
) -> Floats:
    """The values (2, 4, m) of the function with one coefficient at these places."""
    values = []
    for place in places.ravel():
        there = theta.copy()
        there[k] = place
        values.append(values_of(function, names, there))
    if any(len(each) != m for each in values):
        raise DomainError("the function of the coefficients has more numbers at some values than at others.")
    return np.array(values).reshape(2, 4, m)


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
