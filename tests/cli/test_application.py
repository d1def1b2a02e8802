import subprocess
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

import stattools as st
from stattools.cli import app
from tests.cli.clinic import frame

runner = CliRunner()


def run(*words):
    return runner.invoke(app, [str(word) for word in words], terminal_width=100)


def test_fit_validates_and_reports(csv, tmp_path):
    result = run("fit", "ols", csv, "y ~ x", "--validate", "--level", "0.9", "--report", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "agrees" in result.stdout
    report = tmp_path / "out" / "clinic-ols.md"
    assert f"wrote {report}" in result.stdout
    text = report.read_text()
    assert "```sh\nstattools fit ols ../clinic.csv 'y ~ x' --validate --level 0.9 --report .\n```" in text
    assert "90 % Wald interval" in text
    assert str(tmp_path) not in text


@pytest.mark.slow
def test_a_report_has_other_faces_on_request(csv, tmp_path):
    result = run("fit", "ols", csv, "y ~ x", "--report", tmp_path / "out", "--html", "--png")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "clinic-ols.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "out" / "clinic-ols" / "residuals.png").read_bytes().startswith(b"\x89PNG")
    good = run("verify", tmp_path / "out" / "clinic-ols.md")
    assert (good.exit_code, good.stdout) == (0, f"{tmp_path / 'out' / 'clinic-ols.md'}: the same text\n")
    assert "Give " in run("verify", tmp_path / "out" / "clinic-ols.html").stderr
    assert run("fit", "ols", csv, "y ~ x", "--html").exit_code == 2


@pytest.mark.slow
def test_parquet_and_a_csv_with_a_byte_order_mark_are_read_alike(csv, tmp_path):
    expected = run("fit", "ols", csv, "y ~ x").stdout
    marked, parquet = tmp_path / "marked.csv", tmp_path / "clinic.parquet"
    marked.write_bytes(b"\xef\xbb\xbf" + csv.read_bytes())
    frame.to_parquet(parquet)
    assert run("fit", "ols", marked, "y ~ x").stdout == expected
    assert run("fit", "ols", parquet, "y ~ x").stdout == expected


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    def missing(path):
        raise ImportError("no engine")

    monkeypatch.setattr(pd, "read_parquet", missing)
    (tmp_path / "a.parquet").touch()
    result = run("fit", "ols", tmp_path / "a.parquet", "y ~ x")
    assert result.exit_code == 1
    assert "needs pyarrow" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("fit", "tobit", "a.csv", "y ~ x"),
        ("fit", "ols", "a.csv"),
        ("fit", "ols", "a.csv", "y ~ x", "--level", "95"),
        ("fit", "ols", "a.csv", "y ~ x", "--level", "much"),
        ("fit", "ols", "a.csv", "y ~ x", "--robust"),
        ("gallery", "dice"),
        ("gallery", "index"),
        ("verify",),
        ("unknown",),
    ],
)
def test_wrong_usage_exits_with_2(words):
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage" in result.stderr


@pytest.mark.parametrize("words", [(), ("gallery",), ("fit",), ("verify",)])
def test_help_reads_well_and_has_an_example(words):
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout
    if words:
        assert f"stattools {words[0]}" in result.stdout


def test_the_module_is_the_command():
    result = subprocess.run(
        [sys.executable, "-m", "stattools", "--version"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, f"stattools {st.__version__}\n")
