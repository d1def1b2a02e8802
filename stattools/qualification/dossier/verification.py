"""Does a qualification hold here? Its files as they were written, and its tests run again: what moved, and why.

What can move: a file of the folder (somebody changed it), the data that a test reads, the version of this package or of
one below it, the last digits (another platform's round-off, within the tolerance of each number). What moved for none
of these reasons is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stattools.numerics.threads import one_blas_thread
from stattools.qualification.dossier import installed
from stattools.qualification.dossier.manifest import NAME, SELF, canonical, evidence, number_hash, own, sha256
from stattools.qualification.dossier.procedure import Record, run
from stattools.qualification.dossier.qualifying import procedures
from stattools.qualification.qualification import EFFORT

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
