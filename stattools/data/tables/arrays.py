"""Arrays, lists and frames of numbers as a matrix, and outcomes as numbers: a quantity, a yes or no, one of several
categories, labels in an order, with the label that each number stands for. NumPy arrays are read without pandas and
without a copy. The IDX format is that of LeCun, Cortes & Burges, The MNIST database of handwritten digits, big-endian:

    bytes 0-1: 0, byte 2: type of the values, byte 3: number of axes, one 32-bit size per axis, the values
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence, Sized
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.columns import READY, clean, is_sparse, listing, missing
from stattools.data.tables.table import NamedColumns, axes, is_frame, is_pandas, label_of, series, table, unmasked
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import written
from stattools.interface.arrays import FLOAT64
from stattools.interface.files import path_of, require_regular
from stattools.interface.owned import found_finite
from stattools.interface.when_needed import pd
from stattools.numerics.columns import BesideOnes
from stattools.numerics.threads import all_finite

# What errors tell callers to give instead of an array.
FORMULA = 'a table with a formula, such as ("y ~ x1 + C(g)", table)'

NUMBERS = "biuf"  # NumPy's kinds of bool, int, unsigned int, float

ARRAYS = (np.ndarray, list, tuple, range)  # what is read as an array

WORTH_NO_COPY = 200_000
"""The least numbers of X, a block of 1.6 MB, for which X is not copied to put a column of ones before it: a copy of
fewer costs less than to do without.
"""


def matrix(X: Any, what: str = "X", gaps: bool = False) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """X as a float64 matrix (n, p), and the names of its columns if it is a frame or a named series.

    A float64 array in C or Fortran order is not copied. One-dimensional input is one column. With `gaps`, values may be
    missing and are NaN. Raises DomainError for what is not numbers, not rectangular, or not finite.

    >>> matrix([[1, 2], [3, 4]])[0].shape
    (2, 2)
    """
    if found_finite(X):
        return X, None
    values, names = (X, None) if type(X) is np.ndarray and X.dtype.kind in NUMBERS else _read(X, what, gaps)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not len(values):
        raise DomainError(
            f"{what} must have one row per observation, one column per predictor and at least one row; "
            f"got shape {values.shape}."
        )
    if values.dtype.kind == "O":
        values = _stack(table(dict(enumerate(values.T))), what, gaps)
    if values.dtype.kind not in NUMBERS:
        raise DomainError(f"{what} must hold numbers; got {values.dtype}. Text and categories need {FORMULA}.")
    if not values.flags.forc:
        values = np.ascontiguousarray(values)
    if values.dtype is not FLOAT64:
        with np.errstate(over="ignore"):  # a longdouble beyond float64 becomes infinite and is refused
            values = values.astype(FLOAT64, copy=False)
    if not all_finite(values) and (bad := np.isinf(values) if gaps else ~np.isfinite(values)).any():
        raise _gap(what, bad, values, names)
    return values, names


def vector(values: Any, what: str) -> Any:
    """A complete column: numbers as a NumPy array, the same if it is one, and anything else as clean categories.

    Raises DomainError for a missing or infinite value, with its position.

    >>> vector([0, 1], "y")
    array([0, 1])
    """
    if is_pandas(values) and values.ndim == 1 and values.dtype in READY:
        values = np.ascontiguousarray(values.to_numpy())  # strided values give other last digits
    elif type(values) is not np.ndarray and isinstance(values, ARRAYS):
        values = array(values, what)
    shape = getattr(values, "shape", None)
    if shape is None:
        shape = (len(values) if isinstance(values, Sized) else 0,)
    if len(shape) == 2 and shape[1] == 1:
        values, shape = values[:, 0] if isinstance(values, np.ndarray) else series(values, what), shape[:1]
    if len(shape) != 1 or not shape[0]:
        raise DomainError(f"{what} must have one value per row and at least one row; got shape {tuple(shape)}.")
    if not (isinstance(values, np.ndarray) and values.dtype.kind in NUMBERS and values.itemsize <= 8):
        column = series(values, what)
        if (gaps := missing(column)).any():
            raise _gap(what, gaps, column.to_numpy(dtype=object))
        cleaned = clean(column)
        values = cleaned.to_numpy() if cleaned.dtype.kind in NUMBERS else cleaned
    if values.dtype.kind == "f" and not all_finite(values):
        raise _gap(what, ~np.isfinite(values), values)
    return values


def with_gaps(values: object, what: str) -> np.ndarray:
    """A column of numbers as float64, NaN where it has no value; what `vector` refuses is refused here too.

    >>> with_gaps([1, None, 3], "y").tolist()
    [1.0, nan, 3.0]
    """
    column = series(values, what)
    gaps = missing(column)
    found = np.full(len(column), np.nan)
    if not gaps.all():
        there: Any = clean(column.loc[~gaps])
        if there.dtype.kind not in NUMBERS:
            levels = ", ".join(repr(level) for level in there.cat.categories[:5])
            raise DomainError(f"{what} must hold numbers; it holds text or categories ({levels}).")
        found[~gaps] = there.to_numpy(dtype=np.float64)
    return found


def named(names: Sequence[str] | None, found: tuple[str, ...] | None, p: int) -> tuple[str, ...]:
    """The names given by the user, else the frame's, else x1, x2, ...; DomainError on a wrong count or a repeat."""
    if names is None and found is None:
        return default_names(p)
    chosen = written(names) if names is not None else found or ()
    if not all(isinstance(name, str) and name for name in chosen):
        raise DomainError(f"the columns of X need names, texts that are not empty; got {quoted(chosen)}.")
    if len(chosen) != p:
        raise DomainError(
            f"names= needs one name for each of the {p} columns of X (an intercept that is added has its own); "
            f"got {len(chosen)}: {', '.join(map(repr, chosen))}."
        )
    if repeated := [name for name in dict.fromkeys(chosen) if chosen.count(name) > 1]:
        raise DomainError(f"two columns of X have the name {repeated[0]!r}; names must differ.")
    return chosen


