"""Writing a qualification into a folder: pages, evidence, data, and last the manifest of all of them.

The manifest of a qualification: every file with its hash, every number with its hash and its tolerance.

A hash says that what it is of was not changed by accident or by an editor; who changes a number and computes all hashes
again is found by running the tests again. Hence the SHA-256 of the manifest itself belongs beside the signature.

Does a qualification hold here? Its files as they were written, and its tests run again: what moved, and why.

What can move: a file of the folder (somebody changed it), the data that a test reads, the version of this package or of
one below it, the last digits (another platform's round-off, within the tolerance of each number). What moved for none
of these reasons is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.files import Drafts, reasons
from stattools.numerics.threads import one_blas_thread
from stattools.qualification.dossier import installed
from stattools.qualification.dossier.pages import document
from stattools.qualification.dossier.procedure import Record, run
from stattools.qualification.dossier.qualifying import Dossier, procedures
from stattools.qualification.qualification import EFFORT
from stattools.reporting.converted import converted
from stattools.reporting.document import Document
from stattools.reporting.html import html
from stattools.reporting.markdown import markdown
from stattools.reporting.provenance import code_version

NAME = "manifest.json"

SELF = "sha256"
"""The key of the hash of all other keys."""


def canonical(value: object) -> bytes:
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


def evidence(result: Mapping[str, object]) -> bytes:
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


def own(said: Mapping[str, object]) -> str:
    """The hash of a manifest without its hashes."""
    return sha256(canonical({key: value for key, value in said.items() if key not in ("parts", SELF)}))


PAGE = "qualification"


def check_folder(folder: Path) -> None:
    """Raise DomainError for a folder that has other files than those of a qualification: they would be in the way."""
    if folder.exists() and not folder.is_dir():
        raise DomainError(f"qualify writes a folder; {folder} is a file. Give another name.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / NAME).is_file():
        raise DomainError(f"qualify writes a folder of its own; {folder} has other files. Give a new name.")


def filed(found: Dossier, folder: Path, *, command: str, nist: Path | None = None) -> tuple[str, str]:
    """Write the folder; the SHA-256 of its manifest, and in words which page could not be made and why ("" if none).

    A qualification that was there is replaced; files beside it that are not its own, such as a signed page, stay.
    """
    check_folder(folder)
    names = tuple({name: None for one in found.records for name in one.procedure.data})
    data = installed.data(names, nist)
    told = [one | {SELF: sha256(evidence(one))} for one in results(found, data, nist)]
    page = document(found, told, command=command)
    files = {one["evidence"]: evidence(one) for one in told}
    files[f"{PAGE}.md"] = markdown(page, figures=PAGE).encode()
    files[f"{PAGE}.html"] = html(page, {}).encode()
    portable, why = _portable(page, folder)
    files |= {f"{PAGE}.pdf": portable} if portable else {}
    if nist is not None:
        used = {path for name in names for path in installed.files_of(name, nist) if name.startswith("NIST ")}
        files |= {f"data/nist/{path.relative_to(nist).as_posix()}": path.read_bytes() for path in sorted(used)}
    files[NAME] = manifest(found, told, files, data)
    _replace(folder, files)
    return sha256(files[NAME]), why


def _portable(page: Document, folder: Path) -> tuple[bytes, str]:
    try:
        return converted(page, ".pdf", folder), ""
    except IncompatibleError as error:
        return b"", f"No PDF: {error}"


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    """Put all files in place, the manifest last, and remove those of an older qualification."""
    old: list[str] = []
    if (folder / NAME).is_file():
        try:
            old = list(json.loads((folder / NAME).read_bytes())["files"])
        except (ValueError, KeyError, TypeError):
            old = []
    with Drafts("qualify") as drafts:
        for name, content in files.items():
            path = folder / name
            with reasons(path, "qualify"):
                path.parent.mkdir(parents=True, exist_ok=True)
            drafts.add(path, lambda file, content=content: file.write(content))
        drafts.publish()
    for name in old:
        if name not in files and ".." not in Path(name).parts and not Path(name).is_absolute():
            (folder / name).unlink(missing_ok=True)


type Cause = Literal["changed file", "data", "version", "environment", "round-off", "wrong", "not run", "note"]

HOLDS = ("environment", "round-off", "not run", "note")
"""What may be said of a qualification that holds: other packages below with the same numbers are no reason against."""

LONGEST = 60.0
"""Tests that took more seconds are not run again."""

NIST = Path("data", "nist")
"""Where the folder has NIST's files, if they were used."""


