"""What every saved fit says of itself for who has no more than the file: how near it is to a maximum, and the hashes of
the columns of its data, so that anyone who has data can see whether it was made from these.

Cost: a hash of each column, about a second for 50 million numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.table import is_frame, table
from stattools.errors import IncompatibleError
from stattools.inference.summary import certificate
from stattools.interface.record import nearest
from stattools.interface.when_needed import pd
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model
from stattools.models.regressions.one_vs_rest import OneVsRest
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.survival.cox import CoxRegression

LOADED = "said_when_saved"
"""Where a fit that was loaded keeps what its file said, so that it is saved with the same again."""
NUMBERS = "float64:"
"""What the hash of a column of numbers begins with; that of words has nothing before it."""
ARRAYS = ("weight", "offset", "precision")
NOT_HERE = "its rows are not in memory"


def about(fit: Any) -> dict[str, Any]:
    """The certificate in words, and the hashes of the data.

    >>> import stattools as st
    >>> said = about(st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})))
    >>> said["certificate"].split(" (")[0]
    'Within 1e-8 standard errors of the maximum'
    >>> said["data"]["of"], list(said["data"]["columns"])
    ('a table', ['y', 'x'])
    """
    if LOADED in vars(fit):
        return vars(fit)[LOADED]
    return {"certificate": CERTIFICATES.get(type(fit).__name__, certificate)(fit), "data": data_of(fit.model)}


def data_of(model: Any) -> dict[str, Any]:
    """The hashes of the columns of a model's data, or why there are none."""
    made = nearest(DATA, model)
    if made is None:
        return _none("its likelihood is a function that holds its data")
    try:
        return made(model)
    except IncompatibleError:  # of a fit that was loaded
        return _none("its rows were not saved with it")


CERTIFICATES: dict[str, Callable[[Any], str]] = {
    "LinearMixedFit": lambda fit: fit.certificate,
    "MixedRegressionFit": lambda fit: fit.certificate,
    "OneVsRestFit": lambda fit: " ".join(map(certificate, fit.fits)),
    "NetworkFit": lambda fit: "A trained network, which is at no maximum of its likelihood.",
    "NetworkEnsemble": lambda fit: "Trained networks, which are at no maximum of their likelihood.",
}
"""By the name of a fit's class, since the files of some import this one."""


def _none(why: str) -> dict[str, Any]:
    return {"of": "", "columns": {}, "why": why}


def _of_table(source: Any) -> dict[str, Any]:
    return {"of": "a table", "columns": hashes(source), "why": ""}


def _of_arrays(**given: Any) -> dict[str, Any]:
    return {"of": "arrays", "columns": {name: column_hash(one) for name, one in flat(**given).items()}, "why": ""}


def flat(**given: Any) -> dict[str, NDArray[Any]]:
    """Arrays as columns with names; None is left out.

    >>> sorted(flat(y=[1.0, 2.0], X=[[1.0, 2.0], [3.0, 4.0]], weight=None))
    ['X1', 'X2', 'y']
    """
    columns = {name: np.asarray(value) for name, value in given.items() if value is not None}
    parts = {name: value.reshape(len(value), -1).T for name, value in columns.items()}
    return {
        name if len(part) == 1 else f"{name}{k + 1}": one for name, part in parts.items() for k, one in enumerate(part)
    }


def arrays_of(model: Any) -> dict[str, NDArray[Any]]:
    """The columns of a regression on arrays, those of X by their names."""
    rows, names, added = vars(model.rows), model.design.names, int(model.design.added)
    X = dict(zip(names[added:], rows["X"].T[added:], strict=True))
    return flat(**{model.outcome_name: rows["y"]}) | X | flat(**{name: rows[name] for name in ARRAYS})


def _of_rows(model: Any) -> dict[str, Any]:
    if not model.in_memory:
        return _none(NOT_HERE)
    if is_frame(model.source):
        return _of_table(model.source)
    return _of_arrays(**arrays_of(model))


def _of_times(model: Any) -> dict[str, Any]:
    said = model.said
    return _of_table(said.source) if is_frame(said.source) else _of_arrays(X=model.X, time=said.time, event=said.event)


DATA: dict[type, Callable[[Any], dict[str, Any]]] = {
    Model: _of_rows,
    MixedModel: lambda model: _of_rows(model.fixed),
    OneVsRest: lambda model: _of_rows(model.parts[0]),
    CoxRegression: _of_times,
    BernoulliTrials: lambda model: _of_arrays(successes=[model.successes], trials=[model.trials]),
}


def hashes(source: Any, like: dict[str, str] | None = None) -> dict[str, str]:
    """The SHA-256 of each column of a table, also of those that a fit does not use; none of arrays. Columns that are
    `like` words are hashed as words, as all columns once were.
    """
    if source is None or not is_frame(source):
        return {}
    frame, as_words = table(source), {name for name, one in (like or {}).items() if not one.startswith(NUMBERS)}
    columns = {str(name): frame.column(name) for name in frame.names}
    return {name: words_hash(one) if name in as_words else column_hash(one) for name, one in columns.items()}


def plain_column(values: Sequence[Any] | pd.Series | NDArray[Any]) -> NDArray[Any]:
    """A column as it is hashed: float64 numbers in the order of bytes of most machines, NaN where there is none; words
    where not all are numbers, "" where there is none.

    >>> plain_column(["1", "2.0", ""]).tolist(), plain_column(["a", None, 2]).tolist()
    ([1.0, 2.0, nan], ['a', '', '2.0'])
    """
    each = np.asarray(values)
    try:
        numbers = each.astype("<f8") if each.dtype.kind in "biuf" else np.array(_without_gaps(each), dtype="<f8")
    except (TypeError, ValueError, OverflowError):
        return np.array(_lines(values), dtype=str)
    return np.where(np.isnan(numbers), np.nan, numbers + 0.0).astype("<f8")  # one NaN, and no 0 with a sign


def column_hash(values: Sequence[Any] | pd.Series | NDArray[Any]) -> str:
    """The SHA-256 of the numbers of a column; of a column with words, of a line for each value.

    >>> column_hash([1, 2.0, None]) == column_hash(["1", "2.0", ""])
    True
    """
    column = plain_column(values)
    return words_hash(values) if column.dtype.kind == "U" else NUMBERS + hashlib.sha256(column.tobytes()).hexdigest()


def _without_gaps(values: NDArray[Any]) -> list[Any]:
    if values.dtype.kind not in "OUS":
        raise TypeError("dates are no numbers")
    return [None if one == "" else one for one in values.tolist()]


def words_hash(values: Sequence[Any] | pd.Series | NDArray[Any]) -> str:
    """The SHA-256 of a line for each value: numbers as Python writes a float, nothing where there is none."""
    return hashlib.sha256("\n".join(_lines(values)).encode("utf-8", "surrogatepass")).hexdigest()


def _lines(values: Sequence[Any] | pd.Series | NDArray[Any]) -> list[str]:
    try:
        lines = {one: _line(one) for one in set(values)}
        return [lines[one] for one in values]
    except TypeError:  # values that are no keys, such as lists
        return list(map(_line, values))


def _line(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return "" if value is None else str(value)
    return "" if number != number else repr(number)
