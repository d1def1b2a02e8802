"""Names of terms without what languages write around them: race2 for C(race)[T.2], factor(race)2, 2.race and race=2.

A name is compared key by key, from its letters as they stand to its letters and digits alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stattools.validation.claims.characters import CROSS, DAGGERS, POWERS

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
