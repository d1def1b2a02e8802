"""A dash reads standard input: text, packed text, Parquet and Arrow."""

import gzip
import io

import pandas as pd
import pytest
from typer.testing import CliRunner

from stattools.cli import app
from stattools.cli.files import at_hand

ROWS = pd.DataFrame({"y": [1.0, 2.0, 4.0, 3.0, 2.2], "x": [2.0, 3.5, 5.0, 1.0, 3.0]})


def _run(held, *words):
    return CliRunner().invoke(app, ["fit", "ols", "-", "y ~ x", *words], input=held)


def _written(write):
    place = io.BytesIO()
    write(place)
    return place.getvalue()


def test_all_that_files_may_be(tmp_path):
    ROWS.to_csv(tmp_path / "a.csv", index=False)
    wanted = CliRunner().invoke(app, ["fit", "ols", str(tmp_path / "a.csv"), "y ~ x"]).stdout
    text = (tmp_path / "a.csv").read_bytes()
    for held in (text, gzip.compress(text), _written(ROWS.to_parquet), _written(ROWS.to_feather)):
        result = _run(held)
        assert result.exit_code == 0, result.output
        assert result.stdout == wanted


def test_errors_speak_of_standard_input():
    result = _run(b"y,x\n1,2,3\n")
    assert result.exit_code == 1
    assert "line 2 of standard input has 3" in result.stderr
    assert "tmp" not in result.stderr
    assert "standard input is empty" in _run(b"").stderr


def test_a_terminal_is_no_file(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    import typer

    from stattools.cli.files import DASH

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    with pytest.raises(typer.BadParameter, match="pipe a file"), at_hand(DASH):
        pass
