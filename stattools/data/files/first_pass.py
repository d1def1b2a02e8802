"""The first pass over a source: what has to be known of all rows before a block of X can be made.

That is the levels of text and of categories, constants of `center` and `scale`, how many rows are dropped, the values
of the outcome with their counts, and a random sample of the rows. Each batch is surveyed where it is.

Beside it sums of products may be taken, so that least squares needs no read more: of columns of numbers with an
intercept, without weights or offset, in coordinates that the first rows give. Where these are unlike the others the
sums lose digits; the solver measures that, and reads the rows again where it counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.design.design import Design, Encoding, in_order, levels_of, numbers_of, outcome_of, side_by_side
from stattools.data.files.rows import BLOCK, DROP, Clean, Coding, ScannedRows, cleaned, require_kinds
from stattools.data.files.scan import Scan, Source
from stattools.data.files.source import DTYPES, TEXT, AddedByName, Batch, Kind, Pick, Sample, at, kind_of
from stattools.data.formula.expression import ELEMENTWISE, NO_CURVE, constants, evaluate, of_moments
from stattools.data.formula.formula import Formula, parse, require, together
from stattools.data.rows.rows import Farthest, OnDisk, Rows, ShiftedBlock, ShiftedSums, require_some
from stattools.data.tables.columns import finite, listing, require_no_marks
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import LARGEST_SUM
from stattools.interface.when_needed import pd
from stattools.numerics.sums import Ends, SampleMoments
from stattools.numerics.threads import one_blas_thread, spans

FIRST_ROWS, FEWEST = 8_192, 1_024
"""The most first rows that sums are taken about: the error of phi is then a ninetieth of a standard deviation. Fewer
complete ones than the least, or than ten for each column, leave the sums to the solver.
"""

FIRST_SUMS = "first sums"
"""The name under which rows keep them, in `later`."""

HELD, HELD_NUMBERS = 200_000, 8_000_000
"""The most rows of the sample that is held in memory, and the most numbers of X of it: 64 MB."""

MOST_VALUES, MOST_LEVELS = 1_000, 100_000
"""The most values of an outcome that are counted, with more it is a quantity; and the most levels of a column: each
would be a column of X, and more than this is an identifier.
"""

MOST_COLUMNS = 5_000
"""The most columns of X: the information of these is 200 MB."""

ROWS = 1 << 17
"""The most rows that are surveyed at a time."""

EXTRAS = ("weights", "offset", "exposure")
"""The columns that may stand beside X, by keyword."""


@record
class FirstSums:
    """Sums of products of the rows of a coding about `center` (p,) and `middle`, less what `phi` (p,) makes of them."""

    center: Floats
    middle: float
    phi: Floats
    coding: Coding
    sums: Any = None

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def about(cls, coding: Coding, batch: Batch | None) -> FirstSums | None:
        """Where sums are taken, from the first rows; None for other terms than numbers, and few or infinite values."""
        outcome, names = coding.formula.outcome, coding.plain
        is_number = not outcome.call and coding.kinds.get(str(outcome.category)) in ("whole", "number")
        found = coding.complete(batch) if batch is not None and is_number and names and not names[0] else None
        if found is None or len(found[0].X) < max(FEWEST, 10 * found[0].X.shape[1]):
            return None
        X, y = found[0].X, found[0].y
        center, middle = X.mean(axis=0), float(y.mean())
        center[0] = 0.0
        Z, v = X - center, y - middle
        unit = np.sqrt(np.einsum("ij,ij->j", Z, Z))
        if not np.isfinite([*unit, v @ v]).all():
            return None
        unit[unit == 0.0] = 1.0
        Z /= unit
        # any phi will do: the small number makes one of columns that depend on one another in these rows, too
        return cls(center, middle, np.linalg.solve(Z.T @ Z + 1e-8 * np.eye(len(unit)), Z.T @ v) / unit, coding)

    @np.errstate(over="ignore", invalid="ignore")  # what overflows is refused by the solver, with a message
    def of(self, clean: Clean) -> ShiftedSums:
        """The sums over the complete rows of a batch, of which Z is made a few at a time, column by column."""
        names = (str(self.coding.formula.outcome.category), *(self.coding.plain or ())[1:])
        y, *columns = (clean.columns[name].to_numpy() for name in names)
        room = np.ones((BLOCK, len(names)), order="F")

        def block(part: slice) -> ShiftedBlock:
            here = np.asarray(y[part], dtype=np.float64)
            Z = room[: len(here)]
            for place, column in enumerate(columns, 1):
                np.subtract(column[part], self.center[place], out=Z[:, place])
            return Z, here - self.middle, None, here

        return ShiftedSums.over(map(block, spans(0, len(y), BLOCK)), self.phi)

    def are_of(self, rows: Rows) -> bool:
        """Whether rows have the same X and outcome, and no sum of squares overflows; otherwise they are read again."""
        mine, theirs = self.coding, rows.coding
        same = theirs.design is mine.design and theirs.formula is mine.formula
        moved = any(part is not None for part in (rows.center, rows.scale, theirs.codes))
        return same and not moved and max(self.sums.square, self.sums.rss, self.sums.size) < LARGEST_SUM


@record
class Counts:
    """How often each value was seen, in the order in which they were found; None where more than `most` were."""

    of: dict[Any, float] | None
    most: int = MOST_VALUES

    @classmethod
    def over(cls, values: np.ndarray | pd.Index, counts: NDArray[np.generic], most: int = MOST_VALUES) -> Counts:
        """The counts of values that differ."""
        few = np.count_nonzero(counts) <= most
        return cls(dict(zip(values.tolist(), counts.tolist(), strict=True)) if few else None, most)

    def __add__(self, other: Counts) -> Counts:
        if self.of is None or other.of is None:
            return replace(self, of=None)
        found = self.of | {value: count + self.of.get(value, 0) for value, count in other.of.items()}
        return replace(self, of=found if sum(count > 0 for count in found.values()) <= self.most else None)


@dataclass(frozen=True, eq=False)
class Survey:
    """Counts what has to be known of all rows: `coding` has the formula, its extras and the kinds that are known,
    `learned` are the calls whose constants come from all rows, `pick` chooses the rows of the sample, and sums of
    products are taken `about` a point. It is small enough to be sent to where a batch is.
    """

    coding: Coding
    learned: Mapping[str, ast.Call]
    pick: Pick
    about: FirstSums | None = None

    def __call__(self, batch: Batch) -> AddedByName:
        """What one batch has. Raises DomainError with its place.

        `n_all` are its rows, `n_rows` the complete ones, `dropped` the rows that miss a value, by column; `kinds` of
        columns, `levels` of text and of the numbers in C(), and a `sample` of the rows. Of the complete ones, where
        there are some: `n` is their weight; `moments` are those of what is learned, and `spans` from the smallest to
        the largest; `outcome` and `counts` are the moments of the outcome and its values; `farthest` is the largest
        offset, and `sums` are those of products, where they were asked for.
        """
        with at(batch.where):
            kinds = {field.name: kind_of(field.type) for field in batch.table.schema} | dict(self.coding.kinds)
            require_kinds(kinds, batch.table.schema.names)
            clean, (which, lots) = cleaned(batch.table, batch.first, kinds), self.pick(batch)
            return AddedByName(
                n_all=batch.table.num_rows,
                n_rows=len(clean.rows),
                dropped=AddedByName(clean.gaps),
                kinds=AddedByName({name: Kind(name, kind, batch.where) for name, kind in kinds.items()}),
                levels=self._levels(clean),
                sample=Sample(((batch.taken(which), lots),) if len(which) else (), HELD),
                **(self._of_rows(clean, batch.where) if len(clean.rows) else {}),
            )

    def _levels(self, clean: Clean) -> AddedByName:
        """The levels of text, but for columns that are only the labels of groups, and those of the numbers in C()."""
        found = AddedByName()
        numbered = {factor.category for factor in self.coding.formula.factors if factor.call == "C"}
        for name, column in clean.columns.items():
            if name in (self.coding.used if column.dtype.kind == "O" else numbered):
                seen = column.value_counts(sort=False)
                found[name] = Counts.over(seen.index, seen.to_numpy(), MOST_LEVELS)
        return found

    def _of_rows(self, clean: Clean, where: str) -> dict[str, Any]:
        """What the complete rows of a batch have."""
        ends = self.coding.ends
        for name in (name for name in clean.doubtful if ends is None or name not in ends.endless):
            finite(clean.columns[name].to_numpy(), f"column {name!r}", "replace or remove infinite values.", clean.rows)
        weight, offset = clean.beside(self.coding.extras)
        there = slice(None) if weight is None else weight > 0.0
        moments, spans = AddedByName(), AddedByName()
        for text, call in self.learned.items():
            with np.errstate(all="ignore"):
                values = evaluate(call.args[0], partial(numbers_of, clean.columns), {})
            finite(values, f"the term {ast.unparse(call.args[0])!r}", "log needs values above 0.", clean.rows)
            moments[text] = SampleMoments.of(values, weight)
            spans[text] = Ends(values[there].min(initial=np.inf), values[there].max(initial=-np.inf))
        outcome, counts = self._outcome(clean, weight)
        found = {} if self.about is None else {"sums": self.about.of(clean)}
        return found | {
            "n": float(len(clean.rows) if weight is None else weight.sum()),
            "moments": moments,
            "spans": spans,
            "outcome": outcome,
            "counts": counts,
            "farthest": Farthest.of(offset, clean.rows, f" of {where}"),
        }

    def _outcome(self, clean: Clean, weight: Floats | None) -> tuple[SampleMoments, Counts]:
        """The moments of the outcome, and its values with their counts; of times, whether their event was seen."""
        if self.coding.ends is None:
            values = self.coding.outcome(clean)
            numbers = None if values.dtype.kind == "O" else values.to_numpy().astype(np.float64, copy=False)
        else:
            low, high = self.coding.ends(clean).T[:2]
            values, numbers = low == high, np.where(low > 0.0, low, high)
        moments = SampleMoments() if numbers is None else SampleMoments.of(numbers, weight)
        first = values[: 2 * MOST_VALUES]
        if numbers is not None and len(np.unique(first)) > MOST_VALUES:
            return moments, Counts(None)
        codes, different = pd.factorize(values)
        return moments, Counts.over(different, np.bincount(codes, weight, len(different)))


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
) -> tuple[ScannedRows, dict[str, int], int]:
    """The rows of a formula over a source, and what was dropped; one pass.

    `groups` are columns of labels, of which a complete row has a value; `ends` make an outcome of times of a formula
    that was parsed already. With `products` the pass also takes the sums that least squares needs, where it can.
    """
    extras, others = _extras(source, columns), (*columns.values(), *groups)
    first = parse(text, source.names, others) if isinstance(text, str) else text
    beside = {name: parse(right, source.names, others, first.outcome) for name, right in formulas.items()}
    formula = together(first, beside.values())
    unnamed = Design((), first, {}, {}, False, beside)
    coding, learned = Coding(formula, unnamed, extras, {}, {}, groups=groups, ends=ends), _learned(formula, ends)
    names = coding.columns
    require_kinds(source.kinds, names, repr(source))
    if source.certain:
        coding = replace(coding, kinds={name: source.kinds[name] for name in names})
    about = None
    if products and isinstance(source, Scan) and not extras:
        with suppress(DomainError):  # of rows that cannot be read or used: the pass says why
            about = FirstSums.about(coding, source.head(names, FIRST_ROWS))
    counted = source.total(names, Survey(coding, learned, source.pick(HELD), about), ROWS)
    if counted is None or not counted["n_all"]:
        raise DomainError(f"the table has no rows: {source.counted}.")
    n_all, n_rows, gaps = counted["n_all"], counted["n_rows"], counted["dropped"]
    if not n_rows:
        counts = ", ".join(f"{name!r} in {count:,}" for name, count in gaps.items())
        raise DomainError(f"no row is complete: of {n_all:,} rows, these columns are missing: {counts}.")
    require_some(counted["n"])
    kinds = {name: kind.name for name, kind in counted["kinds"].items()}
    levels = {name: _ordered(name, kinds[name], seen.of) for name, seen in counted["levels"].items()}
    chosen = {
        factor.text: levels_of(factor, levels[factor.category], n_rows)
        for factor in formula.factors
        if factor.category is not None and (factor.call == "C" or kinds[factor.category] in TEXT)
    }
    state = {key: _constants(call, counted["moments"][key]) for key, call in learned.items()}
    coded = {name: found for name, found in levels.items() if kinds[name] in TEXT}
    coding = replace(coding, design=replace(unnamed, levels=chosen, state=state), kinds=kinds, levels=coded)
    design, sample = _design(coding, counted["sample"])
    coding = replace(coding, design=design)
    values, counts = _values(coding, counted, sample)
    there: Any = partial(OnDisk, place=source.place)
    rows = ScannedRows(
        there((n_rows, len(design.names))),
        there((n_rows,)),
        there((n_rows,), counted["n"]) if "weights" in extras else None,
        there((n_rows,)) if {"offset", "exposure"} & set(extras) else None,
        source=source,
        coding=coding,
        outcome=counted["outcome"],
        values=values,
        counts=counts,
        n_events=None if ends is None else counted["counts"].of[True],
        raw=sample.batches,
        farthest=counted["farthest"],
    )
    rows.later["spans"] = counted["spans"]
    if about is not None and "sums" in counted:
        rows.later[FIRST_SUMS] = replace(about, sums=counted["sums"], coding=coding)
    return rows, {name: gaps[name] for name in names if gaps.get(name)}, n_all - n_rows


def _extras(source: Source, columns: Mapping[str, Any]) -> dict[str, str]:
    """The columns beside X, of which each is in the source."""
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
    outcomes = (formula.outcome,) if ends is None else ends.said.parts.values()
    for factor in (*formula.factors, *outcomes):
        for name, node in _calls(factor.tree):
            if name == "s":
                raise DomainError(NO_CURVE)
            if name == "C" or (name == "poly" and constants(node).get("raw")):
                continue
            if name not in ("center", "scale") or any(_calls(node.args[0])) or factor in outcomes:
                raise IncompatibleError(
                    f"{ast.unparse(node)!r} is learned from all rows at once, and they are in files or on a cluster; "
                    "center(x) and scale(x) of columns can be learned there, poly(x, degree, raw=True) and I(x ** 2) "
                    "learn nothing. Or write its columns into the table."
                )
            found[ast.unparse(node)] = node
    return found


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a factor of what is not computed row by row, by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in ELEMENTWISE:
            yield node.func.id, node


def _constants(call: ast.Call, moments: SampleMoments) -> dict[str, Any]:
    """What formulaic's `center` and `scale` would have learned."""
    given = constants(call) | ({"scale": False} if ast.unparse(call.func) == "center" else {})
    with np.errstate(divide="ignore", invalid="ignore"):
        found = of_moments(moments, given)
    if isinstance(given.get("scale", True), bool) and found["scale"] is not None and not 0.0 < found["scale"] < np.inf:
        raise DomainError(f"{ast.unparse(call)!r} needs a column that varies, in more rows than ddof=.")
    return found


