"""Names of terms without what languages write around them: race2 for C(race)[T.2], factor(race)2, 2.race and race=2.

A name is compared key by key, from its letters as they stand to its letters and digits alone.

Levels that a page calls by their number: Stata's 2.sex of a text that was encoded, R's region1 of another coding.

Stata numbers the levels of a text in alphabetical order from 1 on, R the columns of sums, Helmert contrasts and
differences. A number is read as a level's where no level is called by numbers and the claim leaves no doubt: of K
levels Stata's numbers are from 1 on where the K-th is among them; otherwise they may count from 0.

Which coefficient of a model each row of a claim is of, by the words of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.validation.claims.printed import CROSS, DAGGERS, POWERS, Claim

INTERCEPTS = ("intercept", "const", "cons", "constant")

ALIASES = (
    (re.compile(r"(?:ln|log)\s*\(?\s*_?(?:alpha|disp(?:ersion)?|delta)\)?"), "logdispersion"),
    (re.compile(r"(?:ln|log)\s*\(?\s*_?(?:sig(?:ma)?|scale|p)\)?"), "logscale"),
    (re.compile(r"(?:ln|log)\s*\(?\s*_?(?:phi|precision)\)?"), "logprecision"),
)
"""What languages call a parameter beside the coefficients, on the scale of logarithms."""

YES = ("1", "true", "yes", "y")

WRAPPERS = re.compile(
    r"^(?:c|factor|as\.factor|as\.ordered|ordered|i|as\.numeric)\((.*?)(?:,[^()\[\]]*(?:\([^()]*\))?)?\)(?=$|\[|[^)])"
)


@lru_cache(maxsize=4096)
def keys(term: str) -> tuple[str, ...]:
    """What a name is compared by, the strictest first.

    >>> keys("C(race)[T.2]:age")[1], keys("2.race#c.age")[1], keys("age:race2")[1]
    ('age:race2', 'age:race2', 'age:race2')
    >>> keys("(Intercept)")[1], keys("_cons")[1], keys("np.log(Age)")[1], keys("I(x ** 2)")[1] == keys("c.x#c.x")[1]
    ('intercept', 'intercept', 'log(age)', True)
    """
    plain = " ".join(re.sub(rf"[{DAGGERS}]+$|\^[a-z]$", "", term).replace("`", "").replace("\\_", "_").split())
    strict = canonical(plain)
    loose = re.sub(r"[^\w:*]|_", "", re.sub(r"^(?:ln|log)[ _]?(?=\w+$)", "log", strict))
    return (plain, strict, loose, *_without_units(plain))


@lru_cache(maxsize=4096)
def canonical(term: str) -> str:
    """A term without what languages write around it, the factors of an interaction in one order.

    >>> {canonical(term) for term in ("C(race)[T.2]", "race[T.2]", "factor(race)2", "2.race", "race2", "race=2")}
    {'race2'}
    >>> canonical("(Intercept)"), canonical("_cons"), canonical("age:C(race)[T.2]")
    ('intercept', 'intercept', 'age:race2')
    """
    text = term.strip().strip("`").casefold()
    if re.sub(r"[^a-z]", "", text) in INTERCEPTS and not re.search(r"\d", text):
        return INTERCEPTS[0]
    text = text.lstrip("/")
    if threshold := re.fullmatch(r"cut[ _]?(\d+)(?::_cons)?|(?:threshold|\(?intercept\)?)[ :._]*(\d+)", text):
        return f"cut{threshold[1] or threshold[2]}"
    for pattern, name in ALIASES:
        if pattern.fullmatch(text):
            return name
    factors = sorted(_factor(part) for part in _parts(text))
    counted = {factor: factors.count(factor) for factor in factors}
    return ":".join(factor if times == 1 else f"{factor}**{times}" for factor, times in counted.items())


def split_label(term: str) -> tuple[str, str] | None:
    """The class, the part or the factor before a colon and a space, and what is after it, or None.

    >>> split_label("zero: x"), split_label("a:b"), split_label("y=2: x")
    (('zero', 'x'), None, ('2', 'x'))
    """
    found = re.fullmatch(r"\s*(.+?)\s*:\s+(\S.*)", term)
    if found is None:
        return None
    return re.sub(r"^[A-Za-z_]\w*\s*=\s*", "", found[1]), found[2]


def _parts(text: str) -> list[str]:
    """The factors of an interaction: what stands between colons, hashes and single stars outside of brackets."""
    parts, depth, last = [""], 0, ""
    text = CROSS.sub(":", text.replace("##", "#"))
    for at, mark in enumerate(text):
        depth += (mark in "([{") - (mark in ")]}")
        star = mark == "*" and "*" not in (last, text[at + 1 : at + 2])
        if depth == 0 and (mark in ":#" or star):
            parts.append("")
        else:
            parts[-1] += mark
        last = mark
    return [part.strip() for part in parts if part.strip()] or [text]


def _factor(text: str) -> str:
    """One factor of an interaction: its variable, then its level."""
    text = text.replace("^", "**").replace("numpy.", "").replace("np.", "").translate(POWERS)
    text = re.sub(r"(?<=[ ,])(?:degree|df)\s*=\s*", "", text)
    text = re.sub(r"(.+?)[ _-](?:squared?|sq)$", r"\1**2", text)
    if text.replace("(", "").replace(")", "").strip("_") in INTERCEPTS:
        return INTERCEPTS[0]
    text = re.sub(r"^(?:c|co)\.", "", text)
    text = WRAPPERS.sub(r"\1", text)
    if text.startswith("i(") and text.endswith(")"):
        text = text[2:-1]
    if stata := re.fullmatch(r"(\d+)(?:b|bn|o|bo)?\.([^\W\d]\w*)", text):
        text = f"{stata[2]}{stata[1]}"
    text = re.sub(r"\[(?:[tsdh]\.)?(.*)\]$", r"\1", text)
    if equal := re.fullmatch(r"([^=<>!]+?)\s*={1,2}\s*([^=].*)", text):
        text = f"{equal[1]}{equal[2]}"
    text = re.sub(r"^ln\(", "log(", text)
    text = re.sub(r"\*\*(\d+)\.0(?!\d)", r"**\1", text)
    return re.sub(r"(?<=\d)\.0$|[\s`'\"]", "", text)


def _without_units(plain: str) -> tuple[str, ...]:
    """The keys of a label without its unit or remark: Age for "Age (years)" and "Age, years"."""
    found = re.fullmatch(r"([A-Za-z][^(\[,]*?)\s*(?:\s\([^()]*\)|\s\[[^\[\]]*\]|, .*)", plain)
    return (re.sub(r"[^\w:]|_", "", canonical(found[1])),) if found else ()


LEVEL_NUMBER = re.compile(r"(.+)\[([TSHD])\.([^\[\]]*)\]")
"""A factor of ours, its coding (treatment, sum, Helmert, differences) and the level."""

STATA = re.compile(r"(\d+)(?:b|bn|o|bo)?\.([^\W\d]\w*)")

NUMBERED = re.compile(r"(.*[^\d.])(\d+)")

LEVEL_WRAPPERS = ("c", "factor", "as.factor", "ordered", "as.ordered")

type Columns = dict[str, list[tuple[str, str]]]
"""By variable the columns of its levels: the coding and our name."""


def by_level_names(terms: Sequence[str], names: Sequence[str]) -> list[str]:
    """The terms of a claim, those that number the levels of a factor under the names that the model has for these.

    >>> by_level_names(["2.sex", "age"], ["Intercept", "age", "sex[T.male]"])
    ['sex[T.male]', 'age']
    >>> by_level_names(["C(factor(g), contr.sum)1"], ["C(g, contr.sum)[S.a]", "C(g, contr.sum)[S.b]"])
    ['C(g, contr.sum)[S.a]']
    """
    known = _columns(names)
    if not known:
        return list(terms)
    parts = [re.split(r"(##?|:)", term.strip()) for term in terms]
    said: dict[str, set[int]] = {}
    for part in (part for each in parts for part in each):
        if stata := STATA.fullmatch(part.strip()):
            said.setdefault(stata[2].casefold(), set()).add(int(stata[1]))
    return [
        term if term in names else "".join(_named(part, known, said) for part in each)
        for term, each in zip(terms, parts, strict=True)
    ]


def _columns(names: Sequence[str]) -> Columns:
    """The factors whose levels are called by no numbers."""
    found: Columns = {}
    for name in names:
        level = LEVEL_NUMBER.fullmatch(name)
        if level is not None and ":" not in level[1] and "Treatment" not in level[1]:
            found.setdefault(_variable(level[1]), []).append((level[2], name))
    return {variable: own for variable, own in found.items() if not any(_is_number(name) for _, name in own)}


def _named(part: str, known: Columns, said: dict[str, set[int]]) -> str:
    """One factor of a term under the model's name, where it numbers a level."""
    if stata := STATA.fullmatch(part.strip()):
        variable, number = stata[2].casefold(), int(stata[1])
        own = [name for coding, name in known.get(variable, ()) if coding == "T"]
        if own and len(own) + 1 in said[variable] and 2 <= number <= len(own) + 1:
            return own[number - 2]
    elif (numbered := NUMBERED.fullmatch(part.strip())) is not None:
        own = [name for coding, name in known.get(_variable(numbered[1]), ()) if coding != "T"]
        if 1 <= int(numbered[2]) <= len(own):
            return own[int(numbered[2]) - 1]
    return part


