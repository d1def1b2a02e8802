"""Writing a report so that a reader never sees half of one: everything is made first, then put in place at once.

Its files are drafts (`stattools/interface/files.py`) until all are complete; then each replaces its old version,
figures first, the Markdown last, while a lock on the folder keeps other writers waiting. What fails leaves the old
report as it was. What the old report had and the new one does not make, a figure or a page, is removed.

A report as one file that has everything inside: HTML, a Word document, or a PDF.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote

from stattools.errors import DomainError
from stattools.figures import png as drawn_png
from stattools.figures import svg
from stattools.interface.arguments import is_writable
from stattools.interface.files import Drafts, path_of, reasons, replace_file
from stattools.reporting.converted import FORMATS, converted
from stattools.reporting.document import Document, Picture, walk
from stattools.reporting.html import POLICY, html
from stattools.reporting.html import html as page
from stattools.reporting.markdown import markdown


def _page(document: Document, folder: Path) -> bytes:
    images = {figure.name: svg(figure.draw) for figure in document.figures()}
    images |= {
        block.path: (folder / block.path).read_bytes() for block in walk(document.blocks) if isinstance(block, Picture)
    }
    return html(document, images).encode()


ENDINGS: dict[str, Callable[[Document, Path], bytes]] = {
    ".html": _page,
    **{ending: lambda document, folder, ending=ending: converted(document, ending, folder) for ending in FORMATS},
}
"""What the files of a report are made by, by how their names end."""


def is_one_file(path: Path) -> bool:
    """Whether a report of this name is one file.

    >>> is_one_file(Path("out/students.PDF")), is_one_file(Path("out/v1.2"))
    (True, False)
    """
    return path.suffix.lower() in ENDINGS


def one_file(document: Document, path: Path) -> Path:
    """Write the report in the place of what was there when it is complete; its path.

    Raises IncompatibleError where the program that makes it is not found or fails, FileError where it cannot write.
    """
    content = ENDINGS[path.suffix.lower()](document, path.parent)
    with reasons(path, "report"):
        path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, lambda file: file.write(content), "report")
    return path


LINKED = re.compile(r"^!\[.*\]\(([^()\s]+\.svg)\)$", re.MULTILINE)
"""A figure in the Markdown of a report."""


def write(document: Document, to: str | os.PathLike[str], *, html: bool = False, png: bool = False) -> Path:
    """Write PATH.md and the figures PATH/*.svg; the path of the Markdown. `to` may end in ".md" or not.

    `html` writes PATH.html beside it, which needs no other file; `png` every figure as PNG too, for programs that do
    not read SVG. A name that ends in ".html", ".docx" or ".pdf" is that one file, with everything inside. Raises
    DomainError for a name that cannot be a report's, FileError with path and reason where it cannot write.
    """
    _check_names(document)
    if is_one_file(path_of(to, "report")):
        if html or png:
            raise DomainError(
                f"report writes one file, {os.fspath(to)!r}; html= and png= are faces of Markdown. Leave them out, or "
                "leave the ending out of the name."
            )
        return one_file(document, path_of(to, "report"))
    path = report_path(to)
    folder = path.with_suffix("")
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
    path = path_of(to, "report")
    name = path.name.removesuffix(".md")
    if not name.strip(". "):
        raise DomainError(f'report needs to=, a file name such as "reports/admissions"; got {os.fspath(to)!r}.')
    if not is_writable(name):
        raise DomainError(f"report is text that names its figures, which {name!a} is not; give another path.")
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
    made: list[Path] = []
    try:
        with Drafts("report") as drafts:
            for path, content in contents.items():
                with reasons(path, "report"):
                    made += _make_folder(path.parent)
                drafts.add(path, lambda file, content=content: file.write(content))
            with _alone(report.parent):
                outdated = _outdated(report, contents)
                drafts.publish()
                for old in outdated:
                    old.unlink(missing_ok=True)
    except BaseException:
        for folder in reversed(made):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


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


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it; the ones that were missing, from above."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]
