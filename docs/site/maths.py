"""Maths on the site as MathML, so that a page needs no script and no network."""

from __future__ import annotations

import html
import re
from typing import Any

from stattools.reporting.html import mathml

MATHS = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', flags=re.DOTALL)


def on_page_content(content: str, **_: Any) -> str:
    """Called with the HTML of each page."""
    return MATHS.sub(lambda found: inline(found[3]) if found[2] == "(" else displayed(found[3]), content)


def inline(formula: str) -> str:
    """A formula within a line."""
    return mathml(html.unescape(formula))


def displayed(formula: str) -> str:
    """A formula on a line of its own; a wide one scrolls on a phone."""
    return f'<div style="margin: 1em 0; overflow-x: auto">{mathml(html.unescape(formula), block=True)}</div>'
