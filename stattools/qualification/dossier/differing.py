"""The known differences between SAS, R and Python as tests: does each convention give what its program prints?"""

from __future__ import annotations

from functools import partial

from stattools.qualification.differences import DIFFERENCES, Difference, reproduce
from stattools.qualification.dossier.procedure import Observation, Procedure
from stattools.qualification.reading import Reading

SOURCES = {"page": "the page", "run": "a run"}


def procedures() -> tuple[Procedure, ...]:
    """A test for each difference."""
    return tuple(Procedure(name_of(one), "operation", partial(observe, one)) for one in DIFFERENCES)


def name_of(difference: Difference) -> str:
    """The name of the test of a difference."""
    return f"difference: {difference.subject}"


def observe(difference: Difference, effort: float = 1.0) -> Observation:
    """Our numbers under the convention of each program; right where they are what it prints, and no other's."""
    found = reproduce(difference)
    said = found.row()
    rows = tuple(
        (
            side["program"],
            side["convention"],
            SOURCES[side["source"]],
            *(", ".join(side[of]) for of in ("printed", "found")),
        )
        for side in said["sides"]
    )
    numbers = tuple(
        Reading(f"{name}, {side.program}", number, 1e-6 * max(1.0, abs(number)))
        for side, some in zip(difference.sides, found.found, strict=True)
        for name, number in zip(difference.quantities, some, strict=True)
    )
    wrong = [side["program"] for side in said["sides"] if not side["given"]]
    why = f"not what {', '.join(wrong)} prints: " if wrong else "" if found.told_apart else "not told apart: "
    return Observation(found.ok, why + difference.cause, numbers, rows)
