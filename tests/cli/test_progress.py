"""Progress is a bar on a terminal for several pieces of work, and nothing elsewhere."""

import io

import pytest

from stattools.cli.progress import progress


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
