"""A report as one file that has everything inside: HTML, a Word document, or a PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stattools.figures import svg
from stattools.interface.writing import reasons, replace_file
from stattools.reporting.converted import FORMATS, converted
from stattools.reporting.document import Document, Picture, walk
from stattools.reporting.html import html


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
