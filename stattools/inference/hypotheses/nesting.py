"""Are two models of the same data, and is one contained in the other?

The columns of two models of the same rows side by side, and the triangle that says which are combinations of others.

The triangles of batches of rows add up to that of all rows by QR of one below the other: files are read once.

Models of a series side by side: when their likelihoods compare, and when one is nested in another.

A diffuse log-likelihood of n values and d flat states has n - d terms: with another d it is a density of other data,
and the difference depends on the units of y. Where a variance is 0 under the smaller model the likelihood ratio is
neither chi-squared nor the mixture for the edge of a range (a random walk comes in with it), so there is no test.
Source: Harvey (1989), 5.1; Shephard & Harvey, Journal of Time Series Analysis 11 (1990).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools.data.rows.rows import Rows
from stattools.data.rows.triangle import Triangle, triangle
from stattools.errors import IncompatibleError
from stattools.inference.existence import check_rank
from stattools.inference.hypotheses.nested_cuts import cuts_embedded, made_of
from stattools.inference.hypotheses.nested_levels import projected
from stattools.inference.hypotheses.partial_likelihoods import difference_of_times
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.models.any_model import AnyModel
from stattools.models.model import Model
from stattools.numerics.columns import as_columns


def beside(ours: Rows, theirs: Rows) -> Floats:
    """[X of one, X of the other, the difference of the offsets]."""
    return np.column_stack([ours.X, theirs.X, shift_of(ours, theirs)])


def shift_of(ours: Rows, theirs: Rows) -> Floats:
    """The difference of the offsets, 0 where it is round-off."""
    zero = np.zeros(len(ours.y))
    one, other = (zero if v is None else v for v in (ours.offset, theirs.offset))
    return np.where(np.abs(other - one) > 1e-13 * (np.abs(one) + np.abs(other)), other - one, 0.0)


def sizes(ours: Rows, theirs: Rows) -> Floats:
    """Root mean squares of the columns of both, 1 where that is 0, and of the offsets; of the rows in memory."""
    offsets = [rows.sampled.offset for rows in (ours, theirs) if rows.sampled.offset is not None]
    columns = [ours.sampled.X, theirs.sampled.X, np.concatenate([np.zeros(1), *offsets])[:, None]]
    size = np.concatenate([np.sqrt(np.mean(np.square(values), axis=0)) for values in columns])
    return np.where(size > 0, size, 1.0)


def triangle_of_both(ours: Rows, theirs: Rows, size: Floats) -> Floats:
    """The triangle of the columns of both, in units of `size`."""
    return ours.gather_with(theirs, partial(_of_batch, size)).R


def _of_batch(size: Floats, ours: Rows, theirs: Rows) -> Triangle:
    columns = beside(ours, theirs) / size
    return Triangle(triangle(Rows(columns, np.zeros(len(columns)), ours.weight)))


SAME_SPACE = 1e-9
"""A column whose part outside the larger model's columns is this small beside it lies among them."""


def difference_in_outcome(one: Any, other: Any) -> str | None:
    """Why the likelihoods of two models are not those of the same data; None where they are."""
    for model in (one, other):
        if not isinstance(model, AnyModel):
            return f"{described(model)} is no model"
    if one.is_series or other.is_series:
        return difference_of_series(one, other)
    if one.is_partial or other.is_partial:
        return difference_of_times(one, other)
    one, other = one.without_groups, other.without_groups
    for model in (one, other):
        if not isinstance(model, Model):
            return f"{described(model)} has no rows"
    a, b = one.rows, other.rows
    if not (one.in_memory and other.in_memory):
        return _difference_of_sources(one, other)
    if len(a.y) != len(b.y):
        dropped = (
            f" ({one.n_dropped:,} and {other.n_dropped:,} were dropped)" if one.n_dropped or other.n_dropped else ""
        )
        return f"one has {len(a.y):,} rows and the other {len(b.y):,}{dropped}; fit both to the rows complete in both"
    if one.likelihood.outcome.is_whole != other.likelihood.outcome.is_whole:
        return _densities_and_probabilities(one, other)
    if not np.array_equal(_outcomes(one), _outcomes(other)):
        return f"the outcomes {one.outcome_name!r} and {other.outcome_name!r} differ in their values"
    for what, v, w in (("weights", a.weight, b.weight), ("precisions", a.precision, b.precision)):
        ones = np.ones(len(a.y))
        if not np.array_equal(ones if v is None else v, ones if w is None else w):
            return f"their {what} differ"
    return None


