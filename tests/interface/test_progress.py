"""Progress is a bar on a terminal for several pieces of work, and nothing elsewhere."""

import io

import pytest

from stattools.interface.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "total", "shown"), [(Terminal, 3, True), (Terminal, 1, False), (io.StringIO, 3, False)]
)
def test_a_bar_names_what_is_done_on_a_terminal_only(stream, total, shown, monkeypatch):
    monkeypatch.setattr("sys.stderr", screen := stream())
    monkeypatch.setattr("sys.stdout", stream())
    with progress(total) as advance:
        for name in ("first", "second", "third")[:total]:
            advance(name)
    assert ("third" in screen.getvalue()) == shown
    assert bool(screen.getvalue()) == shown


@pytest.mark.parametrize(("patience", "shown"), [(0.0, True), (60.0, False)])
def test_work_that_stops_takes_its_bar_along_and_short_work_shows_none(patience, shown, monkeypatch):
    monkeypatch.setattr("sys.stderr", screen := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    work = progress(5, "read 2", patience)
    work.__enter__()("3 rows/s", 2)
    assert not work.__exit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert ("3 rows/s" in screen.getvalue()) == shown
    assert screen.getvalue().endswith("\x1b[2K") == shown  # the line is erased
