"""`examine(package)`: the laws put to a package, each failure with the lines that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.qualification.exam.adapter import Adapter
from stattools.qualification.exam.environments import ADAPTERS, answers, name_of
from stattools.qualification.exam.judging import Mark, judged, numbers, wanted
from stattools.qualification.exam.law import Law
from stattools.qualification.exam.laws import LAWS
from stattools.qualification.exam.problems import PROBLEMS
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

OUTCOMES = ("right", "refused", "warned", "silent")
RECORDED = ("law", "model", "outcome", "off", "reproducer")
"""What the JSON has of a mark; what was said, and the remedy, are comments of the reproducer."""
OURS = "stattools"
WIDE = 118
"""Columns of a reproducer."""
MOST_LINES = 10
ALONE = "import numpy as np"
"""The lines before a law that makes its own data."""
RSCRIPT = "from stattools.qualification.exam.harness import rscript"


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Examination(Faces):
    """The answer of `stattools exam`: a mark for each law and each model of the package for which it is a theorem.

    An answer is "right" within 0.01 standard errors, or where what has no number got none; "refused" where there is an
    error in the place of a number that exists; "warned" where a wrong number came with a warning, or a flag that says
    so; "silent" where it came without a word. `remedy` is the documented setting with which it is right.
    """

    package: str
    version: str
    marks: tuple[Mark, ...]

    @property
    def ok(self) -> bool:
        """No answer is silently wrong."""
        return not any(mark.outcome == "silent" for mark in self.marks)

    @property
    def sentence(self) -> str:
        """The counts in words."""
        counts = Counter(mark.outcome for mark in self.marks)
        told = ", ".join(f"{counts[one]} {one}" for one in OUTCOMES)
        return f"{self.package} {self.version}: of {len(self.marks)} answers {told}."

    def table(self) -> pd.DataFrame:
        """One row for each mark, as a frame of your own."""
        return pd.DataFrame([vars(mark) for mark in self.marks])

    def record(self) -> dict[str, Any]:
        """What `--json` prints."""
        laws = [{name: vars(mark)[name] for name in RECORDED} for mark in self.marks]
        return {"package": self.package, "version": self.version, "laws": laws}

    def _headline(self) -> str:
        return headline(self, "", self.sentence)

    def _page(self) -> Page:
        rows = [[law.name, *self._counts(law)] for law in LAWS if any(mark.law == law.name for mark in self.marks)]
        grid = Grid(["law", *OUTCOMES], rows, "lrrrr")
        worst = [mark for mark in self.marks if mark.outcome in ("silent", "warned", "refused")]
        return Page(self.sentence, "", grid, *(part for mark in worst for part in _shown(mark)))

    def _counts(self, law: Law) -> list[str]:
        counts = Counter(mark.outcome for mark in self.marks if mark.law == law.name)
        return [str(counts[one]) if counts[one] else "" for one in OUTCOMES]

    def markdown(self) -> str:
        """A report in GitHub's Markdown, with the lines that show each failure."""
        failed = [mark for mark in self.marks if mark.outcome != "right"]
        shown = [
            f"\n## {mark.law}, {mark.model}: {mark.outcome}\n\n```python\n{mark.reproducer}\n```\n" for mark in failed
        ]
        adapter = ADAPTERS[self.package]
        tried = ", ".join(f"`{words}`" for words, *_ in adapter.remedies)
        how = f"{adapter.words} {f'Tried where an answer is not right: {tried}.' if tried else ''}\n"
        return "\n".join([f"# Exam of {self.package} {self.version}\n", how, self._page().markdown(), *shown])


def _shown(mark: Mark) -> tuple[str, ...]:
    said = f" ({mark.words})" if mark.words else ""
    remedy = f" Right with {mark.remedy}." if mark.remedy else ""
    return "", f"{mark.outcome}: {mark.law}, {mark.model}{_off(mark)}{said}.{remedy}"


def _off(mark: Mark) -> str:
    if mark.off is None or not np.isfinite(mark.off):
        return ""
    return f", standard errors off by {mark.off:.1%}" if mark.of_errors else f", off by {mark.off:.2g} standard errors"


def examine(package: str) -> Examination:
    """The exam of a package by its name on the package index, perhaps with a version, "statsmodels==0.14.4"; of "R".

    Raises DomainError for a package without an adapter, DomainError where its environment cannot be made.
    """
    name = name_of(package)
    if name not in ADAPTERS:
        raise DomainError(f"exam has adapters for {', '.join(ADAPTERS)}; got {package!r}.")
    adapter = ADAPTERS[name]
    asked = [(law, model) for law in LAWS for model in law.models if can_be_asked(adapter, law, model)]
    plain = list(dict.fromkeys((model, law.predictions) for law, model in asked))
    codes = [code(adapter, model, predictions=means) for model, means in plain]
    codes += [code(adapter, model, law) for law, model in asked]
    versions, found = answers(package, codes)
    before = dict(zip(plain, found, strict=False))
    first = [before[model, law.predictions] for law, model in asked]
    units = _units(asked)
    marks = [
        judged(law, model, then, now, unit)
        for (law, model), then, now, unit in zip(asked, first, found[len(plain) :], units, strict=True)
    ]
    remedies = _remedies(package, adapter, asked, marks, units)
    marks = [replace(mark, remedy=remedies.get(k, "")) for k, mark in enumerate(marks)]
    marks = [
        replace(mark, reproducer=reproducer(code(adapter, model, law), _notes(mark, wanted(law, model, then))))
        for (law, model), mark, then in zip(asked, marks, first, strict=True)
    ]
    return Examination(name, versions["version"], tuple(marks))


