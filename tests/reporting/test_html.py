import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from hypothesis import given

import stattools as stats
from stattools import figures
from stattools.reporting.document import (
    Bullets,
    Document,
    Figure,
    Listing,
    Math,
    Paragraph,
    Picture,
    Quote,
    Section,
    Table,
    code,
    literal,
)
from stattools.reporting.html import html, plain, table, text
from tests.reporting.hostile import NAMES, TEXT, shown

VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Elements with their attributes, cells with their text; every element must be closed where it was opened."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.cells, self.texts = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")
        if tag == "br" and self.cells:
            self.cells[-1] += " "

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)
        if self.open and {"td", "th"} & set(self.open):
            self.cells[-1] += data


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def drawn():
    return figures.svg(lambda: figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="x", ylabel="y"))


def every_block(words):
    return (
        Section(words, (Paragraph(words), Quote(words), Listing(words), Bullets((words,)))),
        Math(r"\ell(\theta) < 0"),
        Table((words, "n"), ((words, "1"),), align="lr", caption=words),
        Figure("f", lambda: None, alt=words, caption=words),  # type: ignore[arg-type, return-value]
        Picture("a/b.svg", alt=words),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_nothing_but_text(name):
    words = literal(name)
    page = html(Document(words, every_block(words)), {"f": b"<svg></svg>", "a/b.svg": b"<svg></svg>"})
    reader = read(page)
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "section",
        "h1",
        "h2",
        "p",
        "blockquote",
        "pre",
    }
    allowed |= {"code", "ul", "li", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "img"}
    allowed |= {"figcaption", "br", "math", "mrow", "mi", "mo", "mn"}
    assert {tag for tag, _ in reader.tags} <= allowed
    assert not any(key.startswith("on") for _, attrs in reader.tags for key in attrs)
    alts = [attrs["alt"] for tag, attrs in reader.tags if tag == "img"]
    assert alts == [shown(name)] * 2
    assert page.encode()


@given(TEXT, TEXT)
def test_every_cell_of_a_table_comes_back_as_it_was(name, words):
    reader = read(table(Table((code(name), "n"), ((literal(words), code(name)),), align="lr")))
    assert [shown(cell) for cell in reader.cells] == [shown(name), "n", shown(words), shown(name)]


@given(TEXT)
def test_any_text_with_marks_is_well_formed(words):
    read(f"<p>{text(words)}</p>")


def test_the_page_is_whole_and_asks_for_nothing():
    page = html(Document("A & B", every_block("words")), {"f": drawn(), "a/b.svg": drawn()})
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "<title>A &amp; B</title>" in page
    assert 'name="viewport"' in page
    assert "<script" not in page
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "default-src 'none'" in page


def test_headers_have_a_scope_and_a_table_a_name():
    reader = read(html(Document("T", (Section("Fit", (Table(("a", "b"), (("x", "1"),), align="lr"),)),)), {}))
    scopes = [attrs.get("scope") for tag, attrs in reader.tags if tag == "th"]
    assert scopes == ["col", "col", "row"]
    assert ("table", {"aria-labelledby": "fit"}) in reader.tags


def test_two_headings_of_one_name_have_two_anchors():
    page = html(Document("T", (Section("Fit", ()), Section("Fit", ()), Section("漢字", ()))), {})
    assert re.findall(r'id="([^"]*)"', page) == ["fit", "fit-2", "section"]


def test_a_link_to_a_report_beside_leads_to_its_page_and_others_stay():
    assert 'href="coin.html"' in text("[x](coin.md)")
    assert 'href="../README.md"' in text("[x](../README.md)")
    assert 'href="https://example.org/a.md"' in text("[x](https://example.org/a.md)")


def test_plain():
    assert plain("**so** `x` is\n$n$") == "so x is n"


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
def test_a_browser_shows_formulas_figures_and_no_wider_page_than_a_phone(tmp_path):
    data = {"y": [1.0, 3.0, 5.0, 8.0, 8.5, 9.0], "<b>dose": [0, 1, 2, 3, 4, 5], "a|b": [1, 0, 1, 1, 0, 0]}
    fit = stats.fit(stats.ols(data["y"], list(zip(data["<b>dose"], data["a|b"], strict=True)), names=[*data][1:]))
    stats.report(fit, to=tmp_path / "r", html=True)
    probe = (
        "<script>addEventListener('load', () => { const d = document, page = d.querySelector('iframe').contentDocument;"
        "const seen = [page.documentElement.scrollWidth <= 390, [...page.images].every(i => i.naturalWidth > 300),"
        "[...page.querySelectorAll('math')].every(m => m.getBoundingClientRect().height > 4),"
        "page.querySelectorAll('math').length > 3, page.querySelectorAll('script, b').length];"
        "d.body.dataset.seen = seen.join(' '); })</script>"
    )
    frame = '<iframe src="r.html" width="390" height="800" style="border:0"></iframe>'
    (tmp_path / "probe.html").write_text(f"<!DOCTYPE html><body>{frame}{probe}", encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom"]
    options += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=2000"]
    done = subprocess.run(
        ["chromium", *options, (tmp_path / "probe.html").as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert found is not None, done.stderr[-2000:]
    assert found[1] == "true true true true 0"
