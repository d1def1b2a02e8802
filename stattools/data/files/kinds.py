"""Kinds of columns of tables that are read in batches: what a model makes of an Arrow type.

A kind is "whole", "number", "truth", "text", "categories", "empty" (no value) or, for what no model takes, the name of
the Arrow type.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.when_needed import pa

WORDS = {"whole": "whole numbers", "number": "numbers", "truth": "true or false"}
"""Kinds whose name in an error is not their own."""

TEXT = ("text", "categories")
"""Kinds of columns that are coded over levels."""

DTYPES = {"whole": np.int64, "number": np.float64, "truth": np.bool_, "empty": np.float64}
"""NumPy's type of the values of each kind."""


def kind_of(type_: pa.DataType) -> str:
    """The kind of a column of an Arrow type.

    >>> import pyarrow
    >>> kind_of(pyarrow.float32()), kind_of(pyarrow.string())
    ('number', 'text')
    """
    import pyarrow.types as types

    if types.is_dictionary(type_):
        known = kind_of(type_.value_type) in ("text", "whole", "number", "truth", "empty")
        return "categories" if known else f"categories of {type_.value_type}"
    if types.is_integer(type_):
        return "whole"
    if types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    if types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_):
        return "text"
    return "truth" if types.is_boolean(type_) else "empty" if types.is_null(type_) else str(type_)


def is_ordered(type_: pa.DataType) -> bool:
    """Whether this is the type of categories that have an order.

    >>> import pyarrow
    >>> is_ordered(pyarrow.dictionary(pyarrow.int8(), pyarrow.string(), ordered=True)), is_ordered(pyarrow.string())
    (True, False)
    """
    import pyarrow.types as types

    return types.is_dictionary(type_) and bool(type_.ordered)


def merged(one: str, other: str) -> str | None:
    """The kind that holds the values of both kinds; None where there is none.

    >>> merged("whole", "number"), merged("text", "number")
    ('number', None)
    """
    if one == other or "empty" in (one, other):
        return one if other == "empty" else other
    return {frozenset({"whole", "number"}): "number", frozenset({"categories", "text"}): "text"}.get(
        frozenset({one, other})
    )


def words(kind: str) -> str:
    """A kind as an error message calls it."""
    return WORDS.get(kind, kind)
