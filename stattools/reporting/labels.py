"""Labels and units of columns, as they are given: `{"lwt": "Weight of the mother [lb]"}`, or a file of them.

A file is CSV or TSV with the columns name, label and, if there are units, unit; JSON with an object of names and
labels; any other text with `name=label [unit]` on each line, where a line that begins with # is a comment.
"""

from __future__ import annotations

import csv
import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stattools.errors import DomainError, FileError, quoted
from stattools.interface.files import path_of

WITH_UNIT = re.compile(r"(?P<text>.*\S)\s*\[(?P<unit>[^\[\]]+)\]\s*", re.DOTALL)
ONE_OF = {
    "years": "year",
    "months": "month",
    "weeks": "week",
    "days": "day",
    "hours": "hour",
    "minutes": "minute",
    "seconds": "second",
    "points": "point",
    "degrees": "degree",
    "dollars": "dollar",
    "euros": "euro",
    "pounds": "pound",
    "miles": "mile",
    "persons": "person",
}
"""Units in words that a label has in the plural, and one of each."""


@dataclass(frozen=True)
class Label:
    """What a column is called in a report, and the unit that it is measured in."""

    text: str
    unit: str = ""

    @property
    def titled(self) -> str:
        """The label with its unit, as it stands above a column and at an axis.

        >>> Label("Age", "years").titled
        'Age (years)'
        """
        return f"{self.text} ({self.unit})" if self.unit else self.text

    @property
    def one(self) -> str:
        """One of the unit, in a sentence.

        >>> Label("Age", "years").one, Label("Weight", "kg").one, Label("Group").one
        ('year', 'kg', 'unit')
        """
        return ONE_OF.get(self.unit, self.unit) or "unit"


def label_of(text: str) -> Label:
    """A label from `label [unit]`.

    >>> label_of("Weight of the mother [lb]")
    Label(text='Weight of the mother', unit='lb')
    """
    found = WITH_UNIT.fullmatch(text.strip())
    return Label(found["text"], found["unit"].strip()) if found else Label(text.strip())


def labels_of(given: object) -> dict[str, Label]:
    """Labels by the names of columns, from a dict of texts, a path of a file, or None for none.

    Raises DomainError for anything else, FileError with path and reason for a file that cannot be read.

    >>> labels_of({"age": "Age [years]"})
    {'age': Label(text='Age', unit='years')}
    """
    if given is None:
        return {}
    if isinstance(given, str | os.PathLike):
        return labels_in(path_of(given, "labels="))
    if not isinstance(given, Mapping) or not all(isinstance(word, str) and word.strip() for word in given.values()):
        raise DomainError(
            'labels= is a dict of labels by column, {"age": "Age [years]"}, or the path of a file with them; got '
            f"{quoted(given)}."
        )
    return {str(name): label_of(word) for name, word in given.items()}


def labels_in(path: Path) -> dict[str, Label]:
    """The labels of a file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise FileError(f"labels= needs a file of text; {path} cannot be read: {reason}.") from None
    reads = {".csv": _in_table, ".tsv": _in_table, ".json": _in_json}.get(path.suffix.lower(), _in_lines)
    found = reads(text, path)
    if not found:
        raise DomainError(f"labels= needs a file with a label at least; {path} has none.")
    return found


def assigned(words: Iterable[str]) -> dict[str, Label]:
    """Labels from words such as `age=Age [years]`; DomainError for one without a name or a label.

    >>> assigned(["age=Age [years]"])["age"].titled
    'Age (years)'
    """
    found = {}
    for word in words:
        name, mark, label = word.partition("=")
        if not (mark and name.strip() and label.strip()):
            raise DomainError(f"a label is written name=label or name=label [unit]; got {quoted(word)}.")
        found[name.strip()] = label_of(label)
    return found


def require_names(labels: Mapping[str, Label], known: Sequence[str]) -> None:
    """DomainError for a label of a column that there is not."""
    for name in labels:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            columns = ", ".join(map(repr, known[:20]))
            raise DomainError(
                f"labels= has {quoted(name)}, which is no column of the data.{meant} The columns are {columns}."
            )


def _in_table(text: str, path: Path) -> dict[str, Label]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter, restval=""))
    if rows and not {"name", "label"} <= set(rows[0]):
        raise DomainError(
            f"labels= needs a table with the columns name and label, and unit if there are units; {path} has "
            f"{', '.join(map(repr, rows[0]))}."
        )
    return {
        row["name"].strip(): Label(row["label"].strip(), (row.get("unit") or "").strip())
        if (row.get("unit") or "").strip()
        else label_of(row["label"])
        for row in rows
        if row["label"].strip()
    }


def _in_json(text: str, path: Path) -> dict[str, Label]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DomainError(f"labels= needs JSON in {path}; it cannot be read: {error}.") from None
    if not isinstance(found, dict):
        raise DomainError(f'labels= needs an object {{"name": "label [unit]"}} in {path}; got {quoted(found)}.')
    return labels_of(found)


def _in_lines(text: str, path: Path) -> dict[str, Label]:
    lines = (line.strip() for line in text.splitlines())
    try:
        return assigned(line for line in lines if line and not line.startswith("#"))
    except DomainError as error:
        raise DomainError(f"{path}: {error.message}") from None
