"""Writing a report so that a reader never sees half of one: everything is made first, then put in place at once.

All files are written beside their places and brought to the disk; then each replaces its old version in one step
(`os.replace`), figures first, the Markdown last, while a lock on the folder keeps other writers waiting. What fails
leaves the old report as it was. What the old report had and the new one does not make, a figure or a page, is removed.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote

from stattools.errors import DomainError
from stattools.reporting.document import Document, Picture, walk
from stattools.reporting.figures import png as drawn_png
from stattools.reporting.figures import svg
from stattools.reporting.html import POLICY
from stattools.reporting.html import html as page
from stattools.reporting.markdown import markdown

LINKED = re.compile(r"^!\[.*\]\(([^()\s]+\.svg)\)$", re.MULTILINE)
"""A figure in the Markdown of a report."""


def write(document: Document, to: str | os.PathLike[str], *, html: bool = False, png: bool = False) -> Path:
    """Write PATH.md and the figures PATH/*.svg; the path of the Markdown. `to` may end in ".md" or not.

    `html` writes PATH.html beside it, which needs no other file; `png` every figure as PNG too, for programs that do
    not read SVG. Raises DomainError for a name that cannot be a report's, OSError with path and reason where it cannot
    write.
    """
    path = report_path(to)
    folder = path.with_suffix("")
    _check_names(document)
    images = {figure.name: svg(figure.draw) for figure in document.figures()}
    contents = {folder / f"{name}.svg": drawn for name, drawn in images.items()}
    if png:
        contents |= {folder / f"{figure.name}.png": drawn_png(figure.draw) for figure in document.figures()}
    if html:
        contents[path.with_suffix(".html")] = page(document, images | _pictures(document, path.parent)).encode()
    contents[path] = markdown(document, figures=folder.name).encode()
    _replace(contents, path)
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
    if name.endswith(".html"):
        raise DomainError(f"report needs the name of its Markdown; got {os.fspath(to)!r}. Add html=True for the HTML.")
    return path.with_name(f"{name}.md")


def figures_of(text: str) -> list[str]:
    """The paths of the figures that a report's Markdown shows, relative to it."""
    return [unquote(target) for target in LINKED.findall(text)]


def _check_names(document: Document) -> None:
    names = [figure.name for figure in document.figures()]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DomainError(f"a report needs a name of its own for every figure; got {twice[0]!r} {len(twice)} times.")


def _pictures(document: Document, folder: Path) -> dict[str, bytes]:
    """Image files that are there already, by their path."""
    paths = [block.path for block in walk(document.blocks) if isinstance(block, Picture)]
    return {path: (folder / path).read_bytes() for path in paths}


def _replace(contents: dict[Path, bytes], report: Path) -> None:
    """Put all files in place, the last one last, or leave everything as it was."""
    waiting: dict[Path, Path] = {}
    made: list[Path] = []
    path = report
    try:
        for path, content in contents.items():
            made += _make_folder(path.parent)
            temporary = _beside(path)
            waiting[temporary] = path
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        path = report
        with _alone(report.parent):
            outdated = _outdated(report, contents)
            _switch(waiting)
            for old in outdated:
                old.unlink(missing_ok=True)
    except BaseException as error:
        for temporary in waiting:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            says = f"{reason}; the report was not written, and an old one is as it was"
            raise OSError(error.errno or 0, says, str(path)) from error
        raise


def _switch(waiting: dict[Path, Path]) -> None:
    """Every file to its place; if one cannot go there, those before it come back."""
    kept: dict[Path, Path] = {}
    new: list[Path] = []
    try:
        for path in waiting.values():
            if path.exists():
                kept[path] = _kept(path)
        for temporary, path in waiting.items():
            os.replace(temporary, path)
            new.append(path)
    except BaseException:
        for path in new:
            if path in kept:
                os.replace(kept.pop(path), path)
            else:
                path.unlink(missing_ok=True)
        raise
    finally:
        for old in kept.values():
            old.unlink(missing_ok=True)


def _kept(path: Path) -> Path:
    """A second name of a file, or a copy where the file system has no links."""
    copy = _beside(path)
    try:
        os.link(path, copy)
    except OSError:
        shutil.copy2(path, copy)
    return copy


def _outdated(report: Path, contents: dict[Path, bytes]) -> list[Path]:
    """What the old report had and the new one does not make: figures in its own folder, their PNG, its HTML."""
    if not report.is_file():
        return []
    old = [report.parent / figure for figure in figures_of(report.read_text(encoding="utf-8", errors="replace"))]
    own = [figure for figure in old if figure.parent == report.with_suffix("")]
    twin = report.with_suffix(".html")
    made = [twin] if twin.is_file() and POLICY.encode() in twin.read_bytes()[:1000] else []
    return [path for path in (*own, *(figure.with_suffix(".png") for figure in own), *made) if path not in contents]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder while files change places; where folders cannot be locked, hope."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it; the ones that were missing, from above."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]
