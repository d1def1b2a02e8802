"""The manifest of a qualification: every file with its hash, every number with its hash and its tolerance.

A hash says that what it is of was not changed by accident or by an editor; who changes a number and computes all hashes
again is found by running the tests again. Hence the SHA-256 of the manifest itself belongs beside the signature.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from stattools.qualification.dossier import installed
from stattools.qualification.dossier.procedure import Record
from stattools.qualification.dossier.qualifying import Dossier
from stattools.reporting.provenance import code_version

NAME = "manifest.json"
SELF = "sha256"
"""The key of the hash of all other keys."""


def canonical(value: Any) -> bytes:
    """The one way in which a value is written."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def sha256(value: bytes | str) -> str:
    """The hash of bytes, or of text in UTF-8."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def number_hash(test: str, number: dict[str, Any]) -> str:
    """The hash of a number with its name, its tolerance and its test."""
    return sha256("\n".join([test, number["name"], repr(number["value"]), repr(number["tolerance"])]))


def results(found: Dossier, data: dict[str, str], nist: Path | None) -> list[dict[str, Any]]:
    """A result for each test, with the requirements that it shows."""
    shows: dict[str, list[int]] = {}
    for one in found.matrix:
        for record in one.records:
            shows.setdefault(record.procedure.name, []).append(one.number)
    return [
        _result(place, record, shows.get(record.procedure.name, []), nist)
        for place, record in enumerate(found.records, 1)
    ]


def _result(place: int, record: Record, requirements: list[int], nist: Path | None) -> dict[str, Any]:
    test = record.procedure.name
    numbers = [
        {"name": one.name, "value": one.value, "tolerance": one.tolerance} for one in record.observation.readings
    ]
    short = re.sub(r"[^a-z0-9]+", "-", test.lower()).strip("-")[:50].rstrip("-")
    return {
        "test": test,
        "phase": record.procedure.phase,
        "requirements": requirements,
        "verdict": record.verdict,
        "found": record.observation.words,
        "rows": [list(row) for row in record.observation.rows],
        "data": sorted(installed.data(record.procedure.data, nist)),
        "simulates": record.procedure.simulates,
        "seconds": round(record.seconds, 2),
        "evidence": f"evidence/{place:03d}-{short}.json",
        "numbers": [one | {SELF: number_hash(test, one)} for one in numbers],
    }


def evidence(result: dict[str, Any]) -> bytes:
    """The file of a result: all of it but where it is and how long it took."""
    return canonical({key: value for key, value in result.items() if key not in ("evidence", "seconds", SELF)})


def manifest(found: Dossier, told: list[dict[str, Any]], files: dict[str, bytes], data: dict[str, str]) -> bytes:
    """The bytes of the manifest of a qualification that has these results and files."""
    parts = {
        "what": "A qualification of stattools. Compare it with any machine: stattools verify FOLDER",
        "stattools": code_version(),
        "extent": found.extent,
        "nist": found.nist,
        "verdict": "pass" if found.ok else "fail",
        "deviations": list(found.deviations),
        "environment": found.surroundings,
        "data": data,
        "code": installed.code(),
        "requirements": [
            {"number": one.number, "text": one.requirement.text, "verdict": one.verdict} for one in found.matrix
        ],
        "results": [one | {SELF: sha256(evidence(one))} for one in told],
        "files": {name: sha256(content) for name, content in sorted(files.items())},
    }
    return canonical(
        parts | {"parts": {name: sha256(canonical(part)) for name, part in parts.items()}} | {SELF: own(parts)}
    )


def own(said: dict[str, Any]) -> str:
    """The hash of a manifest without its hashes."""
    return sha256(canonical({key: value for key, value in said.items() if key not in ("parts", SELF)}))
