"""The public face as a text: every name of `stattools`, its signature, and what its objects offer.

`python -m tests.public_face` writes `tests/fixtures/public_face.txt` anew, when a change of the face is meant.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import stattools as st

FILE = Path(__file__).parent / "fixtures" / "public_face.txt"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def public_face() -> str:
    """One line per name, indented where it is a member of a class."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for name in sorted(dir(st)):
        value = getattr(st, name)
        if name.startswith("_") or isinstance(value, ModuleType):
            continue
        yield f"{name}{_signature(value)}"
        if inspect.isclass(value):
            for member in sorted(set(dir(value)) - set(dir(Exception))):
                if not member.startswith("_"):
                    yield f"    {member}{_member(inspect.getattr_static(value, member))}"


def _member(value: Any) -> str:
    if isinstance(value, classmethod | staticmethod):
        return f"{_signature(value.__func__)} [{type(value).__name__}]"
    if isinstance(value, property | cached_property):
        return ""
    return _signature(value) if callable(value) else ""


def _signature(value: Any) -> str:
    try:
        return ADDRESS.sub("", str(inspect.signature(value))) if callable(value) else ""
    except ValueError:  # classes of the standard library's kind
        return ""


if __name__ == "__main__":
    FILE.write_text(public_face(), encoding="utf-8")
