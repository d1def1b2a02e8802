"""The vocabulary of other packages, `vocabulary.toml`: what they call our names, and what we write in their place.

It is read when a name fails, not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from stattools.interface.tables import table_beside

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


class Rewrite(NamedTuple):
    """A pattern of what others write in formulas, its text in our words, and the arguments of the model that it
    becomes.
    """

    pattern: re.Pattern[str]
    ours: str
    arguments: str = ""


class Formulas(NamedTuple):
    """What others write in formulas: `rewrites` are made in their order, `lacking` are what there is none of here, each
    with what to say of it, and `alien` are functions of others that are left when all else is rewritten.
    """

    rewrites: tuple[Rewrite, ...]
    lacking: tuple[tuple[re.Pattern[str], str], ...]
    alien: tuple[re.Pattern[str], str]
    fixed_effects: re.Pattern[str]
    power_inside: re.Pattern[str]

    @classmethod
    def of(cls, said: dict[str, Any], notes: Mapping[str, str]) -> Formulas:
        """From the tables of the file."""

        def compiled(pattern: str) -> re.Pattern[str]:
            return re.compile(pattern.replace("MGCV", said["mgcv"]).replace("ARG", said["argument"]))

        return cls(
            tuple(Rewrite(compiled(pattern), *more) for pattern, *more in said["rewrites"]),
            tuple((re.compile(pattern), _note(note, notes)) for pattern, note in said["lacking"]),
            (re.compile(said["alien"]), notes["no_function"]),
            re.compile(said["fixed_effects"]),
            re.compile(said["power_inside"]),
        )


class Vocabulary(NamedTuple):
    """The tables of `vocabulary.toml`.

    `functions`, `fit`, `arguments` are rows of names of ours; `nothing` are arguments that nothing of ours stands for.
    `nouns` has, by the name of a class, what its objects are called in examples and the rows of their own.
    `by_position` has our name of what others name and we take by position; `calls` the right call of what is often
    called wrongly; `values`, by argument, the value as we write it and the words of others for it; `instead` what
    there is for families and links that `st.glm` does not have; `formulas` what others write in formulas.
    """

    functions: tuple[Row, ...]
    fit: tuple[Row, ...]
    arguments: tuple[Row, ...]
    nothing: tuple[Row, ...]
    nouns: dict[str, tuple[str, tuple[Row, ...]]]
    by_position: dict[str, str]
    calls: dict[str, str]
    values: dict[str, dict[str, str]]
    instead: dict[str, str]
    formulas: Formulas


@cache
def vocabulary() -> Vocabulary:
    """What the file says.

    >>> vocabulary().by_position["endog"], vocabulary().nouns["AnyModel"][0]
    ('y', 'model')
    """
    said = table_beside(__file__, "vocabulary.toml")
    notes = said["notes"]
    objects = {name: _rows(found, notes) for name, found in said["objects"].items()}
    return Vocabulary(
        *(_rows(said[name], notes) for name in ("functions", "fit", "arguments", "nothing")),
        nouns={
            name: (one["noun"], objects[one["rows"]] if "rows" in one else ()) for name, one in said["nouns"].items()
        },
        by_position={theirs: ours for ours, names in said["by_position"].items() for theirs in names.split()},
        calls=said["calls"],
        values=said["values"],
        formulas=Formulas.of(said["formulas"], notes),
        instead=said["instead"],
    )


def _rows(found: list[dict[str, str]], notes: Mapping[str, str]) -> tuple[Row, ...]:
    rows = (Row(**{"ours": "", **row}) for row in found)
    return tuple(row._replace(note=_note(row.note, notes)) for row in rows)


def _note(text: str, notes: Mapping[str, str]) -> str:
    """The note itself, or the shared one whose name stands between braces."""
    return notes[text[1:-1]] if text.startswith("{") else text


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
