"""Latent terms over rows: random effects of groups, and smooth curves, learned once for new rows.

Curves are cubic splines whose second differences are penalized (P-splines):

    f(x) = slope (x - middle) + B(x) M b,     b ~ N(0, tau^2 I),    B(x) the cubic B-splines over equally spaced knots
    D M = I - D 1 c' = I                      D the second differences of coefficients, M = D'(D D')^-1 - 1 c'

The coefficients of B are those of a line and M b: second differences b, which the variance tau^2 keeps small; the
penalty is lambda = sigma^2 / tau^2 times the sum of their squares. c makes the curve sum to zero over all rows, as its
mean is the intercept's. Source: Eilers & Marx, Statistical Science 11 (1996), 89-121; Wood, Generalized Additive Models
(2017), 5.3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design, columns_of_rows, learn
from stattools.data.formula.expression import Expression, are_frequencies
from stattools.data.formula.formula import Formula
from stattools.data.formula.parts import MixedFormula, RandomPart, SmoothPart, smooth_parts
from stattools.data.rows.rows import Low
from stattools.data.tables.columns import labeled, listing, sorted_codes
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.columns import Columns

Indices = NDArray[np.intp]

MARGIN = 0.001
"""Knots begin and end this share of the range beyond it, as those of mgcv's `ps`."""


@record
class SmoothTerm:
    """A curve over rows. `name` is how it is printed, "s(x)", of a level "s(x):g[a]", of a number "s(x):z"; `variable`
    is x, and `by` the level or the name of the number, None without one.

    Row i meets the B-splines `first[i]` to `first[i]` + 3 of k, `basis[i]` (4,), times `weight[i]`: its number, or 0 in
    rows of other levels; None where all are 1. `wiggles` is M (k, k - 2). `slope` is the number of the column of X that
    is the line, `height` that of what a number multiplies, None where there is none. `beyond` (n,) says in which rows x
    lies outside the knots: there the curve goes on as a straight line. `design` makes the term over other rows.
    `category` is the label of an outcome whose curve it is, None where labels have no curves of their own.
    """

    name: str
    variable: str
    by: Any
    k: int
    first: Indices
    basis: Floats
    weight: Floats | None
    wiggles: Floats
    slope: int | None
    height: int | None
    beyond: NDArray[np.bool_]
    design: Any
    category: str | None = None

    @cached_property
    def values(self) -> Floats:
        """The four B-splines of each row (n, 4), times its weight."""
        return self.basis if self.weight is None else self.basis * self.weight[:, None]

    effect_names = ("second differences",)
    """What has the variance tau^2: the second differences of coefficients."""

    @property
    def group(self) -> str:
        """What a table of variances calls it."""
        return self.name

    @property
    def width(self) -> int:
        """How many coefficients have the variance tau^2: k - 2."""
        return self.k - 2

    @property
    def lift(self) -> Floats:
        """Columns (k, ...) for slope, height (where there are) and b: the curve is B of these times their values."""
        of = self.design
        line = of.step * (np.arange(-1.0, self.k - 1.0) - of.start) - (of.middle - of.least)
        lines = [made for made, at in ((line, self.slope), (np.ones(self.k), self.height)) if at is not None]
        return np.column_stack([*lines, self.wiggles])

    @property
    def log_line(self) -> float:
        """The logarithm of the length of the coefficients that slope (and height) 1 make. The restricted likelihood is
        that of lines whose coefficients have length 1, as mgcv's, so that it has no unit of x.
        """
        R = np.linalg.qr(self.lift[:, : -self.width], mode="r")
        return float(np.log(np.abs(np.diagonal(R))).sum())

    @cached_property
    def columns(self) -> Floats:
        """Z (n, k - 2) of the wiggly part, Z b."""
        return sum(self.values[:, a, None] * self.wiggles[self.first + a] for a in range(4))  # type: ignore[return-value]

    def shared(self, covariance: Floats) -> Floats:
        """The covariance (n, n) that second differences with this variance (1, 1) give the rows."""
        return covariance[0, 0] * (self.columns @ self.columns.T)

    def take(self, which: slice | Indices) -> SmoothTerm:
        """The term over the rows that a slice or an array of their numbers picks."""
        weight = None if self.weight is None else self.weight[which]
        return replace(self, first=self.first[which], basis=self.basis[which], weight=weight, beyond=self.beyond[which])


