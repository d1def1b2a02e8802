"""What is printed where standard output lacks characters: plain forms, escapes, never an exception."""

import ast
import importlib
import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.cli.application import main
from stattools.text import printing
from stattools.text.printing import PLAIN, PLAINLY, is_encodable, printed, width

ROOT = Path(st.__file__).parent
TABLE = pd.DataFrame({"größe ≥ 漢": np.arange(8.0), "g": ["süß", "b"] * 4, "y": [1.0, 3, 2, 5, 4, 4, 7, 6]})
FORMULA = "y ~ `größe ≥ 漢` + g"


@pytest.fixture(params=["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def stdout(request, monkeypatch):
    """Puts standard output of an encoding in the place of pytest's; gives what has been written to it."""

    def opened():
        stream = io.TextIOWrapper(io.BytesIO(), encoding=request.param, newline="\n")
        monkeypatch.setattr(sys, "stdout", stream)

        def written():
            stream.flush()
            return stream.buffer.getvalue().decode(request.param)

        return written

    return opened


def test_pages_are_printed_wherever(stdout):
    written = stdout()
    fit = st.fit(st.ols(FORMULA, TABLE))
    boot = st.bootstrap(fit, draws=20, seed=1)
    for one in (fit, boot, fit.interval(), fit.model, st.Beta([1.0, 2.0], [3.0, 4.0], arms=["süß", "漢"])):
        print(one)
    with pytest.raises(st.DomainError) as caught:
        st.ols("y ~ größer", TABLE)
    print(caught.value)
    assert "größer" in caught.value.message
    assert "residual scale" in written()


def test_columns_stay_columns(stdout):
    stdout()
    lines = str(st.fit(st.ols(FORMULA, TABLE))).splitlines()
    rule = next(k for k, line in enumerate(lines) if set(line) in ({"─"}, {"-"}))
    assert {width(line) for line in lines[rule - 1 : rule + 4]} == {width(lines[rule])}


def test_signs_have_plain_forms_and_letters_escapes():
    assert "R² ≥ 0, süß 漢 ─".encode("ascii", PLAINLY) == b"R^2 >= 0, s\\xfc\\xdf \\u6f22 -"
    assert "R² ≥ 0, süß ─".encode("latin-1", PLAINLY).decode("latin-1") == "R² >= 0, süß -"
    assert "a\ud800".encode("utf-8", PLAINLY) == b"a\\ud800"
    assert all(form.isascii() for form in PLAIN.values())
    assert is_encodable("", "ascii")


def test_every_page_asks_what_standard_output_takes_and_every_sign_has_a_plain_form():
    """Reports, which are files, have more signs."""
    for path in ROOT.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        for node in nodes:
            if isinstance(node, ast.FunctionDef) and node.name == "__str__":
                assert any(isinstance(one, ast.Name) and one.id == "printed" for one in node.decorator_list), path
        room = path.relative_to(ROOT).parts[0]
        if room in ("reporting", "gallery", "qualification") or path.name in (
            "characters.py",
            "printed.py",
            "text.py",
            "printing.py",
        ):
            continue
        texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        strange = {one for text in texts if ">>>" not in text for one in text if not one.isascii()}
        assert {one for one in strange if not one.isalpha()} <= set(PLAIN), path
    assert importlib.import_module("stattools.bayes.conjugate.arms").shown.__wrapped__


def test_controls_of_the_terminal_are_escapes(monkeypatch):
    names = {"y": [1.0, 3.0, 2.0, 5.0], "\x1b[31mred\u202e": [0.0, 1.0, 2.0, 3.0]}
    page = str(st.fit(st.ols("y ~ .", names)))
    assert "\\x1b[31mred\\u202e" in page
    assert page.replace("\n", "").isprintable()
    monkeypatch.setattr(sys, "stdout", None)  # as in a window without a console
    assert printed(lambda it: it)("ü²") == "ü²"


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["stattools", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code


@pytest.mark.parametrize("stdout", ["ascii"], indirect=True)
def test_the_command_line_prints_wherever_and_its_files_are_the_same(stdout, monkeypatch, tmp_path):
    written, data = stdout(), tmp_path / "dät.csv"
    TABLE.to_csv(data, index=False)
    for words in (
        ("--help",),
        ("fit", "ols", data, FORMULA),
        ("fit", "ols", data, FORMULA, "--report", tmp_path / "r"),
    ):
        assert run(monkeypatch, *words) == 0
    text = written()
    assert "R²" in text or "R^2" in text
    report = (tmp_path / "r" / "dät-ols.md").read_text(encoding="utf-8")
    assert "größe ≥ 漢" in report


@pytest.mark.parametrize("stdout", ["ascii", "utf-8"], indirect=True)
def test_json_means_the_same_whatever_it_is_written_in(stdout, monkeypatch, tmp_path):
    written = stdout()
    TABLE.to_csv(tmp_path / "a.csv", index=False)
    run(monkeypatch, "fit", "ols", tmp_path / "a.csv", FORMULA, "--json")
    found = json.loads(written())
    assert [row["term"] for row in found["fit"]["coefficients"]] == ["Intercept", "größe ≥ 漢", "g[T.süß]"]


def test_a_stream_that_replaces_what_it_lacks_is_left_alone(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=PLAINLY)
    monkeypatch.setattr(sys, "stdout", stream)
    assert printing.printable_on_stdout("R²") == "R²"
