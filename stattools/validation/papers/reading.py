"""The text of a paper from its file."""

from __future__ import annotations

from pathlib import Path

from stattools.errors import DomainError
from stattools.interface.paths import require_regular

BINARY = {
    b"%PDF": "is a PDF: write its text by pdftotext FILE.pdf, or pdftotext -layout for its tables, and audit that.",
    b"PK\x03\x04": "is a Word document or an archive: write its text by pandoc FILE.docx -t gfm, and audit that.",
    b"\xd0\xcf\x11\xe0": "is an old Word document: save it as text, and audit that.",
}
"""What files begin with that are no text, and what to do."""
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def paper_text(path: Path, name: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. Raises FileError for what is no file, DomainError for
    what is no text, with what to do.
    """
    require_regular(path, "audit")
    held = path.read_bytes()
    for mark, words in BINARY.items():
        if held.startswith(mark):
            raise DomainError(f"audit needs the text of a paper; {name} {words}")
    encoding = next((encoding for mark, encoding in MARKS.items() if held.startswith(mark)), "utf-8-sig")
    try:
        text = held.decode(encoding)
    except UnicodeDecodeError as error:
        raise DomainError(
            f"audit needs the text of a paper in UTF-8; {name} has the byte {held[error.start]:#04x}, which is none: "
            "it is text in another encoding, or no text. Save it in UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