def wiggly(k: int, means: Floats | None = None) -> Floats:
    """M (k, k - 2), coefficients with D M = I, each column orthogonal to those of a line; with the `means` (k,) of the
    B-splines, to the line of mean 0, and of curves of mean 0.

    >>> abs(np.diff(wiggly(6), 2, axis=0)).round(12).tolist()[0], abs(np.arange(6) @ wiggly(6)).round(12).tolist()
    ([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0])
    """
    places, means = np.arange(float(k)), np.full(k, 1.0 / k) if means is None else means
    M = np.maximum(places[:, None] - np.arange(1.0, k - 1), 0.0)
    line, M = places - means @ places, M - means @ M
    return M - np.outer(line, line @ M / (line @ line))


def bsplines(u: Floats, k: int) -> tuple[Indices, Floats, NDArray[np.bool_]]:
    """The first of the four cubic B-splines that each u meets, their values (n, 4), and which u lie outside 0 to k - 3.

    >>> first, values, beyond = bsplines(np.array([0.0, 0.5, 3.0]), 5)
    >>> first.tolist(), values.round(4).tolist()[:2]
    ([0, 0, 1], [[0.1667, 0.6667, 0.1667, 0.0], [0.0208, 0.4792, 0.4792, 0.0208]])
    >>> values[2].round(4).tolist(), beyond.tolist()
    ([0.0, -0.3333, 0.6667, 0.6667], [False, False, True])
    """
    last = k - 3
    first = np.clip(u.astype(np.intp), 0, last - 1)
    t = u - first
    rows = np.empty((4, len(u)))  # each B-spline's values side by side: strided ones take twenty times as long
    rest, square = 1.0 - t, t * t
    rows[0], rows[3] = rest * rest * rest / 6.0, square * t / 6.0
    rows[1] = 3.0 * rows[3] - square + 2.0 / 3.0
    rows[2] = 1.0 - rows[0] - rows[1] - rows[3]
    values = rows.T
    if (beyond := (t < 0.0) | (t > 1.0)).any():
        end = np.where(t[beyond] > 1.0, 1.0, 0.0)[:, None]
        inside = np.where(end, [0.0, 1 / 6, 4 / 6, 1 / 6], [1 / 6, 4 / 6, 1 / 6, 0.0])
        rising = np.where(end, [0.0, -0.5, 0.0, 0.5], [-0.5, 0.0, 0.5, 0.0])
        values[beyond] = inside + (t[beyond][:, None] - end) * rising
    return first, values, beyond


FEWEST = 3
"""Different values that a curve of a level needs to differ from a line."""


@record
class SmoothDesign:
    """A curve with what was learned of it: `design` makes its variable and what it is by, numbers or a column for each
    of `levels`; `least` is the smallest value, `step` the distance of knots, `middle` the mean, and `means` (k,) are
    those of the B-splines, None where a number multiplies them. `lines` are the columns of slope and height in X.
    """

    part: SmoothPart
    design: Design
    levels: tuple[Any, ...]
    least: float
    step: float
    middle: float
    means: Floats | None
    lines: tuple[tuple[int | None, int | None], ...] = ((None, None),)

    @cached_property
    def wiggles(self) -> Floats:
        """M (k, k - 2) of the wiggly part; curves have mean 0, which is the intercept's, unless a number multiplies."""
        return wiggly(self.part.k, self.means)

    def terms(self, data: object, some: NDArray[np.intp] | None = None) -> tuple[SmoothTerm, ...]:
        """The curves over the rows of a table, or `some` of them by number; DomainError for levels that are new."""
        return self.over(self.design.encode(data, some))

    def over(self, columns: Floats) -> tuple[SmoothTerm, ...]:
        """The curves over rows with these columns of `design`."""
        part, k = self.part, self.part.k
        first, basis, beyond = bsplines(self.places(columns[:, 0]), k)
        weights = columns.T[1:] if part.by is not None else (None,)
        bys = self.levels or (None if part.by is None else part.by.text,)
        names = [f"{part.name}[{level}]" for level in self.levels] or [part.name]
        return tuple(
            SmoothTerm(name, part.variable.text, by, k, first, basis, weight, self.wiggles, *line, beyond, self)
            for name, by, weight, line in zip(names, bys, weights, self.lines, strict=True)
        )

    @property
    def start(self) -> float:
        """Where the smallest value lies, in distances of knots from the first."""
        return MARGIN * (self.part.k - 3) / (1.0 + 2.0 * MARGIN)

    def places(self, x: Floats) -> Floats:
        """Where values lie, in distances of knots from the first; DomainError where float64 does not hold that."""
        with np.errstate(over="ignore"):
            found = (x - self.least) / self.step + self.start
        if not (np.abs(found) < 2.0**53).all():
            raise DomainError(
                f"{self.part.name} has knots {self.step:.1g} apart, and a value is up to {np.abs(x).max():.1g}: its "
                "distance is beyond the whole numbers of float64. Give values in the units of the fit."
            )
        return found


