"""The first pass over a source: what has to be known of all rows before a block of X can be made.

That is the levels of text and of categories, constants of `center` and `scale`, how many rows are dropped for missing
values, by column, the values of the outcome with their counts, and a random sample of the rows. Each batch is surveyed
where it is, and surveys are added.

Beside it sums of products may be taken, so that least squares needs no read more: of columns of numbers with an
intercept, without weights or offset, in coordinates that the first rows give. Where these are unlike the others the
sums lose digits; the solver measures that, and reads the rows again where it counts.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design, side_by_side
from stattools.data.design.terms import Encoding, chosen_levels, in_order, outcome_of
from stattools.data.files.coding import Coding, cleaned, needed, outcome_values, require_kinds
from stattools.data.files.rows import DROP, HELD, Counted, Marginal, ScannedRows, Surroundings, Survey
from stattools.data.files.source import DTYPES, TEXT, Batch, Sample, Source, is_ordered
from stattools.data.formula.expression import ELEMENTWISE, NO_CURVE, constants
from stattools.data.formula.formula import Formula, parse, require, together
from stattools.data.formula.repeated_rows import of_moments
from stattools.data.rows.rows import require_some
from stattools.data.rows.sums import ShiftedSums
from stattools.data.tables.columns import listing, require_no_marks
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_SUM
from stattools.interface.when_needed import pa
from stattools.numerics.sums import SampleMoments
from stattools.numerics.threads import one_blas_thread

FIRST_ROWS = 8_192
"""The most rows that the centers and phi come from: the error of phi is then a ninetieth of a standard deviation."""

FIRST_SUMS = "first sums"
"""The name under which rows keep them, in `later`."""


@dataclass(frozen=True, eq=False)
class FirstSums:
    """The sums of the first pass, the coordinates that they are `about`, and the coding of the rows they are of."""

    about: Surroundings
    sums: ShiftedSums
    coding: Coding

    def are_of(self, rows: Any) -> bool:
        """Whether rows that share what earlier reads found have the same X and the same outcome."""
        mine, theirs = self.coding, rows.coding
        moved = theirs.is_constant or any(part is not None for part in (rows.center, rows.scale, theirs.codes))
        return not moved and theirs.design is mine.design and theirs.formula is mine.formula

    @property
    def are_finite(self) -> bool:
        """Whether no sum of squares overflows; otherwise the rows are read again, and what is too large is named."""
        return max(self.sums.square, self.sums.rss, self.sums.size) < LARGEST_SUM


HELD_NUMBERS = 8_000_000
"""The most numbers of X of that sample: 64 MB."""

MOST_COLUMNS = 5_000
"""The most columns of X: the information of these is 200 MB."""

ROWS = 1 << 17
"""The most rows that are surveyed at a time."""

EXTRAS = ("weights", "offset", "exposure")
"""The columns that may stand beside X, by keyword."""


@one_blas_thread()
def read_source(
    text: str | Formula,
    source: Source,
    columns: Mapping[str, Any],
    formulas: Mapping[str, str],
    groups: tuple[str, ...] = (),
    ends: Any = None,
    *,
    products: bool = False,
) -> tuple[ScannedRows, Any, str, dict[str, int], int]:
    """The rows of a formula over a source, the values of the outcome, its name, and what was dropped; one pass.

    `groups` are columns of labels, of which a complete row has a value; `ends` make an outcome of times of a formula
    that was parsed already. With `products` the pass also takes the sums that least squares needs, where it can.
    """
    extras = _extras(source, columns)
    first = parse(text, source.names, [*extras.values(), *groups]) if isinstance(text, str) else text
    beside = {
        name: parse(right, source.names, [*extras.values(), *groups], first.outcome) for name, right in formulas.items()
    }
    formula = together(first, beside.values())
    names = needed(formula, extras, groups)
    require_kinds(source.kinds, names, repr(source))
    kinds = {name: source.kinds[name] for name in names} if source.certain else {}
    head = source.head(names, FIRST_ROWS) if products and not extras else None
    about = None if head is None else Surroundings.of(head, formula, kinds)
    unnamed = Design((), first, {}, {}, False, beside)
    coding, learned = Coding(formula, unnamed, extras, kinds, {}, groups=groups, ends=ends), _learned(formula, ends)
    counted = source.total(names, Survey(coding, learned, source.pick(HELD), about), ROWS)
    if counted is None or not counted.n_all:
        raise DomainError(f"the table has no rows: {source.counted}.")
    if not counted.n_rows:
        counts = ", ".join(f"{name!r} in {count:,}" for name, count in counted.dropped.items())
        raise DomainError(f"no row is complete: of {counted.n_all:,} rows, these columns are missing: {counts}.")
    require_some(counted.n)
    kinds = {name: kind.name for name, kind in counted.kinds.items()}
    levels = {name: _ordered(name, kinds[name], seen.occur) for name, seen in counted.levels.items()}
    chosen = {
        factor.text: chosen_levels(factor, levels[factor.category], counted.n_rows)
        for factor in formula.factors
        if factor.category is not None and (factor.call == "C" or kinds[factor.category] in TEXT)
    }
    state = {key: _constants(call, counted.moments[key]) for key, call in learned.items()}
    coded = {name: found for name, found in levels.items() if kinds[name] in TEXT}
    coding = replace(coding, design=replace(unnamed, levels=chosen, state=state), kinds=kinds, levels=coded)
    design, sample = _design(coding, counted.sample)
    coding = replace(coding, design=design)
    marginal = _marginal(coding, counted, sample)
    found = {"raw": sample.batches, "farthest": counted.farthest}
    rows = ScannedRows.of(source, coding, counted.n_rows, counted.n, marginal, **found)
    rows.later["spans"] = counted.spans
    if about is not None and counted.sums is not None:
        rows.later[FIRST_SUMS] = FirstSums(about, counted.sums, coding)
    dropped = {name: counted.dropped[name] for name in names if counted.dropped[name]}
    return rows, marginal.values, formula.outcome.text, dropped, counted.n_all - counted.n_rows


def _extras(source: Source, columns: Mapping[str, Any]) -> dict[str, str]:
    for key, value in columns.items():
        if key not in EXTRAS:
            what = "grouped outcomes (successes + failures, trials=)" if key in ("trials", "failures") else f"{key}="
            raise IncompatibleError(
                f"{what} cannot be read from rows {source.place} yet; {', '.join(EXTRAS)} can. Use a table in memory."
            )
        if not isinstance(value, str):
            raise IncompatibleError(
                f"for rows {source.place}, {key}= is the name of a column; got {type(value).__name__}."
            )
        require(value, source.names)
    return dict(columns)


def _learned(formula: Formula, ends: Any) -> dict[str, ast.Call]:
    """The calls of the formula whose constants are learned from all rows."""
    found: dict[str, ast.Call] = {}
    outcomes = (formula.outcome,) if ends is None else ends.parts
    for factor in (*formula.factors, *outcomes):
        for node in ast.walk(factor.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name == "s":
                raise DomainError(NO_CURVE)
            if name in ELEMENTWISE or name == "C" or (name == "poly" and constants(node).get("raw")):
                continue
            inner = any(
                isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id not in ELEMENTWISE
                for part in ast.walk(node.args[0])
            )
            if name not in ("center", "scale") or inner or factor in outcomes:
                raise IncompatibleError(
                    f"{ast.unparse(node)!r} is learned from all rows at once, and they are in files or on a cluster; "
                    "center(x) and scale(x) of columns can be learned there, poly(x, degree, raw=True) and I(x ** 2) "
                    "learn nothing. Or write its columns into the table."
                )
            found[ast.unparse(node)] = node
    return found


def _constants(call: ast.Call, moments: SampleMoments) -> dict[str, Any]:
    """What formulaic's `center` and `scale` would have learned."""
    given = constants(call) | ({"scale": False} if ast.unparse(call.func) == "center" else {})
    with np.errstate(divide="ignore", invalid="ignore"):
        found = of_moments(moments, given)
    if isinstance(given.get("scale", True), bool) and found["scale"] is not None and not 0.0 < found["scale"] < np.inf:
        raise DomainError(f"{ast.unparse(call)!r} needs a column that varies, in more rows than ddof=.")
    return found