def _ordered(name: str, kind: str, seen: Mapping[object, float] | None) -> list[Any]:
    """The levels that occur: text and numbers are sorted, categories have the order of their dictionaries."""
    if seen is None:
        many = f"has more than {MOST_LEVELS:,} levels"
        of_text = f"column {name!r} {many}; leave an identifier out."
        raise DomainError(of_text if kind in TEXT else f"C({name}) {many}; use {name!r} as a number.")
    occur = [level for level, count in seen.items() if count]
    if kind not in TEXT:
        return sorted(np.array(occur, dtype=DTYPES[kind]).tolist())
    if kind != "categories" and not all(isinstance(level, str) for level in occur):
        raise DomainError(f"a column is text in one place and categories of numbers in another: {listing(occur)}.")
    require_no_marks(f"column {name!r}", occur)
    return occur if kind == "categories" else sorted(occur)


def _complete(coding: Coding, sample: Sample) -> Iterator[Clean]:
    """The complete rows of each batch of the sample that has some."""
    each = (cleaned(batch.table, 0, coding.kinds, coding.levels) for batch in sample.batches)
    return (clean for clean in each if len(clean.rows))


def _design(coding: Coding, sample: Sample) -> tuple[Design, Sample]:
    """The design, its names from the first complete rows of the sample, and the sample cut to what may be held."""
    design, text = coding.design, coding.formula.text
    if (clean := next(_complete(coding, sample), None)) is None:
        raise DomainError(f"of a sample of {sample.n:,} rows none is complete. {DROP}")
    of = Encoding(clean.columns, clean.rows, design.levels, dict(design.state))
    X, names, uses = side_by_side(design.formulas, of)
    if len(names) > MOST_COLUMNS:
        raise DomainError(
            f"the formula {text!r} makes {len(names):,} columns, and at most {MOST_COLUMNS:,} are fitted in "
            "passes: group levels, or leave an identifier out."
        )
    design = replace(design, names=names, uses=uses, ordered=in_order(design.formulas, of))
    every = int(np.ceil(sample.n * X.shape[1] / HELD_NUMBERS))
    return design, sample if every < 2 else sample.where(lambda lots: np.arange(0, len(lots), every))