def _variable(text: str) -> str:
    """The column within what languages write around it; the text itself where there are several."""
    words = [word for word in re.findall(r"[^\W\d][\w.]*", text.casefold()) if word not in LEVEL_WRAPPERS]
    words = [word for word in words if not word.startswith("contr.")]
    return words[0] if len(words) == 1 else text.casefold()


def _is_number(name: str) -> bool:
    """Whether the level of a column of ours is a number."""
    return re.search(r"\[\w\.\d+(?:\.0)?\]$", name) is not None


MANY = 12
"""A message lists so many names at most."""

NATURAL = {
    "log alpha": ("alpha", "theta"),
    "log scale": ("scale", "sigma", "shape"),
    "log precision": ("precision", "phi", "(phi)"),
}
"""Our parameters that are logarithms, and what others call the number itself."""

LOGARITHMS = {"log alpha": "logdispersion", "log scale": "logscale", "log precision": "logprecision"}

SECTIONS = {
    "inflate": "zero",
    "infl": "zero",
    "zi": "zero",
    "zeroinflation": "zero",
    "inflation": "zero",
    "zeroinflationmodel": "zero",
}
"""What others call the parts of a model that ours names otherwise."""

MAIN = ("count", "conditional", "main", "mean", "countmodel", "coefficients")
"""What others call the part whose terms ours names without a label."""

