import json
import math

import pytest

from stattools.qualification.dossier import installed
from stattools.qualification.dossier.filing import SELF, canonical, evidence, manifest, number_hash, results
from tests.qualification.dossier.tiny import dossier


def test_a_number_has_the_hash_of_itself_its_name_its_tolerance_and_its_test():
    number = {"name": "x", "value": 1.0, "tolerance": 0.1}
    others = [number | {"name": "y"}, number | {"value": math.nextafter(1.0, 2.0)}, number | {"tolerance": 0.2}]
    hashes = {number_hash("t", one) for one in (number, *others)} | {number_hash("u", number)}
    assert len(hashes) == 5


def test_what_is_no_number_of_json_is_not_written():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"x": math.nan})


def test_evidence_is_a_result_without_place_and_time():
    one = results(dossier(), {}, None)[1]
    said = json.loads(evidence(one))
    assert said["numbers"][0] == one["numbers"][0]
    assert {"evidence", "seconds", SELF} & said.keys() == set()
    assert one["data"] == ["fair/fair.csv", "fair/fair_pt.csv"]
    assert one["requirements"] == [2]


def test_the_manifest_is_written_in_one_way(monkeypatch):
    monkeypatch.setattr(installed, "code", lambda: {"a.py": "1"})
    found = dossier()
    whole = manifest(found, results(found, {}, None), {"b": b"2", "a": b"1"}, {})
    assert canonical(json.loads(whole)) == whole
    assert list(json.loads(whole)["files"]) == ["a", "b"]