def curves_of(
    formula: Formula, columns: Mapping[str, pd.Series], groups: Sequence[str] = ()
) -> tuple[Formula, tuple[SmoothPart, ...], tuple[str, ...]]:
    """The formula with a line for each curve, the curves, and what is to be said of them, over clean columns, or such
    without rows; `groups` are factors whose levels have effects beside. DomainError for a curve over categories, one
    that is no term of its own, and the same one twice.
    """

    def is_factor(by: Expression) -> bool:
        return by.call == "C" or columns[str(by.category)].dtype.kind == "O"

    lines, parts = smooth_parts(formula, is_factor)
    for part in parts:
        column = columns.get(str(part.variable.category))
        if column is not None and column.dtype.kind == "O":
            name, labels = part.variable.text, column.cat.categories
            which = f" ({listing(labels, 5)})" if len(labels) else ""
            raise DomainError(
                f"{part.name} is a curve over numbers; {name!r} holds categories{which}: its levels are C({name}), or "
                f"groups, (1 | {name})."
            )
    there = {*groups, *(factor.category for term in lines.terms if len(term) == 1 for factor in term)}
    notes = tuple(
        f"The curves of {part.name} have mean 0 each, and {part.by.text!r} stands nowhere else in the formula: levels "
        f"differ in height by {part.by.text} + {part.written}."
        for part in parts
        if part.by is not None and is_factor(part.by) and part.by.category not in there
    )
    return lines, parts, notes


def learn_smooth(part: SmoothPart, formula: Formula, design: Design, rows: Any) -> tuple[SmoothTerm, ...]:
    """The curves of a part over complete rows, as of `learn`, whose lines the `design` of X has."""
    own, made, _ = learn(replace(formula, terms=tuple((factor,) for factor in part.factors)), rows)
    x, k, weights = made[:, 0], part.k, rows.weights
    weights = np.ones(len(x)) if weights is None or not are_frequencies(weights) else weights
    seen = weights > 0.0
    ends, middle = (float(x[seen].min()), float(x[seen].max())), float(weights @ x / weights.sum())
    found = over_knots(part, own, design.names, ends, middle, x[seen], f"all {len(x):,}")
    if part.by is None or found.levels:
        first, basis, _ = bsplines(found.places(x), k)
        means = sum(np.bincount(first + a, weights * basis[:, a], k) for a in range(4)) / weights.sum()
        found = replace(found, means=means)
    for level, chosen in zip(found.levels, made.T[1:], strict=False):
        if (different := len(np.unique(x[(chosen > 0.0) & seen]))) < FEWEST:
            raise DomainError(
                f"{part.name} has a curve for the level {level!r}, in which {part.variable.text!r} has {different} "
                f"different value{'s' if different != 1 else ''}: a curve needs {FEWEST}. Leave out or merge this "
                f"level, or write s({part.variable.text}) for all levels."
            )
    return found.over(made)