@lru_cache(maxsize=64)
def default_names(p: int) -> tuple[str, ...]:
    """x1, x2, ...: the names of columns that have none."""
    return tuple(f"x{i + 1}" for i in range(p))


def with_intercept(X: np.ndarray) -> np.ndarray:
    """X with a column of ones before it: a copy in C order where X is small; where X is large, an object that has the
    column beside X itself.
    """
    wider: Any = BesideOnes(X)
    return wider.copy() if X.size < WORTH_NO_COPY else wider


def _read(X: object, what: str, gaps: bool) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Values and names, before any check of the values."""
    if X is None or isinstance(X, str):
        raise DomainError(f"{what} must be a matrix of predictors; got {X!r}. A formula comes first: (formula, table).")
    if is_sparse(X):
        raise DomainError(f"{what} is a sparse matrix; make it dense with .toarray().")
    if isinstance(X, ARRAYS) and not is_frame(X):
        return array(X, what), None
    if not is_frame(X) and axes(X) == 1:  # a series
        label = label_of(X)
        column = table({what if label is None else label: X})
        return _stack(column, what, gaps), None if label is None else column.names
    try:
        frame = table(X)
    except DomainError:
        if is_frame(X) or not hasattr(X, "__array__"):
            raise
        return np.asarray(X), None
    return _stack(frame, what, gaps), frame.names


def _stack(frame: NamedColumns, what: str, gaps: bool) -> np.ndarray:
    """The columns of a table side by side as float64; DomainError for text, categories and, unless asked, gaps."""
    columns = []
    for name in frame.names:
        values = (with_gaps if gaps else vector)(frame.column(name), f"{what}, column {name!r},")
        if values.dtype.kind not in NUMBERS:
            raise DomainError(f"{what}, column {name!r}, holds categories; they need {FORMULA}.")
        columns.append(np.asarray(values, dtype=np.float64))
    return np.column_stack(columns)


def array(values: object, what: str) -> np.ndarray:
    """An array, list or tuple as an array, None where it is masked; DomainError where rows differ in length."""
    if isinstance(values, list | tuple) and values and isinstance(values[0], np.ma.MaskedArray):
        values = np.ma.stack(values)  # np.asarray would lose the masks
    if isinstance(values, np.ma.MaskedArray):
        return unmasked(values)
    try:
        return np.asarray(values)
    except ValueError:
        raise DomainError(f"{what} is ragged: its rows have different lengths; got {quoted(values)}.") from None
    except MemoryError:  # it says nothing of the values
        raise
    except Exception as error:  # objects in a list may raise any error of their package
        raise DomainError(f"{what} cannot be read as an array ({type(error).__name__}: {error}).") from error


def _gap(
    what: str, gaps: NDArray[np.bool_], values: NDArray[np.generic], names: Sequence[str] | None = None
) -> DomainError:
    first = tuple(int(place) for place in np.argwhere(gaps)[0])
    where = "".join(f", column {names[place] if names else place!r}" for place in first[1:])
    return DomainError(
        f"{what} has {np.sum(gaps)} missing or infinite values; the first is {values[first]} in row {first[0]}{where} "
        f"(counting from 0). Arrays must be complete: {FORMULA} drops and counts rows with missing values."
    )


TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""NumPy's types by the third byte of an IDX file."""


