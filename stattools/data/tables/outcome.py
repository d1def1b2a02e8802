"""Outcomes as numbers: a quantity, a yes or no, one of several categories, labels in an order; and the label that each
number stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.arrays import NUMBERS, vector
from stattools.data.tables.columns import listing
from stattools.data.tables.table import series
from stattools.errors import DomainError, quoted
from stattools.interface.when_needed import pd


def numeric(values: pd.Series | np.ndarray, name: str) -> np.ndarray:
    """The outcome as float64, for models of a quantity or a count, whose likelihoods check an array of numbers.

    Raises DomainError for text and categories, naming the models that take them.

    >>> numeric([1, 2, 4], "y").tolist()
    [1.0, 2.0, 4.0]
    """
    given = isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in NUMBERS
    column: Any = values if given else vector(values, f"the outcome {name!r}")
    if column.dtype.kind not in NUMBERS:
        levels = column.cat.categories.tolist()
        other = "st.logistic for" if len(levels) == 2 else "st.ordinal for categories in an order, st.softmax for other"
        raise DomainError(
            f"this model needs an outcome of numbers; {name!r} holds {len(levels)} categories ({_few(levels)}): "
            f"use {other} categories."
        )
    return np.asarray(column, dtype=np.float64)


def binary(values: pd.Series | np.ndarray, name: str) -> tuple[np.ndarray, tuple[Any, Any] | None]:
    """The outcome as 0.0 and 1.0, and the labels that they stand for: None for 0/1 data, (False, True) for bool.

    Of two categories the second is 1: text is sorted, a categorical column has its own order. Raises DomainError for
    other numbers, for one class only and for more than two classes.

    >>> binary(["no", "yes", "no"], "admitted")
    (array([0., 1., 0.]), ('no', 'yes'))
    """
    column = vector(values, f"the outcome {name!r}")
    if column.dtype.kind not in NUMBERS:
        labels = column.cat.categories.tolist()
        _check_two(name, labels)
        return column.cat.codes.to_numpy(dtype=np.float64), (labels[0], labels[1])
    y = np.asarray(column, dtype=np.float64)
    if np.count_nonzero(y == 1.0) != np.count_nonzero(y):
        found = np.unique(column).tolist()
        if len(found) > 2:
            _check_two(name, found)
        raise DomainError(
            f"a yes-or-no outcome is 0 or 1; {name!r} holds {_few(found)}: recode it, for example "
            f'"I({name} == {found[-1]}) ~ ..." in a formula, or make it text or categories.'
        )
    if not 0 < np.count_nonzero(y) < len(y):
        _check_two(name, [column.dtype.type(y[0]).item()])
    return y, (False, True) if column.dtype.kind == "b" else None


def categories(
    values: pd.Series | np.ndarray, name: str, reference: object = None
) -> tuple[np.ndarray, tuple[Any, ...]]:
    """The outcome as codes 0, 1, ..., and their labels; code 0 is the reference, by default the first label.

    Text and numbers are sorted, a categorical column has its own order. Raises DomainError for numbers that are not
    whole, for one class only, for a reference that does not occur.

    >>> codes, labels = categories(["red", "blue", "red"], "color", reference="red")
    >>> codes.tolist(), labels
    ([0, 1, 0], ('red', 'blue'))
    """
    column = vector(values, f"the outcome {name!r}")
    if column.dtype.kind not in NUMBERS:
        labels, codes = column.cat.categories.tolist(), column.cat.codes.to_numpy(dtype=np.int64)
    else:
        codes, found = pd.factorize(column, sort=True)
        if found.dtype.kind == "f":
            if np.any(found != np.floor(found)):
                raise DomainError(
                    f"categories are labels, and {name!r} holds numbers that are not whole ({_few(found.tolist())}): "
                    "use st.ols for a quantity, or cut it into categories."
                )
            if np.abs(found).max() > 2**53:
                raise DomainError(
                    f"the labels of {name!r} reach {np.abs(found).max():.6g}, beyond 2^53; make them text."
                )
            found = found.astype(np.int64)
        labels = found.tolist()
    if len(labels) < 2:
        raise DomainError(f"the outcome {name!r} has one class only ({_few(labels)}); a model needs two or more.")
    if reference is None:
        return codes.astype(np.int64), tuple(labels)
    try:
        first = labels.index(reference)
    except (ValueError, TypeError):  # a missing value equals nothing and raises TypeError
        raise DomainError(
            f"reference={quoted(reference)} is not a category of {name!r}; they are {_few(labels, 20)}."
        ) from None
    order = [first, *(place for place in range(len(labels)) if place != first)]
    return np.argsort(order)[codes], tuple(labels[place] for place in order)


def _check_two(name: str, labels: list[Any]) -> None:
    if len(labels) == 1:
        raise DomainError(
            f"the outcome {name!r} has one class only: all its values are {labels[0]!r}; a model needs both classes."
        )
    if len(labels) > 2:
        raise DomainError(
            f"a yes-or-no outcome has two classes; {name!r} has {len(labels)} ({_few(labels)}): use st.ordinal for "
            "categories in an order, st.softmax for others, st.ols or st.poisson for numbers."
        )


def _few(labels: list[Any], longest: int = 5) -> str:
    return ", ".join(repr(label) for label in labels[:longest]) + (", ..." if len(labels) > longest else "")


class Rest(str):
    """The label that one-vs-rest gives to all outcomes but one; `others` are the labels that it stands for.

    >>> Rest.of(("blue", "green")), Rest.of(("blue", "green")).others
    ('rest', ('blue', 'green'))
    """

    others: tuple[Any, ...] = ()

    @classmethod
    def of(cls, others: tuple[object, ...]) -> Rest:
        """The rest that stands for these labels."""
        rest = cls("rest")
        rest.others = others
        return rest


def as_outcome(labels: tuple[object, ...], codes: NDArray[np.intp]) -> NDArray[Any]:
    """Labels by code: bool, int or float where all labels are, objects otherwise."""
    kinds = {type(label) for label in labels}
    kind = kinds.pop() if len(kinds) == 1 and kinds <= {bool, int, float} else object
    return np.array(labels, dtype=kind)[codes]


def ordered(
    values: object, name: str, levels: object = None, declared: object = None
) -> tuple[np.ndarray, tuple[Any, ...]]:
    """The outcome as codes 0, 1, ... and the labels from the lowest to the highest.

    An ordered category has its order and whole numbers theirs; text, and categories without an order, need `levels`.
    `declared` is the column as it came, whose levels all have to occur. Raises DomainError for labels without an order,
    for numbers that are not whole, for one label only, for a level that no row has, for a label that is no level.

    >>> ordered(["mid", "low", "high"], "pain", ["low", "mid", "high"])
    (array([1, 0, 2]), ('low', 'mid', 'high'))
    """
    column = vector(values, f"the outcome {name!r}")
    is_text = column.dtype.kind not in NUMBERS
    if levels is None and is_text and not column.cat.ordered:
        raise DomainError(
            f"st.ordinal needs an outcome whose labels have an order; {name!r} holds "
            f"{listing(column.cat.categories.tolist(), 8)}, of which nobody said which is lower. Give levels=[...] "
            "from the lowest to the highest, or make it an ordered category: pd.Categorical(values, categories=[...], "
            "ordered=True), pl.Enum([...]). Labels without an order: st.softmax."
        )
    codes, labels = categories(column, name)
    if levels is None:
        kind = None if declared is None else series(declared, "y").dtype
        if isinstance(kind, pd.CategoricalDtype):
            _require_all(name, labels, kind.categories.tolist())
        return codes, labels
    if isinstance(levels, str) or not isinstance(levels, Sequence | np.ndarray | pd.Index):
        raise DomainError(
            f"levels= of st.ordinal are the labels of the outcome from the lowest to the highest, a list; got "
            f"{quoted(levels)}."
        )
    order = [level.item() if isinstance(level, np.generic) else level for level in levels]
    if len(set(map(str, order))) < len(order):
        raise DomainError(f"levels= of st.ordinal names each label once; got {quoted(order)}.")
    if unknown := [label for label in labels if label not in order]:
        raise DomainError(
            f"levels= of st.ordinal are all labels of {name!r} from the lowest to the highest; it also holds "
            f"{listing(unknown, 8)}. Name them in levels=, or leave those rows out."
        )
    _require_all(name, labels, order)
    place = np.array([order.index(label) for label in labels])
    return place[codes], tuple(order)


def _require_all(name: str, labels: Sequence[object], levels: Sequence[object]) -> None:
    known = set(map(str, labels))
    if empty := [level for level in levels if str(level) not in known]:
        has = "level" if len(empty) == 1 else "levels"
        raise DomainError(
            f"no row of {name!r} has the {has} {listing(empty, 8)}: the data do not determine the thresholds about an "
            f"empty level. Leave {'it' if len(empty) == 1 else 'them'} out, by .cat.remove_unused_categories() or "
            f"levels={[level for level in levels if level not in empty]!r}, or merge levels."
        )
