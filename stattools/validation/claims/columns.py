"""Which column of a table holds what: by the words above it, for each of the models that stand side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from stattools.errors import DomainError, quoted
from stattools.validation.claims.brackets import parts
from stattools.validation.claims.cells import Cells
from stattools.validation.claims.headings import WORDS, Heading, heading
from stattools.validation.claims.printed import is_number

KEPT = ("estimate", "se", "statistic", "p", "lower", "upper", "interval")
"""The kinds of columns that a claim is made of."""
CALLED = {"estimate": "estimates", "se": "standard errors", "statistic": "statistics", "p": "p-values"}

NAMES = (("B", "b"), ("Beta", "beta", "\u03b2", "\u0392"))
"""How coefficients and standardized coefficients are called where both stand in a table."""


@dataclass(frozen=True)
class Group:
    """The columns of one model: of its terms, its estimates, the others by kind, those of exp of the estimates, and
    those that hold nothing but brackets; with what their headings say.
    """

    label: str
    term: int
    estimate: int
    others: Mapping[str, int] = field(default_factory=dict)
    ratio: Mapping[str, int] = field(default_factory=dict)
    beside: tuple[int, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()


def picked(cells: Cells, column: str | int | None) -> Group:
    """The columns of the model that is asked for, or of the only one."""
    found = groups(cells)
    if column is None:
        if len(found) == 1:
            return found[0]
        labels = ", ".join(quoted(group.label) for group in found)
        raise DomainError(
            f"{cells.name} has {len(found)} columns that may be of estimates: {labels}. Say which: column=."
        )
    if isinstance(column, int) and not isinstance(column, bool) and 1 <= column <= len(found):
        return found[column - 1]
    wanted = _plain(str(column))
    named = [group for group in found if wanted == _plain(group.label)]
    named = named or [group for group in found if wanted in {_plain(line[group.estimate]) for line in cells.head}]
    if len(named) != 1:
        labels = ", ".join(f"{at}: {quoted(group.label)}" for at, group in enumerate(found, 1))
        raise DomainError(
            f"column={column!r} is {'several' if named else 'none'} of the columns of {cells.name}: {labels}."
        )
    return named[0]


def headed(cells: Cells) -> list[Heading | None]:
    """What each column holds by its headings, the lowest first; the first column without one holds the terms."""
    width = len(cells.head[0]) if cells.head else len(cells.rows[0])
    found: list[Heading | None] = []
    for place in range(width):
        above = [line[place] for line in reversed(cells.head)]
        lowest = next((text.strip() for text in above if text.strip()), "")
        above = [] if re.fullmatch(r"\(\d+\)", lowest) else above
        joined = " ".join(reversed(above))
        found.append(next((one for text in (*above, joined) if (one := heading(text)) is not None), None))
    if not any(one is not None and one.kind == "term" for one in found):
        unnamed = [place for place in range(width) if found[place] is None and (not place or not _titled(cells, place))]
        if unnamed and (not _titled(cells, unnamed[0]) or _is_words(cells, unnamed[0])):
            found[unnamed[0]] = Heading("term")
    titles = [" ".join(line[place].strip() for line in cells.head).split() for place in range(width)]
    plain, beta = ([place for place, title in enumerate(titles) if title and title[-1] in names] for names in NAMES)
    if len(plain) == len(beta) == 1 and found[plain[0]] is not None:  # beside B, beta is of standardized columns
        found[beta[0]] = None
    if any(one is not None and one.kind == "df" for one in found):  # Wald's statistic with its degrees is a chi-squared
        found = [
            replace(one, said={"statistic": "chi2"}) if one is not None and titles[place] == ["Wald"] else one
            for place, one in enumerate(found)
        ]
    kinds = {one.kind for one in found if one is not None}
    for end, other in (("lower", "upper"), ("upper", "lower")):  # an outcome may be called low
        found = [None if one is not None and one.kind == end and other not in kinds else one for one in found]
    for place in range(width - 1):
        one, other = found[place], found[place + 1]
        if one is not None and other is not None and one.kind == other.kind == "interval":
            found[place : place + 2] = [replace(one, kind="lower"), replace(other, kind="upper")]
    return found


def groups(cells: Cells) -> list[Group]:
    """The models of a table, from left to right."""
    found = headed(cells)
    names = ", ".join(cells.title(place) for place in range(len(found)))
    terms = [place for place, one in enumerate(found) if one is not None and one.kind == "term"]
    if not terms:
        raise _lacking("term", cells, names)
    estimates = [place for place, one in enumerate(found) if one is not None and one.kind == "estimate"]
    others = [
        place for place, one in enumerate(found) if one is not None and one.kind in KEPT and place not in estimates
    ]
    if not others:
        models = _side_by_side(cells, found, terms[0])
        if len(models) > len(estimates):
            return models
    if not estimates:
        raise _lacking("estimate", cells, names)
    upper = [_upper(cells, place) for place in range(len(found))]
    shares = len({upper[place] for place in estimates}) < len(estimates) or not all(upper[place] for place in estimates)
    shares = shares or len(estimates) == 1
    plain = [place for place in estimates if "exponentiated" not in _said(found, place)]
    if shares and len(plain) == 1 == len(estimates) - len(plain):
        return [_with_ratio(cells, found, terms[0], plain[0], next(p for p in estimates if p not in plain), others)]
    every = []
    for at, place in enumerate(estimates):
        end = estimates[at + 1] if at + 1 < len(estimates) else len(found)
        own = []
        for other in others:
            alone = sum(_kind(found, one) == _kind(found, other) for one in others) == 1
            near = place < other < end or (at == 0 and other < place)
            own += [other] if (upper[other] == upper[place] if not shares else near or alone) else []
        label = upper[place] if not shares else cells.title(place).strip("'\"")
        every.append(_group(cells, found, label, terms[0], place, own))
    if shares and len({group.label for group in every}) < len(every):
        every = [replace(group, label=f"{group.label} {at}") for at, group in enumerate(every, 1)]
    return every


def unread(cells: Cells, group: Group) -> list[str]:
    """The headings of columns of numbers that nobody knows, in a table whose columns have known headings."""
    if not group.others:
        return []
    found = headed(cells)
    unknown = [place for place, one in enumerate(found) if one is None and place not in group.beside]
    filled = [place for place in unknown if any(is_number(row[place]) for row in cells.rows) and _titled(cells, place)]
    return [cells.title(place) for place in filled]


def _group(
    cells: Cells, found: Sequence[Heading | None], label: str, term: int, place: int, others: Sequence[int]
) -> Group:
    at: dict[str, int] = {}
    said = dict(_said(found, place))
    for other in others:
        kind = _kind(found, other)
        if kind in at:
            raise DomainError(
                f"{cells.name} has 2 columns that may be of {CALLED.get(kind, kind)}: {cells.title(at[kind])}, "
                f"{cells.title(other)}. Leave one."
            )
        at[kind] = other
        said = {**_said(found, other), **said}
    one = found[place]
    beside = [p for p in range(len(found)) if found[p] is None and p > place and _only_brackets(cells, p)]
    return Group(label, term, place, at, {}, tuple(beside[:1]), said, one.inside if one else ())


def _with_ratio(
    cells: Cells, found: Sequence[Heading | None], term: int, plain: int, ratio: int, others: Sequence[int]
) -> Group:
    """The columns of coefficients and of their exponentials: intervals are of what their words or their place say."""
    ends = [place for place in others if _kind(found, place) in ("lower", "upper", "interval")]
    of_ratio = []
    for place in ends:
        one = found[place]
        nearest = max((p for p in (plain, ratio) if p < place), default=plain)
        of_ratio += (
            [place] if (one is not None and one.of == "ratio") or (one and not one.of and nearest == ratio) else []
        )
    if "for the hazard ratios" not in cells.notes and not any(one and one.of for one in found) and ratio < plain:
        of_ratio = [place for place in ends if place in of_ratio]
    if "for the hazard ratios" in cells.notes:
        of_ratio = list(ends)
    group = _group(cells, found, "", term, plain, [place for place in others if place not in of_ratio])
    said = {key: text for key, text in {**_said(found, ratio), **group.said}.items() if key != "exponentiated"}
    for place in of_ratio:
        said = {**_said(found, place), **said}
    return replace(group, ratio={"estimate": ratio, **{_kind(found, place): place for place in of_ratio}}, said=said)


def _side_by_side(cells: Cells, found: Sequence[Heading | None], term: int) -> list[Group]:
    """Models in columns whose headings are their names."""
    every: list[Group] = []
    for place in range(len(found)):
        if place == term or _kind(found, place) not in ("", "estimate"):
            continue
        if any(is_number(parts(row[place])[0]) for row in cells.rows if row[term].strip()):
            label = " ".join(dict.fromkeys(line[place].strip() for line in cells.head if line[place].strip()))
            one = found[place]
            every.append(Group(label or str(len(every) + 1), term, place, inside=one.inside if one else ()))
        elif every and _only_brackets(cells, place):
            every[-1] = replace(every[-1], beside=(*every[-1].beside, place))
    return every


def _lacking(kind: str, cells: Cells, names: str) -> DomainError:
    words = ", ".join(WORDS[kind].split()[:6])
    return DomainError(f"a claim needs a column of {kind}s, called one of {words}; {cells.name} has {names}.")


def _titled(cells: Cells, place: int) -> bool:
    return any(line[place].strip() for line in cells.head)


def _is_words(cells: Cells, place: int) -> bool:
    """Whether a first column under an unknown heading holds names: an outcome's name stands above the terms."""
    return (
        place == 0
        and len(cells.rows[0]) > 1
        and cells.head[-1][0].strip().casefold() != "row"
        and not any(is_number(row[0]) for row in cells.rows)
    )


def _only_brackets(cells: Cells, place: int) -> bool:
    filled = [row[place] for row in cells.rows if row[place].strip()]
    return bool(filled) and all(not parts(text)[0] and parts(text)[1] for text in filled)


def _upper(cells: Cells, place: int) -> str:
    """The lines above the heading of a column, which name its model."""
    texts = [line[place].strip() for line in cells.head]
    last = max((at for at, text in enumerate(texts) if heading(text) is not None), default=len(texts))
    return " ".join(dict.fromkeys(text for text in texts[:last] if text))


def _kind(found: Sequence[Heading | None], place: int) -> str:
    one = found[place]
    return one.kind if one else ""


def _said(found: Sequence[Heading | None], place: int) -> Mapping[str, str]:
    one = found[place]
    return one.said if one else {}


def _plain(text: str) -> str:
    return re.sub(r"[^\w]|_", "", text.casefold())
