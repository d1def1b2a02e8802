"""The rows of a table: a term with its estimate, what stands in brackets beside or below it, and single numbers.

What brackets hold where nobody says it, proven by the stars: only one reading gives every row its stars.

se:  p = P(|Z| > |estimate / number|),    t:  p = P(|Z| > |number|), of the estimate's sign,    p:  the number

The claim that a table of cells makes: of headed columns, or of models side by side.

The block of random effects that lme4 prints: variances, standard deviations and correlations by group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import special

from stattools.errors import DomainError, quoted
from stattools.validation.claims import headings as single_numbers
from stattools.validation.claims import headings as words
from stattools.validation.claims.headings import (
    KIND,
    SIGNS,
    Group,
    Part,
    fact,
    headed,
    inside,
    one,
    pair,
    parts,
    picked,
    unread,
    without_steps,
)
from stattools.validation.claims.printed import (
    NO_NUMBER,
    NOTHING,
    Cells,
    Claim,
    Printed,
    bare,
    bounded,
    decimal_mark,
    is_number,
    printed,
)

HEADS = {"Variance": "variance", "Std.Dev.": "sd"}


def random_effects(notes: str) -> dict[str, Printed]:
    """Facts such as "sd of x in g", "correlation of x and (Intercept) in g", "variance of Residual".

    >>> sorted(random_effects(" Groups Name        Variance Std.Dev.\\n g      (Intercept) 0.25     0.50\\n"))
    ['sd of (Intercept) in g', 'variance of (Intercept) in g']
    """
    found: dict[str, Printed] = {}
    lines = notes.splitlines()
    heads = [at for at, line in enumerate(lines) if line.split()[:2] == ["Groups", "Name"]]
    for at in heads:
        kinds = [HEADS[word] for word in lines[at].split()[2:] if word in HEADS]
        start, group, before = lines[at].index("Name"), "", []
        for line in lines[at + 1 :]:
            label, words = line[:start].strip(), line[start:].split()
            group, before = (label, []) if label else (group, before)
            name = words.pop(0) if words and not is_number(words[0]) else ""
            if not words or not all(map(is_number, words)) or not group:
                break
            where = f"{name} in {group}" if name else group
            for kind, text in zip(kinds, words, strict=False):
                found[f"{kind} of {where}"] = one(text)
            for other, text in zip(before, words[len(kinds) :], strict=False):
                found[f"correlation of {name} and {other} in {group}"] = one(text)
            before = [*before, name]
    return found


LEGEND = re.compile(r"(\*{1,4})\s*p?\s*[<\u2264]?\s*(0?\.\d+)")

LOOSE = 0.15
"""Statistics that are so near a limit, as a share, are on neither side of it: they may be of t with few degrees."""


def told_by_stars(pairs: Sequence[tuple[str, str]], notes: str) -> str | None:
    """The kind of the numbers in brackets, each after its estimate with stars; None where stars do not tell.

    >>> told_by_stars([("0.486***", "0.104"), ("0.243", "0.213")], "*p<0.1; **p<0.05; ***p<0.01")
    'se'
    >>> told_by_stars([("0.486***", "4.67"), ("0.243", "1.14")], "*p<0.1; **p<0.05; ***p<0.01")
    't'
    """
    limits = limits_in(notes)
    known = [(main, text) for main, text in pairs if is_number(main) and is_number(text)]
    if not limits or not known:
        return None
    rows = [(printed(main, "", ".")[0], printed(text, "", ".")[0], main.count("*")) for main, text in known]
    fitting = [kind for kind in ("se", "t", "p") if all(_fits(kind, *row, limits) for row in rows)]
    return fitting[0] if len(fitting) == 1 else None


def limits_in(notes: str) -> dict[int, float]:
    """The limit of p by the number of stars, as notes say it.

    >>> limits_in("* p<0.05, ** p<0.01"), limits_in("N = 50")
    ({1: 0.05, 2: 0.01}, {})
    """
    return {len(stars): float(limit) for stars, limit in LEGEND.findall(notes)}


def fits_stars(statistic: float, stars: int, limits: dict[int, float]) -> bool:
    """Whether a statistic of z or t may have so many stars.

    >>> fits_stars(2.3, 1, {1: 0.05, 2: 0.01}), fits_stars(1.2, 2, {1: 0.05, 2: 0.01})
    (True, False)
    """
    return bool(_fits("t", abs(statistic), abs(statistic), stars, limits))


def _fits(kind: str, estimate: float, number: float, stars: int, limits: dict[int, float]) -> bool:
    """Whether a number of this kind gives an estimate its stars."""
    if kind == "p":
        return 0.0 <= number <= 1.0 and _within(number, number, stars, limits)
    if (kind == "se" and number <= 0.0) or (kind == "t" and number * estimate < 0.0):
        return False
    z = abs(estimate / number) if kind == "se" else abs(number)
    low, high = (2.0 * special.ndtr(-z * (1.0 + step * LOOSE)) for step in (1, -1))
    return _within(low, high, stars, limits)


def _within(low: float, high: float, stars: int, limits: dict[int, float]) -> bool:
    """Whether a p-value between two ends has so many stars."""
    below = limits.get(stars, 0.0) if stars else 1.0
    above = max((limit for count, limit in limits.items() if count > stars), default=0.0)
    return low <= below and high >= above


REFERENCE = re.compile(
    r"\(?\s*(?:ref(?:erence|\.)?(?: .*)?|base(?: .*)?|omitted|dropped|empty|fixed|constrained)\s*\)?", re.I
)

YES_OR_NO = re.compile(r"yes|no|x|y|n|\u2713|\u2714|\u2717|included", re.I)


@dataclass(frozen=True)
class ClaimedTerm:
    """One term: the texts of its numbers by kind, and its line."""

    term: str
    texts: dict[str, str]
    quote: str
    shown: str = ""
    brackets: list[Part] = field(default_factory=list)

    def where(self, kind: str, name: str) -> str:
        """Where a number stands, as messages say it."""
        return f"the column {quoted(kind)} of {quoted(self.term)} in {name}"


def entries(cells: Cells, group: Group) -> tuple[list[ClaimedTerm], dict[str, str], dict[str, str]]:
    """The terms of one model, its facts by name, and what the notes say of the brackets."""
    held, said = inside(cells.notes)
    walked = _walk(cells, group)
    for sign in {part.sign for entry, _ in walked for part in entry.brackets if part.kind is None} if not held else ():
        ones = [(entry, [part for part in entry.brackets if part.sign == sign]) for entry, _ in walked]
        pairs = [(entry.texts["estimate"], parts[0].text) for entry, parts in ones if len(parts) == 1]
        if (kind := told_by_stars(pairs, cells.notes)) is not None:
            held[sign] = kind
    found = [_told(entry, group, held, cells) for entry in walked]
    terms, single = _parted(found, bool(group.others))
    every = []
    for entry, row in terms:
        every.append(entry)
        if group.ratio:
            texts = _ends({kind: row[place] for kind, place in group.ratio.items()}, entry, cells)
            every.append(ClaimedTerm(entry.term, texts, entry.quote, "exp"))
    used = {kind for entry in every for kind in entry.texts}
    said = {key: text for key, text in said.items() if key != "level" or "lower" in used}
    return every, single, {**said, **group.said}


def _walk(cells: Cells, group: Group) -> list[tuple[ClaimedTerm, Sequence[str]]]:
    """The rows that have an estimate, with the brackets of the rows below that have no label."""
    found: list[tuple[ClaimedTerm, Sequence[str]]] = []
    current: ClaimedTerm | None = None
    section, depth, deeper, opened = "", 0, False, False
    for row in cells.rows:
        label, indent = row[group.term].strip(), len(row[group.term]) - len(row[group.term].lstrip())
        text = " ".join(row[place] for place in (group.estimate, *group.beside))
        main, brackets = parts(text)
        quote = " ".join(cell.strip() for cell in row if cell.strip())
        if not label:
            if current is None and (brackets or main) and opened:  # it had numbers in other models only
                section = ""
            opened = False
            if current is not None and (brackets or main):
                current.brackets.extend([*([Part("", main)] if main else []), *brackets])
            continue
        current, opened = None, False
        missing = main.casefold() in NOTHING and main.strip("-.\u2013\u2014\u2026")
        if (missing or NO_NUMBER.fullmatch(main)) and any(is_number(row[place]) for place in group.others.values()):
            raise _unread(group.estimate, label, main, cells)
        if not is_number(main):
            if REFERENCE.fullmatch(main) or YES_OR_NO.fullmatch(main):
                continue
            if not any(cell.strip() for place, cell in enumerate(row) if place != group.term):
                section, depth, deeper, opened = label.rstrip(":"), indent, False, True
            elif bare(main).casefold() not in NOTHING and not brackets and not any(fact(one.term) for one, _ in found):
                raise DomainError(
                    f"a claim needs numbers in the column {cells.title(group.estimate)} of {cells.name}; got "
                    f"{quoted(main)} of {quoted(label)}."
                )
            continue
        deeper = deeper or indent > depth
        section = "" if deeper and indent <= depth else section
        if re.search(r"\((?:ref|base|omitted)", text, re.I):
            continue
        texts = {"estimate": main} | {kind: row[place] for kind, place in group.others.items()}
        current = ClaimedTerm(f"{section}: {label}" if section else label, texts, quote, "", list(brackets))
        found.append((current, row))
    return found


def _unread(place: int, label: str, text: str, cells: Cells) -> DomainError:
    return DomainError(
        f"a claim needs numbers in the column {cells.title(place)} of {cells.name}; got {quoted(text.strip())} of "
        f"{quoted(label)}. Write the number, or leave the cell empty where there is none."
    )


def _told(
    one: tuple[ClaimedTerm, Sequence[str]], group: Group, held: dict[str, str], cells: Cells
) -> tuple[ClaimedTerm, Sequence[str]]:
    """An entry whose brackets are under the kinds that they hold."""
    entry, row = one
    main = entry.texts["estimate"]
    if fact(entry.term) is not None and all(text.strip() in ("", main) for text in entry.texts.values()):
        entry = replace(entry, texts={"estimate": main})  # a single number, which may span all columns
    for kind, text in entry.texts.items():
        if NO_NUMBER.fullmatch(text.strip()):
            raise _unread(group.others[kind], entry.term, text, cells)
    texts = _ends(dict(entry.texts), entry, cells)
    alone = not any(texts.get(kind, "").strip() for kind in ("se", "statistic", "p"))
    remarks = all(part.kind is None and not is_number(part.text) for part in entry.brackets)
    if fact(entry.term) is not None and alone and remarks:
        return replace(entry, texts=texts), row
    for at, part in enumerate(entry.brackets):
        kind = part.kind or (group.inside[at] if at < len(group.inside) else None) or _held(part, held)
        if kind is None:
            held_in = SIGNS.get(part.sign, "lines below")
            raise DomainError(
                f"nobody says what {held_in} hold in {cells.name}: {quoted(part.text)} of {quoted(entry.term)}. Write "
                f"it below the table, such as 'Standard errors in {SIGNS.get(part.sign, 'parentheses')}'."
            )
        kind = KIND.get(kind, kind)
        ends = _ends({kind: part.text}, entry, cells)
        if twice := [name for name in ends if texts.get(name, "").strip()]:
            raise DomainError(
                f"{cells.name} has two numbers of the kind {twice[0]} for {quoted(entry.term)}. Leave one."
            )
        texts |= ends
    return replace(entry, texts=texts), row


def _held(part: Part, held: dict[str, str]) -> str | None:
    """What notes say of this bracket; of the only one that they speak of, where brackets is a word for parentheses."""
    if part.sign in held:
        return held[part.sign]
    return held.get("[") if part.sign == "(" and len(held) == 1 else None


def _ends(texts: dict[str, str], entry: ClaimedTerm, cells: Cells) -> dict[str, str]:
    """Texts by kind, an interval in one cell as its two ends."""
    text = texts.pop("interval", "")
    if not text.strip() or bare(text).casefold() in NOTHING:
        return texts
    ends = pair(text, cells.mark)
    if ends is None:
        raise DomainError(
            f"a claim needs two numbers in an interval; {cells.name} has {quoted(text.strip())} for "
            f"{quoted(entry.term)}."
        )
    return texts | {"lower": ends[0], "upper": ends[1]}


def _parted(
    found: Sequence[tuple[ClaimedTerm, Sequence[str]]], is_headed: bool
) -> tuple[list[tuple[ClaimedTerm, Sequence[str]]], dict[str, str]]:
    """The rows of terms, and the single numbers: rows that are called so and have an estimate alone.

    Where models stand side by side, the rows after the first single number that have one number alone are single
    numbers too, under their own names.
    """
    terms: list[tuple[ClaimedTerm, Sequence[str]]] = []
    single: dict[str, str] = {}
    many = any(len(_filled(entry)) > 1 for entry, _ in found)
    for entry, row in found:
        name = fact(entry.term.rpartition(": ")[2])
        if len(_filled(entry)) == 1 and (name is not None or (single and not is_headed and many)):
            single.setdefault(name or entry.term, entry.texts["estimate"])
        else:
            terms.append((entry, row))
    return terms, single


def _filled(entry: ClaimedTerm) -> list[str]:
    return [kind for kind, text in entry.texts.items() if text.strip()]


MOST_COLUMNS = 1000
"""A line of more cells is no row of a table."""

PLAIN = ("nonrobust", "nonrobust.", "information", "oim", "unadjusted")
"""What tables call the covariance that their own F is of."""


def claim_of(cells: Cells, column: str | int | None = None) -> Claim:
    """The claim of a table, its columns read by their words.

    `column` picks one of several models by its heading or its number from 1. DomainError for a table without rows,
    terms or estimates, for two columns of one kind, for several models and no `column`, for brackets of which nobody
    says what they hold, and for cells that hold no numbers.
    """
    if not cells.rows:
        raise DomainError(f"a claim needs rows with a term and an estimate each; {cells.name} has none.")
    if (width := max(map(len, (*cells.head, *cells.rows)))) > MOST_COLUMNS:
        raise DomainError(f"a claim needs a table of at most {MOST_COLUMNS:,} columns; {cells.name} has {width:,}.")
    cells = without_steps(_with_notes(cells))
    group = picked(cells, column)
    found, single, said = entries(cells, group)
    texts = [text for entry in found for text in entry.texts.values()]
    mark = cells.mark or decimal_mark([*texts, *single.values()], cells.name)
    kinds = dict.fromkeys(kind for entry in found for kind, text in entry.texts.items() if text.strip())
    columns = {
        kind: Printed.of(printed(entry.texts.get(kind, ""), entry.where(kind, cells.name), mark) for entry in found)
        for kind in kinds
    }
    if "estimate" not in columns or not np.isfinite(columns["estimate"].value).any():
        raise DomainError(f"a claim needs estimates; {cells.name} has none under {cells.title(group.estimate)}.")
    known = {
        **single_numbers.facts(cells.notes),
        **random_effects(cells.notes),
        **{name: single_numbers.one(text, mark) for name, text in single.items()},
        **cells.facts,
    }
    told = {**words.said(cells.notes), **said, **cells.said}
    if (
        "f_statistic" in known and told.get("covariance", "nonrobust").casefold() not in PLAIN
    ):  # a Wald test of these errors
        known = {name.replace("f_statistic", "Wald's F"): value for name, value in known.items()}
    if (names := unread(cells, group)) and "unread" not in told:
        told["unread"] = ", ".join(names)
    degrees = [place for place, one in enumerate(headed(cells)) if one is not None and one.kind == "df"]
    if degrees and all(row[place].strip() in ("", "1") for row in cells.rows for place in degrees):
        told["df"] = "1"
    if any("%" in entry.texts["estimate"] for entry in found):
        told["percent"] = "%"
    shown = tuple(entry.shown for entry in found) if any(entry.shown for entry in found) else ()
    terms, quotes = tuple(entry.term for entry in found), tuple(entry.quote for entry in found)
    stars = tuple(entry.texts["estimate"].count("*") for entry in found)
    limits = limits_in(cells.notes) if any(stars) else {}
    return Claim(cells.name, terms, columns, known, told, quotes, shown, stars if limits else (), limits)


SAYING = re.compile(r"\w[^=:]*[=:]\s*[<>]?[-+]?[\d.]*\d.*")
"""What says a number in words: N = 555."""


def _with_notes(cells: Cells) -> Cells:
    """The cells without the rows that are notes: one text alone, or in all columns, that says a number in words."""
    said = [
        next(iter(filled))
        if len(filled := {cell.strip() for cell in row if cell.strip()}) == 1 and (row[0].strip() or len(set(row)) == 1)
        else ""
        for row in cells.rows
    ]
    is_note = [SAYING.fullmatch(text) is not None and len(text) > 1 for text in said]
    notes = [text for text, note in zip(said, is_note, strict=True) if note]
    rows = tuple(row for row, note in zip(cells.rows, is_note, strict=True) if not note)
    return replace(cells, rows=rows, notes=bounded("\n".join((cells.notes, *notes))))