INCREMENT = "log increment"
"""How statsmodels shows the second threshold and those after it: log of the distance from the one before."""

PREFIX = re.compile(r"(inflate|zero|zi|count|infl)[_.](.+)", re.I)
"""Labels of parts that are written before the term."""

LEVEL = re.compile(r"([^:]*)\[T\.([^\[\]]*)\]")
"""A factor of ours and its level."""

THRESHOLD = re.compile(r"[^:|]+\|[^:|]+")


@dataclass(frozen=True, eq=False)
class Placed:
    """The place of each row of a claim among the model's parameters, -1 for a row that is none of them; and how the row
    shows it: "" as it is, "exp" as exp of it (alpha for log alpha), "log increment" for statsmodels' thresholds 1/2
    and on, which are no parameters of ours and have the place -1.
    """

    ours: np.ndarray
    shown: tuple[str, ...]


def places(claim: Claim, names: Sequence[str], terms: Mapping[str, str] | None = None) -> Placed:
    """The parameter, of those that a model names, that each row of a claim is of.

    `terms` says it of those that words cannot tell: {theirs: ours}. DomainError for rows that are of none or of
    several, with what they could be, and for two rows of one parameter.

    >>> import stattools as st
    >>> from stattools.validation.claims.reading import read_claim
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> places(read_claim({"_cons": 1.1, "x": 2.0}), model.names).ours
    array([0, 1])
    """
    found = known_places(claim, names, terms)
    unknown = [row for row, place in enumerate(found.ours) if place < 0 and not found.shown[row]]
    if unknown:
        row = unknown[0]
        raise DomainError(
            f"{claim.name} has the term {quoted(claim.terms[row])}, which is none of the model's: "
            f"{nearest(claim.terms[row], names)}. Write its "
            f"terms as these, say which it is, such as terms={{{claim.terms[row]!r}: {names[0]!r}}}, or fit the "
            "formula that it is of."
        )
    return found


