"""What grows while the rows of a scan are read for the first time."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stattools.data.columns import finite
from stattools.data.evaluation import evaluate
from stattools.data.formula import Formula
from stattools.data.moments import Moments
from stattools.data.scan import Batch
from stattools.data.scanned_columns import TEXT, Clean, cleaned
from stattools.data.scanned_rows import outcome_values, weights_and_offset
from stattools.errors import DomainError

MOST_VALUES = 1_000
"""An outcome with more values is a quantity, and its values are not counted."""

MOST_LEVELS = 100_000


@dataclass(eq=False)
class Tally:
    """What grows while the rows are read."""

    formula: Formula
    extras: dict[str, str]
    kinds: Mapping[str, str]
    learned: dict[str, ast.Call]
    numbered: tuple[str, ...]
    n_rows: int = 0
    n: float = 0.0
    dropped: Counter[str] = field(default_factory=Counter)
    seen: dict[str, dict[str, bool]] = field(default_factory=dict)
    """Levels of columns of text in the order of their dictionaries, and whether they occur."""
    levels: dict[str, set[Any]] = field(default_factory=dict)
    moments: dict[str, Moments] = field(default_factory=dict)
    outcome: Moments = field(default_factory=Moments)
    counts: dict[Any, float] | None = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        """One more batch."""
        self._note_dictionaries(batch)
        clean = cleaned(batch.table, batch.first, self.kinds)
        self.dropped.update(clean.gaps)
        if not len(clean.rows):
            return
        for name, column in clean.columns.items():
            if self.kinds[name] in TEXT:
                known = self.seen.setdefault(name, {})
                codes = column.cat.codes.to_numpy()
                there = np.bincount(codes, minlength=len(column.cat.categories)) > 0
                known.update({level: True for level, yes in zip(column.cat.categories, there, strict=True) if yes})
                if len(known) > MOST_LEVELS:
                    raise DomainError(f"column {name!r} has more than {MOST_LEVELS:,} levels; leave an identifier out.")
            elif column.dtype.kind == "f":
                finite(column.to_numpy(), f"column {name!r}", "replace or remove infinite values.", clean.rows)
        for name in self.numbered:
            found = self.levels.setdefault(name, set())
            found.update(np.unique(clean.columns[name].to_numpy()).tolist())
            if len(found) > MOST_LEVELS:
                raise DomainError(f"C({name}) has more than {MOST_LEVELS:,} levels; use {name!r} as a number.")
        for text, call in self.learned.items():
            with np.errstate(all="ignore"):
                values = evaluate(call.args[0], lambda name: _numbers(clean, name), {})
            finite(values, f"the term {ast.unparse(call.args[0])!r}", "log needs values above 0.", clean.rows)
            self.moments[text] = self.moments.get(text, Moments()) + Moments.of(values)
        self._add_outcome(clean)

    def _note_dictionaries(self, batch: Batch) -> None:
        for name, column in zip(batch.table.schema.names, batch.table.columns, strict=True):
            if self.kinds[name] == "categories" and hasattr(column, "dictionary"):
                known = self.seen.setdefault(name, {})
                for level in column.dictionary.to_pylist():
                    known.setdefault(level, False)

    def _add_outcome(self, clean: Clean) -> None:
        weight, _ = weights_and_offset(self.extras, clean)
        self.n_rows += len(clean.rows)
        self.n += len(clean.rows) if weight is None else float(weight.sum())
        found = outcome_values(self.formula, clean)
        if hasattr(found, "cat"):
            values, at = np.array(found.cat.categories, dtype=object), found.cat.codes.to_numpy()
        else:
            numbers = found.to_numpy()
            self.outcome = self.outcome + Moments.of(numbers.astype(np.float64), weight)
            if self.counts is None:
                return
            if numbers.dtype.kind == "f" and len(np.unique(numbers[: 2 * MOST_VALUES])) > MOST_VALUES:
                self.counts = None
                return
            if ((numbers == 0) | (numbers == 1)).all():
                values, at = np.array([0, 1], dtype=numbers.dtype), numbers.astype(np.intp)
            else:
                values, at = np.unique(numbers, return_inverse=True)
        if self.counts is None:
            return
        counts, rows = np.bincount(at, weight, len(values)), np.bincount(at, minlength=len(values))
        for value, count, n in zip(values.tolist(), counts.tolist(), rows.tolist(), strict=True):
            if n:
                self.counts[value] = self.counts.get(value, 0.0) + count
        if len(self.counts) > MOST_VALUES:
            self.counts = None


def _numbers(clean: Clean, name: str) -> Any:
    column = clean.columns[name]
    return column if column.dtype.kind == "O" else column.to_numpy(dtype=np.float64)
