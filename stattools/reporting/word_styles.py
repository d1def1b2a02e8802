"""The look of a Word document: pandoc's own reference document with smaller letters, narrower margins of A4, and rules
above and below tables.
"""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

TEXT, CELL = 21, 17
"""Sizes of letters in half points: of text, and in tables."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of the parts of the file, so that the same styles give the same bytes."""
PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1247" w:right="1247" w:bottom="1247" w:left="1247" '
    'w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>'
)
"""A4 with margins of 22 mm, in twentieths of a point."""
RULES = '<w:tblBorders><w:top w:val="single" w:sz="6"/><w:bottom w:val="single" w:sz="6"/></w:tblBorders>'


def styled(reference: bytes) -> bytes:
    """The reference document with the look of a report."""
    made = BytesIO()
    with ZipFile(BytesIO(reference)) as old, ZipFile(made, "w") as new:
        for part in old.namelist():
            text = EDITS[part](old.read(part).decode("utf-8")).encode() if part in EDITS else old.read(part)
            new.writestr(ZipInfo(part, EARLIEST), text, ZIP_DEFLATED)
    return made.getvalue()


def _styles(text: str) -> str:
    text = re.sub(r"(<w:rPrDefault>.*?<w:sz w:val=\")\d+", rf"\g<1>{TEXT}", text, count=1, flags=re.DOTALL)
    small = f'<w:rPr><w:sz w:val="{CELL}"/><w:szCs w:val="{CELL}"/></w:rPr></w:style>'
    text = re.sub(r"(w:styleId=\"Compact\".*?)</w:style>", rf"\g<1>{small}", text, count=1, flags=re.DOTALL)
    text = re.sub(r"(w:styleId=\"VerbatimChar\".*?)<w:sz w:val=\"\d+\" ?/>", r"\g<1>", text, count=1, flags=re.DOTALL)
    return re.sub(
        r"(w:styleId=\"Table\".*?<w:tblInd w:w=\"0\" w:type=\"dxa\" ?/>)",
        rf"\g<1>{RULES}",
        text,
        count=1,
        flags=re.DOTALL,
    )


def _body(text: str) -> str:
    return re.sub(r"<w:sectPr ?/>|<w:sectPr.*?</w:sectPr>", "", text, flags=re.DOTALL).replace(
        "</w:body>", f"{PAGE}</w:body>"
    )


EDITS = {"word/styles.xml": _styles, "word/document.xml": _body}
"""What is changed, by the part of the file."""
