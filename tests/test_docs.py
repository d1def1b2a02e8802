"""The pages under docs/ tell the truth: their code runs, and prints what they show."""

import gzip
import re
import runpy
import struct
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

import stattools
from stattools.gallery import ANALYSES
from stattools.interface.names.answers import ORIGINS, plain, vocabulary
from tests.coming_from import page_of, written

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
CODE = re.compile(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", flags=re.DOTALL)


NOTEBOOKS = SimpleNamespace(**runpy.run_path(str(DOCS / "site" / "notebooks.py")))


OWN_TEST = {"networks.md"}
"""It reads files, which its test makes."""


def text_of(page):
    return (DOCS / page).read_text(encoding="utf-8")


LONG = {"cookbook.md", "posterior.md", "reports.md"}
"""Pages of many fits."""


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.slow] if page in LONG else [])
        for page in PAGES
        if page not in OWN_TEST and CODE.search(text_of(page))
    ],
)
def test_the_code_prints_what_the_page_shows(page, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    names = {"__name__": page}
    for script, shown in CODE.findall(text_of(page)):
        exec(compile(script, page, "exec"), names)
        printed = [line.rstrip() for line in capsys.readouterr().out.strip().splitlines()]
        assert printed == shown.strip().splitlines()


def test_the_reference_has_every_public_name():
    listed = re.findall(
        r"(?m)^::: stattools\.(\w+)$", "\n".join(path.read_text() for path in DOCS.glob("reference/*.md"))
    )
    assert sorted(listed) == sorted(set(stattools.__all__) - {"__version__"})


def test_the_gallery_shows_every_report():
    """A picture that is there, and one or two sentences, for each of them."""
    cards = re.findall(
        r"\[!\[[^\]]+\]\(\.\./reports/([\w/]+\.svg)\)\]\(\.\./reports/(\w+)\.md\)\n\n"
        r"\*\*\[[^\]]+\]\(\.\./reports/(\w+)\.md\)\*\* [^<]+\.\n\n</div>",
        text_of("gallery.md"),
    )
    assert [first for _, first, _ in cards] == [*ANALYSES, "validation", "benchmarks"]
    assert all(picture.startswith(f"{one}/") and one == other for picture, one, other in cards)
    assert all((DOCS.parent / "reports" / picture).exists() for picture, _, _ in cards)


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_names_on_the_pages_are_those_of_the_table(origin):
    text = page_of(origin).read_text(encoding="utf-8")
    assert text == written(text, origin), "python -m tests.coming_from"
    assert f"`{next(row for row in vocabulary().fit if getattr(row, origin)).ours}`" in text


KNOWN = {plain(name): row for rows in (vocabulary().fit, vocabulary().functions) for row in rows for name in row.names}


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_tables_of_the_pages_agree_with_the_table_of_names(origin):
    """Where the left side of a row written by hand has names that the table knows, its right side has what it says."""
    by_hand = text_of(f"coming_from/{origin}.md").split("What will surprise you")[0]
    found = 0
    for left, right in re.findall(r"^\| (.*?) \| (.*) \|$", by_hand.replace("y ~ x | id", ""), flags=re.MULTILINE):
        called = re.findall(r"[\w.]+(?=\(|`)", left)
        names = [part for name in called for part in (name, name.rpartition(".")[2])]
        rows = [KNOWN[plain(name)] for name in names if plain(name) in KNOWN]
        wanted = {word for row in rows for word in re.findall(r"(?:st|fit)\.(\w+)", row.ours + row.note)}
        if wanted:
            found += 1
            assert wanted & set(re.findall(r"\w+", right)), (left, right)
    assert found >= 5


@pytest.mark.slow
def test_the_code_of_the_page_on_networks_runs(tmp_path, monkeypatch, capsys):
    """Its blocks in order, in one namespace; small files stand for the 60,000 digits."""
    monkeypatch.chdir(tmp_path)
    images, labels = (
        np.random.default_rng(0).integers(0, 256, (60, 4, 4), np.uint8),
        np.resize(np.arange(3, dtype="u1"), 60),
    )
    for name, values in {"train-images-idx3-ubyte.gz": images, "train-labels-idx1-ubyte.gz": labels}.items():
        head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
        (tmp_path / name).write_bytes(gzip.compress(head + values.tobytes()))
    pd.DataFrame(images.reshape(60, 16)).add_prefix("p").assign(digit=labels).to_csv("digits.csv.gz", index=False)
    page = text_of("networks.md")
    names: dict = {}
    for script in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(script, names)
    shown = np.array(re.findall(r"-?\d+\.\d{4}", page.split("normalized, _ =")[1].split("```")[0]), dtype=float)
    np.testing.assert_allclose(names["normalized"].ravel(), shown, atol=5e-5)
    assert "Neural network 61-10-9" in capsys.readouterr().out
    assert (tmp_path / "digits.md").exists()


def test_a_notebook_is_its_page():
    """Text, code and output alternate as on the page; only links to pages that are not beside it are lost."""
    for uri, text in NOTEBOOKS.notebooks().items():
        page, cells = text_of(uri.replace(".ipynb", ".md")), nbformat.reads(text, 4).cells
        assert [cell.source.strip() for cell in cells if cell.cell_type == "code"] == [
            script.strip() for script, _ in CODE.findall(page)
        ]
        assert CODE.sub("\n", NOTEBOOKS.RELATIVE.sub(r"\1", page)).split() == [
            word for cell in cells if cell.cell_type == "markdown" for word in cell.source.split()
        ]
        assert "```" not in "".join(cell.source for cell in cells), uri
        assert "](../" not in text


@pytest.mark.slow
def test_the_notebooks_print_what_they_show(tmp_path):
    """All in one kernel, which forgets its names between them."""
    shown = [
        cell
        for text in NOTEBOOKS.notebooks().values()
        for cell in (nbformat.v4.new_code_cell("%reset -f"), *nbformat.reads(text, 4).cells)
        if cell.cell_type == "code"
    ]
    empty = [nbformat.v4.new_code_cell(cell.source) for cell in shown]
    folder = {"metadata": {"path": str(tmp_path)}}
    run = NotebookClient(nbformat.v4.new_notebook(cells=empty), timeout=120, kernel_name="python3", resources=folder)
    for before, after in zip(shown, run.execute().cells, strict=True):
        assert all(output.output_type == "stream" for output in after.outputs), before.source
        expected, printed = ("".join(output.text for output in cell.outputs) for cell in (before, after))
        assert [line.rstrip() for line in printed.strip().splitlines()] == expected.strip().splitlines()


def test_code_of_the_site_is_whole():
    code = SimpleNamespace(**runpy.run_path(str(DOCS / "site" / "code.py")))
    assert code.on_page_content("<td><code>a \\| b</code> x \\| y</td>") == "<td><code>a | b</code> x \\| y</td>"
    option = code.on_page_content("<p><code>fit --cov HC3 - x-1</code> --cov</p>")
    assert option == '<p><code>fit <span class="whole">--cov</span> HC3 - x-1</code> --cov</p>'
    block = '<div class="highlight"><pre><span></span><code>{}\n</code></pre></div>'
    long, colored = block.format("word " * 30), block.format('<span class="n">word</span> ' * 30)
    assert code.on_page_content(long).startswith('<div class="highlight message"><pre>')
    assert code.on_page_content(long.replace("word", "-inf", 1)).startswith('<div class="highlight message"><pre>')
    assert code.on_page_content(colored + block.format("word " * 15)) == colored + block.format("word " * 15)
