"""The columns and weights that an estimator of scikit-learn's interface saw: X through the steps of a pipeline, dense,
with names, and weights of rows times those of their classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.validation.foreign.description import attributes, texts

PIPELINE = {"steps": ()}
DESIGN = {"columns": None, "feature_names": None, "toarray": None}
"""The names of a table's columns or of a matrix's, and how a sparse one becomes an array."""


def last_step(estimator: Any) -> Any:
    """The last step of a pipeline, itself where it is none."""
    while attributes(estimator, PIPELINE).steps:
        estimator = estimator[-1]
    return estimator


def seen_columns(estimator: Any, X: object) -> tuple[Floats, list[str], tuple[str, ...]]:
    """X as the last step of a pipeline saw it, with names, and a note where they are not the columns of X."""
    through: tuple[str, ...] = ()
    given = attributes(X, DESIGN)
    names = given.feature_names if given.columns is None else list(given.columns)
    while steps := attributes(estimator, PIPELINE).steps:
        made = [type(step).__name__ for _, step in steps[:-1] if step not in (None, "passthrough")]
        if made:
            before = estimator[:-1]
            X, names = before.transform(X), _names_out(before, names)
            words = f"coefficients are of the columns that {', '.join(made)} made, not of the columns of X."
            through = (*through, words)
        estimator = estimator[-1]
    return *_array(X, names), through


def _names_out(before: Any, names: object) -> list[str] | None:
    """Names of the columns that steps made; None where a step does not say."""
    try:
        return list(before.get_feature_names_out())
    except (AttributeError, ValueError):
        return None


def _array(X: object, names: object) -> tuple[Floats, list[str]]:
    dense = attributes(X, DESIGN).toarray
    try:
        X = np.asarray(X if dense is None else dense(), dtype=float)
    except (TypeError, ValueError) as error:
        raise DomainError(f"audit needs the numbers that the estimator was fitted to as X=; {error}.") from None
    X = X[:, None] if X.ndim == 1 else X
    return X, texts(names, X.shape[1])


def dense(values: Any) -> Floats:
    """Coefficients as an array (sets, columns), those kept sparse too."""
    made = attributes(values, DESIGN).toarray
    return np.atleast_2d(np.asarray(values if made is None else made(), dtype=float))


def class_weights(
    choice: Any, labels: tuple[Any, ...], codes: NDArray[np.intp], weight: Floats | None, *, weighted: bool
) -> Floats | None:
    """Weights of rows times those of their classes: none, "balanced" or a mapping of labels.

    Balanced ones are made from counts of rows, or from sums of weights where they are `weighted`.
    """
    if choice is None:
        return weight
    if choice == "balanced":
        counts = np.bincount(codes, weights=weight if weighted else None, minlength=len(labels))
        each = counts.sum() / (len(labels) * counts)
    else:
        each = np.array([choice.get(label, 1.0) for label in labels])
    return each[codes] if weight is None else weight * each[codes]
