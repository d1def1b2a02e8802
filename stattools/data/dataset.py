"""Data as a model needs them: X, the outcome and extras such as weights, on the rows that are complete in every column
that is used. Outcomes of new rows are coded by the labels that the model knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Sized
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.design.design import NONE, Design, learn, outcome_of
from stattools.data.design.latent_terms import (
    LatentTerms,
    RandomDesign,
    SmoothDesign,
    curves_of,
    learn_latent,
    over_knots,
    require_groups,
    require_numbers,
    terms_in,
)
from stattools.data.files.scan import Source, source_of
from stattools.data.files.source import TEXT
from stattools.data.formula.expression import short
from stattools.data.formula.formula import Formula, parse, together
from stattools.data.formula.parts import MixedFormula, has_curves, mixed_formula
from stattools.data.rows.rows import Low
from stattools.data.tables.arrays import NUMBERS, Rest, array, matrix, named, vector, with_intercept
from stattools.data.tables.columns import checked, clean, labeled, listing, missing
from stattools.data.tables.table import NamedColumns, Origin, label_of, origin_of, paired, series, table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arguments import require_truth
from stattools.interface.record import record
from stattools.interface.when_needed import pd


def given(columns: Mapping[str, object]) -> dict[str, Any]:
    """The extras that were given."""
    return {key: value for key, value in columns.items() if value is not None}


def apart_of(columns: Mapping[str, object]) -> list[str]:
    """The extras that are columns of the table, which a dot leaves out."""
    return [name for name in _origins(columns).values() if name is not None]


@record
class CompleteRows:
    """Clean columns of a table by name, or by keyword for arrays, on the rows in which none of them is missing.

    `numbers` are the extras, (n,) float64. `rows` are the numbers of the rows that stayed, None where these are not in
    memory. `dropped` counts for each column the rows in which it was missing. `n_dropped` counts all rows that were
    dropped, and `n_empty` those of them without information (0 trials, times from 0 to inf). `source` is the table as
    it came, None for arrays; `origin` says what it was.
    """

    columns: dict[str, Any]
    numbers: dict[str, np.ndarray]
    rows: Any
    dropped: dict[str, int]
    n_dropped: int
    n_empty: int
    source: Any
    origin: Origin | None

    @property
    def kept(self) -> np.ndarray | None:
        """The numbers of the rows that stayed, None where all did."""
        return self.rows if self.n_dropped else None

    @property
    def weights(self) -> np.ndarray | None:
        """How often each row was seen, where that was given."""
        return self.numbers.get("weights")

    def keeping(self, places: np.ndarray) -> Self:
        """The rows at some places among these; the others are counted as dropped, and empty."""
        return replace(
            self,
            columns={name: column.iloc[places].reset_index(drop=True) for name, column in self.columns.items()},
            numbers={key: values[places] for key, values in self.numbers.items()},
            rows=self.rows[places],
            n_dropped=self.n_dropped + len(self.rows) - len(places),
            n_empty=len(self.rows) - len(places),
        )


def complete_rows(
    data: object,
    frame: NamedColumns,
    names: Sequence[str],
    extras: Mapping[str, object],
    endless: Collection[str] = (),
    dated: Collection[str] = (),
) -> CompleteRows:
    """The columns `names` of the table `data`, read as `frame`, and extras: names of columns, or arrays of its length.
    `endless` ones may hold infinite numbers, `dated` ones dates, which become labels. Raises DomainError for columns
    that are not there, other lengths, other indexes, and where no row is complete.
    """
    raw = {name: labeled(frame.column(name)) if name in dated else frame.column(name) for name in names}
    index, labels = paired(("the table", data), *[(f"{key}=", value) for key, value in extras.items()]), {}
    for key, name in _origins(extras).items():
        if name is not None:
            labels[key], raw[name] = name, frame.column(name)
            continue
        # counts and errors call an array by its keyword, `weights=` if a column has that name
        labels[key] = label = f"{key}=" if key in frame.names else key
        raw[label] = series(extras[key], label)
        same_length(raw[label], label, frame.n, "the table")
    gaps = {label: gap for label, column in raw.items() if (gap := missing(column)).any()}
    rows = np.flatnonzero(~np.logical_or.reduce(list(gaps.values()))) if gaps else np.arange(frame.n)
    dropped = {label: int(gap.sum()) for label, gap in gaps.items()}
    if not len(rows):
        counts = ", ".join(f"{name!r} in {count}" for name, count in dropped.items())
        raise DomainError(f"no row is complete: of {frame.n} rows, these columns are missing: {counts}.")
    if gaps:
        raw = {label: column.iloc[rows].reset_index(drop=True) for label, column in raw.items()}
    made = {label: clean(one) if label in endless else checked(one, rows) for label, one in raw.items()}
    numbers = {key: number_column(made[label], key, label) for key, label in labels.items()}
    return CompleteRows(made, numbers, rows, dropped, frame.n - len(rows), 0, data, origin_of(data, index=index))


def number_column(column: pd.Series, key: str, label: str) -> np.ndarray:
    """The numbers of a clean column; DomainError for categories."""
    if column.dtype.kind not in NUMBERS:
        levels = ", ".join(repr(level) for level in column.cat.categories[:5])
        raise DomainError(f"{key}= needs numbers; {label!r} holds categories ({levels}).")
    return np.asarray(column, dtype=np.float64)


def same_length(column: Sized, what: str, n: int, against: str) -> None:
    """DomainError where a column does not have `n` values."""
    if len(column) != n:
        raise DomainError(f"{what} has {len(column)} values and {against} has {n} rows; they must be the same rows.")


@record
class Dataset(CompleteRows):
    """Complete rows with X (n, p) float64 and the outcome as it came.

    `extras` are the columns that the extras were, None for an array. `low` is what float64 does not hold of powers in
    X. X may be a `BesideOnes`. For a source, `scanned` are the rows, X has its shape only, and `outcome` is one row for
    each of its values. `latent` are the effects of groups that the formula names.
    """

    X: np.ndarray
    outcome: pd.Series | np.ndarray
    outcome_name: str
    design: Design
    extras: Mapping[str, str | None]
    low: Low | None = None
    scanned: Any = None
    latent: LatentTerms | None = None

    def without(self, empty: np.ndarray) -> Dataset:
        """The dataset without the rows that are `empty`, a mask; they are counted as dropped and in `n_empty`.
        DomainError where the others are of one group only.
        """
        keep, latent = np.flatnonzero(~empty), self.latent
        if latent is not None:
            latent = latent.take(keep)
            for one in latent.random:
                require_groups(one.part, one.labels, len(keep))
        return replace(
            self.keeping(keep),
            X=self.X[keep],
            outcome=np.asarray(self.outcome)[keep],
            low=None if self.low is None else self.low._replace(values=self.low.values[keep]),
            latent=latent,
        )

    def as_array(self) -> Dataset:
        """The dataset with X as one array, also where it has the levels of factors as codes."""
        if not self.design.coded:
            return self
        return replace(self, X=np.asarray(self.X), design=replace(self.design, coded=False))


def read(
    formula_or_y: object,
    data_or_X: object,
    *,
    names: Sequence[str] | None = None,
    intercept: bool = True,
    columns: Mapping[str, str | ArrayLike | None] = NONE,
    formulas: Mapping[str, str] = NONE,
    coded: bool = False,
    products: bool = False,
    latent: bool = False,
) -> Dataset:
    """Read `(formula, table)` or `(y, X)`.

    `columns` are extras with one value per row, {"weights": "w"}: the name of a column (with a formula) or an array.
    With a formula, rows with a missing value in a column that is used are dropped and counted; arrays must be complete.
    Arrays get an intercept first, unless `intercept=False`. `formulas` are right sides for other parameters of the
    outcome's distribution by name, {"scale": "~ z"}: their columns stand in X too, as `Design.uses` says. With `coded`,
    X is `Columns` where a factor has very many levels. With `products`, the read of a source also takes the sums that
    least squares needs. With `latent`, the formula may have effects of groups and curves, for which rows are in memory.
    Raises DomainError for data that cannot be used, IncompatibleError for `names=` or `intercept=` with a formula.

    >>> data = read("y ~ x + g", {"y": [1, 2, 4, 8], "x": [1, None, 5, 7], "g": ["a", "b", "b", "a"]})
    >>> data.design.names, data.dropped, data.X.shape
    (('Intercept', 'x', 'g[T.b]'), {'x': 1}, (3, 3))
    """
    columns = given(columns)
    if not isinstance(formula_or_y, str):
        if formulas:
            raise IncompatibleError(
                f'{next(iter(formulas))}= is a formula over the columns of a table: give ("y ~ x", table), not arrays.'
            )
        return _from_arrays(formula_or_y, data_or_X, names, intercept, columns)
    if names is not None or intercept is not True:
        raise IncompatibleError(
            'names= and intercept= belong to arrays; a formula names its columns itself and "y ~ 0 + x" leaves the '
            "intercept out."
        )
    if (source := source_of(data_or_X)) is None:
        frame, apart = table(data_or_X), apart_of(columns)
        mixed = mixed_formula(formula_or_y, frame.names, apart) if latent else None
        formula = parse(formula_or_y, frame.names, apart) if mixed is None else mixed.formula
        return from_table(frame, data_or_X, formula, columns, formulas, mixed=mixed, coded=coded)
    if latent:
        raise IncompatibleError(
            f"groups and curves of rows {source.place} are those of a normal outcome, st.linear_mixed and "
            f'st.glm(..., family="normal"), which need their sums alone; the integrals of {short(formula_or_y)!r} need '
            "all rows: give a table in memory."
        )
    return replace(from_source(formula_or_y, source, columns, formulas, products=products), source=data_or_X)


def from_table(
    frame: NamedColumns,
    data: object,
    formula: Formula,
    columns: Mapping[str, object],
    formulas: Mapping[str, str],
    *,
    mixed: MixedFormula | None = None,
    outcome: Callable[[CompleteRows], tuple[CompleteRows, Any]] | None = None,
    apart: Sequence[str] = (),
    more: Sequence[str] = (),
    endless: Collection[str] = (),
    coded: bool = False,
) -> Dataset:
    """The complete rows of the table `data`, read as `frame`, in the columns of a formula, of its effects of groups
    and curves where it is `mixed`, of `formulas` beside it and `more`. `outcome` may leave rows out; a dot leaves out
    the columns that stand `apart`, beside the extras. `endless` as in `complete_rows`.
    """
    apart = [*apart_of(columns), *apart]
    beside = {name: parse(right, frame.names, apart, formula.outcome) for name, right in formulas.items()}
    groups, more = ((), more) if mixed is None else (mixed.groups, (*mixed.columns, *more))
    used = dict.fromkeys((*formula.outcome.columns, *more, *together(formula, beside.values()).columns))
    if (failures := columns.get("failures")) in used:
        raise DomainError(
            f"{short(formula.text)!r}: {failures!r} is part of the outcome and cannot predict it; take it off the "
            "right side."
        )
    found = complete_rows(data, frame, tuple(used), columns, endless, groups)
    if outcome is None:
        values = outcome_of(formula, found.columns, found.rows)
    else:
        found, values = outcome(found)
    if mixed is not None and mixed.is_latent:
        (design, X, low), latent = learn_latent(mixed, beside, found)
    else:
        (design, X, low), latent = learn(formula, found, beside, coded=coded), None
    # a table of pandas may share its memory
    found = replace(found, numbers={key: values.copy() for key, values in found.numbers.items()})
    return Dataset(
        **vars(found), X=X, outcome=values.copy(), outcome_name=formula.outcome.text, design=design,
        extras=_origins(columns), low=low, latent=latent,
    )  # fmt: skip


def require_formula(who: str, formula: object) -> None:
    """IncompatibleError for what is no formula, where only a formula will do."""
    if not isinstance(formula, str):
        raise IncompatibleError(
            f"{who} takes a formula and its table, also a dict of arrays; got {type(formula).__name__} first."
        )


def from_source(
    text: Any, source: Source, columns: Mapping[str, object], formulas: Mapping[str, str], *beside: Any, **options: Any
) -> Dataset:
    """The rows of a formula over a source, from one read; what stands `beside` as of `read_source`."""
    from stattools.data.files.first_pass import read_source

    rows, dropped, n_dropped = read_source(text, source, columns, formulas, *beside, **options)
    name, design = rows.coding.formula.outcome.text, rows.coding.design
    return Dataset(
        {}, {}, None, dropped, n_dropped, 0, None, None, rows.X, rows.values, name, design, _origins(columns),
        scanned=rows,
    )  # fmt: skip


def mixed_rows(who: str, formula: str, data: object, columns: Mapping[str, object]) -> tuple[Dataset, LatentTerms]:
    """The rows of measurements of a formula with random parts or curves, and these; `columns` are extras, such as
    {"precision": "w"}. Rows in files or on a cluster have no terms yet (`LatentTerms`).

    Raises DomainError, beside what regressions raise, for groups that tell nothing: one level, one row per level, the
    groups of another part, effects that fixed ones make; IncompatibleError for a formula without a random part.

    >>> table = {"y": [1.0, 2.0, 4.0, 7.0], "g": ["a", "a", "b", "b"]}
    >>> rows, latent = mixed_rows("st.linear_mixed", "y ~ 1 + (1 | g)", table, {})
    >>> rows.design.names, latent.terms[0].name, latent.terms[0].codes.tolist(), latent.terms[0].levels
    (('Intercept',), '(1 | g)', [0, 0, 1, 1], ('a', 'b'))
    """
    require_formula(who, formula)
    source, columns = source_of(data), given(columns)
    frame: Any = table(data) if source is None else source
    said = mixed_formula(formula, frame.names, apart_of(columns))
    if not said.is_latent:
        raise IncompatibleError(
            f'{who} needs a random part, such as "{formula} + (1 | group)", or a curve, s(x); without one st.ols fits '
            "the same."
        )
    if source is not None:
        return _in_files(who, said, data, source, columns)
    made = from_table(frame, data, said.formula, columns, NONE, mixed=said)
    latent: Any = made.latent
    for one in latent.random:
        require_groups(one.part, one.labels, len(made.X), len(terms_in(one)[0][1]))
    return replace(made, latent=None), latent


def _in_files(
    who: str, said: MixedFormula, data: object, source: Source, columns: Mapping[str, object]
) -> tuple[Dataset, LatentTerms]:
    """The rows of a source with one grouping, or with curves: one read finds all but the groups."""
    fixed: Any = said.fixed
    curves, groups = (), ()
    if has_curves(said.formula):
        if said.random:
            raise IncompatibleError(
                f"{who} reads rows {source.place} for curves or for groups, and {said.formula.text!r} has both: give "
                "a table in memory."
            )
        kinds = {name: "category" if kind in TEXT else "float64" for name, kind in source.kinds.items()}
        fixed, curves, _ = curves_of(said.formula, {name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    else:
        groups = said.random[0].groups
        if any(set(part.groups) != set(groups) for part in said.random):
            raise IncompatibleError(
                f"{who} reads rows {source.place} for one grouping, and {said.formula.text!r} has several: the sums of "
                "crossed and nested groups are not those of each. Give a table in memory."
            )
    formulas = {part.name: part.left.text for part in said.random} | {part.name: part.right for part in curves}
    made = from_source(fixed, source, columns, formulas, groups)
    every: Any = made.scanned
    first, *uses = made.design.uses
    designs = [_own(made.design, *each) for each in zip(made.design.beside.values(), uses, strict=True)]
    design = _own(made.design, fixed if curves else said.formula, first)
    X = every.absent(len(every.X), len(design.names))
    alone = replace(every, X=X, coding=replace(every.coding, formula=design.parsed, design=design))
    random = tuple(RandomDesign(part, own, ()) for part, own in zip(said.random, designs, strict=bool(said.random)))
    for part in random:
        require_numbers(part.part, part.design)
    smooths: tuple[SmoothDesign, ...] = ()
    if curves:
        sample = np.concatenate([of[0].X for batch in every.raw if (of := every.coding.complete(batch)) is not None])
        for part, own, use in zip(curves, designs, uses, strict=True):
            span, middle = every.later["spans"][part.line.text], float(own.state[part.line.text]["center"])
            ends = float(span.low), float(span.high)
            smooths += (over_knots(part, own, design.names, ends, middle, sample[:, use[0]], "all"),)
    rows = replace(made, X=X, design=design, source=data, scanned=alone)
    return rows, LatentTerms(said, random, (), every=every, curves=smooths)


def _own(design: Design, formula: Formula, uses: tuple[int, ...]) -> Design:
    """The design of one of several formulas."""
    levels = {one.text: design.levels[one.text] for one in formula.factors if one.text in design.levels}
    names = tuple(design.names[k] for k in uses)
    ordered = tuple(name for name in design.ordered if name in levels)
    return replace(design, names=names, parsed=formula, levels=levels, beside={}, uses=(), ordered=ordered)


def _from_arrays(
    y: Any, X: Any, names: Sequence[str] | None, intercept: bool, columns: Mapping[str, object]
) -> Dataset:
    plain = type(y) is type(X) is np.ndarray
    if not plain:
        if (source := source_of(X)) is not None:
            raise DomainError(f'rows {source.place} are the table of a formula: ("y ~ x", table).')
        source_of(y)  # a source as an outcome is refused: it would be read into memory whole
    if isinstance(X, str):
        if "~" in X:
            raise DomainError(f"the formula comes first, then its table: ({X!r}, table).")
        raise DomainError(f'columns of a table are named in a formula, ("y ~ {X}", table); got {X!r} as X.')
    require_truth(intercept, "intercept=")
    values, found = matrix(X)
    called = named(names, found, values.shape[1])
    if intercept and "Intercept" in called:
        raise DomainError("X has a column named 'Intercept' already; pass intercept=False, or give it another name.")
    if not intercept and not called:
        raise DomainError("X has no columns and intercept=False adds none; a model needs at least one.")
    design = Design(("Intercept", *called) if intercept else called, added=intercept)
    try:
        outcome = vector(y, "y")
    except DomainError:
        if values.shape[1] == 1 and len(shape := array(y, "y").shape) == 2 and shape[1] > 1:
            raise DomainError(f"the outcome comes first, (y, X); got {shape[1]} columns and then one.") from None
        raise
    same_length(outcome, "y", len(values), "X")
    extras, origin = {}, None
    for key, column in _origins(columns).items():
        if column is not None:
            raise DomainError(f"{key}={column!r} names a column, and there is no table; give {len(values)} numbers.")
        extras[key] = number_column(vector(columns[key], f"{key}="), key, f"{key}=")
        same_length(extras[key], f"{key}=", len(values), "X")
    if names is None and (y.ndim if plain else np.ndim(y)) == 2 and np.ndim(X) == 1:
        raise DomainError("the outcome comes first, (y, X); got one column of a table and then a vector.")
    if extras or not plain:
        beside = ((f"{key}=", value) for key, value in columns.items())
        origin = origin_of(y, X, index=paired(("y", y), ("X", X), *beside))
    label = None if plain else label_of(y)
    whole, name = with_intercept(values) if intercept else values, "y" if label in (None, "") else str(label)
    rows = np.arange(len(values))
    return Dataset({}, extras, rows, {}, 0, 0, None, origin, whole, outcome, name, design, _origins(columns))


def _origins(columns: Mapping[str, object]) -> dict[str, str | None]:
    """The column that each extra given was, None for an array."""
    return {key: value if isinstance(value, str) else None for key, value in columns.items()}


def codes_of(values: object, labels: tuple[object, ...], name: str) -> np.ndarray:
    """New outcomes as codes of known labels; those of a rest have its code. DomainError for a label never seen.

    >>> codes_of(["b", "a"], ("a", "b"), "y").tolist()
    [1.0, 0.0]
    """
    place = {label: code for code, label in enumerate(labels)}
    place |= {other: code for code, label in enumerate(labels) if isinstance(label, Rest) for other in label.others}
    found = [value.item() if isinstance(value, np.generic) else value for value in np.asarray(values, dtype=object)]
    if unseen := sorted({value for value in found if value not in place}, key=repr):
        raise DomainError(
            f"the outcome {name!r} has labels that the model has not seen: {listing(unseen, 5)}; it knows "
            f"{listing(labels, 12)}. Leave those rows out, or fit with them."
        )
    return np.array([place[value] for value in found], dtype=float)


def new_outcome(design: Design, name: str, data: object) -> tuple[Any, np.ndarray]:
    """The outcome of new rows, as it came, and their design matrix: from a table, or from a pair (y, X) of arrays.
    DomainError for rows without an outcome.
    """
    if design.parsed is None:
        if not isinstance(data, tuple) or len(data) != 2:
            raise DomainError("the model was made from arrays: give new rows with their outcome as a pair (y, X).")
        paired(("y", data[0]), ("X", data[1]))
        outcome, X = vector(data[0], f"the outcome {name!r}"), design.encode(data[1])
    else:
        frame = table(data)
        columns = {}
        for column in design.parsed.outcome.columns:
            columns[column] = frame.column(column)
            if missing(columns[column]).any():
                raise DomainError(f"the outcome {column!r} is missing in some of the new rows. Leave them out.")
        outcome, X = outcome_of(design.parsed, columns, np.arange(frame.n)), design.encode(data)
    if len(outcome) != len(X):
        raise DomainError(f"the outcome has {len(outcome)} values and the new data have {len(X)} rows.")
    return outcome, X