def _densities_and_probabilities(one: Any, other: Any) -> str:
    dense, discrete = (other, one) if one.likelihood.outcome.is_whole else (one, other)
    return f"{dense.title} has a density and {discrete.title} probabilities, which do not compare"


def _difference_of_sources(one: Any, other: Any) -> str | None:
    """The same of rows in files: those of one scan, complete in columns that miss values in the same rows."""
    a, b = one.rows, other.rows
    if a.place != b.place:
        return f"one has its rows {a.place} and the other {b.place}; make both from one table"
    if one.source is not other.source and a.source != b.source:
        return "their rows are those of different tables"
    if len(a.X) != len(b.X) or not (set(one.dropped) <= set(other.dropped) or set(other.dropped) <= set(one.dropped)):
        return (
            f"one has {len(a.X):,} rows and the other {len(b.X):,}, complete in other columns ({_missing(one)}; "
            f"{_missing(other)}); keep the rows complete in both in files of their own"
        )
    if one.likelihood.outcome.is_whole != other.likelihood.outcome.is_whole:
        return _densities_and_probabilities(one, other)
    if a.coding.formula.outcome.text != b.coding.formula.outcome.text or set(one.labels or ()) != set(
        other.labels or ()
    ):
        return f"the outcomes {one.outcome_name!r} and {other.outcome_name!r} may differ in their values"
    if a.coding.extras.get("weights") != b.coding.extras.get("weights"):
        return "their weights differ"
    return None


def _missing(model: Model) -> str:
    return ", ".join(f"{name!r} misses {count:,}" for name, count in model.dropped.items()) or "none misses any"


def _outcomes(model: Model) -> NDArray[Any]:
    """The outcome with its own labels, so that the choice of a reference does not matter."""
    if model.labels is None or not model.likelihood.outcome.has_labels:
        return model.rows.y
    return np.array(model.labels, dtype=object)[model.rows.y.astype(int)]


def embedding(full: Model, restricted: Model, estimate: Floats) -> Floats:
    """The coefficients of the larger model that give the linear predictors of the smaller one.

    IncompatibleError unless every column of the smaller model, and the difference of the offsets, is a combination of
    the larger model's columns, and the larger model is larger.
    """
    if full.predictor.size <= restricted.predictor.size:
        raise IncompatibleError(
            f"the larger model comes with more coefficients; got {full.predictor.size} in {describe(full)} and "
            f"{restricted.predictor.size} in {describe(restricted)}. Exchange them, or compare by AIC."
        )
    if full.predictor.taken_up:
        described_both = describe(full), describe(restricted)
        return cuts_embedded(full, restricted, estimate, *_with_a_constant(full, restricted), described_both)
    if any(full.predictor.own) or any(restricted.predictor.own):
        return _each_predictor(full, restricted, estimate)
    p, r = full.predictor.columns, restricted.predictor.columns
    if as_columns(full.rows.X).coded is not None:
        return _beside_levels(full, restricted, estimate)
    size = sizes(full.rows, restricted.rows)
    R = triangle_of_both(full.rows, restricted.rows, size)
    inside, outside = R[:p, p:], R[p:, p:]
    lost = np.linalg.norm(outside, axis=0) > SAME_SPACE * np.maximum(np.linalg.norm(R[:, p:], axis=0), 1e-300)
    if lost.any():
        _refuse(full, restricted, int(np.argmax(lost)))
    try:
        map_of = np.linalg.solve(R[:p, :p], inside) / size[:p, None] * size[p:]
    except np.linalg.LinAlgError:
        check_rank(full)
        raise
    width = full.predictor.n_first
    betas = estimate[: width * r].reshape(width, r)
    theta = betas @ map_of[:, :r].T + map_of[:, r]
    found = np.concatenate([theta.ravel(), estimate[width * r :]])
    return np.append(found, np.zeros(full.predictor.size - len(found)))  # a parameter that the smaller one holds at 0


def _beside_levels(full: Model, restricted: Model, estimate: Floats) -> Floats:
    """The `embedding` where the larger model's levels are codes: one linear predictor, and constants of all rows."""
    r = restricted.predictor.columns
    theta, lost = projected(full.rows, restricted.rows, shift_of(full.rows, restricted.rows), estimate[:r], SAME_SPACE)
    if lost is not None:
        _refuse(full, restricted, lost)
    found = np.concatenate([theta, estimate[r:]])
    return np.append(found, np.zeros(full.predictor.size - len(found)))


