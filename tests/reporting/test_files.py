import os

import pytest

from stattools.errors import DomainError
from stattools.reporting import figures, files
from stattools.reporting.document import Document, Figure, Paragraph


def drawn():
    return figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="x", ylabel="y")


def broken():
    raise ZeroDivisionError("no figure")


def document(text, *draws):
    return Document("T", (Paragraph(text), *(Figure(f"f{i}", draw, alt="f") for i, draw in enumerate(draws))))


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_it_writes_markdown_and_figures_and_overwrites_them(tmp_path):
    assert files.write(document("old", drawn), tmp_path / "new" / "r.md") == tmp_path / "new" / "r.md"
    files.write(document("new", drawn), tmp_path / "new" / "r")
    assert set(contents(tmp_path)) == {"new/r.md", "new/r/f0.svg"}
    assert b"new" in contents(tmp_path)["new/r.md"]


def test_a_failing_figure_leaves_the_old_report_as_it_was(tmp_path):
    files.write(document("old", drawn, drawn), tmp_path / "r")
    before = contents(tmp_path)
    with pytest.raises(ZeroDivisionError):
        files.write(document("new", drawn, broken), tmp_path / "r")
    assert contents(tmp_path) == before


def test_a_full_disk_leaves_the_old_report_as_it_was(tmp_path, monkeypatch):
    files.write(document("old", drawn), tmp_path / "r")
    before = contents(tmp_path)

    def full(*paths):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        files.write(document("new", drawn), tmp_path / "r")
    with pytest.raises(OSError, match="no space"):
        files.write(document("new", drawn), tmp_path / "other" / "r")
    assert contents(tmp_path) == before
    assert not (tmp_path / "other").exists()


def test_the_markdown_comes_last(tmp_path, monkeypatch):
    order = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append(b.name), replace(a, b)))
    files.write(document("x", drawn, drawn), tmp_path / "r")
    assert order == ["f0.svg", "f1.svg", "r.md"]


def test_two_figures_of_one_name_are_refused(tmp_path):
    figure = Figure("f", drawn, alt="f")
    with pytest.raises(DomainError, match="a name of its own"):
        files.write(Document("T", (figure, figure)), tmp_path / "r")


def test_a_dot_in_the_name_is_no_ending(tmp_path):
    assert files.write(document("x", drawn), tmp_path / "v1.2").name == "v1.2.md"
    assert (tmp_path / "v1.2" / "f0.svg").is_file()
