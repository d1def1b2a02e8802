"""Dates and durations that name groups: labels in the order of time, the same text from every container.

A day is called "2024-05-01", whether it stands as a date, a time at midnight, or a pandas or Polars value of either.
"""

from __future__ import annotations

from typing import Any

from stattools.data.tables.columns import REFUSED, missing
from stattools.interface.when_needed import pd

LABELED = (*REFUSED["dates"][0], *REFUSED["durations"][0])
"""The types whose values become labels."""


def labeled(column: pd.Series) -> pd.Series:
    """A column of dates or durations as categories in the order of time; any other as it is.

    >>> import datetime
    >>> labeled(pd.Series([datetime.date(2024, 5, 1), None, datetime.date(2024, 4, 1)])).tolist()
    ['2024-05-01', nan, '2024-04-01']
    """
    if column.dtype.kind in "biuf" or isinstance(column.dtype, pd.CategoricalDtype | pd.StringDtype):
        return column
    there: Any = column[~missing(column)]
    kinds = set(map(type, there if there.dtype == object else there.unique()))  # objects need not be hashable
    if len(kinds) != 1 or (kind := kinds.pop().__name__) not in LABELED:
        return column
    codes, values = pd.factorize(column, sort=True)
    as_text = pd.Timedelta if kind in REFUSED["durations"][0] else str
    texts = [str(as_text(value)).removesuffix(" 00:00:00") for value in values]
    return pd.Series(pd.Categorical.from_codes(codes, texts), name=column.name)
