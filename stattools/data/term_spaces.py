"""The terms of a formula as columns, and the linear predictors that are left when some of its terms are taken out.

A formula without some of its terms spans fewer linear predictors. The coefficients of the whole formula whose linear
predictor lies in that smaller span solve linear equations, R beta = 0. The equations depend on the levels only, not on
the data, so they are found on a few rows that are made up; rows in files and fits that were loaded have them too. There
is no cost where terms are only left out; otherwise it is one least squares of p columns in 12 p rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from stattools.data.formula.formula import Formula
from stattools.data.levels import with_contrasts
from stattools.data.terms import materialized, require_room
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.numerics.one_each import OneEach

TINY = 1e-9
"""A coefficient between columns of made-up rows, whose numbers have size 1, is taken as 0 below this: it is then
round-off.
"""


@dataclass(frozen=True)
class Term:
    """A term: its text, and the factors that it is a product of."""

    text: str
    factors: frozenset[str]

    def contains(self, other: Term) -> bool:
        """Whether this is a product of the other with something more."""
        return other.factors < self.factors


@dataclass(frozen=True, eq=False)
class TermSpaces:
    """A formula, the names of its columns and the levels of its categories. `formula` is None where there is none and
    columns are terms.

    >>> from stattools.data.dataset import read
    >>> data = {"y": [1, 2, 4, 3], "x": [1, 3, 5, 4], "g": ["a", "b", "c", "a"]}
    >>> design = read("y ~ x + g", data).design
    >>> spaces = TermSpaces(design.parsed, design.names, design.levels)
    >>> [term.text for term in spaces.terms], spaces.columns[1]
    (['x', 'g'], (2, 3))
    >>> spaces.without([1]).tolist()
    [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    formula: Formula | None
    names: tuple[str, ...]
    levels: Mapping[str, tuple[Any, ...]]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms but for the intercept, in the order of the formula."""
        if self.formula is None:
            return tuple(Term(name, frozenset([name])) for name in self.names if name != "Intercept")
        factors = [[factor.text for factor in term] for term in self.formula.terms if term]
        return tuple(Term(":".join(texts), frozenset(texts)) for texts in factors)

    @cached_property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of the columns of each term."""
        if self.formula is None:
            return tuple((k,) for k, name in enumerate(self.names) if name != "Intercept")
        slices = self._made(self.formula, 2)[2]
        pairs = zip(self.formula.terms, slices, strict=True)
        return tuple(tuple(range(part.start, part.stop)) for term, part in pairs if term)

    def without(self, dropped: Collection[int]) -> Any:
        """R (q, p), for which R beta = 0 where the linear predictor needs none of the dropped terms, given by their
        numbers.
        """
        if self.formula is None:
            gone = [column for k in dropped for column in self.columns[k]]
            return OneEach.picking(sorted(gone), len(self.names))
        numbers = [k for k, term in enumerate(self.formula.terms) if term]
        gone = {numbers[k] for k in dropped}
        rest = tuple(term for k, term in enumerate(self.formula.terms) if k not in gone)
        if not rest:
            return OneEach.picking(range(len(self.names)), len(self.names))
        smaller = replace(self.formula, terms=rest)
        names = self._made(smaller, 2)[1]
        if (stay := set(names)) <= set(self.names):  # the columns that stay are coded as before
            return OneEach.picking([k for k, name in enumerate(self.names) if name not in stay], len(self.names))
        n = self._enough
        whole, part = self._made(self.formula, n)[0], self._made(smaller, n)[0]
        M = _tidy(np.linalg.lstsq(whole, part, rcond=None)[0])
        u, size, _ = np.linalg.svd(M)
        return u[:, int((size > TINY * size[0]).sum()) :].T

    def of_sums(self, k: int) -> Any:
        """R (q, p), for which R beta = 0 where term k has no part in the linear predictor when every category is coded
        by contrasts that sum to zero, whatever the contrasts of the formula are.
        """
        if self.formula is None or not any(term.contains(self.terms[k]) for term in self.terms):
            return self.without([k])
        n = self._enough
        whole, (sums, _, slices) = self._made(self.formula, n)[0], self._made(self.formula, n, sums=True)
        B = _tidy(np.linalg.lstsq(sums, whole, rcond=None)[0])
        place = [j for j, term in enumerate(self.formula.terms) if term][k]
        return B[slices[place]]

    @property
    def _enough(self) -> int:
        return 12 * len(self.names) + 20

    def _made(self, formula: Formula, n: int, sums: bool = False) -> tuple[Floats, tuple[str, ...], tuple[slice, ...]]:
        """The columns of n made-up rows, which are the same for any formula: X, names, and the numbers of the columns
        of each term.
        """
        require_room(formula, self.levels, n)
        assert self.formula is not None
        rng, values, numbers = np.random.default_rng(0), {}, {}
        for factor in self.formula.factors:
            if factor.text in self.levels:
                levels = self.levels[factor.text]
                codes = rng.permutation(np.arange(n) % len(levels))
                values[factor.text] = with_contrasts(factor, codes, levels, sums)
            else:
                parts = _parts(factor.text, self.names)
                drawn = {part: rng.normal(size=n) for part in parts}
                numbers[factor.text] = drawn if parts else rng.normal(size=n)
        texts = {factor.text for factor in formula.factors}
        numbers = {text: value for text, value in numbers.items() if text in texts}
        values = {text: value for text, value in values.items() if text in texts} | numbers
        X, names, slices = materialized(formula, values, numbers, np.arange(n))
        if formula is self.formula and not sums and names != self.names:
            raise IncompatibleError(
                f"the terms of {self.formula.text!r} cannot be told apart by the names of their columns: "
                f"{', '.join(self.names[:6])}. Rename the columns of the table."
            )
        return X, names, slices


def _parts(text: str, names: Collection[str]) -> tuple[str, ...]:
    """The text in the brackets of the columns that a factor makes, as a spline does; nothing for a factor of one
    column.
    """
    found = re.compile(rf"(?:^|:){re.escape(text)}\[([^\[\]]*)\]")
    return tuple(dict.fromkeys(match[1] for name in names for match in found.finditer(name)))


def _tidy(M: Floats) -> Floats:
    """The equations without round-off, so that coefficients in other units do not enter."""
    M = np.where(np.abs(M) < TINY, 0.0, M)
    whole = np.round(M)
    return np.where(np.abs(M - whole) < TINY, whole, M)
