"""The vocabulary of other packages, `vocabulary.toml`: what they call our names, and what we write in their place.

It is read when a name fails, not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from types import SimpleNamespace
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


@cache
def vocabulary() -> Any:
    """The tables of `vocabulary.toml`, by their names there.

    `functions`, `fit`, `arguments` are rows of names of ours; `nothing` are arguments that nothing of ours stands for.
    `nouns` has, by the name of a class, what its objects are called in examples and the rows of their own.
    `by_position` has our name of what others name and we take by position; `calls` the right call of what is often
    called wrongly; `values`, by argument, the value as we write it and the words of others for it; `instead` what
    there is for families and links that `st.glm` does not have. Of `formulas` the `rewrites` are made in their order,
    `lacking` are what there is none of here, each with what to say of it, and `alien` are functions of others that are
    left when all else is rewritten.

    >>> vocabulary().by_position["endog"], vocabulary().nouns["AnyModel"][0]
    ('y', 'model')
    """
    said = table_beside(__file__, "vocabulary.toml")
    notes, formulas = said["notes"], said["formulas"]

    def note(text: str) -> str:  # the shared one whose name stands between braces
        return notes[text[1:-1]] if text.startswith("{") else text

    def rows(found: list[dict[str, str]]) -> tuple[Row, ...]:
        return tuple(Row(**{"ours": "", **row, "note": note(row.get("note", ""))}) for row in found)

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern.replace("MGCV", formulas["mgcv"]).replace("ARG", formulas["argument"]))

    objects = {name: rows(found) for name, found in said["objects"].items()}
    patterns = {name: re.compile(formulas[name]) for name in ("alien", "fixed_effects", "power_inside")}
    patterns |= {
        "rewrites": [Rewrite(compiled(pattern), *more) for pattern, *more in formulas["rewrites"]],
        "lacking": [(re.compile(pattern), note(text)) for pattern, text in formulas["lacking"]],
        "alien_note": notes["no_function"],
    }
    return SimpleNamespace(
        **{name: rows(said[name]) for name in ("functions", "fit", "arguments", "nothing")},
        **{name: said[name] for name in ("calls", "values", "instead")},
        nouns={name: (one["noun"], objects.get(one.get("rows"), ())) for name, one in said["nouns"].items()},
        by_position={theirs: ours for ours, names in said["by_position"].items() for theirs in names.split()},
        formulas=SimpleNamespace(**patterns),
    )


def plain(name: str) -> str:
    """A name without its capitals, dots, underscores and "get", so that `p_values`, `pvalues` and `pValues` are one.

    >>> plain("get_PValues"), plain("df.residual"), plain("coef_")
    ('pvalues', 'dfresidual', 'coef')
    """
    bare = _bare(name)
    return bare.removeprefix("get") or bare


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


@cache
def _index(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for word in dict.fromkeys(spelled(name) for name in row.names for spelled in (_bare, plain)):
            found.setdefault(word, []).append(row)
    return found


def rows_of(name: str, rows: tuple[Row, ...]) -> Iterable[Row]:
    """The rows in which somebody's name stands, in the singular or the plural.

    >>> [row.ours for row in rows_of("p_value", (Row("fit.table()", "pvalues"), Row("fit.n", "nobs")))]
    ['fit.table()']
    """
    index, word = _index(rows), plain(name)
    spellings = [_bare(name), word, f"{word}s"]  # `get_params` is another thing than `params`
    spellings += [word.removesuffix("s")] if len(word) > 4 else []
    return next((index[one] for one in spellings if one in index), ())
