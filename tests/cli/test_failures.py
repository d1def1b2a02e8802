"""An analysis that fails says why on stderr, without a traceback."""

import json

import pytest
import typer

from stattools.cli.failures import failures
from stattools.errors import DomainError
from tests.cli.test_application import run


@pytest.mark.parametrize(
    "content, formula, message",
    [
        (None, "y ~ x", "No such file"),
        (b"", "y ~ x", "is empty"),
        (b"y,x\n", "y ~ x", ""),
        (b"\x80\x81\xff,\n1,2\n", "y ~ x", "UTF-8"),
        (b'y,x\n1,"2\n', "y ~ x", ""),
        (b"y,x\n1,2\n2,3\n4,5\n", "y ~ q", "q"),
        (b"y;x\n1;2\n2;3\n", "y ~ x", ""),
        (b"y,x\n1,2\n2,4\n3,6\n", "y ~ x + I(2*x)", "x"),
        (b"y,x\n1,2\n2,4\n3,6\n", "y ~ open(x)", "open"),
    ],
)
def test_an_analysis_that_fails_says_why_and_exits_with_1(tmp_path, content, formula, message):
    path = tmp_path / "data.csv"
    if content is not None:
        path.write_bytes(content)
    result = run("fit", "ols", path, formula)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_is_no_file_and_a_file_no_folder(csv, tmp_path):
    assert "it is a folder" in run("fit", "ols", tmp_path, "y ~ x").stderr
    result = run("fit", "ols", csv, "y ~ x", "--report", csv)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")


def test_our_errors_exit_with_1_and_others_come_through(capsys):
    with pytest.raises(typer.Exit) as caught, failures(as_json=True):
        raise DomainError("a column is missing")
    out, err = capsys.readouterr()
    assert caught.value.exit_code == 1
    assert json.loads(out) == {"ok": False, "error": "DomainError", "message": "a column is missing"}
    assert err == "error: a column is missing\n"
    with pytest.raises(ZeroDivisionError), failures():
        raise ZeroDivisionError
