"""Running again the command that a report of somebody's own file names in its provenance.

Only `stattools fit` and `stattools report` are run, without a shell, in a folder that is removed afterwards; the data
file is put there under the name that the command has for it, `../rows.csv` into the folder above.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from stattools.errors import DomainError

REPEATED = ("fit", "report")
"""The commands that make a report of a file."""

DASH = "-"
"""Stands for standard input."""

WRITTEN = ("--report", "--out", "--save")
"""The options that say where something is written."""


def is_repeatable(command: str) -> bool:
    """Whether a command is one that `repeated` runs.

    >>> is_repeatable("stattools fit ols a.csv 'y ~ x' --report out"), is_repeatable("rm -r .")
    (True, False)
    """
    words = _words(command)
    return len(words) > 2 and words[0] == "stattools" and words[1] in REPEATED


def repeated(command: str, report: Path, data: Path | None = None) -> str:
    """The Markdown that the command writes now. `data` is the data file or its folder; it is looked for where the
    command says, seen from the report, and beside the report and above it otherwise. Raises DomainError where the file
    is not found, the command would write elsewhere, or it fails.
    """
    words = _words(command)
    name = _data_name(words, command)
    source = _found(name, report, data)
    with TemporaryDirectory() as place:
        outward = Path(name).parts.count("..")
        folder = Path(place).joinpath(*["there"] * outward)
        folder.mkdir(parents=True, exist_ok=True)
        held = b""
        if name == DASH:
            held = source.read_bytes()
        else:
            (folder / name).resolve().parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(source.read_bytes())
        done = _run(words[1:], folder, held)
        written = sorted(folder.rglob("*.md"))
        wanted = [path for path in written if path.name == report.name] or written
        if not wanted:  # a report that says why there is no fit comes with an exit code of 1
            said = done.stderr.decode("utf-8", "replace").strip().removeprefix("error: ") or "it wrote no report"
            raise DomainError(f"verify needs {command!r} to run again; it failed: {said}")
        return wanted[0].read_text(encoding="utf-8")


def _run(words: Sequence[str], folder: Path, held: bytes) -> subprocess.CompletedProcess[bytes]:
    """The command line in a process of its own, in UTF-8 whatever this one prints; `held` is its standard input."""
    try:
        return subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "stattools", *words],
            cwd=folder,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            input=held,
            capture_output=True,
            check=False,
        )
    except UnicodeEncodeError as error:
        raise DomainError(
            f"verify runs a command with {error.object[error.start : error.end]!r} in it, which the encoding of this "
            "system's file names lacks. Set PYTHONUTF8=1."
        ) from None


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _data_name(words: Sequence[str], command: str) -> str:
    """The file that the command reads, by its way from the report's folder, or a dash for standard input.

    The report itself goes to a folder without a way to it, so that nothing is written elsewhere.
    """
    outward = [word for option, word in pairwise(words) if option in WRITTEN]
    outward += [word.partition("=")[2] for word in words if word.startswith(tuple(f"{name}=" for name in WRITTEN))]
    for word in outward:
        if word != "." and (Path(word).name != word or word == ".."):
            raise DomainError(
                f"verify runs commands that write to a folder named without others; got {word!r} in {command!r}."
            )
    files = [word for word in words[2:] if (Path(word).suffix and "~" not in word and word[0] != "-") or word == DASH]
    if not files:
        raise DomainError(f"verify needs a command that names its data file; got {command!r}.")
    parts = Path(files[0]).parts
    ups = parts.count("..")
    if Path(files[0]).is_absolute() or ".." in parts[ups:]:
        raise DomainError(
            f"verify looks for data by their way from the report, such as ../rows.csv; got {files[0]!r} in {command!r}."
        )
    return files[0]


def _found(name: str, report: Path, data: Path | None) -> Path:
    """The data file: where it was said to be, else where the command says, beside the report, above it, or here."""
    if data is None and name == DASH:
        raise DomainError(f"verify needs what {report.name} read from standard input: add --data FILE.")
    way, name = name, Path(name).name
    if data is not None:
        places = [data / name if data.is_dir() else data]
    else:
        above = report.resolve().parent
        places = [above / way, *(folder / name for folder in (above, *list(above.parents)[:2], Path.cwd()))]
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(dict.fromkeys(str(place.resolve().parent) for place in places))
    raise DomainError(f"verify needs the data file {name} of {report.name}; it is not in {looked}. Add --data PATH.")
