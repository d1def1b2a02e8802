"""A formula in the words of other packages, translated into ours. It is asked for only where a formula was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stattools.data.formula.evaluation import short
from stattools.errors import DomainError
from stattools.interface.names.of_formulas import ALIEN, FIXED_EFFECTS, LACKING, POWER_INSIDE, REWRITES


def in_our_words(text: str) -> tuple[str, str]:
    """The formula as it is written here, and the arguments of the model that parts of it become.

    >>> in_our_words("k ~ np.log(x) + factor(g) + offset(log(t))")
    ('k ~ log(x) + C(g)', 'exposure="t"')
    >>> in_our_words("cbind(dead, n - dead) ~ dose")
    ('dead ~ dose', 'trials="n" of st.logistic')
    """
    arguments: list[str] = []
    ours = POWER_INSIDE.sub(lambda found: found[0].replace("^", "**"), text.strip())
    for rewrite in REWRITES:
        if rewrite.arguments:
            arguments += [found.expand(rewrite.arguments) for found in rewrite.pattern.finditer(ours)]
        ours = rewrite.pattern.sub(rewrite.ours, ours)
    effects = FIXED_EFFECTS.search(ours)
    if effects is not None:
        columns = effects[1].replace("^", ":").split("+")
        ours = f"{ours[: effects.start()].rstrip()} + {' + '.join(f'C({name.strip()})' for name in columns)}"
    return ours.strip(), ", ".join(dict.fromkeys(arguments))


def explained(text: str, error: DomainError, parse: Callable[[str], Any], left: str = "") -> DomainError:
    """What an error says of a refused formula: how it is written here, behind the `left` side that was read before, or
    what there is none of here, or `error` where that says it all.
    """
    lacking = next((row.note for row in LACKING if row.pattern.search(text)), None)
    ours, arguments = in_our_words(text)
    if lacking is None and ALIEN.pattern.search(ours):
        lacking = ALIEN.note
    why = f"{short(text)!r}: {lacking}." if lacking else "" if _says_little(error) else error.message
    if ours == text.strip():
        return DomainError(why) if lacking else error
    try:
        parse(ours)
        beside = ""
    except DomainError as other:
        if lacking or _says_little(other):
            return DomainError(why) if lacking else error
        beside = f" Then: {other.message}"
    given = f" and {arguments} beside the table" if arguments else ""
    why = why or f"the formula {short(left + text)!r} is written otherwise here."
    return DomainError(f'{why} Write "{left}{ours}"{given}.{beside}')


def _says_little(error: DomainError) -> bool:
    """Whether an error says only what formulas may contain."""
    return "may not contain" in error.message or "cannot read" in error.message
