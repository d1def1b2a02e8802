"""Formulas of the parameters beside the first of a regression: right sides by name, `scale="~ z"`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stattools.errors import DomainError, quoted


def moving(formulas: Mapping[str, Any]) -> dict[str, str]:
    """The formulas with columns; "~ 1" and None are a constant that all rows share. DomainError for what is none.

    >>> moving({"scale": "~ z", "shape": "~ 1"})
    {'scale': '~ z'}
    """
    for name, text in formulas.items():
        right_side(name, text)
    return {name: text for name, text in formulas.items() if text is not None and "".join(text.split()) != "~1"}


def right_side(word: str, text: Any) -> Any:
    """The formula given as the argument `word`, or None; DomainError for what is none."""
    if text is not None and not (isinstance(text, str) and text.lstrip().startswith("~")):
        raise DomainError(f'{word}= is a right side such as "~ x", or "~ 1" for a constant; got {quoted(text)}.')
    return text
