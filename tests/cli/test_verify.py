"""Reports are computed again one after the other, and what moved is told."""

from types import SimpleNamespace

import pandas as pd
import pytest

import stattools as st
from stattools.cli.verify import told
from tests.cli.test_application import run


@pytest.mark.nightly
def test_verify_goes_on_to_the_next_report_after_one_it_cannot_read(tmp_path):
    run("gallery", "coin", "--out", tmp_path)
    (tmp_path / "letter.md").write_text("# Dear reader\n")
    result = run("verify", tmp_path / "letter.md", tmp_path / "nowhere.md", tmp_path / "coin.md")
    assert result.exit_code == 1
    assert "verify needs a report of the gallery" in result.stderr
    assert "No such file" in result.stderr
    assert "the same text" in result.stdout


def verdict(**given):
    nothing = {"same": False, "holds": False, "unverified": "", "environment": (), "moved": (), "where": (), "diff": []}
    return SimpleNamespace(**(nothing | given))


def test_round_off_of_another_processor_is_told_and_is_no_failure(tmp_path):
    """A count of shared digits that moved a word ended with exit code 1."""
    run("gallery", "ordinal", "--out", tmp_path)
    path = tmp_path / "ordinal.md"
    text = path.read_text()
    cells = [line for line in text.splitlines() if "Democrat" in line and "<1e-6" in line]
    assert cells
    path.write_text(text.replace(cells[0], cells[0].replace("≥ 6", "10 or more")).replace("(≥ 6 digits)", "(9 digits)"))
    found = run("verify", path)
    assert found.exit_code == 0
    assert "holds; moved: round-off of the platform" in found.stdout
    path.write_text(text.replace("(≥ 6 digits)", "(2 digits)"))
    assert run("verify", path).exit_code == 1


def test_a_verdict_in_words():
    assert told(verdict(same=True)) == "the same text"
    assert told(verdict(same=True, environment=("numpy",))) == "the same text; the environment moved: numpy"
    assert told(verdict(same=True, unverified="timings")) == "timings cannot be verified"
    lines = [f"- {i}" for i in range(5)]
    moved = verdict(moved=("numbers",), where=("Fit",), environment=("numpy 2",), diff=lines)
    assert told(moved, limit=2).split("\n  ") == [
        "moved: numbers (in Fit)",
        "environment: numpy 2",
        "- 0",
        "- 1",
        "... and 3 more lines",
    ]


def test_saved_fits_are_checked_with_their_data(tmp_path):
    table = pd.DataFrame({"y": [0, 1, 0, 1, 1, 0], "x": [1.0, 2.0, 3.0, 4.0, 2.5, 2.0]})
    table.to_csv(tmp_path / "data.csv", index=False)
    fit = st.fit(st.logistic("y ~ x", pd.read_csv(tmp_path / "data.csv")))
    fit.save(tmp_path / "fit", design=True)
    result = run("verify", tmp_path / "fit", "--data", tmp_path / "data.csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("holds") == 11
    assert max(map(len, result.stdout.splitlines()[1:])) <= 80
    table.assign(x=table["x"] + 1).to_csv(tmp_path / "data.csv", index=False)
    result = run("verify", tmp_path / "fit", "--data", tmp_path / "data.csv")
    assert result.exit_code == 1
    assert "WRONG        data: others in x" in result.stdout
    fit.save(tmp_path / "plain")
    assert run("verify", tmp_path / "plain").exit_code == 2
