"""`stattools qualify` and `stattools verify DIR` from the command line."""

import json

import pytest

from stattools.qualification.dossier import filing, qualifying
from stattools.qualification.dossier import filing as verification
from tests.cli.test_application import run
from tests.qualification.dossier.tiny import procedures, settle


@pytest.fixture
def quick(monkeypatch):
    def refuse(*given):
        raise filing.IncompatibleError("Install pandoc.")

    monkeypatch.setattr(filing, "converted", refuse)
    settle(monkeypatch)
    for module in (qualifying, verification):
        monkeypatch.setattr(module, "procedures", procedures)


def test_a_requirement_that_is_not_met_ends_with_1_and_is_in_the_file(quick, tmp_path):
    """Three tests ran: most requirements have none."""
    done = run("qualify", "--out", str(tmp_path / "filed"))
    assert done.exit_code == 1
    assert "FAIL: 3 tests of" in done.output
    assert "No PDF: Install pandoc." in done.output
    assert "has no test that ran" in (tmp_path / "filed/qualification.md").read_text()
    assert all(len(line) <= 80 for line in done.output.splitlines() if "wrote" not in line)
    again = run("verify", str(tmp_path / "filed"))
    assert again.exit_code == 0
    assert "holds; 3 tests run again, 2 numbers compared" in again.output
    assert "note: it did not pass where it was made" in again.output
    (tmp_path / "filed/qualification.md").write_text("Pass.")
    again = run("verify", str(tmp_path / "filed"))
    assert again.exit_code == 1
    assert "changed file: qualification.md was changed" in again.output


@pytest.mark.slow
def test_for_machines(quick, tmp_path):
    done = run("qualify", "--out", str(tmp_path / "filed"), "--json", "--quick")
    said = json.loads(done.output)
    assert said["extent"] == "quick"
    assert said["tests"][1]["numbers"]["mean"] == 2.0
    assert len(said["manifest"]) == 64


def test_wrong_usage(tmp_path):
    assert run("qualify").exit_code == 2
    assert run("qualify", "--out", str(tmp_path), "--quick", "--full").exit_code == 2
    (tmp_path / "other").write_text("")
    assert "has other files" in run("qualify", "--out", str(tmp_path)).output
    assert "has no manifest.json" in run("verify", str(tmp_path)).output


@pytest.mark.nightly
def test_this_installation(tmp_path):
    done = run("qualify", "--out", str(tmp_path / "filed"), "--quick")
    assert done.exit_code == 0, done.output
    again = run("verify", str(tmp_path / "filed"))
    assert again.exit_code == 0, again.output
