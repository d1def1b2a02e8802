"""Word documents and PDF by pandoc: what needs it is skipped where it is not installed."""

import json
import os
import re
import shlex
import shutil
import subprocess
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.reporting import converted as file
from stattools.reporting.converted import FORMATS, LINE, converted, in_lines
from stattools.reporting.document import Document, Math, Paragraph, Picture, Section, Table
from stattools.reporting.report import compose

DATA = pd.DataFrame({"x": np.arange(30.0), "g": ["a", "b", "c"] * 10})
DATA["y"] = 2.0 * DATA.x + np.sin(DATA.x)
SMALL = Document(
    "On *Ω* and < 5 %",
    (Section("A", (Paragraph("$y_i \\gt 0$ and `a|b`"), Math(r"\mu \lt \frac{1}{2}"))), Table(("n",), (("1",),), "r")),
)
needs_pandoc = pytest.mark.skipif(shutil.which("pandoc") is None, reason="needs pandoc")
needs_latex = pytest.mark.skipif(
    not (shutil.which("pandoc") and shutil.which("xelatex")), reason="needs pandoc and TeX"
)


@pytest.mark.slow
@needs_pandoc
def test_a_word_document_has_formulas_tables_and_figures(tmp_path):
    document = compose(st.fit(st.ols("y ~ x + g", DATA)), by="g")
    made = converted(document, ".docx", tmp_path)
    with ZipFile(BytesIO(made)) as parts:
        body = parts.read("word/document.xml").decode()
        pictures = [name for name in parts.namelist() if name.startswith("word/media/")]
    assert len(pictures) == len(document.figures()) == 3
    assert all(name.endswith(".png") for name in pictures)
    assert body.count("<m:oMathPara>") == 2
    assert body.count("<w:tbl>") == 9
    widths = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', body)]
    assert len(set(widths)) > 5  # of each column its own, not the same for all


@needs_pandoc
def test_the_same_report_gives_the_same_bytes(tmp_path):
    assert converted(SMALL, ".docx", tmp_path) == converted(SMALL, ".docx", tmp_path)


@needs_latex
@pytest.mark.slow
def test_a_pdf_has_its_text(tmp_path):
    made = converted(SMALL, ".pdf", tmp_path)
    assert made.startswith(b"%PDF")
    if shutil.which("pdftotext"):
        (tmp_path / "a.pdf").write_bytes(made)
        text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True).stdout.decode()
        text = text.replace("𝜇", "µ").replace("μ", "µ").replace("µ <", "µ<")
        for said in ("On *Ω* and < 5 %", "a|b", "µ<"):
            assert said in text


@needs_latex
@pytest.mark.slow
def test_letters_that_there_are_not_are_an_error(tmp_path):
    with pytest.raises(IncompatibleError, match="cannot show 漢"):
        converted(Document("漢", ()), ".pdf", tmp_path)


@needs_pandoc
def test_pictures_that_are_there_already_go_in(tmp_path):
    from matplotlib.figure import Figure

    (tmp_path / "own").mkdir()
    Figure().savefig(tmp_path / "own" / "a.png")
    with ZipFile(BytesIO(converted(Document("T", (Picture("own/a.png", "A"),)), ".docx", tmp_path))) as parts:
        assert any(name.startswith("word/media/") for name in parts.namelist())


@pytest.mark.parametrize("ending", FORMATS)
def test_without_pandoc_an_error_says_what_to_install(ending, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/xelatex" if name == "xelatex" else None)
    with pytest.raises(IncompatibleError, match=r"pandoc, or with Quarto, and found neither\. Install one"):
        converted(SMALL, ending, tmp_path)


def test_a_pdf_without_anything_that_typesets_it(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/pandoc" if name == "pandoc" else None)
    with pytest.raises(IncompatibleError, match="one of XeLaTeX, LuaLaTeX, Tectonic and Typst, and found none"):
        converted(SMALL, ".pdf", tmp_path)


def test_quarto_has_pandoc_and_typst_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/quarto" if name == "quarto" else None)
    called = []

    def run(words, cwd, **_):
        called.append(words)
        out = json.dumps({"blocks": [{"t": "Table", "c": [0, 0, [[0, 0]]]}]}) if "json" in words[-2:-1] else ""
        if words[-1].endswith((".typ", ".pdf")):
            (cwd / words[-1]).write_bytes(b"made")
        return subprocess.CompletedProcess(words, 0, out.encode(), b"")

    monkeypatch.setattr(file.subprocess, "run", run)
    assert converted(SMALL, ".pdf", tmp_path) == b"made"
    assert [words[:2] for words in called] == [["quarto", "pandoc"], ["quarto", "pandoc"], ["quarto", "typst"]]


def test_a_program_that_fails_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/pandoc")
    failed = subprocess.CompletedProcess([], 3, b"", b"out of paper")
    monkeypatch.setattr(file.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(IncompatibleError, match="it failed: out of paper"):
        converted(SMALL, ".docx", tmp_path)


def test_a_long_command_is_broken_where_a_shell_reads_on():
    command = "stattools report ../rows.csv 'y ~ x + it''s' --labels 'age=Age of the mother [years]' --by group --out ."
    lines = in_lines(command).split("\n")
    assert len(lines) == 2
    assert all(len(line) <= LINE for line in lines)
    assert shlex.split(" ".join(line.removesuffix("\\") for line in lines)) == shlex.split(command)


def test_the_folder_of_the_report_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(IncompatibleError):
        st.report(st.fit(st.ols("y ~ x", DATA)), to=tmp_path / "new" / "a.docx")
    assert os.listdir(tmp_path) == []
