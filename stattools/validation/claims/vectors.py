"""Numbers under or beside their names: R's named vectors and matrices of classes, a pandas series."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stattools.errors import DomainError
from stattools.validation.claims.printed import Cells, is_number

START = re.compile(r"^[ \t]*(Coefficients|Std\. Errors):\s*(?:\(.*\))?[ \t]*$", re.M)
SERIES = re.compile(r"^(\S(?:.*\S)?)\s+(\S+)$")


def is_vector(text: str) -> bool:
    """Whether lines of names stand above lines of as many numbers, or each line is a name and its number.

    >>> is_vector("(Intercept)     x \\n     1.05  0.48 \\n"), is_vector("x   0.5\\nz   0.2\\ndtype: float64")
    (True, True)
    """
    return bool(_numbers(text))


def cells(text: str, name: str) -> Cells:
    """The names and their numbers; standard errors where there is a block of them.

    >>> cells("Coefficients:\\n(Intercept)     x \\n     1.05  0.48 \\n\\nAIC: 7", "a").rows
    (('(Intercept)', '1.05', ''), ('x', '0.48', ''))
    """
    blocks = list(START.finditer(text))
    parts = {
        one[1]: text[one.end() : blocks[at + 1].start() if at + 1 < len(blocks) else None]
        for at, one in enumerate(blocks)
    }
    estimates = _numbers(parts.get("Coefficients", text))
    errors = _numbers(parts.get("Std. Errors", ""))
    if errors and errors.keys() != estimates.keys():
        raise DomainError(f"{name} has standard errors of other terms than its coefficients. Write it as CSV.")
    rows = tuple((term, number, errors.get(term, "")) for term, number in estimates.items())
    notes = "\n".join(line for line in text.splitlines() if "=" in line or ":" in line)
    return Cells(name, (("", "coef", "se"),), rows, notes, ".")


def _numbers(text: str) -> Mapping[str, str]:
    """The numbers by name: of a named vector, a matrix with classes in its rows, or a series."""
    found: dict[str, str] = {}
    names: list[str] = []
    lines = [line for line in text.splitlines() if not START.match(line)]
    for line in lines:
        tokens = line.split()
        if not tokens:
            if found:
                break
            names = []
        elif not any(map(_is_plain, tokens)) and not any(re.match(r"[(\[{]\W?\d", token) for token in tokens):
            names = tokens
        elif names and len(tokens) == len(names) and all(map(_is_plain, tokens)):
            found |= dict(zip(names, tokens, strict=True))
        elif names and len(tokens) == len(names) + 1 and all(map(_is_plain, tokens[1:])):
            found |= {f"{tokens[0]}: {name}": number for name, number in zip(names, tokens[1:], strict=True)}
        elif found:
            break
    return found or _series(lines)


def _series(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        one = SERIES.match(line.rstrip())
        if line.strip() and one is not None and _is_plain(one[2]) and not is_number(one[1]) and one[1][-1] not in ":=":
            found[one[1].strip()] = one[2]
        elif line.strip() and not re.match(r"(?:dtype|Name|Length):", line.strip()):
            return {}
    return found


def _is_plain(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(?:\d++\.?\d*|\.\d+)(?:e[+-]?\d+)?|NA|NaN", text))
