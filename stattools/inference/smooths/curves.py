"""Values and slopes of a fitted curve with their bands, over a grid: what `fit.smooth` gives.

    f(x) = B(x) c,   f'(x) = B'(x) c,   c | y ~ N(c^, C)
    a whole curve:   P(max over x of |Z(x)| > q) <= kappa exp(-q^2 / 2) / pi + 2 Phi(-q),   Z(x) = c(x)'e / |c(x)|

C takes the variances as known; its bands cover the curve on average over x with their level. kappa is the length of the
way of c(x) / |c(x)| on the unit sphere (the formula of the tube); where the standard errors have nu degrees of freedom,
(1 + q^2 / nu)^(-nu / 2) and Student's t take the place of both. Beyond the data a curve goes on as a straight line.
Source: Nychka, JASA 83 (1988), 1134-1143; Wood, Generalized Additive Models (2017), 6.10; Naiman, Annals of Statistics
14 (1986), 896-906; Sun & Loader, the same 22 (1994), 1328-1345; Krivobokova, Kneib & Claeskens, JASA 105 (2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr

from stattools.data.design.latent_terms import SmoothTerm, bsplines
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import quantile_of
from stattools.interface.arguments import some_numbers, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import optimize, pd
from stattools.solvers.mixed.maximum import FittedCurve
from stattools.text.columns import many, number, percent
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page


def range_of(term: SmoothTerm) -> tuple[float, float]:
    """The smallest and the largest x of the rows of the fit."""
    inside = term.k - 3 - 2.0 * term.design.start
    return term.design.least, term.design.least + term.design.step * inside


def is_beyond(term: SmoothTerm, x: Floats) -> NDArray[np.bool_]:
    """Which x lie outside the rows of the fit, by more than round-off."""
    least, most = range_of(term)
    room = 1e-9 * (most - least)
    return (x < least - room) | (x > most + room)


def basis_rows(term: SmoothTerm, x: Floats, order: int = 0) -> Floats:
    """B(x) (g, k) at each x (g,), or with `order` 1 its derivative; beyond the knots it goes on straight."""
    u = term.design.places(x)
    first, values, beyond = bsplines(u, term.k)
    if order:
        values = slopes(u - first, beyond) / term.design.step
    rows = np.zeros((len(x), term.k))
    np.put_along_axis(rows, first[:, None] + np.arange(4), values, axis=1)
    return rows


def slopes(t: Floats, beyond: NDArray[np.bool_]) -> Floats:
    """Derivatives (n, 4) of the four cubic B-splines at the share t of the way between two knots, by that share.

    >>> slopes(np.array([0.0, 0.5]), np.array([False, False])).tolist()
    [[-0.5, 0.0, 0.5, 0.0], [-0.125, -0.625, 0.625, 0.125]]
    """
    t = np.where(beyond, np.clip(t, 0.0, 1.0), t)
    rest = 1.0 - t
    return np.stack([-0.5 * rest * rest, 1.5 * t * t - 2.0 * t, -1.5 * t * t + t + 0.5, 0.5 * t * t], axis=1)


def values_of(curve: FittedCurve, rows: Floats) -> tuple[Floats, Floats]:
    """Combinations of the coefficients of a `FittedCurve`, and their standard errors."""
    variance = np.einsum("gk,kl,gl->g", rows, curve.covariance, rows, optimize=True)
    return rows @ curve.coefficients, np.sqrt(np.maximum(variance, 0.0))


def critical_value(rows: Floats, covariance: Floats, level: float, df: float = np.inf) -> float:
    """q of the band: estimate plus and minus q standard errors holds the curve everywhere with probability `level` or
    more. `rows` (g, m) are the combinations of coefficients along a fine grid, `covariance` (m, m) that of these.

    >>> x = np.linspace(0.0, 1.0, 200)
    >>> around = np.stack([np.cos(x), np.sin(x)], axis=1)
    >>> round(critical_value(around, np.eye(2), 0.95), 3), round(critical_value(around, np.eye(2), 0.95, 10.0), 3)
    (2.248, 2.607)
    """
    kappa, alpha = length(rows, covariance), 1.0 - level
    pointwise = float(quantile_of(df, level))
    if kappa == 0.0:
        return pointwise

    def above(q: float) -> float:
        tube = np.exp(-0.5 * q * q) if np.isinf(df) else (1.0 + q * q / df) ** (-0.5 * df)
        beside = 2.0 * float(ndtr(-q) if np.isinf(df) else stdtr(df, -q))
        return float(kappa / np.pi * tube) + beside - alpha

    high = 2.0 * pointwise + 1.0
    while above(high) > 0.0:
        high *= 2.0
    return float(optimize.brentq(above, pointwise, high, xtol=1e-12))


def length(rows: Floats, covariance: Floats) -> float:
    """kappa: how far the standardized combination travels on the sphere; a change of its sign is no way."""
    values, vectors = np.linalg.eigh(covariance)
    roots = rows @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    sizes = np.sqrt(np.einsum("gm,gm->g", roots, roots))
    known = sizes > 1e-12 * sizes.max(initial=0.0)
    unit = roots[known] / sizes[known, None]
    apart = np.sqrt(np.einsum("gm,gm->g", unit[1:] - unit[:-1], unit[1:] - unit[:-1]))
    against = np.sqrt(np.einsum("gm,gm->g", unit[1:] + unit[:-1], unit[1:] + unit[:-1]))
    return float(2.0 * np.arcsin(np.clip(0.5 * np.minimum(apart, against), 0.0, 1.0)).sum())


GRID = 100
"""Values of x of a curve, unless they are given."""

FINE = 1000
"""Values along which the way of a curve is measured, for simultaneous bands."""

SHOWN = 9
"""Rows of each curve on the page."""


@answers_guesses
@record
class Smooth(Faces):
    """A curve of a fit over values `x` (g,), or several, one for each level of a factor: `curves` are their estimates,
    `level` is that of the bands, and `df` are the degrees of freedom of their t, infinite of a normal distribution.
    `order` is 0 for the curve itself and 1 for its slope.

    `table()` has one row for each value, `edf` the effective degrees of freedom, `derivative()` the slope. The curve is
    centered: its mean over the rows of the fit is 0, of all levels together.

    >>> import stattools as st
    >>> x = [0.1 * k for k in range(60)]
    >>> table = {"x": x, "y": [(v - 3.0) ** 2 + (-1.0) ** k for k, v in enumerate(x)]}
    >>> smooth = st.fit(st.glm("y ~ s(x, k=8)", table, family="normal")).smooth("x")
    >>> smooth.table().columns.tolist()[:5], smooth.derivative().table().columns[1]
    (['x', 'curve', 'se', 'lower', 'upper'], 'slope')
    """

    curves: tuple[FittedCurve, ...]
    x: Floats
    level: float
    df: float = np.inf
    order: int = 0

    @property
    def variable(self) -> str:
        """What the curve is over."""
        return self.curves[0].term.variable

    @property
    def name(self) -> str:
        """How the curve is called, without the level of a factor."""
        return self.curves[0].term.design.part.name

    @property
    def by(self) -> str | None:
        """The factor that has a curve for each of its levels; None where there is none."""
        part = self.curves[0].term.design.part
        return part.by.text if self.curves[0].term.design.levels else None

    @property
    def _heads(self) -> list[str]:
        """What tells several curves apart: categories of the outcome, levels of a factor."""
        return [*(["category"] if self.curves[0].term.category else []), *([] if self.by is None else [self.by])]

    def _labels(self, curve: FittedCurve) -> list[object]:
        of = curve.term
        return [*([of.category] if of.category else []), *([] if self.by is None else [of.by])]

    @property
    def edf(self) -> float | dict[str, float]:
        """Effective degrees of freedom: 1 is a straight line; of several curves by their names."""
        each = {curve.term.name: curve.edf for curve in self.curves}
        return each if len(each) > 1 else next(iter(each.values()))

    @cached_property
    def critical(self) -> tuple[float, ...]:
        """How many standard errors the simultaneous band of each curve is wide to a side."""
        return tuple(self._critical(curve) for curve in self.curves)

    def derivative(self) -> Smooth:
        """The slope of the curve at the same values, with its bands."""
        if self.order:
            raise DomainError(f"the slope of {self.name} has no derivative here: a curve and its slope are given.")
        return Smooth(self.curves, self.x, self.level, self.df, 1)

    def table(self) -> pd.DataFrame:
        """One row for each value: x, curve (or slope), se, lower, upper, lower_simultaneous, upper_simultaneous and
        beyond; before them the category and the level of the factor, where there are any. In rows where `beyond` is
        true x lies outside the data, where the curve is a straight line that goes on: its bands say nothing of how far
        that is right.

        >>> import stattools as st
        >>> table = {"x": list(range(30)), "y": [k % 7 for k in range(30)]}
        >>> smooth = st.fit(st.glm("y ~ s(x, k=8)", table, family="normal")).smooth("x", at=[3, 40])
        >>> smooth.table()[["x", "beyond"]].to_numpy().tolist()
        [[3.0, False], [40.0, True]]
        """
        frames, q = [], quantile_of(self.df, self.level)
        for curve, wide in zip(self.curves, self.critical, strict=True):
            value, se = values_of(curve, basis_rows(curve.term, self.x, self.order))
            label = dict(zip(self._heads, self._labels(curve), strict=True))
            numbers = {self.variable: self.x, ("slope" if self.order else "curve"): value, "se": se}
            numbers |= {"lower": value - q * se, "upper": value + q * se}
            numbers |= {"lower_simultaneous": value - wide * se, "upper_simultaneous": value + wide * se}
            frames.append(pd.DataFrame(label | numbers | {"beyond": is_beyond(curve.term, self.x)}))
        table = pd.concat(frames, ignore_index=True)
        table.attrs["note"] = self.note
        return table

    @property
    def note(self) -> str:
        """What the bands are, and what is said beyond the data."""
        least, most = range_of(self.curves[0].term)
        wide = " and ".join(f"{q:.3f}" for q in self.critical)
        said = (
            f"{percent(self.level)} bands, pointwise and simultaneous ({wide} standard errors, by the formula of the "
            "tube); the variances taken as known."
        )
        count = int(is_beyond(self.curves[0].term, self.x).sum())
        if not count:
            return said
        return said + (
            f" {count} of {len(self.x)} values lie beyond the data, {number(least)} to {number(most)}: "
            "there the curve goes on as a straight line."
        )

    def _critical(self, curve: FittedCurve) -> float:
        """The width of a band over the data, and over the values that were asked for."""
        least, most = range_of(curve.term)
        fine = np.linspace(min(least, float(self.x.min())), max(most, float(self.x.max())), FINE)
        return critical_value(basis_rows(curve.term, fine, self.order), curve.covariance, self.level, self.df)

    def _headline(self) -> str:
        what = "slope of " if self.order else ""
        return headline(self, "", what + self.name, f"edf {_edfs(self.curves)}", f"{len(self.x)} values")

    def _page(self) -> Page:
        table = self.table()
        name = "slope" if self.order else "curve"
        some = np.unique(np.linspace(0, len(self.x) - 1, SHOWN).round().astype(int))
        head = [*self._heads, self.variable, name, "se", *BAND, ""]
        rows, g = [], len(self.x)
        for k, curve in enumerate(self.curves):
            for row in table.iloc[k * g + some].itertuples(index=False):
                value, se, _, _, lower, upper, beyond = row[-7:]
                cells = [number(float(one), 4) for one in (row[-8], value, se, lower, upper)]
                rows.append([*map(str, self._labels(curve)), *cells, "beyond the data" if beyond else ""])
        shown = head if any(row[-1] for row in rows) else head[:-1]
        rows = [row[: len(shown)] for row in rows]
        align = "l" * len(self._heads) + "r" * 5 + "l" * (len(shown) == len(head))
        title = f"{'Slope of the curve' if self.order else 'Curve'} {self.name}, edf {_edfs(self.curves)}"
        return Page(title, "", Grid(shown, rows, align), "", self.note)


BAND = ("lower (whole)", "upper (whole)")


def _edfs(curves: tuple[FittedCurve, ...]) -> str:
    return ", ".join(f"{curve.edf:.2f}" for curve in curves)


def smooth_at(curves: tuple[FittedCurve, ...], at: int | ArrayLike | None, level: float, df: float) -> Smooth:
    """The curves of one term over `at`: values, or how many of them; None is `GRID` over the data."""
    x = some_numbers(GRID if at is None else at, "fit.smooth needs at= as finite values of x, or as their number")
    if at is not None and np.ndim(at):
        return Smooth(curves, x, level, df)
    count = whole_number(at if at is not None else GRID, "fit.smooth: at, the number of values,", at_least=2)
    return Smooth(curves, np.linspace(*range_of(curves[0].term), count), level, df)


def frame_of(fit: Any) -> pd.DataFrame:
    """One row for each curve: smooth, variable, k, edf, sd, penalty."""
    rows = [
        {"smooth": one.term.name, "variable": one.term.variable, "k": one.term.k, "edf": one.edf}
        | {"sd": one.sd, "penalty": one.penalty}
        for one in fit.found.of_curves
    ]
    return pd.DataFrame(rows)


def maxima_of(fit: Any) -> pd.DataFrame:
    """One row for each local maximum of one curve: sd, penalty, deviance."""
    found = fit.found
    if not found.maxima:
        raise IncompatibleError(
            f"local_maxima lists those along the standard deviation of one curve without groups; {found.model.title} "
            f"has {many(len(found.of_curves), 'curve')} and {many(len(found.model.random), 'random term')}. "
            "fit.certificate says what is known."
        )
    sds = np.array([sd for sd, _ in found.maxima])
    penalties = np.divide(1.0, sds**2, out=np.full(len(sds), np.inf), where=sds > 0.0)
    return pd.DataFrame({"sd": sds, "penalty": penalties, "deviance": [-2.0 * loglik for _, loglik in found.maxima]})


def chosen(fit: Any, variable: str) -> tuple[FittedCurve, ...]:
    """The curves that a name means: one, or those of all levels of a factor."""
    curves = fit.found.of_curves
    own = [curve for curve in curves if is_one_of(variable, (curve.term.name,))]
    if own:
        return tuple(own)
    named = [curve for curve in curves if is_one_of(variable, _names(curve.term))]
    designs = {id(curve.term.design) for curve in named}
    if len(designs) == 1:
        return tuple(named)
    which = ", ".join(quoted(curve.term.name) for curve in (named or curves))
    raise DomainError(f"fit.smooth needs the name of one curve of {which}; got {quoted(variable)}.")


def _names(term: SmoothTerm) -> tuple[str, ...]:
    part = term.design.part
    return (term.variable, *part.variable.columns, part.name, part.written)


def beyond_rows(terms: Sequence[SmoothTerm]) -> NDArray[np.bool_]:
    """Which rows lie beyond the data of a curve that they have."""
    each = [term.beyond if term.weight is None else term.beyond & (term.weight != 0.0) for term in terms]
    return np.logical_or.reduce(each)


def beside_beyond(frame: pd.DataFrame, terms: Sequence[SmoothTerm]) -> pd.DataFrame:
    """Intervals with a column that marks the rows beyond the data, where there are any; several rows of the frame may
    be of one row, one for each category.
    """
    beyond = beyond_rows(terms) if terms else np.zeros(1, dtype=bool)
    return frame.assign(beyond=np.repeat(beyond, len(frame) // len(beyond))) if beyond.any() else frame


def said_beyond(found: object, terms: Sequence[SmoothTerm]) -> Any:
    """Predictions with a note of how many rows lie beyond the data, where they can carry one: a pandas object."""
    count = int(beyond_rows(terms).sum()) if terms else 0
    if count and isinstance(found, pd.Series | pd.DataFrame):
        names = " and ".join(dict.fromkeys(term.design.part.name for term in terms))
        found.attrs["note"] = (
            f"{count} of {len(terms[0].first)} rows lie beyond the data of {names}, where a curve goes on as a "
            "straight line."
        )
    return found
