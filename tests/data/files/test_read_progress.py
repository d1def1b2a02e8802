"""The bar of a read: on a terminal, once it takes long; nothing elsewhere, and the parts as they are."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rich.console

import stattools as st
from stattools.data.files import read_progress
from stattools.data.files.read_progress import watched


class Terminal(io.StringIO):
    def isatty(self):
        return True


def on_a_terminal(monkeypatch):
    """Not a fixture: between set-up and test, pytest gives stderr a stream of its own."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(read_progress, "PATIENCE", -1.0)
    make = rich.console.Console
    monkeypatch.setattr(rich.console, "Console", lambda **o: make(**o, force_terminal=True, width=120))
    return stream


def test_a_terminal_sees_which_read_it_is_and_how_fast(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    assert list(watched([3, 2], int, 5, "read 2")) == [3, 2]
    seen = terminal.getvalue()
    assert "read 2" in seen
    assert "rows/s" in seen
    assert "100%" in seen


def test_a_read_that_stops_takes_its_bar_along(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    with pytest.raises(ZeroDivisionError):
        [1 / part for part in watched([1, 1, 0], int, 5, "read 1")]
    assert terminal.getvalue().endswith("\x1b[2K")  # the line is erased


def test_short_reads_show_nothing(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    monkeypatch.setattr(read_progress, "PATIENCE", 60.0)
    assert list(watched([1, 2], int, 3, "read 1")) == [1, 2]
    assert terminal.getvalue() == ""


def test_nothing_elsewhere(capsys, monkeypatch):
    monkeypatch.setattr(read_progress, "PATIENCE", -1.0)
    assert list(watched([1, 2], int, 3, "read 1")) == [1, 2]
    assert capsys.readouterr() == ("", "")


def test_models_fits_and_predictions_of_files_show_their_reads(tmp_path, monkeypatch):
    table = pa.table({"x": np.arange(60.0), "y": np.arange(60.0) % 7})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=20)
    terminal = on_a_terminal(monkeypatch)
    fit = st.fit(st.ols("y ~ x", st.scan(tmp_path)))
    fit.predict_to(tmp_path / "p.pq")
    seen = terminal.getvalue()
    assert [f"read {k}" in seen for k in (1, fit.solution.reads, fit.solution.reads + 1)] == [True, True, True]
