"""Rows of a linear mixed model, from a formula such as `y ~ x + (x | g)` and a table in memory, or in files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.dataset import Dataset, from_source, given, read, require_formula
from stattools.data.design.design import Design
from stattools.data.design.random_effects import (
    LatentTerms,
    RandomDesign,
    effects_together,
    require_groups,
    require_numbers,
)
from stattools.data.design.smooths import SmoothDesign, curves_of, over_knots
from stattools.data.files.scan import Source, source_of
from stattools.data.files.source import TEXT
from stattools.data.formula.formula import Formula
from stattools.data.formula.parts import has_curves, mixed_formula
from stattools.errors import IncompatibleError
from stattools.interface.when_needed import pd


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
    made = read(formula, data, columns=columns, latent=True)
    if (latent := made.latent) is None:
        raise _without_random(who, formula)
    for one in latent.random:
        require_groups(one.part, one.labels, len(made.X), effects_together(one))
    return replace(made, latent=None), latent


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
