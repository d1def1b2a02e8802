"""An adapter: how a package fits the models of the exam, in lines of Python, as `adapters.toml` has them.

`examine(package)`: the laws put to a package, each failure with the lines that show it.

What an answer is worth: right, refused, warned, or silently wrong, and by how many standard errors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.files import table_beside
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.qualification.exam.environments import answers, name_of
from stattools.qualification.exam.laws import LAWS, PROBLEMS, Law
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page


@dataclass(frozen=True)
class Adapter:
    """`models` are lines by model, which make `b`, `se` (where the package has standard errors) and `said` (a flag in
    words, such as "not converged"), from the names that the problem makes. `remedies` are documented settings that are
    tried where an answer is wrong: their words, and what is put in the place of what. `predictions` are lines which
    make `b` the fitted means of the rows, in any order of categories.
    """

    name: str
    words: str
    models: Mapping[str, str]
    remedies: tuple[tuple[str, str, str], ...] = ()
    predictions: Mapping[str, str] = field(default_factory=dict[str, str])


def _read(said: dict[str, Any]) -> Adapter:
    lines = {**said.get("parts", {}), **said["models"]}

    def whole(text: str) -> str:
        return re.sub(r"<([a-z]\w*[\w ]*)>", lambda name: whole(lines[name[1]]), text, flags=re.IGNORECASE)

    models, predictions = (
        {model: whole(text) for model, text in said.get(of, {}).items()} for of in ("models", "predictions")
    )
    return Adapter(said["name"], said["words"], models, tuple(map(tuple, said.get("remedies", ()))), predictions)


_SAID = table_beside(__file__, "adapters.toml")

ADAPTERS: dict[str, Adapter] = {one["name"]: _read(one) for one in _SAID["package"]}
"""How each package fits the models of the exam, by its name."""


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
    off = _off_judgement(b, right, size, unit)
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
    shown = f"right: b = {_shown_judgement(b)}"
    return f"{shown}, se = {_shown_judgement(se)}" if np.isfinite(se).any() and not law.predictions else shown


def _shown_judgement(values: Floats) -> str:
    each = ["any" if np.isnan(one) else f"{one:.6g}" for one in values[:MOST_SHOWN]]
    return f"[{', '.join([*each, *(['...'] if len(values) > MOST_SHOWN else [])])}]"


def numbers(values: object) -> Floats:
    """An array, NaN where there is no number."""
    return np.array(np.nan if values is None else values, dtype=float)


def _errors(se: Floats, b: Floats) -> Floats:
    return se if se.shape == b.shape else np.full(b.shape, np.nan)


def _off_judgement(b: Floats, right: Floats, size: Floats | None, unit: Floats | None) -> float:
    known = np.isfinite(right)
    if size is None or size.shape != b.shape:
        scale = np.maximum(np.abs(right[known]), 1e-8)
    else:
        fallback = np.abs(right) if unit is None or unit.shape != b.shape else unit
        each = np.where(np.isfinite(size), size, fallback)
        scale = np.maximum(each[known], 1e-8 * np.abs(right[known]))
    return float(np.max(np.abs(b[known] - right[known]) / scale)) if known.any() else 0.0


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

    def record(self) -> dict[str, object]:
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


def _units(asked: list[tuple[Law, str]]) -> list[Floats | None]:
    """Our standard errors of each question; None where there is no fit."""
    ours = ADAPTERS[OURS]
    known = [k for k, (law, model) in enumerate(asked) if can_be_asked(ours, law, model)]
    _, found = answers(OURS, [code(ours, asked[k][1], asked[k][0]) for k in known])
    units = {k: numbers(one["se"]) for k, one in zip(known, found, strict=True) if "error" not in one}
    return [units.get(k) for k in range(len(asked))]


def _remedies(
    package: str, adapter: Adapter, asked: list[tuple[Law, str]], marks: list[Mark], units: list[Floats | None]
) -> dict[int, str]:
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
