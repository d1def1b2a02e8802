"""Rows of a regression with random parts, from a formula such as `y ~ x + (x | g)` and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from stattools.data.dataset import (
    NONE,
    CompleteRows,
    Dataset,
    apart_of,
    from_source,
    from_table,
    given,
    read,
    require_formula,
)
from stattools.data.design.design import Design, learn
from stattools.data.design.random_effects import (
    LatentTerms,
    RandomDesign,
    RandomTerm,
    effects_together,
    learn_random,
    require_groups,
    require_numbers,
    terms_of,
)
from stattools.data.design.smooths import SmoothDesign, curves_of, learn_smooth, over_knots
from stattools.data.files.scan import Source, source_of
from stattools.data.files.source import TEXT
from stattools.data.formula.expression import short
from stattools.data.formula.formula import Formula
from stattools.data.formula.parts import MixedFormula, has_curves, mixed_formula
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd

SMALL = 1e-9
"""Effects of which the columns of X leave this part of their length are made by them."""


def mixed_rows(who: str, formula: Any, data: Any, columns: Mapping[str, Any]) -> tuple[Dataset, LatentTerms]:
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
    if (source := source_of(data)) is not None:
        return _in_files(who, formula, data, source, given(columns))
    made = rows_with_groups(formula, data, columns)
    if (latent := made.latent) is None:
        raise _without_random(who, formula)
    for one in latent.random:
        require_groups(one.part, one.labels, len(made.X), effects_together(one))
    return replace(made, latent=None), latent


def rows_with_groups(text: str, data: Any, columns: Mapping[str, Any], formulas: Mapping[str, str] = NONE) -> Dataset:
    """The complete rows of a formula as `read` gives them, with its random parts and curves in `latent`. DomainError,
    beside what `read` raises, for groups that tell nothing, and for what is no curve.

    >>> table = {"y": [1, 2, 4, 7], "n": [4, 4, 5, 8], "g": ["a", "a", "b", "b"]}
    >>> rows = rows_with_groups("y ~ 1 + (1 | g)", table, {"trials": "n"})
    >>> rows.columns["trials"].tolist(), rows.latent.terms[0].name
    ([4.0, 4.0, 5.0, 8.0], '(1 | g)')
    """
    if (source := source_of(data)) is not None:
        raise IncompatibleError(
            f"groups and curves of rows {source.place} are those of a normal outcome, st.linear_mixed and st.glm(..., "
            f'family="normal"), which need their sums alone; the integrals of {short(text)!r} need all rows: give a '
            "table in memory."
        )
    frame = table(data)
    columns = given(columns)
    said = mixed_formula(text, frame.names, apart_of(columns))
    if not said.random and not has_curves(said.formula):
        return read(text, data, columns=columns, formulas=formulas)
    options: Any = {"learned": partial(learn_latent, said), "more": said.columns, "dated": said.groups}
    return from_table(frame, data, said.formula, columns, formulas, **options)


def learn_latent(
    said: MixedFormula, beside: Mapping[str, Formula], found: CompleteRows
) -> tuple[tuple[Any, Any, Any], LatentTerms]:
    """What `learn` makes of the formula over complete rows and of those `beside` it, and its groups and curves."""
    formula, curves, notes = curves_of(said.formula, found.columns, said.groups)
    learned = learn(formula, found, beside)
    parts = [learn_random(part, found) for part in said.random]
    terms = tuple(term for part in parts for term in terms_of(*part))
    _require_other_groups(terms)
    for term in terms:
        _require_not_fixed(term, learned[1])
    smooths = tuple(term for curve in curves for term in learn_smooth(curve, formula, learned[0], found))
    if notes:
        said = replace(said, notes=(*said.notes, *notes))
    return learned, LatentTerms(said, tuple(design for design, *_ in parts), terms, smooths)


def _in_files(
    who: str, text: str, data: Any, source: Source, columns: Mapping[str, Any]
) -> tuple[Dataset, LatentTerms]:
    """The rows of a source with one grouping, or with curves: one read finds all but the groups."""
    said = mixed_formula(text, source.names)
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
    elif said.random:
        groups = said.random[0].groups
        if any(set(part.groups) != set(groups) for part in said.random):
            raise IncompatibleError(
                f"{who} reads rows {source.place} for one grouping, and {said.formula.text!r} has several: the sums of "
                "crossed and nested groups are not those of each. Give a table in memory."
            )
    else:
        raise _without_random(who, said.formula.text)
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


def _without_random(who: str, text: str) -> IncompatibleError:
    return IncompatibleError(
        f'{who} needs a random part, such as "{text} + (1 | group)", or a curve, s(x); without one st.ols fits the '
        "same."
    )


def _require_other_groups(terms: Sequence[RandomTerm]) -> None:
    """DomainError where two terms have an effect of the same column over groups of the same rows."""
    for one, other in combinations(terms, 2):
        both = [name for name in one.columns if name in other.columns]
        if not both or one.n_levels != other.n_levels:
            continue
        twin = np.zeros(one.n_levels, dtype=np.intp)
        twin[one.codes] = other.codes
        if (twin[one.codes] == other.codes).all():
            raise DomainError(
                f"{one.name} and {other.name} have the effect of {both[0]!r} twice, over groups of the same rows: "
                f"{one.group!r} and {other.group!r} are two names of one grouping; leave one out."
            )


def _require_not_fixed(term: RandomTerm, X: Floats) -> None:
    """DomainError where the columns of X make every effect of a term, so that nothing is known of its variance."""
    q = len(term.columns)
    if term.n_levels * q > X.shape[1]:
        return
    Z = np.zeros((len(X), term.n_levels * q))
    for k in range(q):
        Z[np.arange(len(X)), term.codes * q + k] = term.z[:, k]
    Z /= np.linalg.norm(Z, axis=0).max()
    size = np.abs(X).max(axis=0)
    basis = np.linalg.svd(np.asarray(X) / np.where(size > 0.0, size, 1.0), full_matrices=False)[0]
    if np.abs(Z - basis @ (basis.T @ Z)).max() < SMALL:
        raise DomainError(
            f"the fixed effects make every effect of {term.name}: {term.group!r} has {term.n_levels} levels, and X has "
            "columns for each of them. Leave it out of one of the two."
        )