def read_idx(path: str | os.PathLike[str], /) -> np.ndarray:
    """The array in an IDX file, gzipped or not: images (n, rows, columns) or labels (n,), in its own number type.

    Raises DomainError for a file of another format and for one that is cut off, FileError where there is none.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".idx") as file:
    ...     _ = file.write(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     file.flush()
    ...     read_idx(file.name).tolist()
    [7, 2, 1]
    """
    path = path_of(path, "read_idx")
    require_regular(path, "read_idx")
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError) as error:
            raise DomainError(f"{path}: the gzip file is cut off or damaged ({error}).") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise DomainError(
            f"{path} is not an IDX file: it begins with {content[:4]!r}, where IDX has two zero bytes, a "
            "type and a number of axes. Read CSV files with pandas.read_csv."
        )
    axes, dtype = content[3], np.dtype(TYPES[content[2]])
    head = 4 + 4 * axes
    shape = tuple(np.frombuffer(content[4:head], dtype=">u4").tolist()) if len(content) >= head else ()
    expected = head + prod(shape) * dtype.itemsize
    if len(shape) != axes or len(content) != expected:
        raise DomainError(
            f"{path}: an IDX file of shape {shape} has {expected} bytes; this one has {len(content)}. It is "
            "cut off or damaged: download it again."
        )
    values = np.frombuffer(content, dtype=dtype, offset=head).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


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


def binary(values: pd.Series | np.ndarray, name: str) -> tuple[np.ndarray, tuple[object, object] | None]:
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
) -> tuple[np.ndarray, tuple[object, ...]]:
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


def _check_two(name: str, labels: list[object]) -> None:
    if len(labels) == 1:
        raise DomainError(
            f"the outcome {name!r} has one class only: all its values are {labels[0]!r}; a model needs both classes."
        )
    if len(labels) > 2:
        raise DomainError(
            f"a yes-or-no outcome has two classes; {name!r} has {len(labels)} ({_few(labels)}): use st.ordinal for "
            "categories in an order, st.softmax for others, st.ols or st.poisson for numbers."
        )


def _few(labels: list[object], longest: int = 5) -> str:
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


def as_outcome(labels: tuple[object, ...], codes: NDArray[np.intp]) -> NDArray[np.generic]:
    """Labels by code: bool, int or float where all labels are, objects otherwise."""
    kinds = {type(label) for label in labels}
    kind = kinds.pop() if len(kinds) == 1 and kinds <= {bool, int, float} else object
    return np.array(labels, dtype=kind)[codes]


def ordered(
    values: object, name: str, levels: object = None, declared: object = None
) -> tuple[np.ndarray, tuple[object, ...]]:
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
