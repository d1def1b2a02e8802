"""The command that makes a report again, which stands in its provenance: run in the folder of the report."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from stattools.cli.standard_input import DASH

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