def over_knots(
    part: SmoothPart,
    design: Design,
    names: Sequence[str],
    ends: tuple[float, float],
    middle: float,
    x: Floats,
    rows: str,
) -> SmoothDesign:
    """A curve between the smallest and the largest value, its `ends`; `design` makes its variable and what it is by,
    `names` are the columns of X. Means of B-splines are known when rows are summed. DomainError where both ends are the
    same, or where the values `x` are fewer different ones than the curve has coefficients.
    """
    (least, most), inner = ends, part.variable.text
    if not most > least:
        raise DomainError(f"{part.name} needs a variable that varies; {inner!r} is {least:.6g} in {rows} rows.")
    if (found := len(np.unique(x))) < part.k:
        how = f"write s({inner}, k={found})" if found >= 4 else f"write C({inner})"
        raise DomainError(
            f"{part.name} has k={part.k} coefficients and {inner!r} only {found} different values: {how}, or a smaller "
            "k."
        )
    step = (most - least) * (1.0 + 2.0 * MARGIN) / (part.k - 3)
    place, line = {name: k for k, name in enumerate(names)}.get, part.line.text  # the columns of slopes and heights
    by = "" if part.by is None else part.by.text
    levels = design.levels.get(by, ())
    lines = tuple((place(f"{line}:{by}[{level}]", place(f"{line}:{by}[T.{level}]")), None) for level in levels)
    lines = lines or ((place(f"{line}:{by}"), place(by)) if by else (place(line), None),)
    return SmoothDesign(part, design, levels, least, step, middle, None, lines)


@record
class RandomTerm:
    """Effects that vary between groups, z[i] @ u[codes[i]] with u[j] ~ N(0, Sigma), Sigma (q, q) unstructured.

    `name` is how the term is printed, "(Days | Subject)", and `group` the name of its grouping factor, "Subject" or
    "a:b". `codes` (n,) are the places of the rows' groups in `levels`, -1 for a group that is not there; a level of a
    product of columns is a tuple. `columns` are the names of the columns of `z` (n, q).
    """

    name: str
    group: str
    codes: Indices
    levels: tuple[Any, ...]
    columns: tuple[str, ...]
    z: Floats

    @property
    def effect_names(self) -> tuple[str, ...]:
        """What varies between groups."""
        return self.columns

    def shared(self, covariance: Floats) -> Floats:
        """The covariance (n, n) that effects with this covariance (q, q) give the rows."""
        return (self.z @ covariance @ self.z.T) * (self.codes[:, None] == self.codes)

    @property
    def n_levels(self) -> int:
        """Number of groups."""
        return len(self.levels)

    def take(self, which: slice | NDArray[np.intp]) -> RandomTerm:
        """The term over the rows that a slice or an array of their numbers picks, with the levels that these have."""
        present, codes = np.unique(self.codes[which], return_inverse=True)
        levels = tuple(self.levels[k] for k in present.tolist())
        return replace(self, codes=codes, levels=levels, z=self.z[which])


@record
class RandomDesign:
    """A random part, the `design` of its columns, and its groups: sorted tuples of levels of the grouping columns."""

    part: RandomPart
    design: Design
    levels: tuple[tuple[Any, ...], ...]

    @cached_property
    def labels(self) -> tuple[object, ...]:
        """What each group is called: the level of one column, or a tuple of levels."""
        return self.levels if len(self.part.groups) > 1 else tuple(chain.from_iterable(self.levels))

    def terms(self, data: object, some: NDArray[np.intp] | None = None) -> tuple[RandomTerm, ...]:
        """The terms over the rows of a table, or `some` of them by number; groups that are new have the code -1."""
        called = "the grouping column", "rows", ": leave those rows out, or name their group."
        columns, _ = columns_of_rows(data, self.part.groups, some, called, labeled)
        return terms_of(self, self.codes(columns), self.design.encode(data, some))

    def codes(self, columns: Mapping[str, pd.Series]) -> Indices:
        """The places of the groups of clean columns in `levels`, -1 where there is none."""
        each = [sorted_codes(columns[name]) for name in self.part.groups]
        for name, (found, _), known in zip(self.part.groups, each, self.levels[0], strict=True):
            if found and isinstance(found[0], str) != isinstance(known, str):
                raise DomainError(
                    f"the grouping column {name!r} has levels such as {found[0]!r}, and such as {known!r} when the "
                    "model was fitted: text is no number; give the same kind."
                )
        places = {level: place for place, level in enumerate(self.levels)}
        groups, codes = combined(each)
        return np.array([places.get(level, -1) for level in groups], dtype=np.intp)[codes]


