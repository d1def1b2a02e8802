"""`examine(package)`: the laws put to a package, each failure with the lines that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.qualification.exam.environments import ADAPTERS, answers, name_of
from stattools.qualification.exam.judging import Mark, judged, numbers
from stattools.qualification.exam.laws import LAWS, Law, lines
from stattools.qualification.exam.problems import PROBLEMS
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page

OUTCOMES = ("right", "refused", "warned", "silent")
OURS = "stattools"


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
        return {"package": self.package, "version": self.version, "laws": [vars(mark) for mark in self.marks]}

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
        return "\n".join([f"# Exam of {self.package} {self.version}\n", self._page().markdown(), *shown])


def _shown(mark: Mark) -> tuple[str, ...]:
    off = "" if mark.off is None or not np.isfinite(mark.off) else f", off by {mark.off:.2g} standard errors"
    said = f" ({mark.words})" if mark.words else ""
    remedy = f" Right with {mark.remedy}." if mark.remedy else ""
    return "", f"{mark.outcome}: {mark.law}, {mark.model}{off}{said}.{remedy}"


def examine(package: str) -> Examination:
    """The exam of a package by its name on the package index, perhaps with a version, "statsmodels==0.14.4"; of "R".

    Raises DomainError for a package without an adapter, DomainError where its environment cannot be made.
    """
    name = name_of(package)
    if name not in ADAPTERS:
        raise DomainError(f"exam has adapters for {', '.join(ADAPTERS)}; got {package!r}.")
    adapter = ADAPTERS[name]
    asked = [(law, model) for law in LAWS for model in law.models if model in adapter.models]
    models = list(dict.fromkeys(model for _, model in asked))
    codes = [code(adapter, model) for model in models] + [code(adapter, model, law) for law, model in asked]
    versions, found = answers(package, codes)
    before = dict(zip(models, found, strict=False))
    after = found[len(models) :]
    units = _units(asked)
    marks = [
        judged(law, model, before[model], one, unit)
        for (law, model), one, unit in zip(asked, after, units, strict=True)
    ]
    return Examination(name, versions["version"], tuple(_with_remedies(package, adapter, asked, marks, units)))


def code(adapter: Any, model: str, law: Law | None = None, remedy: tuple[str, str, str] | None = None) -> str:
    """The lines of a question."""
    fit = adapter.models[model]
    fit = fit if remedy is None else fit.replace(remedy[1], remedy[2])
    return "\n".join([PROBLEMS[model], *([] if law is None else [lines(law, model)]), fit])


def reproducer(lines: str) -> str:
    """The lines of a question as few lines of at most 118 columns, with a last one that prints its answer.

    >>> reproducer("a = 1\\nb = 2\\nfor _ in range(2):\\n    b = b + a\\nse = a")
    'a = 1; b = 2\\nfor _ in range(2):\\n    b = b + a\\nse = a; print(b, se)'
    """
    found: list[str] = []
    said = "print(b, se)" if "se =" in lines or "se, said =" in lines else "print(b)"
    for line in [*lines.splitlines(), said]:
        plain = bool(found) and not any(part.startswith(" ") or part.endswith(":") for part in (found[-1], line))
        if plain and len(found[-1]) + len(line) <= 116:
            found[-1] = f"{found[-1]}; {line}"
        else:
            found.append(line)
    return "\n".join(found)


def _units(asked: list[tuple[Law, str]]) -> list[Any]:
    """Our standard errors of each question; None where there is no fit."""
    ours = ADAPTERS[OURS]
    _, found = answers(OURS, [code(ours, model, law) for law, model in asked])
    return [None if "error" in one else numbers(one["se"]) for one in found]


def _with_remedies(package: str, adapter: Any, asked: Any, marks: list[Mark], units: Any) -> Iterator[Mark]:
    """Marks with reproducers, and with the first documented remedy that makes a wrong answer right."""
    wrong = [k for k, mark in enumerate(marks) if mark.outcome != "right"]
    tried = [(k, remedy) for k in wrong for remedy in adapter.remedies if remedy[1] in adapter.models[asked[k][1]]]
    codes = [
        one
        for k, remedy in tried
        for one in (code(adapter, asked[k][1], None, remedy), code(adapter, asked[k][1], asked[k][0], remedy))
    ]
    found = answers(package, codes)[1] if codes else []
    remedies: dict[int, str] = {}
    for (k, remedy), before, after in zip(tried, found[::2], found[1::2], strict=True):
        law, model = asked[k]
        if k not in remedies and judged(law, model, before, after, units[k]).outcome == "right":
            remedies[k] = remedy[0]
    for k, mark in enumerate(marks):
        law, model = asked[k]
        shown = "" if k not in wrong else reproducer(code(adapter, model, law))
        yield replace(mark, remedy=remedies.get(k, ""), reproducer=shown)
