import errno
import fcntl
import multiprocessing
import os
import re

import pytest

from stattools import figures
from stattools.errors import DomainError, FileError
from stattools.reporting import files
from stattools.reporting.document import Document, Figure, Paragraph, Picture
from tests.sizes import first


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


@pytest.mark.parametrize("broken", ["fsync", "replace"])
@pytest.mark.parametrize("after", first(1, [1, 0, 2]))
def test_a_disk_that_fills_at_any_step_is_named_and_leaves_the_old_report(tmp_path, monkeypatch, broken, after):
    files.write(document("old", drawn, drawn), tmp_path / "r", html=True)
    before, works, calls = contents(tmp_path), getattr(os, broken), []

    def full(*arguments):
        calls.append(arguments)
        if len(calls) == after + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return works(*arguments)

    monkeypatch.setattr(os, broken, full)
    says = r"/r(/f\d\.svg|\.html|\.md)': No space left on device. Free space, or write elsewhere"
    with pytest.raises(OSError, match=says) as caught:
        files.write(document("new", drawn, drawn), tmp_path / "r", html=True)
    assert caught.value.errno == errno.ENOSPC
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    files.write(document("old", drawn), tmp_path / "r")
    before = contents(tmp_path)

    def forbidden(path, mode):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patched:  # chmod does not stop root
        patched.setattr(type(tmp_path), "open", forbidden)
        with pytest.raises(FileError, match=r"/r/f0\.svg': Permission denied. .* change its permissions"):
            files.write(document("new", drawn), tmp_path / "r")
    assert contents(tmp_path) == before


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "r").write_text("mine")
    with pytest.raises(FileError, match=r"/r/f0\.svg': File exists"):
        files.write(document("new", drawn), tmp_path / "r")
    assert contents(tmp_path) == {"r": b"mine"}


def test_what_only_the_old_report_had_is_removed_and_other_files_stay(tmp_path):
    files.write(document("old", drawn, drawn), tmp_path / "r", html=True, png=True)
    (tmp_path / "r" / "mine.svg").write_text("mine")
    files.write(document("new", drawn), tmp_path / "r")
    assert set(contents(tmp_path)) == {"r.md", "r/f0.svg", "r/mine.svg"}


def test_the_page_has_its_figures_inside_and_png_beside_on_request(tmp_path):
    files.write(document("x", drawn), tmp_path / "r", html=True, png=True)
    assert set(contents(tmp_path)) == {"r.md", "r.html", "r/f0.svg", "r/f0.png"}
    page = Document("index", (Picture("r/f0.svg", alt="f"),))
    files.write(page, tmp_path / "i", html=True)
    assert b"data:image/svg+xml;base64," in contents(tmp_path)["i.html"]


def stamped(version):
    """A report whose text and three figures say which version they are."""

    def draw():
        return figures.means([1, 2], [1, version], [0.1, 0.2], xlabel=f"version {version}", ylabel="y")

    return document(f"version {version}", draw, draw, draw)


def rewrite(path, version, times):
    for _ in range(times):
        files.write(stamped(version), path, html=True)


def versions(folder, drawings):
    """The versions that the Markdown and each figure are of."""
    text = (folder / "r.md").read_text()
    found = re.search(r"version (\d)", text)
    assert found is not None
    return int(found[1]), *(drawings[(folder / "r" / f"f{i}.svg").read_bytes()] for i in range(3))


@pytest.mark.slow  # two new interpreters, each with Matplotlib
def test_two_writers_at_once_do_not_mix(tmp_path):
    """A reader that holds the folder sees Markdown and figures of one version; a page alone is always of one."""
    drawings = {figures.svg(stamped(k).figures()[0].draw): k for k in (3, 4)}
    pages = {}
    for k in (3, 4):
        files.write(stamped(k), tmp_path / "alone" / "r", html=True)
        pages[(tmp_path / "alone" / "r.html").read_bytes()] = k
    rewrite(tmp_path / "r", 3, 1)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=rewrite, args=(tmp_path / "r", k, 5)) for k in (3, 4)]
    seen = set()
    for writer in writers:
        writer.start()
    folder = os.open(tmp_path, os.O_RDONLY)
    while any(writer.is_alive() for writer in writers):
        fcntl.flock(folder, fcntl.LOCK_SH)
        found = versions(tmp_path, drawings)
        fcntl.flock(folder, fcntl.LOCK_UN)
        assert len(set(found)) == 1
        assert (tmp_path / "r.html").read_bytes() in pages
        seen.add(found[0])
    os.close(folder)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert len(set(versions(tmp_path, drawings))) == 1
    assert not list(tmp_path.rglob("*.tmp"))
    assert seen == {3, 4}


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


def test_the_name_of_a_report_may_be_long_and_must_be_a_name(tmp_path):
    files.write(document("x", drawn), tmp_path / ("n" * 250), html=True)
    assert (tmp_path / ("n" * 250 + ".html")).is_file()
    os.mkfifo(tmp_path / "pipe.md")
    for to, says in ((tmp_path / ("n" * 253), "too long"), (tmp_path / "a\0b", "NUL"), (tmp_path / "pipe", "a FIFO")):
        with pytest.raises(DomainError, match=says):
            files.write(document("x"), to)
    assert len(list(tmp_path.rglob("*"))) == 5  # Markdown, page, folder, figure; the pipe