def require_numbers(part: RandomPart, design: Design) -> None:
    """DomainError for independent effects of categories."""
    if part.alone and design.levels:
        raise DomainError(
            f"{part.name} is one of independent effects, since || was written, and {listing(design.levels)} holds "
            f"categories, whose effects are independent in one coding only: write (1 | {part.group}) + "
            f"(1 | {part.group}:{next(iter(design.levels))}) for levels alike, or a single bar for a covariance."
        )


def require_groups(part: RandomPart | RandomTerm, levels: Sequence[object], n: int, width: int = 0) -> None:
    """DomainError for a grouping of n rows with one level. Of measurements, which have `width` effects in each level,
    also for a level in each row, or as many effects as rows, which are not told from the residual.
    """
    has, rows = f"the grouping column {part.group!r} of {part.name} has", f"{n:,} complete rows"
    if len(levels) < 2:
        raise DomainError(
            f"{has} one level only ({listing(levels)}) in the {rows}: nothing is known of how groups differ; leave "
            f"{part.name} out."
        )
    if width and len(levels) == n:
        raise DomainError(
            f"{has} a level of its own in each of the {rows}: the effect of a group cannot be told from the residual "
            f"of its row; leave {part.name} out, or group the rows otherwise."
        )
    if width and n <= width * len(levels):
        raise DomainError(
            f"{part.name} has {width} effects in each of {len(levels):,} groups, {width * len(levels):,} in all, and "
            f"there are {rows}: effects cannot be told from residuals; take fewer columns, or leave the part out."
        )


def terms_of(design: RandomDesign, codes: Indices, z: Floats | Callable[..., Any]) -> tuple[RandomTerm, ...]:
    """The terms of rows with these codes of groups and columns z, or, for rows elsewhere, what makes some of z."""
    group, names, found = design.part.group, design.design.names, list[RandomTerm]()
    for name, which in terms_in(design):
        own = z(which) if callable(z) else z if len(which) == len(names) else np.ascontiguousarray(z[:, list(which)])
        found.append(RandomTerm(name, group, codes, design.labels, tuple(names[k] for k in which), own))
    return tuple(found)


