"""Code on the site: messages wrap on a phone too, an option of the command line is whole, no pipe is escaped."""

from __future__ import annotations

import html
import re
from typing import Any

ESCAPED = re.compile(r"<code>[^<]*\\\|[^<]*</code>")
INLINE = re.compile(r"(?<!<span></span>)<code>[^<]+</code>")
"""Code in a line; that of a block has an empty span before it."""
OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
OUTPUT = re.compile(r'<div class="highlight">(<pre><span></span><code>([^<]*)</code>)')
"""Text: code would have spans of its own for colors."""
MESSAGE = 100
"""A line of more characters than this is a sentence: tables are narrower."""


def on_page_content(content: str, **_: Any) -> str:
    """Called with the HTML of each page."""
    content = ESCAPED.sub(lambda found: found[0].replace("\\|", "|"), content)
    content = INLINE.sub(lambda found: OPTION.sub(r'<span class="whole">\g<0></span>', found[0]), content)
    return OUTPUT.sub(wrapped, content)


def wrapped(found: re.Match[str]) -> str:
    """A block of output, marked where it is a message."""
    longest = max(map(len, html.unescape(found[2]).split("\n")))
    return f'<div class="highlight message">{found[1]}' if longest > MESSAGE else found[0]
