"""Docstrings on the site: a paragraph of `>>>` lines is an example, not a quotation within a quotation."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

EXAMPLE = re.compile(r"^( *)>>> .*(?:\n(?!\s*$).*)*", flags=re.MULTILINE)


def fenced(text: str) -> str:
    """The docstring with each run of doctest lines in a code fence.

    >>> fenced("Half.\\n\\n>>> 1 / 2\\n0.5")
    'Half.\\n\\n```pycon\\n>>> 1 / 2\\n0.5\\n```'
    """
    return EXAMPLE.sub(lambda found: f"```pycon\n{found[0]}\n```", text)


class Doctests(Extension):
    """Fences the examples of every docstring."""

    def on_instance(self, *, obj: Object, **_: Any) -> None:
        """Called once for each object that is read."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
