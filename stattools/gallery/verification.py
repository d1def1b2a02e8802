"""`stattools verify`: compute a report again and say whether its text still stands, or what moved.

A report of the gallery is computed here, a report of somebody's own file by the command in its provenance. Timings are
left aside, and so are figures, since their outlines may differ in a last digit between processors; that figures are
there is checked.

Running again the command that a report of somebody's own file names in its provenance.

Only `stattools fit` and `stattools report` are run, without a shell, in a folder that is removed afterwards; the data
file is put there under the name that the command has for it, `../rows.csv` into the folder above.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from stattools.errors import DomainError
from stattools.gallery import ANALYSES, INDEX, VALIDATION, Gallery, command
from stattools.qualification.document import document
from stattools.qualification.qualification import qualify
from stattools.reporting.drift import Drift, drift
from stattools.reporting.files import figures_of
from stattools.reporting.markdown import markdown

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


NAMES = {**{command(name): name for name in (*ANALYSES, INDEX)}, **{made: made for made in VALIDATION}}
"""The documents that are computed here, by the command that writes them."""


def verify(path: Path, gallery: Gallery, data: Path | None = None) -> Drift:
    """Compute the report at `path` again and compare. `data` is where the data file of a report of one's own lies, or
    its folder. Raises DomainError where the report does not name a command that can be run again.
    """
    if path.suffix == ".html":
        raise DomainError(f"verify reads the Markdown of a report; got {path}. Give {path.with_suffix('.md')}.")
    old = path.read_text(encoding="utf-8")
    made = made_by(old, path)
    if is_timed(made):
        found = Drift((), (), (), unverified="timings")
    elif is_repeatable(made):
        found = drift(old, repeated(made, path, data), str(path))
    elif folder := _nist_folder(made):
        found = drift(old, _validated(made, _nist(folder, path, data), path), str(path))
    else:
        name = NAMES[made]
        new = markdown(gallery.document(name), figures=path.stem if name in VALIDATION else name)
        found = drift(old, new, str(path))
    missing = [f"the figure {figure} is missing" for figure in figures_of(old) if not (path.parent / figure).is_file()]
    return replace(found, moved=(*found.moved, *missing))


def is_timed(command: str) -> bool:
    """Whether a command measures times, which no second run repeats.

    >>> is_timed("stattools bench --out reports/benchmarks.md"), is_timed("stattools benchmark")
    (True, False)
    """
    return command.split()[:2] == ["stattools", "bench"]


def made_by(text: str, path: Path) -> str:
    """The command in a report's provenance, if it is one of those that write reports."""
    found = re.search(r"^##+ Provenance\n(?:.*\n)*?```sh\n(.*)\n```$", text, re.MULTILINE)
    if found and (found[1] in NAMES or is_timed(found[1]) or is_repeatable(found[1]) or _nist_folder(found[1])):
        return found[1]
    was = f"; its command is {found[1]!r}" if found else ""
    raise DomainError(
        "verify needs a report of the gallery, of `stattools validate`, or of `stattools fit` or `stattools report`, "
        f"whose provenance names a command such as {command('coin')!r}; got {path.name}{was}."
    )


def _nist_folder(made: str) -> str:
    """The folder of NIST's files that a command of `stattools validate` was given, or nothing.

    >>> _nist_folder("stattools validate --quick --nist 'my sets'"), _nist_folder("stattools validate")
    ('my sets', '')
    """
    before, _, folder = made.partition(" --nist ")
    words = shlex.split(folder) if before in VALIDATION else []
    return words[0] if len(words) == 1 else ""


def _nist(folder: str, report: Path, data: Path | None) -> Path:
    """Where the folder lies: where it was said to be, else beside the report, above it, or here."""
    if data is not None:
        places = [data / folder, data]
    else:
        above = report.resolve().parent
        places = [place / folder for place in (above, *list(above.parents)[:2], Path.cwd())]
    for place in places:
        if place.is_dir():
            return place
    raise DomainError(
        f"verify needs the folder {folder} with NIST's .dat files, which {report.name} was made with; it is not in "
        f"{', '.join(str(place.parent) for place in places)}. Add --data DIR."
    )


def _validated(made: str, nist: Path, path: Path) -> str:
    extent = VALIDATION[made.partition(" --nist ")[0]]
    return markdown(document(qualify(extent, nist=nist), command=made), figures=path.stem)
