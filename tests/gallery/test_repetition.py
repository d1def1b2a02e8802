import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from stattools.cli import app
from stattools.errors import DomainError
from stattools.gallery import Gallery
from stattools.gallery.verification import is_repeatable, repeated, verify


@pytest.fixture
def report(tmp_path):
    """The report of a data file that lies above it."""
    pd.DataFrame({"y": [1.0, 2.0, 4.0, 3.0, 2.2], "dose x": [2.0, 3.5, 5.0, 1.0, 3.0]}).to_csv(
        tmp_path / "my data.csv", index=False
    )
    words = ["fit", "ols", str(tmp_path / "my data.csv"), "y ~ `dose x`", "--report", str(tmp_path / "out")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return tmp_path / "out" / "my data-ols.md"


@pytest.mark.slow
def test_a_report_of_ones_own_file_stands_and_tells_changed_data(report, tmp_path):
    assert verify(report, Gallery()).same
    data = tmp_path / "my data.csv"
    moved = tmp_path / "elsewhere" / "renamed.csv"
    moved.parent.mkdir()
    data.rename(moved)
    with pytest.raises(DomainError, match=r"needs the data file my data\.csv .* Add --data PATH"):
        verify(report, Gallery())
    assert verify(report, Gallery(), moved).same
    moved.write_text(moved.read_text().replace("3.5", "3.6"))
    found = verify(report, Gallery(), moved)
    assert found.moved == ("the data", "numbers")
    assert {"Answer", "Data", "Fit", "Provenance"} <= set(found.where)


@pytest.mark.slow
def test_data_are_found_by_their_way_from_the_report(report, tmp_path):
    assert "'../my data.csv'" in report.read_text()
    (tmp_path / "out").rename(tmp_path / "deeper")
    assert verify(tmp_path / "deeper" / report.name, Gallery()).same


@pytest.mark.slow
def test_a_report_of_standard_input_needs_the_file(tmp_path, monkeypatch):
    text = "y,x\n1,2\n2,3.5\n4,5\n3,1\n"
    words = ["fit", "ols", "-", "y ~ x", "--report", str(tmp_path)]
    assert CliRunner().invoke(app, words, input=text).exit_code == 0
    file = tmp_path / "kept.csv"
    file.write_text(text)
    assert verify(tmp_path / "stdin-ols.md", Gallery(), file).same


@pytest.mark.slow
def test_a_command_that_fails_now_says_why(report, tmp_path):
    data = tmp_path / "my data.csv"
    data.write_text(data.read_text().replace("dose x", "dose"))
    with pytest.raises(DomainError, match="it failed: "):
        verify(report, Gallery())


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf .",
        "python a.py",
        "stattools gallery coin",
        "stattools",
        "",
        "stattools fit 'open",
        "sh -c 'stattools fit'",
    ],
)
def test_no_other_command_is_run(command):
    assert not is_repeatable(command)


@pytest.mark.parametrize(
    "command, message",
    [
        (
            "stattools fit ols /etc/passwd.csv 'y ~ x' --report out",
            "such as ../rows.csv; got '/etc/passwd.csv'",
        ),
        ("stattools fit ols a.csv 'y ~ x' --report ../out", "named without others; got '../out'"),
        ("stattools fit ols a.csv 'y ~ x' --report=../out", "named without others; got '../out'"),
        ("stattools report a.csv 'y ~ x' --out ..", "named without others; got '..'"),
        ("stattools fit ols data 'y ~ x'", "names its data file"),
        ("stattools fit ols a.csv 'y ~ x' --save ../fit", "named without others; got '../fit'"),
        ("stattools fit ols a/../../b.csv 'y ~ x'", "got 'a/../../b.csv'"),
        ("stattools fit ols - 'y ~ x' --report .", "read from standard input: add --data FILE"),
    ],
)
def test_nothing_leads_out_of_its_folder(command, message, tmp_path):
    with pytest.raises(DomainError, match=re.escape(message)):
        repeated(command, tmp_path / "r.md")
