"""What belongs together in a text: a statistic and its p-value, an estimate with its standard error and interval."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stattools.validation.papers.flat_text import SENTENCE_END, FlatText
from stattools.validation.papers.mentions import RESPECTIVELY, Mention

REACH = 90
"""No two numbers belong together that stand further apart than so many characters."""
STATISTICS = ("t", "F", "chi-square", "z", "r")
ESTIMATES = ("estimate", "beta", "ratio", "mean")

BETWEEN = ("n", "p", "ns", "se", "sd", "df", "interval")
"""What may stand between a number and its interval."""
TESTS = ("t", "z", "chi-square")
"""Statistics that test an estimate in front of them."""


@dataclass(frozen=True)
class Passage:
    """Numbers that belong together, in their order, and the sentence that they stand in."""

    mentions: tuple[Mention, ...]
    sentence: str

    def the(self, *kinds: str) -> Mention | None:
        """The first number of one of these kinds."""
        return next((one for one in self.mentions if one.kind in kinds), None)

    def before(self, mention: Mention, *kinds: str) -> Mention | None:
        """The number in front of another one, if it is of one of these kinds; n, p and standard errors between them do
        not part them, and a test of an estimate neither, behind which its interval may stand.
        """
        place = self.mentions.index(mention)
        owners = [one for one in self.mentions[:place] if one.kind not in BETWEEN]
        if not owners or owners[-1].kind in kinds:
            return owners[-1] if owners else None
        tested = [one for one in owners if one.kind not in TESTS]
        is_test = owners[-1].kind in TESTS and tested and tested[-1].kind in ("estimate", "beta", "ratio")
        return tested[-1] if is_test and tested[-1].kind in kinds else None


def passages(text: FlatText, found: Iterable[Mention]) -> list[Passage]:
    """The numbers of a text in groups that belong together."""
    groups: list[list[Mention]] = []
    pairs, found = _respectively(text, list(found))
    for one in found:
        last = groups[-1] if groups else []
        if last and _is_near(text.text, last[-1].end, one.start) and not _begins(one, {held.kind for held in last}):
            last.append(one)
        else:
            groups.append([one])
    made = [Passage(tuple(group), text.sentence(group[0].start)) for group in groups]
    return sorted([*pairs, *_with_shared(_with_leading(made))], key=lambda passage: passage.mentions[0].start)


def _respectively(text: FlatText, found: list[Mention]) -> tuple[list[Passage], list[Mention]]:
    """As many p-values behind as many statistics, or in front of them, that a sentence pairs by the word respectively;
    and the numbers that are in no such pair.
    """
    pairs: list[Passage] = []
    rest: list[Mention] = []
    kinds = ["s" if one.kind in STATISTICS else "p" if one.kind in ("p", "ns") else "-" for one in found]
    place = 0
    for run in re.finditer(r"s{2,}p{2,}|p{2,}s{2,}", "".join(kinds)):
        both, sentence = found[run.start() : run.end()], text.sentence(found[run.start()].start)
        half = len(both) // 2
        if 2 * half != len(both) or len(set(run[0][:half])) > 1 or not RESPECTIVELY.search(sentence):
            continue
        if text.sentence(both[-1].start) != sentence:
            continue
        rest += found[place : run.start()]
        place = run.end()
        for one, other in zip(both[:half], both[half:], strict=True):
            pairs.append(Passage((one, other), sentence))
    return pairs, [*rest, *found[place:]]


def _is_near(text: str, end: int, start: int) -> bool:
    gap = text[end:start]
    return len(gap) <= REACH and not SENTENCE_END.search(gap + text[start : start + 1])


def _begins(one: Mention, held: set[str]) -> bool:
    """Whether a number begins another result, given the kinds of those before it."""
    is_tested = bool(held & {*STATISTICS, "p", "ns"})
    match one.kind:
        case "estimate":
            return is_tested or "estimate" in held or "mean" in held or ("beta" in held and "se" in held)
        case "beta":
            return "beta" in held or "ratio" in held or ("estimate" not in held and is_tested)
        case "ratio":
            return (
                "ratio" in held
                or not held <= {"estimate", "se", "n", "df", "beta", "interval", *STATISTICS, "p"}
                or (is_tested and "estimate" not in held)
            )
        case "mean":
            return not held <= {"n", "df"}
        case "t" | "F" | "chi-square" | "z" | "r":
            return is_tested or "mean" in held
        case "p" | "ns":
            return bool(held & {"p", "ns"})
        case "n" | "se" | "sd" | "df":
            return one.kind in held
        case _:
            return False


def _with_leading(made: list[Passage]) -> list[Passage]:
    """A p-value that stands alone in front of its statistic belongs to it: p = .036, t(28) = 2.20."""
    kept: list[Passage] = []
    for passage in made:
        alone = kept and [one.kind for one in kept[-1].mentions] == ["p"]
        tested = passage.the(*STATISTICS) and not passage.the("p", "ns")
        if alone and tested and passage.mentions[0].start - kept[-1].mentions[-1].end <= 3:
            kept[-1] = Passage((*passage.mentions, *kept[-1].mentions), passage.sentence)
        else:
            kept.append(passage)
    return kept


def _with_shared(made: list[Passage]) -> list[Passage]:
    """ "both ps < .05" is said of all statistics of its sentence that have none of their own."""
    kept: list[Passage] = []
    for place, passage in enumerate(made):
        if passage.the(*STATISTICS) and not passage.the("p", "ns"):
            later = next((one for one in made[place + 1 :][:4] if one.the("p", "ns")), None)
            shared = later.the("p") if later and later.sentence == passage.sentence else None
            if shared and shared.name.startswith(("ps", "Ps")) and shared.value.relation != "=":
                passage = Passage((*passage.mentions, shared), passage.sentence)
        kept.append(passage)
    return kept