@dataclass(frozen=True)
class Departure:
    """One thing that is not as the manifest says, and what it comes from."""

    cause: Cause
    words: str


@dataclass(frozen=True)
class Reverified:
    """What a machine says of a qualification."""

    departures: tuple[Departure, ...]
    run: int
    numbers: int

    @property
    def ok(self) -> bool:
        """True where everything that was looked at holds."""
        return all(one.cause in HOLDS for one in self.departures)


def is_dossier(path: Path) -> bool:
    """Whether a folder is a qualification."""
    return path.is_dir() and (path / NAME).is_file()


@one_blas_thread()
def compared(
    folder: Path, data: Path | None = None, *, advance: Callable[[str], None] = lambda what: None
) -> Reverified:
    """Look at every file, then run the tests again; none where a file was changed: there is nothing to compare with."""
    changed = tuple(Departure("changed file", words) for words in changes(folder))
    extra = tuple(Departure("note", words) for words in additions(folder))
    if changed:
        return Reverified((*changed, *extra), 0, 0)
    said = json.loads((folder / NAME).read_bytes())
    if said["verdict"] != "pass":
        words = f"it did not pass where it was made: {len(said['deviations'])} deviations, which are in its page"
        extra = (Departure("note", words), *extra)
    nist = data if data is not None else folder / NIST if (folder / NIST).is_dir() else None
    surroundings = tuple(_surroundings(said))
    other = _moved_data(said, nist)
    found = _run_again(said, nist, other, any(one.cause in ("version", "environment") for one in surroundings), advance)
    told = [Departure("data", f"{name} is {what}") for name, what in other.items()]
    return Reverified((*told, *surroundings, *found[0], *extra), found[1], found[2])


def steps(folder: Path) -> int:
    """How many tests a qualification has; 1 where its manifest cannot be read."""
    try:
        return len(json.loads((folder / NAME).read_bytes())["results"])
    except (ValueError, KeyError, TypeError):
        return 1


