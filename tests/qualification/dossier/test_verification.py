"""What moved is named: a byte of any file, the data, a version, round-off; what else moved is wrong."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stattools.qualification.dossier import filing as verification
from stattools.qualification.dossier import installed
from stattools.qualification.dossier.filing import (
    NAME,
    SELF,
    canonical,
    changes,
    compared,
    evidence,
    number_hash,
    own,
    sha256,
)
from stattools.qualification.dossier.procedure import Observation
from tests.qualification.dossier.tiny import VALUES, file, procedures
from tests.sizes import examples


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(verification, "procedures", procedures)
    return file(tmp_path / "filed", monkeypatch)


def causes(folder):
    found = compared(folder)
    return found.ok, [one.cause for one in found.departures]


def other(monkeypatch, **options):
    monkeypatch.setattr(verification, "procedures", lambda *given: procedures(**options))


def test_it_holds_where_it_was_made(folder):
    found = compared(folder)
    assert (found.ok, found.departures) == (True, ())
    assert (found.run, found.numbers) == (3, 2)


def test_round_off_within_the_tolerance_holds_and_is_told(folder, monkeypatch):
    other(monkeypatch, values=VALUES | {"mean": 2.0 + 5e-7})
    assert causes(folder) == (True, ["round-off"])
    assert "1 of 2 numbers moved within their tolerance, at most 0.5 of it" in compared(folder).departures[0].words


def test_a_number_beyond_its_tolerance_is_wrong(folder, monkeypatch):
    other(monkeypatch, values=VALUES | {"mean": 2.1})
    found = compared(folder)
    assert not found.ok
    assert [(one.cause, one.words) for one in found.departures] == [("wrong", "answer: mean: mean was 2 and is 2.1")]


def test_a_test_that_fails_now_is_wrong(folder, monkeypatch):
    other(monkeypatch, good=False)
    assert causes(folder) == (False, ["wrong"])


def test_other_data_are_named_and_are_the_cause(folder, monkeypatch):
    here = installed.data(("fair",))
    monkeypatch.setattr(installed, "data", lambda names, nist=None: here | {"fair/fair.csv": "other"})
    assert causes(folder) == (False, ["data"])
    other(monkeypatch, values=VALUES | {"mean": 2.1})
    found = compared(folder)
    assert [one.cause for one in found.departures] == ["data", "data"]
    assert "fair/fair.csv is another file" in found.departures[0].words


def test_a_package_below_of_another_version_is_named_and_holds_while_the_numbers_do(folder, monkeypatch):
    here = installed.surroundings()
    monkeypatch.setattr(installed, "surroundings", lambda: here | {"numpy": "0.1"})
    found = compared(folder)
    assert found.ok
    assert [(one.cause, one.words) for one in found.departures] == [("environment", f"numpy: {here['numpy']} -> 0.1")]
    other(monkeypatch, values=VALUES | {"mean": 2.1})
    assert causes(folder) == (False, ["environment", "version"])


def test_another_version_or_another_line_of_this_package_does_not_hold(folder, monkeypatch):
    here = installed.surroundings()
    monkeypatch.setattr(installed, "surroundings", lambda: here | {"stattools": "9.0"})
    assert causes(folder) == (False, ["version"])
    monkeypatch.setattr(installed, "surroundings", lambda: here)
    monkeypatch.setattr(installed, "code", lambda: {"a.py": "1", "b.py": "3"})
    found = compared(folder)
    assert not found.ok
    assert found.departures[0].words == "1 files of stattools are others: b.py"


def test_a_test_that_took_long_is_not_run_and_said(folder, monkeypatch):
    monkeypatch.setattr(verification, "LONGEST", -1.0)
    found = compared(folder)
    assert found.ok
    assert found.run == 0
    assert [one.cause for one in found.departures] == ["not run"] * 3
    assert "answer: mean: it took more than" in found.departures[1].words


def test_a_test_that_is_not_there_is_said(folder, monkeypatch):
    monkeypatch.setattr(verification, "procedures", lambda *given: procedures()[:2])
    assert causes(folder) == (True, ["not run"])


def test_missing_and_added_files_are_named(folder):
    (folder / "signed.pdf").write_text("scan")
    assert causes(folder) == (True, ["note"])
    (folder / "qualification.html").unlink()
    found = compared(folder)
    assert not found.ok
    assert [one.words for one in found.departures] == [
        "qualification.html is missing",
        "signed.pdf is no file of this qualification",
    ]


def test_a_changed_byte_of_each_file_is_named(folder):
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        for place in (0, len(whole) // 3, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            told = list(changes(folder))
            assert told, (path, place)
            assert all(path.name in words for words in told), told
        path.write_bytes(whole)
    assert list(changes(folder)) == []


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_byte_of_the_manifest_that_changes_is_seen(folder, share, flip):
    whole = (folder / NAME).read_bytes()
    place = int(share * len(whole))
    try:
        (folder / NAME).write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
        told = list(changes(folder))
        assert told
        assert all(NAME in words or "missing" in words or "changed" in words for words in told)
    finally:
        (folder / NAME).write_bytes(whole)


def test_a_changed_digit_is_named_by_its_number(folder):
    path = folder / NAME
    said = json.loads(path.read_bytes())
    said["results"][1]["numbers"][0]["value"] = 2.5
    path.write_bytes(canonical(said))
    assert "manifest.json: the number 'mean' of 'answer: mean', or its hash, was changed" in list(changes(folder))
    said = json.loads((folder / NAME).read_bytes())
    said["environment"]["numpy"] = "9.9"
    path.write_bytes(canonical(said))
    assert "manifest.json: 'environment' was changed" in list(changes(folder))


def test_who_computes_all_hashes_again_is_found_by_the_test(folder):
    path = folder / NAME
    said = json.loads(path.read_bytes())
    result = said["results"][1]
    number = result["numbers"][0]
    number["value"] = 2.5
    number[SELF] = number_hash(result["test"], number)
    (folder / result["evidence"]).write_bytes(evidence(result))
    result[SELF] = said["files"][result["evidence"]] = sha256(evidence(result))
    parts = {key: value for key, value in said.items() if key not in ("parts", SELF)}
    whole = parts | {"parts": {name: sha256(canonical(part)) for name, part in parts.items()}} | {SELF: own(parts)}
    path.write_bytes(canonical(whole))
    assert list(changes(folder)) == []
    found = compared(folder)
    assert [(one.cause, one.words) for one in found.departures] == [("wrong", "answer: mean: mean was 2.5 and is 2")]


def test_many_numbers_of_a_test_are_one_line(folder, monkeypatch):
    other(monkeypatch, values={"mean": 3.0, "spread": 0.7})
    (one,) = compared(folder).departures
    assert one.words == "answer: mean: mean was 2 and is 3, and 1 more of its numbers moved"


def test_what_could_not_be_tested_on_one_machine_is_no_fault_of_another(folder, monkeypatch):
    first, *rest = procedures()
    other = replace(first, run=lambda effort: Observation(None, "no list of files"))
    monkeypatch.setattr(verification, "procedures", lambda *given: (other, *rest))
    assert causes(folder) == (True, [])