def _refuse(full: Model, restricted: Model, column: int) -> NoReturn:
    name = [*restricted.terms, "offset"][column]
    raise IncompatibleError(
        f"the models are not nested: {name!r} of {describe(restricted)} is no combination of the columns of "
        f"{describe(full)}. Compare them by AIC or BIC (st.compare)."
    )


def _each_predictor(full: Model, restricted: Model, estimate: Floats) -> Floats:
    """The same where parameters beside the first have columns of their own: each linear predictor in its counterpart.

    A shared constant is a column of ones, which the larger model's predictor has to contain.
    """
    p, r = full.predictor.columns, restricted.predictor.columns
    R, size = _with_a_constant(full, restricted)
    theta = np.zeros(full.predictor.size)
    places = {name: place for place, (name, _) in enumerate(full.likelihood.others, full.predictor.n_first)}
    counterparts = [*range(restricted.predictor.n_first), *(places[name] for name, _ in restricted.likelihood.others)]
    for k, inner, whence in zip(counterparts, restricted.predictor.uses, restricted.predictor.parts, strict=True):
        use, part, given = full.predictor.uses[k], full.predictor.parts[k], estimate[whence]
        if use == () == inner:
            theta[part] = given
            continue
        at = list(range(p) if use is None else use)
        to = [p + j for j in (range(r) if inner is None else inner or (r,))]
        if k < full.predictor.n_first:
            to, given = [*to, p + r + 1], np.append(given, 1.0)
        found = made_of(R, at, to, (describe(full), describe(restricted)))
        theta[part] = (found * size[to] / size[at][:, None]) @ given
    return theta


def _with_a_constant(full: Model, restricted: Model) -> tuple[Floats, Floats]:
    """The triangle of the columns of the larger model, those of the smaller, a column of ones and the difference of the
    offsets, and their sizes.
    """
    instead = "Compare their AIC, or take tables in memory."
    theirs: Any = restricted.rows.at_hand("tests of nested formulas of several parameters", restricted.title, instead)
    ours: Any = full.rows.at_hand("tests of nested formulas of several parameters", full.title, instead)
    theirs = replace(theirs, X=np.column_stack([theirs.X, np.ones(len(theirs.X))]))
    size = sizes(ours, theirs)
    return triangle_of_both(ours, theirs, size), size


def describe(model: Any) -> str:
    """The formulas, or the title and the terms."""
    if model.formula or not model.terms:
        return ", ".join(model.formulas) or model.title
    return f"{model.outcome_name} ~ {' + '.join(model.terms[:4])}{' + ...' if len(model.terms) > 4 else ''}"


def difference_of_series(one: Any, other: Any) -> str | None:
    """Why the likelihoods of two models of which one is of a series are not those of the same data."""
    for a, b in ((one, other), (other, one)):
        if a.diffuse and not b.diffuse:
            return f"the log-likelihood of {a.title} is diffuse, and that of {b.title} is not"
        if not b.is_series:
            return f"{b.title} is not of a series"
    if not np.array_equal(one.arrays()["y"], other.arrays()["y"], equal_nan=True):
        return f"the series {one.outcome_name!r} and {other.outcome_name!r} differ in their values"
    if one.diffuse:
        if one.diffuse != other.diffuse:
            return (
                f"their diffuse log-likelihoods have {one.n - one.diffuse:.0f} and {other.n - other.diffuse:.0f} terms "
                f"for {one.diffuse} and {other.diffuse} flat states, and what lies between depends on the units of y; "
                "compare their one-step errors (fit.innovations(), fit.diagnostics()), or models with as many states"
            )
    elif one.used.sum() != other.used.sum():
        return "one counts the first value as an error and the other takes it for its level (initial=)"
    return None


def require_nested(full: Any, restricted: Any) -> None:
    """IncompatibleError unless the likelihood ratio of two models of a series is chi-squared."""
    if full.diffuse:
        if set(full.positive) == set(restricted.positive) and set(restricted.regressors) < set(full.regressors):
            return
        raise IncompatibleError(
            "the smaller model has a variance of 0, the edge of its range, where the likelihood ratio is not "
            "chi-squared, or is not nested. Compare them by AIC or BIC."
        )
    if full.Z is None or restricted.Z is None or full.free != restricted.free:
        raise IncompatibleError("the weight or the level is held in one of them. Compare them by AIC or BIC.")
    image = full.Z @ np.linalg.lstsq(full.Z, restricted.Z, rcond=None)[0]
    if full.Z.shape[1] <= restricted.Z.shape[1] or not np.allclose(image, restricted.Z, rtol=1e-9, atol=1e-12):
        raise IncompatibleError("their covariates are not nested. Compare them by AIC or BIC.")
