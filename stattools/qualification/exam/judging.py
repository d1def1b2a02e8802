"""What an answer is worth: right, refused, warned, or silently wrong, and by how many standard errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stattools.interface.arrays import Floats
from stattools.qualification.exam.law import Law

type Worth = Literal["right", "refused", "warned", "silent"]
RIGHT = 0.01
"""Coefficients within so many standard errors, and standard errors within this share, are right."""


MOST = 3
"""Warnings that a mark quotes."""

MOST_SHOWN = 7
"""Numbers of an answer that a reproducer shows beside its own."""

CONCERNS = re.compile(
    r"converg|iterat|maxim|optimi[sz]|gradient|hessian|likelihood|separat|perfect|monoton|infinit|unbound|diverg"
    r"|singular|collinear|\brank|invert|inverse|definite|alias|redundan|dropp|identif|degenera|constant column"
    r"|ill.condition|condition number|precision|accura|reliab|unstab|stabilit|rescal|different scales|boundary"
    r"|overflow|underflow|divide by zero|division by zero|invalid value|not finite|\bnan\b|\binf\b"
    r"|numerically 0|close to (0|zero)|low variance|variance|standard error|covariance|cannot be estimated|constrain",
    re.IGNORECASE,
)
"""Words of which at least one is in what concerns a fit: its climb, its maximum, its rank, its digits. What has none of
them (a bar of progress, a compiler, an import) is no warning of a wrong answer.
"""


@dataclass(frozen=True)
class Mark:
    """One law put to one model: what the answer was worth, how far off it is in standard errors (None where there is
    no number to compare), what was said, the documented remedy with which it is right, and lines that show it. Where it
    is `of_errors`, the standard errors are off, by a share of themselves.
    """

    law: str
    model: str
    outcome: Worth
    off: float | None
    words: str
    remedy: str = ""
    reproducer: str = ""
    of_errors: bool = False


def heard(law: Law, before: dict[str, Any], after: dict[str, Any]) -> str:
    """What was said that concerns the question. Where a law compares two answers, words with either count; where there
    is no right number, words that the plain problem gets too say nothing of it.
    """
    first, words = _words(before), _words(after)
    words = [*words, *first] if law.expect is not None else [one for one in words if one not in first]
    words = list(dict.fromkeys(words))
    return "; ".join([*words[:MOST], *([f"{len(words) - MOST} more"] if len(words) > MOST else [])])


def _words(answer: dict[str, Any]) -> list[str]:
    return [one for one in [answer.get("said") or "", *answer.get("warnings", ())] if CONCERNS.search(one)]


def judged(law: Law, model: str, before: dict[str, Any], after: dict[str, Any], unit: Floats | None) -> Mark:
    """The mark of an answer `after` a change, beside the answer `before`; `unit` are our standard errors after it."""
    told = heard(law, before, after)
    if "error" in after:  # an error that the plain problem gets too says nothing of the data
        refuses = law.expect is None and "error" not in before
        return Mark(law.name, model, "right" if refuses else "refused", None, after["error"])
    b, se = numbers(after["b"]), numbers(after["se"])
    if law.expect is None:
        partial = not np.isfinite(b).all() or (unit is None and b.size < numbers(before.get("b")).size)
        if partial:
            return Mark(law.name, model, "right", None, told or "no number for what has none")
        return Mark(law.name, model, "warned" if told else "silent", None, told)
    if "error" in before:
        return Mark(law.name, model, "refused", None, before["error"])
    first, errors = (numbers(before.get(name)) for name in ("b", "se"))
    right, errors = law.expect(model, first, _errors(errors, first))
    if b.shape != np.shape(right) or not np.isfinite(b[np.isfinite(right)]).all():
        return Mark(law.name, model, "refused", None, told or "no number")
    size = errors if np.isfinite(errors).any() else unit
    off = _off(b, right, size, unit)
    ratio = 0.0
    if se.shape == np.shape(errors) and np.isfinite(errors).any():
        known = np.isfinite(errors)
        ratio = float(np.max(np.abs(se[known] / errors[known] - 1.0))) if np.isfinite(se[known]).all() else np.inf
    worst = max(off, ratio)
    outcome: Worth = "right" if worst <= RIGHT else "warned" if told else "silent"
    return Mark(law.name, model, outcome, worst, told, of_errors=ratio > max(off, RIGHT))


def wanted(law: Law, model: str, before: dict[str, Any]) -> str:
    """What a right package answers, in the words of a comment beside the lines that show what was answered."""
    if law.expect is None or "error" in before:
        return "right: an error, or a word that there is no such number"
    first, errors = (numbers(before.get(name)) for name in ("b", "se"))
    b, se = (np.ravel(one) for one in law.expect(model, first, _errors(errors, first)))
    shown = f"right: b = {_shown(b)}"
    return f"{shown}, se = {_shown(se)}" if np.isfinite(se).any() and not law.predictions else shown


def _shown(values: Floats) -> str:
    each = ["any" if np.isnan(one) else f"{one:.6g}" for one in values[:MOST_SHOWN]]
    return f"[{', '.join([*each, *(['...'] if len(values) > MOST_SHOWN else [])])}]"


def numbers(values: Any) -> Floats:
    """An array, NaN where there is no number."""
    return np.array(np.nan if values is None else values, dtype=float)


def _errors(se: Floats, b: Floats) -> Floats:
    return se if se.shape == b.shape else np.full(b.shape, np.nan)


def _off(b: Floats, right: Floats, size: Floats | None, unit: Floats | None) -> float:
    known = np.isfinite(right)
    if size is None or size.shape != b.shape:
        scale = np.maximum(np.abs(right[known]), 1e-8)
    else:
        fallback = np.abs(right) if unit is None or unit.shape != b.shape else unit
        each = np.where(np.isfinite(size), size, fallback)
        scale = np.maximum(each[known], 1e-8 * np.abs(right[known]))
    return float(np.max(np.abs(b[known] - right[known]) / scale)) if known.any() else 0.0
