"""A report as a Word document or a PDF, by pandoc, which Quarto has inside it: formulas are formulas, tables tables.

Figures go in as PNG (Word), PDF (LaTeX) or SVG (Typst). A PDF is typeset by XeLaTeX, LuaLaTeX, Tectonic or Typst,
whichever is found first, with the letters that Matplotlib brings along, which hold Greek, Cyrillic and mathematical
signs; a character that they lack is an error, never a hole in the text.

How wide the columns of a table are on a page of paper, where nothing scrolls: as wide as their texts where all fit,
else the widest give way, down to their longest word.

The look of a Word document: pandoc's own reference document with smaller letters, narrower margins of A4, and rules
above and below tables.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from stattools.errors import IncompatibleError
from stattools.figures import pdf, png, svg
from stattools.reporting.document import Block, Document, Listing, Picture, Section, Table, inline, walk
from stattools.reporting.markdown import markdown

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


LETTERS = 98
"""Letters of a line of a table on A4 with margins of 22 mm, in letters of 8.5 points."""

BETWEEN = 2
"""Letters of the room between two columns."""


def shares(table: Table, letters: int = LETTERS) -> tuple[float, ...]:
    """The share of the line that each column has; all of them sum to at most 1.

    >>> shares(Table(("n", "mean"), (("10", "0.5"),), "rr"), letters=20)
    (0.2, 0.3)
    """
    cells = [[_plain(cell) for cell in column] for column in zip(table.header, *table.rows, strict=True)]
    whole = np.array([max(map(len, column)) for column in cells]) + BETWEEN
    words = np.array([max((len(word) for cell in column for word in cell.split()), default=0) for column in cells])
    least = np.minimum(words + BETWEEN, whole)
    widths = whole.astype(float)
    if whole.sum() > letters:
        widths = _given_way(whole, least, letters)
    return tuple(float(width) for width in widths / max(letters, widths.sum()))


def _given_way(whole: np.ndarray, least: np.ndarray, letters: int) -> np.ndarray:
    """The widths under the highest cap that all fit below, at least those of the longest words."""
    caps = np.arange(1, int(whole.max()) + 1)
    each = np.maximum(least, np.minimum(whole, caps[:, None]))
    return each[max(int((each.sum(axis=1) <= letters).sum()) - 1, 0)].astype(float)


def _plain(marked: str) -> str:
    return "".join(span.content for span in inline(marked))


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

READ = "gfm+tex_math_dollars-yaml_metadata_block"
"""What pandoc reads: GitHub's Markdown, as reports are written."""

EPOCH = "315532800"
"""The date that is written into a file, 1980-01-01, so that the same report gives the same bytes."""

LOOK = (
    r"\providecommand{\gt}{>}\providecommand{\lt}{<}\usepackage{etoolbox}\AtBeginEnvironment{longtable}{\footnotesize}"
)
"""Commands that GitHub's formulas have and LaTeX does not, and small letters in tables."""

LINE = 84
"""Letters of a line of a command on a page."""

LATEX = ("xelatex", "lualatex", "tectonic")

TYPST = ("typst", "quarto")

MISSING = re.compile(r"Missing character: There is no (\S+)")


def converted(document: Document, ending: str, folder: Path) -> bytes:
    """The bytes of the report as `.docx` or `.pdf`; `folder` is where pictures that are there already lie.

    Raises IncompatibleError that says what to install where pandoc, or what typesets a PDF, is not found, and where it
    fails.
    """
    with TemporaryDirectory() as place:
        return FORMATS[ending](document, Path(place), folder)


def _word(document: Document, place: Path, folder: Path) -> bytes:
    source = _read(document, place, folder, ".png", lambda draw: png(draw, dpi=200.0))
    look = _run([*_pandoc(), "--print-default-data-file", "reference.docx"], place)
    (place / "look.docx").write_bytes(styled(look))
    words = [*_pandoc(), "--from", "json", source, "--reference-doc", "look.docx", "-o", "report.docx"]
    return _run(words, place, "report.docx")


def _portable(document: Document, place: Path, folder: Path) -> bytes:
    engine = next((name for name in (*LATEX, *TYPST) if shutil.which(name)), None)
    if engine is None:
        raise IncompatibleError(
            "report writes a PDF with pandoc and one of XeLaTeX, LuaLaTeX, Tectonic and Typst, and found none of them. "
            "Install one (Debian and Ubuntu: apt install texlive-xetex texlive-fonts-recommended lmodern; Quarto "
            "brings Typst along), or write report.html and print it from a browser, or write report.docx."
        )
    if engine in TYPST:
        source = _read(document, place, folder, ".svg", svg)
        _run([*_pandoc(), "--from", "json", source, "--standalone", "-o", "report.typ"], place, "report.typ")
        compiler = ["typst"] if engine == "typst" else ["quarto", "typst"]
        return _run([*compiler, "compile", "report.typ", "report.pdf"], place, "report.pdf")
    source = _read(document, place, folder, ".pdf", pdf)
    letters = ["-V", f"mainfontoptions={_letters('DejaVuSerif', '-Italic')}", "-V", "mainfont=DejaVuSerif.ttf"]
    letters += ["-V", f"monofontoptions={_letters('DejaVuSansMono', '-Oblique')}", "-V", "monofont=DejaVuSansMono.ttf"]
    look = ["-V", "papersize=a4", "-V", "geometry:margin=22mm", "-V", "fontsize=10pt", "-V", f"header-includes={LOOK}"]
    words = [*_pandoc(), "--from", "json", source, f"--pdf-engine={engine}", *letters, *look, "-o", "report.pdf"]
    return _run(words, place, "report.pdf")


