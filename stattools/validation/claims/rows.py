"""The rows of a table: a term with its estimate, what stands in brackets beside or below it, and single numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stattools.errors import DomainError, quoted
from stattools.validation.claims.brackets import KIND, SIGNS, Part, inside, pair, parts
from stattools.validation.claims.cells import Cells
from stattools.validation.claims.characters import NO_NUMBER, NOTHING
from stattools.validation.claims.columns import Group
from stattools.validation.claims.printed import bare, is_number
from stattools.validation.claims.single_numbers import fact
from stattools.validation.claims.stars import told_by_stars

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
