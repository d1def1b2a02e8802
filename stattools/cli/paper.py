"""What a report of the command line looks like: groups side by side, labels, author, date, its formats; and the command
that makes it again.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from stattools.cli.files import DASH
from stattools.errors import DomainError

if TYPE_CHECKING:
    from stattools.reporting.document import Document
    from stattools.reporting.labels import Label


@dataclass(frozen=True)
class Paper:
    """Whose groups are compared, what columns are called, who wrote it when, and the formats beside Markdown."""

    by: str | None = None
    labels: dict[str, Label] = field(default_factory=dict)
    author: str | None = None
    date: str | None = None
    html: bool = False
    png: bool = False
    docx: bool = False
    pdf: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """The options that the command which makes the report again has for it, the labels of a file written out."""
        words = [
            f"{name}={label.text}{f' [{label.unit}]' if label.unit else ''}" for name, label in self.labels.items()
        ]
        return {"by": self.by, "labels": words, "author": self.author, "date": self.date}

    def written(self, document: Document, models: Sequence[Any], to: Path) -> Path:
        """Write a document with its labels, author and date; the path of its Markdown."""
        from stattools.reporting.files import write
        from stattools.reporting.labelled import labelled
        from stattools.reporting.provenance import byline

        document = replace(labelled(document, self.labels, models), byline=byline(self.author, self.date))
        wanted = [ending for ending, is_wanted in ((".docx", self.docx), (".pdf", self.pdf)) if is_wanted]
        for ending in wanted:  # these may fail, where pandoc is not installed: then nothing is written
            write(document, to.with_name(f"{to.name}{ending}"))
        return write(document, to, html=self.html, png=self.png)


def labels(words: Sequence[str], known: Sequence[str]) -> dict[str, Label]:
    """Labels from `name=label [unit]`, and from files, which may hold those of other tables too; wrong usage for a name
    that is no column.

    >>> labels(["age=Age [years]"], ["age"])
    {'age': Label(text='Age', unit='years')}
    """
    found: dict[str, Label] = {}
    if not words:  # most commands have none, and wait for no report
        return found
    from stattools.reporting.labels import assigned, labels_in, require_names

    for word in words:
        if "=" not in word or Path(word).is_file():
            found |= {name: label for name, label in labels_in(Path(word)).items() if name in known}
            continue
        try:
            one = assigned([word])
            require_names(one, known)
        except DomainError as error:
            raise typer.BadParameter(error.message, param_hint="--labels") from None
        found |= one
    return found


type Options = Mapping[str, str | Sequence[str] | bool | None]


def again(command: Sequence[str], data: Path, formula: str, options: Options, folder: tuple[str, Path | None]) -> str:
    """The words of a command: what was given, in the order of `options`; nothing for None and False.

    `folder` is the option that says where the report goes, and where: from there the data are named, so that the
    command is right wherever both are moved together.

    >>> again(["stattools", "fit", "ols"], Path("a/rows.csv"), "y ~ x", {"cov": "HC3"}, ("report", Path("a/out")))
    "stattools fit ols ../rows.csv 'y ~ x' --cov HC3 --report ."
    """
    option, place = folder
    words = [*command, data.name if place is None else _from(place, data), formula]
    for name, given in options.items():
        if given is None or given is False:
            continue
        values = [given] if isinstance(given, str | bool) else given
        for value in values:
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return shlex.join([*words, *([] if place is None else [f"--{option}", "."])])


def _from(folder: Path, data: Path) -> str:
    """The file as it is named from a folder; its whole name on another drive."""
    if data == DASH:
        return str(data)
    try:
        return Path(os.path.relpath(data.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return str(data)