def changes(folder: Path) -> Iterator[str]:
    """The files that are not as they were written, and what in the manifest was changed."""
    whole = (folder / NAME).read_bytes()
    try:
        said = json.loads(whole)
        told = list(_manifest_changes(said))
        if canonical(said) != whole and not told:
            told = [f"{NAME} is not written as it was"]
        yield from told
        listed = dict(said["files"])
        results = {one["evidence"]: one for one in said["results"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"{NAME} cannot be read: {type(error).__name__}, {error}"
        return
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif sha256(path.read_bytes()) != digest:
            yield f"{name} was changed"
        elif name in results and path.read_bytes() != evidence(results[name]):
            yield f"{name} says otherwise than {NAME} of {results[name]['test']}"


def additions(folder: Path) -> Iterator[str]:
    """Files that the manifest does not know, such as a signed page."""
    try:
        known = {NAME, *json.loads((folder / NAME).read_bytes())["files"]}
    except (ValueError, KeyError, TypeError):
        return
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield f"{name} is no file of this qualification"


def _manifest_changes(said: dict[str, Any]) -> Iterator[str]:
    named = False
    for result in said["results"]:
        for number in result["numbers"]:
            if number[SELF] != number_hash(result["test"], number):
                named = True
                yield f"{NAME}: the number {number['name']!r} of {result['test']!r}, or its hash, was changed"
        if result[SELF] != sha256(evidence(result)) and not named:
            named = True
            yield f"{NAME}: the result of {result['test']!r} was changed"
    if set(said["parts"]) != set(said) - {"parts", SELF}:
        named = True
        yield f"{NAME}: its parts are others than those that were written"
    for part, digest in said["parts"].items():
        if part in said and sha256(canonical(said[part])) != digest and not (named and part == "results"):
            named = True
            yield f"{NAME}: {part!r} was changed"
    if not named and said[SELF] != own(said):
        yield f"{NAME}: its hash was changed"


def _surroundings(said: dict[str, Any]) -> Iterator[Departure]:
    here = installed.surroundings()
    for name in sorted(here.keys() | said["environment"].keys()):
        before, now = said["environment"].get(name, "none"), here.get(name, "none")
        if before != now:
            yield Departure("version" if name == "stattools" else "environment", f"{name}: {before} -> {now}")
    before, now = said["code"], installed.code()
    other = [name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
    if other:
        shown = ", ".join(other[:5]) + (f" and {len(other) - 5} more" if len(other) > 5 else "")
        yield Departure("version", f"{len(other)} files of stattools are others: {shown}")


def _moved_data(said: dict[str, Any], nist: Path | None) -> dict[str, str]:
    names = tuple({name: None for one in procedures("full", nist) for name in one.data})
    here = installed.data(names, nist)
    return {
        name: "missing" if name not in here else "another file than that of the qualification"
        for name, digest in said["data"].items()
        if here.get(name) != digest
    }


def _run_again(
    said: dict[str, Any], nist: Path | None, other: dict[str, str], versions: bool, advance: Callable[[str], None]
) -> tuple[list[Departure], int, int]:
    known = {one.name: one for one in procedures(said["extent"], nist)}
    found: list[Departure] = []
    left, tried, numbers, moved = [], 0, 0, []
    for result in said["results"]:
        name = result["test"]
        if result["seconds"] > LONGEST:
            left.append((name, f"it took more than {LONGEST:g} seconds"))
            continue
        cause: Cause = "data" if set(result["data"]) & other.keys() else "version" if versions else "wrong"
        advance(name)
        if name not in known:
            left.append((name, "there is no such test here, or a package that it is about is not installed"))
            continue
        tried, numbers = tried + 1, numbers + len(result["numbers"])
        record = run(known[name], EFFORT[said["extent"]])
        shares, words = _distances(result, record)
        moved += [share for share in shares if share > 0]
        found += [Departure(cause, f"{name}: {one}") for one in words]
    if moved:
        words = f"{len(moved)} of {numbers} numbers moved within their tolerance, at most {max(moved):.1g} of it"
        found.append(Departure("round-off", words))
    found += [Departure("not run", f"{name}: {why}") for name, why in left]
    return found, tried, numbers


def _distances(result: dict[str, Any], record: Record) -> tuple[list[float], list[str]]:
    """How far numbers within their tolerance are, as shares of it; and in words what is not as it was."""
    words, shares = [], []
    if record.verdict != result["verdict"] and "not tested" not in (record.verdict, result["verdict"]):
        words.append(f"it was {result['verdict']}, and is not: {record.observation.words}")
    here = {one.name: one.value for one in record.observation.readings}
    if here.keys() != {number["name"] for number in result["numbers"]}:
        words.append("it has other numbers than it had")
    far = []
    for number in result["numbers"]:
        now = here.get(number["name"], number["value"])
        gap = abs(now - number["value"])
        if gap > number["tolerance"]:
            far.append(f"{number['name']} was {number['value']:.12g} and is {now:.12g}")
        elif gap > 0:
            shares.append(gap / number["tolerance"])
    more = f", and {len(far) - 1} more of its numbers moved" if len(far) > 1 else ""
    return shares, [*words, *(f"{one}{more}" for one in far[:1])]
