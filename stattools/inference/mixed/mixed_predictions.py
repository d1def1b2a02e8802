"""What a linear mixed model expects of rows: of groups that were seen, of the population, and of new groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.files.scan import source_of
from stattools.data.random_design import RandomDesign, terms_of
from stattools.data.random_term import RandomTerm
from stattools.data.smooth_term import SmoothTerm
from stattools.data.tables.columns import listing
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import quantile_of
from stattools.inference.mixed.predicted_variances import PredictedRows, degrees_of
from stattools.inference.mixed.random_effects import label_of, wiggles
from stattools.inference.prediction.answers import handed_out
from stattools.inference.prediction.new_rows import at_rows, columns_beside, with_precision
from stattools.inference.smooths.beyond import beside_beyond, said_beyond
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.models.mixed.linear_mixed import LinearMixed
from stattools.models.model import Model
from stattools.solvers.mixed.mixed_maximum import MixedMaximum

GROUPS = ("known", "population", "new", "typical")
KINDS = ("mean", "link", "observation")


def mixed_predictions(
    fit: Any, data: Any, groups: str, kind: str, interval: float | None, precision: Any, missing: Any, align: bool
) -> Any:
    """See `LinearMixedFit.predict`."""
    groups, kind = word_of(groups, GROUPS), word_of(kind, KINDS)
    model, found = fit.model, fit.found
    groups = "population" if is_one_of(groups, ("typical",)) else groups  # the mean is linear in the effects
    _require_words(model, groups, kind)
    if interval is not None:
        require_level(interval, "interval")
    elif precision is not None:
        raise IncompatibleError('predict takes precision= for the interval of kind="observation" only; leave it out.')
    _require_in_memory(model, data)
    fixed = replace(model.fixed, title=model.title)
    beside = columns_beside(fixed, kind, None, precision) if interval is not None else {}
    for design in () if data is None else model.read.random:
        beside |= {name: name for name in columns_of(design, groups)}
    at = at_rows(fixed, data, missing=missing, beside=beside)
    name = "link" if kind == "link" else "mean"
    mean = half = np.full(1, np.nan)  # of no complete row: one without a value, as of every fit
    curves: tuple[SmoothTerm, ...] = ()
    if len(at.rows.X):
        terms, curves = terms_at(model, data, groups, at), curves_at(model, data, at)
        mean = _expected(found, at, terms, groups, curves)
        if interval is not None:
            extra = 0.0
            if kind == "observation":
                held = with_precision(at, fixed, data, precision).rows.precision
                extra = found.s2 if held is None else found.s2 / held
            half = _half(fit, at, terms, groups, curves, interval, extra)
    if interval is None:
        return said_beyond(handed_out(at.places, mean, name, align), curves)
    frame = pd.DataFrame({name: mean, "lower": mean - half, "upper": mean + half})
    frame = beside_beyond(frame, curves)
    return said_beyond(handed_out(at.places, frame, name, align, is_bare=False), curves)


def _expected(
    found: MixedMaximum, at: Model, terms: tuple[RandomTerm, ...], groups: str, curves: tuple[SmoothTerm, ...]
) -> Floats:
    """The means of the rows."""
    mean = np.asarray(at.rows.X) @ found.beta + wiggles(found, curves)
    if groups == "known":
        for term, modes in zip(terms, found.modes, strict=False):
            mean = mean + np.einsum("iq,qi->i", term.z, modes[:, term.codes])
    return mean


def _half(
    fit: Any,
    at: Model,
    terms: tuple[RandomTerm, ...],
    groups: str,
    curves: tuple[SmoothTerm, ...],
    interval: float,
    extra: Floats | float,
) -> Floats:
    """Half the width of the intervals; `extra` is the variance of an observation beside its mean's."""
    found = fit.found
    rows = PredictedRows.of(found, np.asarray(at.rows.X), terms, groups)
    if curves:
        rows, seen = rows.beside_curves(found.model.curves, curves), found.model.curves.seen(found.profile)
        return quantile_of(fit.t_df, interval) * np.sqrt(found.s2 * rows.variances(seen) + extra)
    variance = found.s2 * rows.variances(found.profile) + extra
    if fit.degrees is None or fit.degrees.are_normal:
        return quantile_of(np.inf, interval) * np.sqrt(variance)
    degrees = degrees_of(found, fit.degrees.curvatures, rows, variance)
    return quantile_of(degrees, interval) * np.sqrt(variance)


def _require_words(model: LinearMixed, groups: str, kind: str) -> None:
    if not is_one_of(groups, GROUPS):
        raise IncompatibleError(f"predict has groups {', '.join(map(repr, GROUPS))}; got groups={quoted(groups)}.")
    if not is_one_of(kind, KINDS):
        raise IncompatibleError(f"{model.title} predicts kind {', '.join(map(repr, KINDS))}; got kind={quoted(kind)}.")
    if kind == "observation" and groups == "population":
        raise IncompatibleError(
            'an observation belongs to a group: predict it with groups="known", or with groups="new" for a group that '
            'nobody saw; groups="population" has a mean only.'
        )


def _require_in_memory(model: LinearMixed, data: Any) -> None:
    here = model.read.data.scanned is None if data is None else source_of(data) is None
    if not here:
        raise IncompatibleError(
            f"predict of {model.title} answers for rows in memory: give it a table of some of the rows, predict(table)."
        )


def columns_of(design: RandomDesign, groups: str) -> tuple[str, ...]:
    """The columns of new rows that their random terms are made of."""
    if groups == "population":
        return ()
    parsed = design.design.parsed
    effects = () if parsed is None else tuple(parsed.columns)
    return (*design.part.groups, *effects) if groups == "known" else effects


def terms_at(model: LinearMixed, data: Any, groups: str, at: Model) -> tuple[RandomTerm, ...]:
    """The random terms at the rows; DomainError for groups that were not seen where they should be known."""
    if groups == "population":
        return ()
    if data is None:
        return model.random
    found: list[RandomTerm] = []
    for design in model.read.random:
        if groups == "new":
            z = design.design.encode(data, at.kept)
            found += terms_of(design, np.full(len(z), -1), z)
            continue
        own = design.terms(data, at.kept)
        unseen = np.flatnonzero(own[0].codes < 0)
        if len(unseen):
            raise _unseen(design, data, unseen if at.kept is None else at.kept[unseen])
        found += own
    return tuple(found)


def curves_at(model: Any, data: Any, at: Model) -> tuple[SmoothTerm, ...]:
    """The curves at the rows."""
    if data is None:
        return model.smooths
    designs = {id(term.design): term.design for term in model.smooths}
    return tuple(term for design in designs.values() for term in design.terms(data, at.kept))


def _unseen(design: RandomDesign, data: Any, rows: Any) -> DomainError:
    columns = [table(data).column(name) for name in design.part.groups]
    levels = [tuple(column.iloc[row] for column in columns) for row in rows.tolist()]
    called = dict.fromkeys(map(label_of, levels) if len(columns) > 1 else columns[0].iloc[rows].tolist())
    return DomainError(
        f"predict: the groups {listing(called)} of {design.part.group!r} (row {rows[0]}, counting from 0) were not "
        'there when the model was fitted, and have no effect that is known. groups="new" predicts for a group that '
        'nobody saw, groups="population" for the average of all.'
    )
