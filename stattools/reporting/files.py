"""Writing a report so that a reader never sees half of one: everything is made first, then put in place file by file.

The figures go to temporary files beside their places, the Markdown likewise; then each replaces its old version in one
step (`os.replace`), the Markdown last. What fails before that leaves the old report as it was.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from stattools.errors import DomainError
from stattools.reporting.document import Document
from stattools.reporting.figures import svg
from stattools.reporting.markdown import markdown


def write(document: Document, to: str | os.PathLike[str]) -> Path:
    """Write PATH.md and the figures PATH/*.svg; the path of the Markdown. `to` may end in ".md" or not."""
    path = report_path(to)
    folder = path.with_suffix("")
    _check_names(document)
    contents = {folder / f"{figure.name}.svg": svg(figure.draw) for figure in document.figures()}
    contents[path] = markdown(document, figures=folder.name).encode("utf-8")
    _replace(contents)
    return path


def report_path(to: str | os.PathLike[str]) -> Path:
    """The Markdown file that `to` names.

    >>> str(report_path("reports/v1.2")), str(report_path("reports/v1.2.md"))
    ('reports/v1.2.md', 'reports/v1.2.md')
    """
    path = Path(to)
    name = path.name.removesuffix(".md")
    if not name.strip(". "):
        raise DomainError(f'report needs to=, a file name such as "reports/admissions"; got {os.fspath(to)!r}.')
    return path.with_name(f"{name}.md")


def _check_names(document: Document) -> None:
    names = [figure.name for figure in document.figures()]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DomainError(f"a report needs a name of its own for every figure; got {twice[0]!r} {len(twice)} times.")


def _replace(contents: dict[Path, bytes]) -> None:
    """Put all files in place, the last one last, or leave everything as it was."""
    waiting: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for path, content in contents.items():
            made += _make_folder(path.parent)
            temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
            waiting[temporary] = path
            with temporary.open("xb") as file:
                file.write(content)
        for temporary, path in waiting.items():
            os.replace(temporary, path)
    except BaseException:
        for temporary in waiting:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it; the ones that were missing, from above."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]
