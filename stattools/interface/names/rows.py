"""One row of the table of foreign names: what we write, and what others write for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

ORIGINS = ("statsmodels", "r", "scikit_learn", "pyfixest")
"""The columns of a row that have a page under `docs/coming_from`."""


class Row(NamedTuple):
    """`ours` is code; the columns hold the names of others, separated by spaces; `note` is what there is to add.

    Where `ours` is empty we have nothing of the kind, and `note` says so, with what comes nearest.
    """

    ours: str
    statsmodels: str = ""
    r: str = ""
    scikit_learn: str = ""
    pyfixest: str = ""
    others: str = ""
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names of others, each once."""
        return tuple(dict.fromkeys(" ".join(self[1:6]).split()))

    @property
    def sentence(self) -> str:
        """What to do, without a full stop.

        >>> Row("fit.n", r="nobs").sentence, Row("", r="gam", note="there are no smooth terms here").sentence
        ('use fit.n', 'there are no smooth terms here')
        """
        return "; ".join(part for part in (self.ours and f"use {self.ours}", self.note) if part)


def plain(name: str) -> str:
    """A name without its capitals, dots, underscores and "get", so that `p_values`, `pvalues` and `pValues` are one.

    >>> plain("get_PValues"), plain("df.residual"), plain("coef_")
    ('pvalues', 'dfresidual', 'coef')
    """
    found = _bare(name)
    return found.removeprefix("get") or found


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


@cache
def _index(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for word in {spelled(name): None for name in row.names for spelled in (_bare, plain)}:
            known = found.setdefault(word, [])
            if row not in known:
                known.append(row)
    return found


def rows_of(name: str, rows: tuple[Row, ...]) -> Iterable[Row]:
    """The rows in which somebody's name stands, in the singular or the plural.

    >>> [row.ours for row in rows_of("p_value", (Row("fit.table()", "pvalues"), Row("fit.n", "nobs")))]
    ['fit.table()']
    """
    index = _index(rows)
    whole = _bare(name)  # `get_params` is another thing than `params`
    return next((index[word] for word in (whole, *_spellings(plain(name))) if word in index), ())


def _spellings(word: str) -> Iterator[str]:
    yield word
    yield f"{word}s"
    if len(word) > 4:
        yield word.removesuffix("s")
