"""`stattools verify`: compute a report again and say whether its text still stands, or what moved.

A report of the gallery is computed here, a report of somebody's own file by the command in its provenance. Timings are
left aside, and so are figures, since their outlines may differ in a last digit between processors; that figures are
there is checked.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

from stattools.errors import DomainError
from stattools.gallery import ANALYSES, INDEX, VALIDATION, Gallery, command
from stattools.gallery.repetition import is_repeatable, repeated
from stattools.qualification.document import document
from stattools.qualification.qualification import qualify
from stattools.reporting.drift import Drift, drift
from stattools.reporting.files import figures_of
from stattools.reporting.markdown import markdown

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
