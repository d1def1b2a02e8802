"""What every regression's constructor does: read the data, check weights and outcome, bind them to a likelihood.

Formulas of the parameters beside the first of a regression: right sides by name, `scale="~ z"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import Dataset, read
from stattools.data.extras import Farthest, frequencies, offset_of, require_positive
from stattools.data.formula.smooth_parts import MARK
from stattools.data.rows.rows import Rows
from stattools.errors import DomainError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.units import require_precision
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictors.arranged import linear, linear_of
from stattools.models.regressions.starting_point import starting_point
from stattools.numerics.moments import SampleMoments

Column = str | ArrayLike | None

NO_FORMULAS: Mapping[str, str] = MappingProxyType({})
NO_EXTRAS = None, None, None

LARGEST_OFFSET = 1e6
"""Beyond this the round-off of the linear predictor is more than 1e-10 of what is added to it."""

ROUND_OFF = 1e8 * float(np.finfo(float).eps)
"""An offset times this is more than y where y - offset has fewer than 8 digits of it."""


def read_rows(
    formula_or_y: Any,
    data_or_X: Any,
    names: Any,
    intercept: bool,
    *,
    formulas: Mapping[str, Any] = NO_FORMULAS,
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
    some = grouped and type(formula_or_y) is str and "(" in formula_or_y and has_latent(formula_or_y)
    if some and names is None and intercept is True:
        from stattools.data.mixed_rows import rows_with_groups

        return rows_with_groups(formula_or_y, data_or_X, columns, beside)
    return read(
        formula_or_y,
        data_or_X,
        names=names,
        intercept=intercept,
        columns=columns,
        formulas=beside,
        coded=True,
        products=products,
    )


def has_latent(formula: Any) -> bool:
    """Whether a formula may have effects of groups or curves in it."""
    return type(formula) is str and ("|" in formula or MARK.search(formula) is not None)


def bind(
    kind: str,
    title: str,
    likelihood: Likelihood,
    data: Dataset,
    y: Floats,
    *,
    labels: tuple[Any, ...] | None = None,
    outcome_name: str | None = None,
) -> Any:
    """The model of `likelihood` over the rows of `data`, whose columns may be weights, precision, offset, exposure.

    The first parameter of the likelihood has the columns of the formula, each other those of its own, or is a constant
    that all rows share. With effects of groups in the formula it is a `MixedRegression`, otherwise a `Model`.
    """
    rows: Any
    if data.design.coded and not _eliminates(likelihood):
        data = replace(data, X=np.asarray(data.X), design=replace(data.design, coded=False))
    if data.scanned is not None:
        require_moderate(likelihood, data.scanned.farthest, data.scanned.marginal.moments)
        rows = data.scanned.bound(y, likelihood.check)
    else:
        extras = NO_EXTRAS
        if data.columns:
            extras = _extras(data.columns, data.kept)
            if extras[1] is not None:
                outcome = SampleMoments.of(y, extras[0]) if _is_in_units_of_y(likelihood) else None
                require_moderate(likelihood, Farthest.of(extras[1], data.kept), outcome)
        weight, offset, precision = extras
        rows = Rows(data.X, likelihood.check(y), weight, offset, precision, None, None, data.low)
        if precision is not None:
            require_precision(precision, rows.y)
    columns = data.X.shape[1]
    if data.design.uses or likelihood.taken_up:
        predictor = linear_of(likelihood, data.design, columns)
    else:
        predictor = linear(columns, likelihood.width, ((),) * (len(likelihood.parameters) - 1), None, ())
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
    from stattools.models.mixed.mixed_regression import MixedRegression, require_whole_line

    require_whole_line(title, likelihood)
    return MixedRegression(data.latent, model, kind, f"{title} {data.latent.said_of}")


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


def _eliminates(likelihood: Likelihood) -> bool:
    """Whether a Newton step may eliminate the levels of a factor: of one linear predictor on the whole line, with
    others beside it that do not read the levels.
    """
    alone = likelihood.width == len(likelihood.parameters)
    return alone and likelihood.knows_ends and not np.isfinite(likelihood.domain).any()


def _extras(
    columns: dict[str, Floats], rows: NDArray[np.intp] | None
) -> tuple[Floats | None, Floats | None, Floats | None]:
    """Weight, offset and precision, each checked."""
    offset, precision = offset_of(columns.get("offset"), columns.get("exposure"), rows), columns.get("precision")
    if precision is not None:
        require_positive(precision, "precision= are relative inverse variances, and", rows)
    return frequencies(columns.get("weights"), rows), offset, precision


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


def moving(formulas: Mapping[str, Any]) -> dict[str, str]:
    """The formulas with columns; "~ 1" and None are a constant that all rows share. DomainError for what is none.

    >>> moving({"scale": "~ z", "shape": "~ 1"})
    {'scale': '~ z'}
    """
    for name, text in formulas.items():
        right_side(name, text)
    return {name: text for name, text in formulas.items() if text is not None and "".join(text.split()) != "~1"}


def right_side(word: str, text: Any) -> Any:
    """The formula given as the argument `word`, or None; DomainError for what is none."""
    if text is not None and not (isinstance(text, str) and text.lstrip().startswith("~")):
        raise DomainError(f'{word}= is a right side such as "~ x", or "~ 1" for a constant; got {quoted(text)}.')
    return text