def _ordered(name: str, kind: str, seen: Mapping[Any, bool]) -> list[Any]:
    """The levels that occur: text and numbers are sorted, categories have the order of their dictionaries."""
    occur = [level for level, yes in seen.items() if yes]
    if kind not in TEXT:
        return sorted(np.array(occur, dtype=DTYPES[kind]).tolist())
    if kind != "categories" and not all(isinstance(level, str) for level in occur):
        raise DomainError(f"a column is text in one place and categories of numbers in another: {listing(occur)}.")
    require_no_marks(f"column {name!r}", occur)
    return occur if kind == "categories" else sorted(occur)


def _design(coding: Coding, sample: Sample) -> tuple[Design, Sample]:
    """The design, its names from the first complete rows of the sample, and the sample cut to what may be held."""
    design, text = coding.design, coding.formula.text
    for batch in sample.batches:
        clean = cleaned(batch.table, 0, coding.kinds, coding.levels)
        if len(clean.rows):
            break
    else:
        raise DomainError(f"of a sample of {sample.n:,} rows none is complete. {DROP}")
    X, names, uses = side_by_side(
        design.formulas, Encoding(clean.columns, clean.rows, design.levels, dict(design.state))
    )
    if len(names) > MOST_COLUMNS:
        raise DomainError(
            f"the formula {text!r} makes {len(names):,} columns, and at most {MOST_COLUMNS:,} are fitted in "
            "passes: group levels, or leave an identifier out."
        )
    types = {field.name: field.type for field in batch.table.schema}
    ordered = in_order(design.formulas, design.levels, lambda name: is_ordered(types[name]))
    design = replace(design, names=names, uses=uses, ordered=ordered)
    return design, sample.thinned(int(np.ceil(sample.n * X.shape[1] / HELD_NUMBERS)))