def terms_in(design: RandomDesign) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The names of the terms of a design and the places of their columns: one of all, or one for each column."""
    part, names = design.part, design.design.names
    if not part.alone or len(names) == 1:
        return ((part.name, tuple(range(len(names)))),)
    return tuple((f"(0 + {name} | {part.group})", (k,)) for k, name in enumerate(names))


def combined(each: Sequence[tuple[Sequence[object], Indices]]) -> tuple[tuple[tuple[object, ...], ...], Indices]:
    """The combinations of levels that occur, sorted as the levels of each column are, and the code of each row.

    >>> combined([(["a", "b"], np.array([1, 0, 1])), ([5, 7], np.array([1, 1, 0]))])[0]
    (('a', 7), ('b', 5), ('b', 7))
    """
    if len(each) == 1:
        ((found, codes),) = each
        return tuple(zip(found, strict=True)), codes.astype(np.intp, copy=False)
    code = np.zeros(len(each[0][1]), dtype=np.int64)
    kept: list[np.ndarray] = []
    for found, codes in each:  # made small again after each column, so that products do not overflow
        pairs, code = np.unique(code * len(found) + codes, return_inverse=True)
        before, last = np.divmod(pairs, len(found))
        kept = [*(places[before] for places in kept), last]
    levels = zip(*([found[int(k)] for k in places] for (found, _), places in zip(each, kept, strict=True)), strict=True)
    return tuple(levels), code.astype(np.intp)


@record
class LatentTerms:
    """The formula as it was `said`, the design of each random part, their `terms` over the rows, and the `smooths`.

    Rows in files or on a cluster have no terms, and the designs of `random` no levels yet: these are known when
    `every`, rows whose X has the columns of all formulas, is summed; `curves` are the designs of their smooths.
    """

    said: MixedFormula
    random: tuple[RandomDesign, ...]
    terms: tuple[RandomTerm, ...]
    smooths: tuple[Any, ...] = ()
    every: Any = None
    curves: tuple[Any, ...] = ()

    @property
    def said_of(self) -> str:
        """What the title of a regression says of them."""
        parts = [word for word, some in (("random effects", self.terms), ("curves", self.smooths)) if some]
        return f"with {' and '.join(parts)}"

    def take(self, which: slice | NDArray[np.intp]) -> LatentTerms:
        """The terms over the rows that a slice or an array of their numbers picks, with the levels that these have."""
        there = {(term.group, term.levels): np.unique(term.codes[which]).tolist() for term in self.terms}
        each = ((design, there[design.part.group, design.labels]) for design in self.random)
        random = tuple(replace(design, levels=tuple(design.levels[k] for k in places)) for design, places in each)
        terms = tuple(term.take(which) for term in self.terms)
        return replace(self, random=random, terms=terms, smooths=tuple(smooth.take(which) for smooth in self.smooths))


def learn_latent(
    said: MixedFormula, beside: Mapping[str, Formula], found: Any
) -> tuple[tuple[Design, np.ndarray, Low | None], LatentTerms]:
    """What `learn` makes of the formula over complete rows and of those `beside` it, and its groups and curves."""
    formula, curves, notes = curves_of(said.formula, found.columns, said.groups)
    learned = learn(formula, found, beside)
    designs, terms = tuple[RandomDesign, ...](), tuple[RandomTerm, ...]()
    for part in said.random:
        levels, codes = combined([sorted_codes(found.columns[name]) for name in part.groups])
        fixed, left = ([[factor.text for factor in term] for term in one.terms] for one in (formula, part.left))
        if fixed == left and not beside:  # the columns of X, as in y ~ x + (x | g)
            own, z = replace(learned[0], parsed=part.left), learned[1]
        else:
            own, z, _ = learn(part.left, found)
        design = RandomDesign(part, own, levels)
        require_groups(part, design.labels, len(found.rows))
        require_numbers(part, own)
        designs, terms = (*designs, design), (*terms, *terms_of(design, codes, z))
    _require_other_groups(terms)
    for term in terms:
        _require_not_fixed(term, learned[1])
    smooths = tuple(term for curve in curves for term in learn_smooth(curve, formula, learned[0], found))
    return learned, LatentTerms(replace(said, notes=(*said.notes, *notes)), designs, terms, smooths)


SMALL = 1e-9
"""Effects of which the columns of X leave this part of their length are made by them."""


def _require_other_groups(terms: Sequence[RandomTerm]) -> None:
    """DomainError where two terms have an effect of the same column over groups of the same rows."""
    for one, other in combinations(terms, 2):
        both = [name for name in one.columns if name in other.columns]
        twin = np.zeros(one.n_levels, dtype=np.intp)
        twin[one.codes] = other.codes
        if both and one.n_levels == other.n_levels and (twin[one.codes] == other.codes).all():
            raise DomainError(
                f"{one.name} and {other.name} have the effect of {both[0]!r} twice, over groups of the same rows: "
                f"{one.group!r} and {other.group!r} are two names of one grouping; leave one out."
            )


def _require_not_fixed(term: RandomTerm, X: Floats) -> None:
    """DomainError where the columns of X make every effect of a term, so that nothing is known of its variance."""
    q = len(term.columns)
    if term.n_levels * q > X.shape[1]:
        return
    places = np.arange(term.n_levels * q).reshape(-1, q)
    Z = np.asarray(Columns(np.empty((len(X), 0)), term.codes, places, term.z))
    Z /= np.linalg.norm(Z, axis=0).max()
    size = np.abs(X).max(axis=0)
    basis = np.linalg.svd(np.asarray(X) / np.where(size > 0.0, size, 1.0), full_matrices=False)[0]
    if np.abs(Z - basis @ (basis.T @ Z)).max() < SMALL:
        raise DomainError(
            f"the fixed effects make every effect of {term.name}: {term.group!r} has {term.n_levels} levels, and X has "
            "columns for each of them. Leave it out of one of the two."
        )