def _values(coding: Coding, counted: AddedByName, sample: Sample) -> tuple[Any, NDArray[np.float64] | None]:
    """The values of the outcome, one row each, as a column of that kind would have them, and how often each was seen;
    those of the sample for times, and where there are too many to count.
    """
    formula, seen, ends = coding.formula, counted["counts"].of, coding.ends
    name, text = formula.outcome.category, formula.outcome.text
    if ends is not None and not seen.get(True):
        raise DomainError(f"no row of {text} has its event, in {counted['n_rows']:,} rows.")
    levels = coding.levels.get(name) if name and coding.kinds[name] in TEXT else None
    if ends is not None or (seen is None and levels is None):
        found = np.concatenate([np.asarray((ends or coding.outcome)(clean)) for clean in _complete(coding, sample)])
        return (pd.Series(found, name=text) if ends is None else found), None
    dtype = DTYPES.get(coding.kinds[name]) if name else None
    values: Any = (
        np.array(sorted(seen or ()), dtype=dtype) if levels is None else pd.Categorical(levels, categories=levels)
    )
    counts = None if seen is None else np.array([seen[value] for value in values.tolist()])
    column = pd.Series(values, name=name or text)
    return outcome_of(formula, {name: column}, np.arange(len(column))) if name else column, counts