def _marginal(coding: Coding, counted: Counted, sample: Sample) -> Marginal:
    """The values of the outcome, one row each, as a column of that kind would have them."""
    import pandas as pd

    formula, levels = coding.formula, coding.levels
    if coding.ends is not None:
        clean = [cleaned(batch.table, 0, coding.kinds, levels) for batch in sample.batches]
        known, n_events = [coding.ends(part) for part in clean if len(part.rows)], (counted.counts.seen or {})[True]
        if not n_events:
            raise DomainError(f"no row of {formula.outcome.text} has its event, in {counted.n_rows:,} rows.")
        return Marginal(np.concatenate(known), None, counted.outcome, n_events)
    name, seen = formula.outcome.category, counted.counts.seen
    if name and coding.kinds[name] in TEXT:
        counts = None if seen is None else np.array([seen[level] for level in levels[name]])
        column = pd.Series(pd.Categorical(levels[name], categories=levels[name]), name=name)
        return Marginal(outcome_of(formula, {name: column}, np.arange(len(column))), counts, counted.outcome)
    if seen is None:
        parts = [cleaned(batch.table, 0, coding.kinds, levels, batch.finite) for batch in sample.batches]
        found = [np.asarray(outcome_values(formula, part)) for part in parts if len(part.rows)]
        return Marginal(pd.Series(np.concatenate(found), name=formula.outcome.text), None, counted.outcome)
    values = np.array(sorted(seen))
    counts = np.array([seen[value] for value in values.tolist()])
    column = pd.Series(values.astype(DTYPES[coding.kinds[name]]) if name else values, name=name or formula.outcome.text)
    if name:
        column = outcome_of(formula, {name: column}, np.arange(len(column)))
    return Marginal(column, counts, counted.outcome)


MOST_GROUPS = 2_000_000
"""Groups, or pairs of groups, whose labels are held at most."""

MOST_SUMS = 50_000_000
"""Numbers of their sums, groups times sums of each, at most: 400 MB."""


@dataclass(eq=False)
class SumsByLabel:
    """Sums by label, which grow as labels appear; two are added with `+`, in the arrays of the first with `+=`.

    `whose` are the sums and `instead` what to do where labels are too many, as errors say it.
    """

    whose: str
    instead: str
    most: int
    sums: Floats
    places: dict[Any, int]

    @classmethod
    def of(cls, whose: str, instead: str, most: int, labels: list[Any], sums: Floats) -> SumsByLabel:
        """The sums of labels that differ."""
        found = cls(whose, instead, most, sums, {label: place for place, label in enumerate(labels)})
        found.require_few()
        return found

    def add(self, labels: list[Any], sums: Floats) -> NDArray[np.intp]:
        """Add the sums of labels that differ; returns their numbers."""
        places = self.places
        codes = np.array([places.setdefault(label, len(places)) for label in labels], dtype=np.intp)
        self.require_few()
        if len(places) > len(self.sums):
            rows = min(max(2 * len(self.sums), len(places)), self.most)
            self.sums = np.concatenate([self.sums, np.zeros((rows - len(self.sums), self.sums.shape[1]))])
        self.sums[codes] += sums
        return codes

    def require_few(self) -> None:
        """DomainError for more labels than are held."""
        if len(self.places) > self.most:
            raise DomainError(
                f"{self.whose} holds {self.sums.shape[1]:,} sums for each group, and takes at most {self.most:,} of "
                f"them; there are more. {self.instead}"
            )

    def copied(self) -> SumsByLabel:
        """The same sums in arrays of their own."""
        return replace(self, sums=self.sums.copy(), places=self.places.copy())

    def __add__(self, other: SumsByLabel) -> SumsByLabel:
        mine = self.copied()
        mine += other
        return mine

    def __iadd__(self, other: SumsByLabel) -> SumsByLabel:
        self.add(list(other.places), other.sums[: len(other.places)])
        return self

    @property
    def closed(self) -> Floats:
        """The sums of the labels, in the order in which these were seen."""
        return self.sums[: len(self.places)]


def labels_of(others: Batch, name: str, numbers: NDArray[np.intp], whose: str) -> tuple[list[Any], NDArray[np.intp]]:
    """The labels of a column of a batch, and for each row the place of its own.

    Raises DomainError, in the name of `whose`, for a row without one.
    """
    column = others.table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    gaps = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    if gaps.any():
        raise DomainError(
            f"{others.where}: {whose} needs a group for every row; row {numbers[int(np.argmax(gaps))]} has "
            "none. Give it a group, or leave such rows out of the files."
        )
    coded = column.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
