"""Do the numbers of a paper go with each other? Its p-values, intervals, percentages and means, without its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from stattools.errors import DomainError
from stattools.interface.when_needed import pd
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page
from stattools.validation.papers.checks import (
    Answer,
    PaperCheck,
    check_estimate,
    check_mean,
    check_p,
    check_possible,
    check_shares,
    check_size,
)
from stattools.validation.papers.mentions import Passage, Setting, mentions, passages, setting
from stattools.validation.papers.tables import (
    PaperTable,
    check_counts,
    check_rows,
    check_variances,
    sheets,
    writes_commas_in,
)
from stattools.validation.papers.text import FlatText, flat

LONGEST = 240
"""A quoted line has at most so many characters."""
SOURCE = (
    "Each number is taken for everything that would be printed so; what is wrong is wrong for all of that. Nuijten et "
    "al. (2016), Brown and Heathers (2017)."
)


@dataclass(frozen=True, eq=False, repr=False)
class PaperAudit(Faces):
    """The verdict on a paper: `checks` are all numbers that were computed again, in their order; `ok` is False where
    one of them is wrong.
    """

    name: str
    checks: tuple[PaperCheck, ...]
    source: ClassVar[str] = SOURCE

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def findings(self) -> tuple[PaperCheck, ...]:
        """The checks that find something wrong."""
        return tuple(one for one in self.checks if one.verdict == "wrong")

    @property
    def notes(self) -> tuple[PaperCheck, ...]:
        """What is right under another reading, which the paper should name."""
        return tuple(one for one in self.checks if one.verdict == "note")

    @property
    def sentence(self) -> str:
        """The verdict in a sentence."""
        judged = [one for one in self.checks if one.verdict != "not judged"]
        many = f"{len(judged)} number{'s' * (len(judged) != 1)} that can be computed again"
        if self.ok:
            return f"{self.name}: nothing is wrong with the {many}, as far as their digits go."
        turned = sum(one.decision for one in self.findings)
        are = "is" if len(self.findings) == 1 else "are"
        told = f"{self.name} is not right: of {many}, {len(self.findings)} {are} wrong"
        return told + (f", and {turned} of them turn{'s' * (turned == 1)} a decision." if turned else ".")

    def table(self) -> pd.DataFrame:
        """One row per check: line, kind, claimed, low and high of what is right, verdict, decision, words, quote."""
        none = (float("nan"), float("nan"))
        rows = [
            {
                "line": one.line,
                "kind": one.kind,
                "claimed": one.claimed,
                "low": (one.right or none)[0],
                "high": (one.right or none)[1],
                "verdict": one.verdict,
                "decision": one.decision,
                "words": one.words,
                "quote": one.quote,
            }
            for one in self.checks
        ]
        return pd.DataFrame(rows)

    def _headline(self) -> str:
        return headline(
            self, "", self.name, "right" if self.ok else f"{len(self.findings)} wrong", f"{len(self.checks)} checks"
        )

    def _page(self) -> Page:
        told: list[str] = []
        for one in self.findings:
            told += ["", f"Line {one.line}: {one.words}", f"  “{one.quote}”"]
        for one in self.notes:
            told += ["", f"Note, line {one.line}: {one.words}", f"  “{one.quote}”"]
        kinds = Counter(one.kind for one in self.checks if one.verdict != "not judged")
        counts = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
        unjudged = [one for one in self.checks if one.verdict == "not judged"]
        told += ["", f"Computed again: {counts}."] if counts else []
        told += [f"Not judged, line {one.line}: {one.words}" for one in unjudged]
        return Page(self.sentence, *told, "", SOURCE)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


def audit_paper(
    text: str, name: str, *, alpha: float = 0.05, whole: bool = False, separated: bool = False
) -> PaperAudit:
    """The verdict on the text of a paper (Markdown, HTML, LaTeX, plain text), or on a table of values separated by
    commas or tabs where it is said; `whole` says that all means are of whole numbers.

    Raises DomainError where nothing can be computed again.

    >>> found = audit_paper("The groups differed, t(28) = 2.20, p = .063.", "a paper")
    >>> found.ok, found.findings[0].words.split(", ")[0]
    (False, 'The p-value of t(28) = 2.20 is between 0.03584 and 0.03662')
    """
    plain = flat(text)
    said = setting(plain, alpha=alpha, whole=whole)
    found = _checks(plain, sheets(text, separated=separated), said)
    checks = sorted(dict.fromkeys(found), key=lambda one: one.line)
    if not any(one.verdict != "not judged" for one in checks):
        unjudged = f", and {len(checks)} that it cannot judge" if checks else ""
        raise DomainError(
            f"audit needs numbers that can be computed again, such as t(28) = 2.20, p = .036, or an estimate with its "
            f"standard error; {name} has none that it can read{unjudged}."
        )
    return PaperAudit(name, tuple(checks))


def check_table(sheet: PaperTable, said: Setting) -> Iterator[tuple[int, Answer]]:
    """What is said of a table, with the numbers of the lines."""
    variances = list(check_variances(sheet, said, writes_commas_in(sheet, said)))
    yield from variances or check_rows(sheet, said)
    yield from check_counts(sheet, said)


def _checks(text: FlatText, tables: list[PaperTable], said: Setting) -> Iterator[PaperCheck]:
    for passage in passages(text, mentions(text, said.comma)):
        start, end = passage.mentions[0].start, max(one.end for one in passage.mentions)
        for answer in _answers(passage, said, text.sentence_before(start)):
            yield placed(answer, text, start, end)
    for start, end, answer in check_shares(text, said.comma):
        yield placed(answer, text, start, end)
    for sheet in tables:
        for line, answer in check_table(sheet, said):
            yield _at(line, answer, text.source[line - 1].strip())


def _answers(passage: Passage, said: Setting, before: str) -> Iterator[Answer]:
    if impossible := list(check_possible(passage, said)):
        yield from impossible  # nothing can be computed from them
        return
    yield from check_p(passage, said)
    yield from check_estimate(passage, said)
    yield from check_mean(passage, said, before)
    yield from check_size(passage, said)


def placed(answer: Answer, text: FlatText, start: int, end: int) -> PaperCheck:
    """A check with the line that it is from."""
    return _at(text.line(start), answer, text.quote(start, end, LONGEST))


def _at(line: int, answer: Answer, quote: str) -> PaperCheck:
    return PaperCheck(
        line, quote, answer.kind, answer.claimed, answer.right, answer.verdict, answer.words, answer.decision
    )
