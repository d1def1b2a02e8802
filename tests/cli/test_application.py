import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import stattools as st
from stattools.cli import app

runner = CliRunner()
rng = np.random.default_rng(5)
frame = pd.DataFrame({"x": rng.normal(size=60), "z": rng.choice(["a", "b"], size=60)})
frame["y"] = 2.0 * frame["x"] + rng.normal(size=60)
frame["sick"] = np.where(rng.random(60) < 0.5, "yes", "no")
frame["fruit"] = rng.choice(["fig", "kiwi", "plum"], size=60)
frame["visits"] = rng.poisson(2.0, size=60)
frame["many"] = rng.negative_binomial(1, 0.3, size=60)
frame["years"] = rng.integers(1, 4, size=60)
frame["asked"] = frame["visits"] + frame["years"]


def run(*words):
    return runner.invoke(app, [str(word) for word in words], terminal_width=100)


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "clinic.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    "family, formula",
    [
        ("ols", "y ~ x + z"),
        ("logistic", "sick ~ x"),
        ("softmax", "fruit ~ x"),
        ("poisson", "visits ~ x"),
        ("probit", "sick ~ x"),
        ("negative_binomial", "many ~ x"),
        ("beta_binomial", "many + years ~ x"),
    ],
)
def test_fit_prints_what_the_fit_says(csv, family, formula):
    result = run("fit", family, csv, formula)
    assert result.exit_code == 0, result.output
    expected = str(st.fit(getattr(st, family)(formula, pd.read_csv(csv))))
    assert result.stdout == expected + "\n"
    assert result.stderr == ""


def test_fit_validates_and_reports(csv, tmp_path):
    result = run("fit", "ols", csv, "y ~ x", "--validate", "--level", "0.9", "--report", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "agrees" in result.stdout
    report = tmp_path / "out" / "clinic-ols.md"
    assert f"wrote {report}" in result.stdout
    text = report.read_text()
    assert "```sh\nstattools fit ols clinic.csv 'y ~ x' --report out --validate --level 0.9\n```" in text
    assert "90 % Wald interval" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    "family, formula, option",
    [
        ("logistic", "sick ~ x", "weights"),
        ("logistic", "visits ~ x", "trials"),
        ("ols", "y ~ x", "precision"),
        ("probit", "sick ~ x", "offset"),
        ("negative_binomial", "many ~ x", "exposure"),
    ],
)
def test_columns_that_stand_beside_the_formula(csv, tmp_path, family, formula, option):
    column = "asked" if option == "trials" else "years"
    result = run("fit", family, csv, formula, f"--{option}", column, "--report", tmp_path / "out")
    assert result.exit_code == 0, result.output
    expected = str(st.fit(getattr(st, family)(formula, pd.read_csv(csv), **{option: column})))
    assert result.stdout.startswith(expected + "\n")
    text = (tmp_path / "out" / f"clinic-{family}.md").read_text()
    assert f"stattools fit {family} clinic.csv '{formula}' --{option} {column} --report out\n" in text


def test_a_report_has_other_faces_on_request(csv, tmp_path):
    result = run("fit", "ols", csv, "y ~ x", "--report", tmp_path / "out", "--html", "--png")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "clinic-ols.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "out" / "clinic-ols" / "residuals.png").read_bytes().startswith(b"\x89PNG")
    good = run("verify", tmp_path / "out" / "clinic-ols.md")
    assert (good.exit_code, good.stdout) == (0, f"{tmp_path / 'out' / 'clinic-ols.md'}: the same text\n")
    assert "Give " in run("verify", tmp_path / "out" / "clinic-ols.html").stderr
    assert run("fit", "ols", csv, "y ~ x", "--html").exit_code == 2


def test_an_option_that_the_family_does_not_have_is_wrong_usage(csv):
    result = run("fit", "probit", csv, "sick ~ x", "--exposure", "years")
    assert result.exit_code == 2
    assert "probit has no exposure" in result.stderr


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


def test_the_gallery_writes_what_verify_accepts_and_tells_drift(tmp_path):
    result = run("gallery", "coin", "--out", tmp_path)
    path = tmp_path / "coin.md"
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"wrote {path}\n", "")
    good = run("verify", path)
    assert (good.exit_code, good.stdout) == (0, f"{path}: the same text\n")
    path.write_text(path.read_text().replace("0.583", "0.594"))
    bad = run("verify", path)
    assert bad.exit_code == 1
    assert bad.stdout.startswith(f"{path}: moved: numbers (in Posterior")
    assert "0.594" in bad.stdout


def test_verify_goes_on_to_the_next_report_after_one_it_cannot_read(tmp_path):
    run("gallery", "coin", "--out", tmp_path)
    (tmp_path / "letter.md").write_text("# Dear reader\n")
    result = run("verify", tmp_path / "letter.md", tmp_path / "nowhere.md", tmp_path / "coin.md")
    assert result.exit_code == 1
    assert "verify needs a report of the gallery" in result.stderr
    assert "No such file" in result.stderr
    assert "the same text" in result.stdout


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
