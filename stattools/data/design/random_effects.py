"""Random terms over rows: the groups, and the columns whose effects vary between them, learned once for new rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design, columns_of_rows, learn
from stattools.data.design.smooths import curves_of, learn_smooth
from stattools.data.formula.formula import Formula
from stattools.data.formula.parts import MixedFormula, RandomPart
from stattools.data.tables.columns import labeled, listing, sorted_codes
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.columns import Columns

Codes = NDArray[np.intp]


@record
class RandomTerm:
    """Effects that vary between groups, z[i] @ u[codes[i]] with u[j] ~ N(0, Sigma), Sigma (q, q) unstructured.

    `name` is how the term is printed, "(Days | Subject)", and `group` the name of its grouping factor, "Subject" or
    "a:b". `codes` (n,) are the places of the rows' groups in `levels`, -1 for a group that is not there; a level of a
    product of columns is a tuple. `columns` are the names of the columns of `z` (n, q).
    """

    name: str
    group: str
    codes: Codes
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
    def labels(self) -> tuple[Any, ...]:
        """What each group is called: the level of one column, or a tuple of levels."""
        return self.levels if len(self.part.groups) > 1 else tuple(chain.from_iterable(self.levels))

    def terms(self, data: Any, some: NDArray[np.intp] | None = None) -> tuple[RandomTerm, ...]:
        """The terms over the rows of a table, or `some` of them by number; groups that are new have the code -1."""
        called = "the grouping column", "rows", ": leave those rows out, or name their group."
        columns, _ = columns_of_rows(data, self.part.groups, some, called, labeled)
        return terms_of(self, self.codes(columns), self.design.encode(data, some))

    def codes(self, columns: Mapping[str, pd.Series]) -> Codes:
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


def require_groups(part: RandomPart | RandomTerm, levels: Sequence[Any], n: int, width: int = 0) -> None:
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


def terms_of(design: RandomDesign, codes: Codes, z: Floats | Callable[..., Any]) -> tuple[RandomTerm, ...]:
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


def combined(each: Sequence[tuple[list[Any], Codes]]) -> tuple[tuple[tuple[Any, ...], ...], Codes]:
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
) -> tuple[tuple[Any, Any, Any], LatentTerms]:
    """What `learn` makes of the formula over complete rows and of those `beside` it, and its groups and curves."""
    formula, curves, notes = curves_of(said.formula, found.columns, said.groups)
    learned = learn(formula, found, beside)
    designs, terms = tuple[RandomDesign, ...](), tuple[RandomTerm, ...]()
    for part in said.random:
        levels, codes = combined([sorted_codes(found.columns[name]) for name in part.groups])
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
