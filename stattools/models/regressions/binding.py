"""What every regression's constructor does: read the data, check weights and outcome, bind them to a likelihood.

Outcomes are numbers (`bind_numbers`), or happen or not, also grouped as successes out of trials (`bind_events`). Other
parameters of the outcome's distribution have right sides by name, `scale="~ z"`. Solvers begin at zeros, or at the
moments and the offset where zeros are far from any maximum.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import isfinite, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import Dataset, read
from stattools.data.formula.formula import grouped_formula
from stattools.data.formula.parts import MARK
from stattools.data.rows.rows import Farthest, Rows, frequencies, offset_of, require_positive
from stattools.data.tables.arrays import binary, numeric
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.units import require_precision
from stattools.likelihoods import Likelihood
from stattools.likelihoods.binary import Binomial
from stattools.likelihoods.likelihood import rough_predictor
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictor import Linear, among, linear_of
from stattools.numerics.columns import Columns, nearest, with_levels
from stattools.numerics.sums import SampleMoments

ENOUGH = 50_000
"""Rows that a start is made from, at most."""


def starting_point(likelihood: Likelihood, predictor: Linear, rows: Rows) -> Floats:
    """Zeros, or what undoes the offset as far as the columns can; near `Likelihood.start` where zeros are far away. Of
    rows in files the sample is looked at, and only where zeros are not the start.
    """
    theta = np.zeros(predictor.size)
    at_zero = likelihood.facts.starts_at_zero
    if at_zero and (rows.offset is None or likelihood.facts.has_scale):
        return theta
    if likelihood.facts.has_scale and not at_zero:
        raise IncompatibleError(
            "the scale of normal errors comes from least squares, which knows no link but the identity. Give a family "
            "whose scale is one of its parameters."
        )
    rows = rows.typical
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    offset = np.zeros(len(rows.y)) if rows.offset is None else rows.offset
    first = rows if predictor.main is None else replace(rows, X=among(rows.X, predictor.main))
    if at_zero:
        theta[predictor.parts[0]] = _nearest(first, -offset)
        return theta
    counts = weight > 0
    largest = 0.0 if predictor.taken_up else float(offset[counts].max())
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # of a family of the caller's: told here
        near = likelihood.start(rows.y, weight, np.where(counts, offset - largest, 0.0))
    if not np.isfinite(near).all():
        raise IdentificationError(
            f"the start of {type(likelihood).__name__} is {near.tolist()}, which is not finite: as where all outcomes "
            "are the same, so that a scale has its maximum at 0. Give other outcomes, or start such a scale above 0."
        )
    near[0] -= largest
    ends = any(map(isfinite, likelihood.facts.domain))
    constant = np.flatnonzero(np.nan_to_num(rows.constants)).tolist()
    for k, (columns, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        still = constant if columns is None else [place for place, column in enumerate(columns) if column in constant]
        if columns == ():
            theta[part] = near[k]
        elif still:
            column = still[0] if columns is None else columns[still[0]]
            theta[part.start + still[0]] = _in_units(near[k], rows.X[0, column])
        elif k == 0 and not predictor.taken_up:
            if rows.offset is not None or ends:
                theta[part] = _nearest(first, rough_predictor(likelihood, rows.y, weight) - offset)
            elif len(near) > 1:  # from a linear predictor of 0 outcomes may be far: a scale has that in it then
                wide, at = np.append([near[0], np.log(np.hypot(np.exp(near[1]), near[0]))], near[2:]), (len(rows.y), 1)
                near = max(near, wide, key=lambda to: weight @ likelihood.loglik(np.tile([0.0, *to[1:]], at), rows.y))
    own = [column for column in constant if predictor.main is None or column in predictor.main]
    X = with_levels(first.X)
    if X is not None and X.constants is not None and not predictor.taken_up and (own or X.is_complete):
        if not own:
            theta[predictor.parts[0]] = 0.0  # slopes of levels go with other constants
        theta[X.constants] = _of_levels(likelihood, X, rows.y, weight, offset) - (near[0] if own else 0.0)
    if ends:
        theta[predictor.parts[0]] = _inside(likelihood.facts.domain, first, theta[predictor.parts[0]])
    return theta


def _of_levels(likelihood: Likelihood, X: Columns, y: Floats, weight: Floats, offset: Floats) -> Floats:
    """The first linear predictor of the mean outcome of each level, and of one more observation of the usual mean: a
    level whose outcomes are all 0 has a start too.
    """
    out_of = weight * likelihood.trials_of(y)
    total = out_of * likelihood._known(y)
    usual = float(total.sum() / out_of.sum())
    mean = (X.by_level(total) + usual) / (X.by_level(out_of) + 1.0)
    return np.asarray(likelihood.link(mean)) - X.by_level(weight * offset) / np.maximum(X.by_level(weight), 1.0)


def _inside(domain: tuple[float, float], rows: Rows, beta: Floats) -> Floats:
    """The coefficients, or near to them others whose linear predictors are all in the domain: halfway to a point well
    inside it, which a linear program finds. DomainError where there is none.
    """
    from scipy.optimize import linprog

    offset = np.zeros(len(rows.X)) if rows.offset is None else rows.offset
    low, high = domain

    def is_inside(beta: Floats) -> bool:
        eta = rows.X @ beta + offset
        return bool(((eta > low) & (eta < high)).all())

    if is_inside(beta):
        return beta
    size = np.abs(rows.X).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    ends = [(sign, end) for sign, end in ((-1.0, low), (1.0, high)) if np.isfinite(end)]
    A = np.concatenate([np.column_stack([sign * rows.X / size, np.ones(len(rows.X))]) for sign, _ in ends])
    b = np.concatenate([sign * (end - offset) for sign, end in ends])
    unit = max(1.0, float(np.abs(b).max()))
    goal = np.append(np.zeros(len(beta)), -1.0)
    found = linprog(goal, A_ub=A, b_ub=b / unit, bounds=[(None, None)] * len(beta) + [(None, 1.0)], method="highs")
    center = None if found.x is None else unit * found.x[:-1] / size
    if center is None or not is_inside(center):
        raise DomainError(
            f"no coefficients give every row a linear predictor between {low:g} and {high:g}, where the link has means "
            "that the family has. Give another link, or an intercept."
        )
    way = beta - center
    part = next((part for part in 0.5 ** np.arange(1.0, 61.0) if is_inside(center + part * way)), 0.0)
    return center + 0.5 * part * way


def _nearest(rows: Rows, eta: Floats) -> Floats:
    """The coefficients whose linear predictor is nearest to eta; in a sample where there are more rows than enough."""
    rows = replace(rows, y=eta)
    rows = rows if len(eta) <= ENOUGH else rows.sample(ENOUGH)
    size = np.abs(rows.X).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    return _in_units(nearest(rows.X / size, rows.y), size)


def _in_units(coefficients: Floats, size: Floats) -> Floats:
    """Coefficients of columns of such a size; 0 beyond float64, in units that no fit takes."""
    with np.errstate(over="ignore"):
        found = coefficients / size
    return np.where(np.isfinite(found), found, 0.0)


Column = str | ArrayLike | None

NO_FORMULAS: Mapping[str, str] = MappingProxyType({})

LARGEST_OFFSET = 1e6
"""Beyond this the round-off of the linear predictor is more than 1e-10 of what is added to it."""

ROUND_OFF = 1e8 * float(np.finfo(float).eps)
"""An offset times this is more than y where y - offset has fewer than 8 digits of it."""


def read_rows(
    formula_or_y: object,
    data_or_X: object,
    names: object,
    intercept: bool,
    *,
    formulas: Mapping[str, object] = NO_FORMULAS,
    grouped: bool = False,
    products: bool = False,
    **columns: Column,
) -> Dataset:
    """The complete rows of a formula and a table, or of arrays, with one number per row for each of `columns`.

    A regression that is `grouped` takes effects of groups and curves in its formula, (1 | g) and s(x): `bind` makes a
    mixed model of them. Others refuse them in words.

    `formulas` are right sides for other parameters of the outcome's distribution by name, {"scale": "~ z"}; "~ 1" and
    None stand for a constant that all rows share. `products` are asked for by least squares (`read`).
    """
    beside = moving(formulas) if formulas else NO_FORMULAS
    latent = grouped and type(formula_or_y) is str and "(" in formula_or_y and has_latent(formula_or_y)
    asked = {"names": names, "intercept": intercept, "columns": columns, "formulas": beside, "products": products}
    return read(formula_or_y, data_or_X, coded=True, latent=latent, **asked)


def has_latent(formula: object) -> bool:
    """Whether a formula may have effects of groups or curves in it."""
    return type(formula) is str and ("|" in formula or MARK.search(formula) is not None)


def bind(
    kind: str,
    title: str,
    likelihood: Likelihood,
    data: Dataset,
    y: Floats,
    *,
    labels: tuple[object, ...] | None = None,
    outcome_name: str | None = None,
) -> Any:
    """The model of `likelihood` over the rows of `data`, whose columns may be weights, precision, offset, exposure.

    The first parameter of the likelihood has the columns of the formula, each other those of its own, or is a constant
    that all rows share. With effects of groups in the formula it is a `MixedRegression`, otherwise a `Model`.
    """
    rows: Any
    # A Newton step may eliminate levels of a factor of one linear predictor on the whole line, with others beside it
    # that do not read the levels, or of those of categories, which all read them.
    alone = likelihood.width == len(likelihood.parameters) or likelihood.facts.by_category
    if not alone or not likelihood.facts.knows_ends or any(map(isfinite, likelihood.facts.domain)):
        data = data.as_array()
    if data.scanned is not None:
        require_moderate(likelihood, data.scanned.farthest, data.scanned.outcome)
        rows = data.scanned.bound(y, likelihood.check)
    else:
        columns, kept = data.numbers, data.kept
        offset, precision = offset_of(columns.get("offset"), columns.get("exposure"), kept), columns.get("precision")
        weight = frequencies(columns.get("weights"), kept)
        if offset is not None:
            outcome = SampleMoments.of(y, weight) if _is_in_units_of_y(likelihood) else None
            require_moderate(likelihood, Farthest.of(offset, data.kept), outcome)
        rows = Rows(data.X, likelihood.check(y), weight, offset, precision, None, None, data.low)
        if precision is not None:
            require_positive(precision, "precision= are relative inverse variances, and", kept)
            require_precision(precision, rows.y)
    predictor = linear_of(likelihood, data.design, data.X.shape[1])
    model = Model(  # by position: names cost a small fit a twentieth of its time
        kind,
        title,
        likelihood,
        predictor,
        rows,
        data.design,
        outcome_name or data.outcome_name,
        starting_point(likelihood, predictor, rows),
        labels,
        data.extras,
        data.dropped,
        data.n_dropped,
        data.n_empty,
        data.kept,
        data.source,
        data.origin,
    )
    if predictor.width > 1:
        require_different_names(model)
    if data.latent is None:
        return model
    from stattools.models.mixed.mixed_model import MixedRegression, require_whole_line

    require_whole_line(title, likelihood)
    return MixedRegression(data.latent, model, kind, f"{title} {data.latent.said_of}")


def bind_numbers(
    kind: str,
    title: str,
    likelihood: Likelihood,
    *given: Any,
    formulas: Mapping[str, object] = NO_FORMULAS,
    **columns: Column,
) -> Any:
    """The regression of an outcome of numbers, from what its constructor was `given`: a formula and a table, or arrays,
    with names and intercept. DomainError for counts that are all 0.
    """
    data = read_rows(*given, formulas=formulas, grouped=True, **columns)
    y = numeric(data.outcome, data.outcome_name)
    if likelihood.outcome is Outcome.COUNT:
        require_some(y, title, data)
    return bind(kind, title, likelihood, data, y)


def bind_events(
    who: str,
    kind: str,
    title: str,
    likelihoods: tuple[Likelihood, Likelihood],
    formula_or_y: object,
    *given: Any,
    trials: Column = None,
    **columns: Column,
) -> Any:
    """The regression of outcomes that happen or not: of the first of two likelihoods where they are 0 or 1, and of the
    second where rows are grouped, successes out of trials.
    """
    formula_or_y, failures = grouped_formula(formula_or_y)
    if failures is not None and trials is not None:
        raise DomainError(f"{who} got successes + failures and trials= as well; give one of the two.")
    data = read_rows(formula_or_y, *given, grouped=True, trials=trials, failures=failures, **columns)
    if failures is None and trials is None:
        y, labels = binary(data.outcome, data.outcome_name)
        return bind(kind, title, likelihoods[0], data, y, labels=labels)
    return bind(kind, title, likelihoods[1], *successes_and_trials(data))


def require_some(y: Floats, title: str, data: Dataset) -> None:
    """DomainError where all counts are 0, or all of rows whose weight is not 0."""
    weights = None if data.scanned is not None else data.numbers.get("weights")
    counted = y if weights is None or not (weights > 0).any() else y[weights > 0]
    if not counted.any():
        among = " in rows whose weight is not 0" if y.any() else ""
        raise DomainError(
            f"{title} needs a positive count somewhere; got only zeros{among}: the rate's estimate would be 0."
        )


def require_different_names(model: Model) -> None:
    """DomainError where a column or a term is called as the coefficient of another parameter, or of a category, is, or
    two of these are called the same: tests, functions and priors would speak of the other one.
    """
    names, design = model.names, model.design
    others = names if model.categories else names[model.predictor.size_first :]
    terms = (term for formula in design.formulas for term in formula.terms if term)
    taken = {*model.terms, *(":".join(factor.text for factor in term) for term in terms)}
    for name in others:
        if name in taken:
            raise DomainError(
                f"{model.title} has a parameter called {name!r}, and a column of the data is called {name!r} too, or "
                "makes a coefficient of that name: one name would stand for two coefficients. Rename the column."
            )
        taken.add(name)


def _is_in_units_of_y(likelihood: Likelihood) -> bool:
    """Is the first linear predictor the mean of a number?"""
    first = next(iter(likelihood.parameters.values()))
    return first == "identity" and likelihood.outcome in (Outcome.REAL, Outcome.POSITIVE, Outcome.COUNT)


def require_moderate(likelihood: Likelihood, farthest: Farthest, outcome: SampleMoments | None = None) -> None:
    """DomainError for an offset that leaves no digits of a linear predictor whose exponential is taken, or few of an
    outcome from which it is taken.
    """
    size = abs(farthest.value)
    if not _is_in_units_of_y(likelihood):
        if size > LARGEST_OFFSET:
            raise DomainError(
                "offset= is added to the linear predictor, a logarithm or log odds, and at most "
                f"{LARGEST_OFFSET:g} in size; got {farthest.value:.6g} in {farthest.row}. Of a time, an area or a "
                "number at risk take the logarithm, or give exposure=."
            )
    elif outcome is not None and outcome.n:
        usual = sqrt(outcome.about(0.0) / outcome.n)
        if size * ROUND_OFF > usual > 0.0:
            raise DomainError(
                f"offset= is in the units of y, whose size is about {usual:.3g}; got {farthest.value:.6g} in "
                f"{farthest.row}, and y - offset would keep fewer than 8 digits of y. Check the units, or take a "
                "constant from the offset."
            )


def moving(formulas: Mapping[str, object]) -> dict[str, str]:
    """The formulas with columns; "~ 1" and None are a constant that all rows share. DomainError for what is none.

    >>> moving({"scale": "~ z", "shape": "~ 1"})
    {'scale': '~ z'}
    """
    asked = {name: right_side(name, text) for name, text in formulas.items()}
    return {name: text for name, text in asked.items() if text is not None and "".join(text.split()) != "~1"}


def right_side(word: str, text: object) -> str | None:
    """The formula given as the argument `word`, or None; DomainError for what is none."""
    if text is not None and not (isinstance(text, str) and text.lstrip().startswith("~")):
        raise DomainError(f'{word}= is a right side such as "~ x", or "~ 1" for a constant; got {quoted(text)}.')
    return text


def chosen(who: str, argument: str, given: object, known: Collection[str], what: str = "") -> str:
    """The word of those that are known; DomainError with all of them, and with what others call `what` it is."""
    return one_of(given, known, f"{who} needs {argument}=, one of {{}}", meaning=what or argument)


def successes_and_trials(data: Dataset) -> tuple[Dataset, NDArray[np.float64]]:
    """The rows that have trials, and both counts of each, shape (n, 2).

    A row of 0 trials says nothing, and is dropped and counted (R's `glm` keeps it with weight 0 and does not count it).
    Raises DomainError where counts are not whole, negative or exceed their trials, where there are no trials, or all
    rows have successes only or failures only.
    """
    y = Binomial().check(both_counts(data))
    successes, trials = y.T
    if not trials.any():
        raise DomainError(f"the outcome {data.outcome_name!r} has no trials in any row; check the counts.")
    empty = (successes == 0) & (trials == 0)
    if empty.any():
        data, y = data.without(empty), y[~empty]
    if not (0 < successes.sum() < trials.sum()):
        which = "success" if successes.sum() == 0 else "failure"
        raise DomainError(f"the outcome {data.outcome_name!r} has one class only: there is no {which} in any row.")
    return data, y


def both_counts(data: Dataset) -> NDArray[np.float64]:
    """Successes and trials of each row, shape (n, 2)."""
    successes = numeric(data.outcome, data.outcome_name)
    trials = data.numbers["trials"] if "trials" in data.numbers else successes + data.numbers["failures"]
    if max(np.abs(successes).max(), np.abs(trials).max()) > 2**53:
        raise DomainError(
            f"the counts of {data.outcome_name!r} go beyond 2^53, where float64 skips numbers; check them."
        )
    return np.column_stack([successes, trials])


def with_empty_rows(model: Model) -> Model:
    """The model over the rows of its table without trials too, where it had them as columns; else as it is."""
    if not model.n_empty or model.source is None or None in model.extras.values():
        return model
    formulas = {name: formula.text for name, formula in model.design.beside.items()}
    data = read(model.formula, model.source, columns=dict(model.extras), formulas=formulas)
    X = model.design.encode(model.source, data.kept)  # the columns of the fit, whatever levels these rows have beside
    rows = Rows(X, both_counts(data), offset=data.numbers.get("offset"))
    return replace(model, rows=rows, kept=data.kept, n_dropped=data.n_dropped, n_empty=0, origin=data.origin)