FORMATS: dict[str, Callable[[Document, Path, Path], bytes]] = {".docx": _word, ".pdf": _portable}
"""What pandoc writes, by the ending of the file."""


def _pandoc() -> list[str]:
    found = ["pandoc"] if shutil.which("pandoc") else ["quarto", "pandoc"] if shutil.which("quarto") else []
    if not found:
        raise IncompatibleError(
            "report writes Word documents and PDF with pandoc, or with Quarto, and found neither. Install one (apt "
            "install pandoc, brew install pandoc, https://pandoc.org, https://quarto.org), or write report.html, which "
            "needs nothing."
        )
    return found


def _read(
    document: Document, place: Path, folder: Path, ending: str, draw: Callable[[Callable[[], Drawing]], bytes]
) -> str:
    """Have pandoc read the report, and say how wide the columns of its tables are; the name of the file."""
    words = [*_pandoc(), "--from", READ, "--shift-heading-level-by=-1", "--to", "json"]
    found = json.loads(_run([*words, _source(document, place, folder, ending, draw)], place))
    tables = [block for block in walk(document.blocks) if isinstance(block, Table)]
    for read, table in zip((part for part in found["blocks"] if part["t"] == "Table"), tables, strict=True):
        columns = read["c"][2]
        for column, share in zip(columns, shares(table), strict=True):
            column[1] = {"t": "ColWidth", "c": share}
    (place / "report.json").write_text(json.dumps(found), encoding="utf-8")
    return "report.json"


def _source(
    document: Document, place: Path, folder: Path, ending: str, draw: Callable[[Callable[[], Drawing]], bytes]
) -> str:
    """Write the Markdown with its figures in a format that the target takes; the name of the file."""
    (place / "figures").mkdir()
    for figure in document.figures():
        (place / "figures" / f"{figure.name}{ending}").write_bytes(draw(figure.draw))
    for block in walk(document.blocks):
        if isinstance(block, Picture):
            (place / block.path).parent.mkdir(parents=True, exist_ok=True)
            (place / block.path).write_bytes((folder / block.path).read_bytes())
    document = replace(document, blocks=_broken(document.blocks))
    text = re.sub(r"(?m)(?<=^)(!\[.*\]\(figures/[^()\s]+)\.svg\)$", rf"\1{ending})", markdown(document, "figures"))
    (place / "report.md").write_text(text, encoding="utf-8")
    return "report.md"


def _broken(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with commands in lines that a page holds, as a shell reads them."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Section):
            block = replace(block, blocks=_broken(block.blocks))
        elif isinstance(block, Listing) and block.language == "sh" and len(block.text) > LINE:
            block = replace(block, text=in_lines(block.text))
        found.append(block)
    return tuple(found)


def in_lines(command: str, letters: int = LINE) -> str:
    """A command in lines of so many letters, each but the last with a backslash at its end.

    >>> print(in_lines("stattools report rows.csv 'y ~ x + z' --by group", letters=30))
    stattools report rows.csv \\
        'y ~ x + z' --by group
    """
    lines = [""]
    for word in map(shlex.quote, shlex.split(command)):
        if lines[-1].strip() and len(lines[-1]) + len(word) > letters - 3:
            lines.append("   ")
        lines[-1] += f" {word}" if lines[-1] else word
    return " \\\n".join(lines)


def _run(words: Sequence[str], place: Path, made: str | None = None) -> bytes:
    """Run a program in the folder, and read the file that it made, or what it printed."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "FORCE_SOURCE_DATE": "1"}
    done = subprocess.run(words, cwd=place, env=environment, capture_output=True, check=False)
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode or (made is not None and not (place / made).is_file()):
        raise IncompatibleError(
            f"report ran {words[0]} for {made or 'its tables'}, and it failed: {said[-500:] or 'it said nothing'}. "
            "Write report.html, which needs nothing."
        )
    if lacking := list(dict.fromkeys(MISSING.findall(said))):
        raise IncompatibleError(
            f"report.pdf cannot show {', '.join(lacking)}, which its letters lack. Write report.docx or report.html."
        )
    return done.stdout if made is None else (place / made).read_bytes()


def _letters(family: str, italic: str) -> str:
    """Where the files of the letters are, for fontspec."""
    from matplotlib import get_data_path

    place = f"{Path(get_data_path()) / 'fonts' / 'ttf'}/"
    return (
        f"Path={place},BoldFont={family}-Bold.ttf,ItalicFont={family}{italic}.ttf,"
        f"BoldItalicFont={family}-Bold{italic.removeprefix('-')}.ttf"
    )
