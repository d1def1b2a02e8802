"""A claim given as values: a dict of estimates, a frame, and what is said beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from stattools.data.tables.table import axes, table
from stattools.errors import DomainError, quoted
from stattools.validation.claims.class_frames import by_class
from stattools.validation.claims.printed import (
    LONGEST,
    NO_NUMBER,
    Cells,
    Claim,
    Printed,
    column_of,
    decimal_mark,
    printed,
)

SINGLE = 7
"""A number of 32 bits with so many digits was not rounded for print."""


def of_estimates(claim: Mapping[object, object], name: str) -> Claim:
    """The claim of a dict of estimates by term. DomainError for an empty one, and for values that are no numbers."""
    if not claim:
        raise DomainError("a claim needs at least one term with its estimate; got an empty dict.")
    terms = tuple(str(term).strip() for term in claim)
    if len(set(terms)) < len(terms):
        raise DomainError(f"a claim needs each term once; got {', '.join(map(quoted, terms))}.")
    texts = texts_of(claim.values(), terms, "the estimate")
    column = column_of(texts, "the estimate", terms)
    if not np.isfinite(column.value).any():
        raise DomainError("a claim needs estimates; got none that is a number.")
    quotes = tuple(f"{term} {text}" for term, text in zip(terms, texts, strict=True))
    return Claim(name, terms, {"estimate": column}, quotes=quotes)


def by_label(given: Any) -> Any:
    """A series with labels of words as a dict by these; everything else as it is."""
    if isinstance(given, dict | str | list | tuple | Mapping) or axes(given) != 1:
        return given
    import narwhals as nw

    one = nw.from_native(given, series_only=True, pass_through=True)
    index = nw.maybe_get_index(one) if isinstance(one, nw.Series) else None
    if index is None or index.dtype.kind in "iuf":
        return given
    labels = [": ".join(map(str, label)) if isinstance(label, tuple) else str(label) for label in index]
    return dict(zip(labels, one.to_list(), strict=True))


def beside(given: Any, terms: Sequence[str], asker: str) -> list[str]:
    """The texts of what was given beside the estimates, by term or in their order; "" of a term that is not there.

    DomainError for a term that the claim has not, and for another number of values.
    """
    given = by_label(given)
    if isinstance(given, Mapping):
        by_term = {str(term).strip(): value for term, value in given.items()}
        if unknown := [term for term in by_term if term not in terms]:
            raise DomainError(f"{asker} names {quoted(unknown[0])}, and the claim has {', '.join(map(quoted, terms))}.")
        values: list[Any] = [by_term.get(term, "") for term in terms]
    else:
        values = _sequence(given, asker)
    if len(values) != len(terms):
        raise DomainError(
            f"{asker} needs one value for each of the {len(terms)} terms of the claim; got {len(values)}."
        )
    return texts_of(values, terms, asker)


def ends(given: object, terms: Sequence[str]) -> tuple[list[str], list[str]]:
    """The texts of both ends of intervals, given as pairs by term or in their order."""
    if isinstance(given, Mapping):
        pairs = [_pair(pair, term) for term, pair in given.items()]
        sides = [dict(zip(given, (pair[end] for pair in pairs), strict=True)) for end in (0, 1)]
        return beside(sides[0], terms, "ci="), beside(sides[1], terms, "ci=")
    listed = _sequence(given, "ci=")
    if len(listed) != len(terms):
        raise DomainError(f"ci= needs a pair for each of the {len(terms)} terms of the claim; got {len(listed)}.")
    pairs = [_pair(pair, term) for term, pair in zip(terms, listed, strict=True)]
    return beside([pair[0] for pair in pairs], terms, "ci="), beside([pair[1] for pair in pairs], terms, "ci=")


def _pair(given: object, term: object) -> Sequence[Any]:
    """Both ends of one interval."""
    two = given if isinstance(given, str | tuple | list) else _sequence(given, f"ci= of {quoted(term)}")
    if isinstance(given, str) or len(two) != 2:
        raise DomainError(
            f"ci= needs two numbers for each term, lower and upper; got {quoted(given)} of {quoted(term)}."
        )
    return two


def fact(value: object, asker: str) -> Printed:
    """A single number that was given beside the table. DomainError for what is none."""
    text = text_of(value, asker)
    number, half = printed(text, asker, decimal_mark([text], asker))
    if not math.isfinite(number):
        raise DomainError(f"{asker} needs a number; got {quoted(value)}.")
    return Printed(np.asarray(number), np.asarray(half))


def of_frame(frame: object, name: str) -> Cells:
    """The cells of any table of columns, with the labels of its rows first where it has labels."""
    import narwhals as nw

    columns = table(frame)
    head: list[str] = list(columns.names)
    cells = [_texts(columns.column(label), f"the column {quoted(label)}") for label in head]
    index = (
        None if isinstance(frame, Mapping | np.ndarray) else nw.maybe_get_index(nw.from_native(frame, eager_only=True))
    )
    if index is not None and index.dtype.kind not in "iuf":
        levels = [index] if index.nlevels == 1 else [index.map(lambda labels: ": ".join(map(str, labels)))]
        head.insert(0, "")
        cells.insert(0, [str(label) for label in levels[0]])
    return by_class(Cells(name, (tuple(head),), tuple(zip(*cells, strict=True))))


def _texts(values: Iterable[object], where: str) -> list[str]:
    """The texts of a column, with a word where a number is missing among numbers, as NaN in a frame says."""
    held = list(values)
    missing = "" if any(isinstance(value, str) for value in held) else "n/a"
    return [missing if (text := text_of(value, where)) == "NaN" else text for value in held]


def of_records(records: Iterable[Mapping[str, Any]], name: str) -> Cells:
    """The cells of a list of rows, each a dict by heading."""
    rows = list(records)
    head = list(dict.fromkeys(str(key) for row in rows for key in row))
    cells = tuple(tuple(text_of(row.get(key, ""), f"the column {quoted(key)}") for key in head) for row in rows)
    return Cells(name, (tuple(head),), cells)


def texts_of(values: Iterable[object], terms: Sequence[str], asker: str) -> list[str]:
    """Values of terms as they would be printed; what was given as text stands as it is."""
    found = []
    for term, value in zip(terms, values, strict=True):
        if type(value) is float and math.isfinite(value):  # as most are, which need no words for a refusal
            found.append(repr(value))
        else:
            text = value if type(value) is str else text_of(value, f"{asker} of {quoted(term)}")
            if NO_NUMBER.fullmatch(text.strip()):
                raise DomainError(
                    f"a claim needs a number in {asker} of {quoted(term)}; got {quoted(text)}. Leave out the terms "
                    "that have none, or give None for them."
                )
            found.append(text)
    return found


def text_of(value: object, where: str) -> str:
    """A value as it would be printed: text as it stands, a number in its shortest decimal form, "" for what is missing,
    "NaN" for what is not a number.

    >>> text_of("2.380", ""), text_of(2.38, ""), text_of(None, ""), text_of(float("nan"), "")
    ('2.380', '2.38', '', 'NaN')
    """
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0 and not isinstance(value, np.floating):
        value = value.item()
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | np.floating):
        if axes(value) == 0 and str(value) in ("<NA>", "NaT"):
            return ""
        raise DomainError(
            f"a claim needs numbers, or text of numbers, in {where}; got {quoted(value)} of type "
            f"{type(value).__name__}."
        )
    if isinstance(value, int) and value.bit_length() > 4 * LONGEST:
        raise DomainError(f"a claim needs numbers that can be printed in {where}; got {quoted(value)}.")
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        raise DomainError(f"a claim needs finite numbers in {where}; got {value}.")
    return str(value) if isinstance(value, int | Decimal) else _shortest(value)


def _shortest(value: float | np.floating) -> str:
    if isinstance(value, np.floating) and value.itemsize < 8:
        text = str(value)
        return f"{float(value):.17g}" if len(Decimal(text).as_tuple().digits) >= SINGLE else text
    return repr(float(value))


def _sequence(given: Any, asker: str) -> list[Any]:
    if isinstance(given, str) or axes(given) == 0:
        raise DomainError(f"{asker} needs a dict by term or one value for each term; got {quoted(given)}.")
    return list(given)
