"""`stattools verify`: compute a report of the gallery again and say whether its text still stands, or what moved.

Figures are left aside, since their outlines may differ in a last digit between processors; that they are there is
checked. The versions in the table of the environment are compared apart: newer packages with the same numbers are no
drift.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stattools.errors import DomainError
from stattools.gallery import ANALYSES, INDEX, VALIDATION, Gallery, command
from stattools.reporting.files import figures_of
from stattools.reporting.markdown import markdown

CAUSES = {"data": "the data", "SHA-256": "the data", "stattools": "the version of stattools", "seed": "the seed"}
"""First words of table rows that say by themselves what moved."""

ENVIRONMENT = "| environment"


@dataclass(frozen=True)
class Verdict:
    """What a second run says about a report: `moved` is empty where it still stands.

    `environment` lists the packages whose versions differ, `diff` the lines that do, as a unified diff without context.
    """

    moved: tuple[str, ...]
    environment: tuple[str, ...]
    diff: tuple[str, ...]

    @property
    def same(self) -> bool:
        """True when nothing but versions of the environment differs."""
        return not self.moved


def verify(path: Path, gallery: Gallery) -> Verdict:
    """Compute the report at `path` again and compare; DomainError where the gallery did not make it."""
    old = path.read_text(encoding="utf-8")
    name = made_by(old, path)
    new = markdown(gallery.document(name), figures=path.stem if name in VALIDATION else name)
    (old_text, old_versions), (new_text, new_versions) = _parted(old), _parted(new)
    diff = [
        line
        for line in difflib.unified_diff(old_text, new_text, str(path), "computed again", lineterm="", n=0)
        if not line.startswith("@@")
    ]
    moved = _causes(diff)
    moved += [f"the figure {figure} is missing" for figure in figures_of(old) if not (path.parent / figure).is_file()]
    changed = sorted(
        f"{package} {old_versions.get(package, 'none')} -> {new_versions.get(package, 'none')}"
        for package in old_versions.keys() | new_versions.keys()
        if old_versions.get(package) != new_versions.get(package)
    )
    return Verdict(tuple(moved), tuple(changed), tuple(diff))


def made_by(text: str, path: Path) -> str:
    """The name of the gallery's report, read from the command in its provenance."""
    found = re.search(r"^## Provenance\n(?:.*\n)*?```sh\n(.*)\n```$", text, re.MULTILINE)
    commands = {command(name): name for name in (*ANALYSES, INDEX)} | {name: name for name in VALIDATION}
    if found and found[1] in commands:
        return commands[found[1]]
    was = f"; its command is {found[1]!r}" if found else ""
    raise DomainError(
        f"verify needs a report of the gallery, whose provenance names a command such as {command('coin')!r}; "
        f"got {path.name}{was}."
    )


def _parted(text: str) -> tuple[list[str], dict[str, str]]:
    """The lines outside the table of the environment, without the padding of cells, and that table."""
    lines, versions, inside = [], {}, False
    for padded in text.splitlines():
        line = re.sub(r" +", " ", re.sub(r"-{3,}", "---", padded)) if padded.startswith("|") else padded
        inside = line.startswith(ENVIRONMENT) or (inside and line.startswith("|"))
        if not inside:
            lines.append(line)
        elif not line.startswith((ENVIRONMENT, "| :")):
            package, version = (cell.strip() for cell in line.strip("|").split("|"))
            versions[package] = version
    return lines, versions


def _causes(diff: Sequence[str]) -> list[str]:
    """What moved, in words, from the lines that differ."""
    lines = [line[1:] for line in diff if not line.startswith(("---", "+++"))]
    found = [CAUSES.get(_first_word(line), "numbers or words") for line in lines]
    return list(dict.fromkeys(found))


def _first_word(line: str) -> str:
    return line[2:].split()[0] if line.startswith("| ") and line[2:].split() else ""