def nearest(term: str, names: Sequence[str]) -> str:
    """The names of a model as a message lists them: all of a few, the most alike of many."""
    if len(names) <= MANY:
        return ", ".join(map(quoted, names))
    alike = get_close_matches(term, names, n=MANY // 2, cutoff=0.0)
    return f"{', '.join(map(quoted, alike))} and {len(names) - len(alike)} others"


def known_places(claim: Claim, names: Sequence[str], terms: Mapping[str, str] | None = None) -> Placed:
    """The same, with -1 for rows that are none of the model's: another coding or reference level has others.

    DomainError for rows of several parameters, for two rows of one, and for `terms` that the claim or the model lacks.
    """
    if terms is None and (placed := _to_the_letter(claim, names)) is not None:
        return placed
    names = list(names)
    said, known = _said(claim, names, terms), _known(tuple(names))
    named = by_level_names(_from_one(claim.terms), names)
    found = [(said[row], "") if row in said else _place(term, known, claim, names) for row, term in enumerate(named)]
    found = [
        (place, own or shown) for (place, shown), own in zip(found, claim.shown or ("",) * len(found), strict=True)
    ]
    rows: dict[tuple[int, str], int] = {}
    for row, place in enumerate(found):
        if place[0] >= 0 and place in rows:
            raise DomainError(
                f"{claim.name} names a term twice: {quoted(claim.terms[rows[place]])} and {quoted(claim.terms[row])} "
                f"are both {quoted(names[place[0]])}. Say of each which it is: terms={{theirs: ours}}."
            )
        rows[place] = row
    return Placed(np.array([max(place, -1) for place, _ in found], dtype=int), tuple(shown for _, shown in found))


def _to_the_letter(claim: Claim, names: Sequence[str]) -> Placed | None:
    """The places of terms that are all written as the model writes them, each once; None for other claims."""
    at = {name: place for place, name in enumerate(names)}
    found = [at.get(term, -1) for term in claim.terms]
    if -1 in found or len(set(found)) < len(found):
        return None
    return Placed(np.array(found), claim.shown or ("",) * len(found))


def _said(claim: Claim, names: list[str], terms: Mapping[str, str] | None) -> dict[int, int]:
    """The places of rows that the caller named."""
    if terms is not None and not isinstance(terms, Mapping):
        raise DomainError(
            f"terms is a dict of their terms and the model's, such as {{'race2': 'race[T.2]'}}; got {quoted(terms)}."
        )
    said = {}
    for theirs, ours in (terms or {}).items():
        rows = [row for row, term in enumerate(claim.terms) if term == str(theirs).strip()]
        rows = rows or [row for row, term in enumerate(claim.terms) if canonical(term) == canonical(str(theirs))]
        if len(rows) != 1:
            raise DomainError(
                f"terms names {quoted(theirs)}, and {claim.name} has {', '.join(map(quoted, claim.terms))}."
            )
        if ours not in names:
            raise DomainError(f"terms names {quoted(ours)}, and the model has {', '.join(map(quoted, names))}.")
        said[rows[0]] = names.index(ours)
    return said


def _from_one(terms: Sequence[str]) -> list[str]:
    """The terms with columns of a basis counted from 1, where they are counted from 0: bs(x, df=4)[0]."""
    zero = {term.strip()[:-3] for term in terms if term.strip().endswith(")[0]")}
    found = []
    for term in terms:
        basis = re.fullmatch(r"(.*\))\[(\d+)\]", term.strip())
        found.append(f"{basis[1]}[{int(basis[2]) + 1}]" if basis and basis[1] in zero else term)
    return found


Known = list[dict[str, set[tuple[int, str]]]]
"""The model's parameters by their keys, a dict for each strictness; the last is by variables without their level."""


@lru_cache(maxsize=64)
def _known(names: tuple[str, ...]) -> Known:
    """The model's parameters by each of their keys, a dict for each strictness."""
    levels: Known = [{}, {}, {}, {}, {}]
    thresholds = [name for name in names if THRESHOLD.fullmatch(name)]
    for place, name in enumerate(names):
        label = split_label(name)
        for level, key in enumerate(keys(label[1] if label else name)[:3]):
            levels[level].setdefault(f"{_bare(label[0])}\0{key}" if label else key, set()).add((place, ""))
        if name in thresholds:
            at = thresholds.index(name)
            levels[1].setdefault(f"cut{at + 1}", set()).add((place, ""))
            levels[1].setdefault(canonical(name.replace("|", "/")), set()).add(
                (-2 if at else place, INCREMENT if at else "")
            )
        if name in LOGARITHMS:
            levels[1].setdefault(LOGARITHMS[name], set()).add((place, ""))
            for natural in NATURAL[name]:
                levels[1].setdefault(canonical(natural), set()).add((place, "exp"))
    alone = _alone(names)
    levels[4] = {variable: {(-1, "")} for variable in alone}
    for place, name in enumerate(names):
        if "\0" not in name and split_label(name) is None:
            levels[3].setdefault(_reduced(re.sub(LEVEL, r"\1", name), alone), set()).add((place, ""))
    for place, name in enumerate(names):  # the level alone, of a factor: other for race[T.other]
        if (level := LEVEL.fullmatch(name)) and len(_bare(level[2])) > 2 and not level[2].isdigit():
            levels[3].setdefault(_bare(level[2]), set()).add((place, ""))
    return levels


def _alone(names: Sequence[str]) -> set[str]:
    """Variables with one coefficient: smoke for smoke[T.1] and smokeTRUE for smoke, when there is no other of it."""
    found = []
    for name in names:
        level = LEVEL.fullmatch(name)
        if ":" not in name and (level is None or level[2].casefold() in (*YES, "1.0")):
            found.append(_bare(canonical(level[1] if level else name)))
    return {variable for variable in found if found.count(variable) == 1}


def _reduced(term: str, alone: Iterable[str]) -> str:
    """A term by its variables, those with one coefficient without a level that says yes."""
    factors = []
    for factor in canonical(term).split(":"):
        bare = re.sub(r"[^\w*]|_", "", factor)
        stem = next((variable for variable in alone for word in YES if bare == f"{variable}{word}"), bare)
        factors.append(bare if bare in alone else stem)
    return ":".join(sorted(factors))


def _place(term: str, known: Known, claim: Claim, names: Sequence[str]) -> tuple[int, str]:
    """The parameter of one row, by the strictest key that finds any; -1 where none does."""
    tried = list(enumerate(keys(term)))
    prefix = PREFIX.fullmatch(term.strip())
    label = split_label(term) or ((prefix[1], prefix[2]) if prefix and any("\0" in key for key in known[0]) else None)
    if label is not None and label[0].isdecimal():
        label = _in_order(label, known, claim)
    if label is not None and label[0].startswith("#"):
        label = _numbered(label, known)
    if label is not None:
        section, rest = _bare(label[0]), label[1]
        own, level = list(enumerate(keys(rest))), canonical(f"{label[0]}={rest}")
        parted = any("\0" in key for key in known[0])
        tried = [(strict, f"{SECTIONS.get(section, section)}\0{key}") for strict, key in own] + [
            (1, level),
            (2, _bare(level)),
            *tried,
            *(own if not parted or section in MAIN else ()),
        ]
    tried += [(3, _reduced(term, known[4]))]
    for level, key in tried:
        for among in known[level : level + 1] if level < 3 else known[2:4]:
            found = among.get(key, set())
            if len(found) > 1:
                several = ", ".join(quoted(names[place]) for place, _ in sorted(found))
                raise DomainError(
                    f"{claim.name} has the term {quoted(term)}, which may be several of the model's: {several}. Say "
                    "which: terms={theirs: ours}."
                )
            if found:
                return next(iter(found))
    return -1, ""


def _numbered(label: tuple[str, str], known: Known) -> tuple[str, str]:
    """The label of the class that is the second, third ... of the model, for pages that number them from 1."""
    classes = list(dict.fromkeys(key.partition("\0")[0] for key in known[0] if "\0" in key))
    number = int(label[0][1:]) - 1
    return (classes[number] if number < len(classes) else label[0], label[1])


def _in_order(label: tuple[str, str], known: Known, claim: Claim) -> tuple[str, str]:
    """The label of a class that a page calls by a number, where no class is called so: #1 for the smallest number."""
    classes = {key.partition("\0")[0] for key in known[0] if "\0" in key}
    said = {one[0] for term in claim.terms if (one := split_label(term)) is not None}
    if classes & said or len(classes) != len(said) or not all(one.isdecimal() for one in said):
        return label
    return f"#{sorted(said, key=int).index(label[0]) + 1}", label[1]


def _bare(text: str) -> str:
    """The letters and digits of a text alone."""
    return re.sub(r"[\W_]", "", text.casefold())
