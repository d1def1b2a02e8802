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
ARRAYS = ("y", "X", "weight", "offset", "precision")
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
    columns = {name: np.asarray(value) for name, value in given.items() if value is not None}
    parts = {name: value.reshape(len(value), -1).T for name, value in columns.items()}
    named = {
        name if len(part) == 1 else f"{name}{k + 1}": one for name, part in parts.items() for k, one in enumerate(part)
    }
    return {"of": "arrays", "columns": {name: column_hash(one) for name, one in named.items()}, "why": ""}


def _of_rows(model: Any) -> dict[str, Any]:
    if not model.rows.are_few():
        return _none(NOT_HERE)
    if is_frame(model.source):
        return _of_table(model.source)
    given = {name: vars(model.rows)[name] for name in ARRAYS}
    return _of_arrays(**given | {"X": given["X"][:, int(model.design.added) :]})


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


def column_hash(values: Sequence[Any] | pd.Series | NDArray[Any]) -> str:
    """The SHA-256 of float64 numbers in the order of bytes of most machines, NaN where there is none; of a column with
    words, of a line for each value.

    >>> column_hash([1, 2.0, None]) == column_hash(["1", "2.0", ""])
    True
    """
    each = np.asarray(values)
    try:
        numbers = each.astype("<f8") if each.dtype.kind in "biuf" else np.array(_without_gaps(each), dtype="<f8")
    except (TypeError, ValueError, OverflowError):
        return words_hash(values)
    numbers = np.where(np.isnan(numbers), np.nan, numbers + 0.0)  # one NaN, and no 0 with a sign
    return NUMBERS + hashlib.sha256(numbers.astype("<f8").tobytes()).hexdigest()


def _without_gaps(values: NDArray[Any]) -> list[Any]:
    if values.dtype.kind not in "OUS":
        raise TypeError("dates are no numbers")
    return [None if one == "" else one for one in values.tolist()]


def words_hash(values: Sequence[Any] | pd.Series | NDArray[Any]) -> str:
    """The SHA-256 of a line for each value: numbers as Python writes a float, nothing where there is none."""
    try:
        lines = {one: _line(one) for one in set(values)}
        text = "\n".join([lines[one] for one in values])
    except TypeError:  # values that are no keys, such as lists
        text = "\n".join(map(_line, values))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _line(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return "" if value is None else str(value)
    return "" if number != number else repr(number)