def _fits(adapter: Adapter, predictions: bool) -> Mapping[str, str]:
    return adapter.predictions if predictions else adapter.models


def can_be_asked(adapter: Adapter, law: Law, model: str) -> bool:
    """Whether the package fits the model; for what comes after a fit its question has to stand after it."""
    lines = _fits(adapter, law.predictions).get(model)
    return lines is not None and (not law.afterwards or lines.startswith(adapter.models[model]))


def code(
    adapter: Adapter,
    model: str,
    law: Law | None = None,
    remedy: tuple[str, str, str] | None = None,
    predictions: bool = False,
) -> str:
    """The lines of a question: of the plain problem, or of what a law makes of it."""
    fit = _fits(adapter, predictions if law is None else law.predictions)[model]
    change = [] if law is None else [law.lines(model)]
    if law is not None and law.afterwards:
        change, fit = [adapter.models[model], *change], fit.removeprefix(adapter.models[model]).strip("\n")
    lines = "\n".join([*change, fit])
    lines = lines if remedy is None else lines.replace(remedy[1], remedy[2])
    return "\n".join([ALONE if law is not None and law.alone else PROBLEMS[model], lines])


def reproducer(lines: str, notes: Sequence[str] = ()) -> str:
    """The lines of a question as few lines of at most 118 columns, with a last one that prints its answer, and notes.

    >>> reproducer("a = 1\\nb = 2\\nfor _ in range(2):\\n    b = b + a\\nse = a")
    'a = 1; b = 2\\nfor _ in range(2):\\n    b = b + a\\nse = a; print(b, se)'
    """
    found: list[str] = []
    head = [RSCRIPT] if "rscript(" in lines else []
    said = "print(b, se)" if "se =" in lines or "se, said =" in lines else "print(b)"
    quoted = False
    for line in [*head, *lines.splitlines(), said]:
        block = any(part.startswith(" ") or part.endswith(":") for part in (*found[-1:], line))
        if found and not block and not quoted and len(found[-1]) + len(line) <= WIDE - 2:
            found[-1] = f"{found[-1]}; {line}"
        else:
            found.append(line)
        quoted ^= line.count("'''") % 2 == 1
    notes = ["; ".join(notes)] if len(found) + len(notes) > MOST_LINES else notes
    return "\n".join([*found, *(f"# {note}"[:WIDE] for note in notes)])


def _notes(mark: Mark, right: str) -> tuple[str, ...]:
    """What a reproducer says of an answer that is not right: what would be, how far off it is, and what was said."""
    if mark.outcome == "right":
        return ()
    remedy = f"; right with {mark.remedy}" if mark.remedy else ""
    return right, f"{mark.outcome}{_off(mark)}{remedy}; {f'said: {mark.words}' if mark.words else 'nothing was said'}"


def _units(asked: list[tuple[Law, str]]) -> list[Any]:
    """Our standard errors of each question; None where there is no fit."""
    ours = ADAPTERS[OURS]
    known = [k for k, (law, model) in enumerate(asked) if can_be_asked(ours, law, model)]
    _, found = answers(OURS, [code(ours, asked[k][1], asked[k][0]) for k in known])
    units = {k: numbers(one["se"]) for k, one in zip(known, found, strict=True) if "error" not in one}
    return [units.get(k) for k in range(len(asked))]


def _remedies(package: str, adapter: Adapter, asked: Any, marks: list[Mark], units: Any) -> dict[int, str]:
    """By the place of a wrong answer the first documented remedy that makes it right."""
    tried = [
        (k, remedy)
        for k, mark in enumerate(marks)
        for remedy in adapter.remedies
        if mark.outcome != "right" and remedy[1] in _fits(adapter, asked[k][0].predictions)[asked[k][1]]
    ]
    codes = [
        one
        for k, remedy in tried
        for one in (
            code(adapter, asked[k][1], remedy=remedy, predictions=asked[k][0].predictions),
            code(adapter, asked[k][1], asked[k][0], remedy),
        )
    ]
    found = answers(package, codes)[1] if codes else []
    remedies: dict[int, str] = {}
    for (k, remedy), before, after in zip(tried, found[::2], found[1::2], strict=True):
        law, model = asked[k]
        if k not in remedies and judged(law, model, before, after, units[k]).outcome == "right":
            remedies[k] = remedy[0]
    return remedies
