"""The exam of this package as tests of a qualification: one for each law, over all models for which it is a theorem."""

from __future__ import annotations

from functools import cache, partial

from stattools.qualification.dossier.procedure import Observation, Procedure
from stattools.qualification.exam.examination import Examination, examine
from stattools.qualification.exam.laws import LAWS
from stattools.qualification.reading import Reading


def procedures() -> tuple[Procedure, ...]:
    """A test for each law."""
    return tuple(Procedure(f"law: {law.name}", "performance", partial(observe, law.name)) for law in LAWS)


def observe(law: str, effort: float = 1.0) -> Observation:
    """The marks of this package for a law; right is within 0.01 standard errors."""
    marks = [mark for mark in _exam().marks if mark.law == law]
    wrong = [f"{mark.model} is {mark.outcome}: {mark.words}" for mark in marks if mark.outcome != "right"]
    offs = [Reading(f"{mark.model}, standard errors off", mark.off, 0.01) for mark in marks if mark.off is not None]
    words = "; ".join(wrong) or f"right for {', '.join(dict.fromkeys(mark.model for mark in marks))}"
    return Observation(bool(marks) and not wrong, words, tuple(offs))


@cache
def _exam() -> Examination:
    return examine("stattools")
