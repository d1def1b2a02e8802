"""A document as one HTML file that needs nothing else: no network, no script; figures and style are inside.

Formulas are MathML; tables have headers with a scope and scroll within a narrow page; figures are SVG with their
alternative text, and follow the reader's light or dark mode. The policy in the head forbids everything else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from html import escape
from itertools import count as counter

from stattools.reporting.document import (
    Block,
    Box,
    Bullets,
    Document,
    Figure,
    Listing,
    Math,
    Paragraph,
    Picture,
    Quote,
    Section,
    Span,
    Table,
    inline,
)
from stattools.reporting.mathml import formula
from stattools.reporting.stylesheet import DARK_FIGURE, PAGE
from stattools.text import hypertext
from stattools.text.characters import printable

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
LONG = 32
"""A word of so many characters may break anywhere: a hash, a level that is a sentence without spaces."""

CLASSES = {"l": "", "r": ' class="r"', "c": ' class="c"'}


def html(document: Document, images: Mapping[str, bytes]) -> str:
    """The page of a report; `images` has the SVG of every figure by its name, of every picture by its path.

    >>> page = html(Document("Coin", (Paragraph("Is it <fair>?"),)), {})
    >>> print(page.split("<main>")[1], end="")
    <BLANKLINE>
    <h1>Coin</h1>
    <p>Is it &lt;fair&gt;?</p>
    </main>
    </body>
    </html>
    """
    body = _Page(images).blocks(document.blocks, level=2)
    title = plain(document.title)
    byline = f'<p class="byline">{text(document.byline)}</p>\n' if document.byline else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{PAGE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{text(document.title)}</h1>\n{byline}{body}\n</main>\n</body>\n</html>\n"
    )


def table(block: Table, named: str = "") -> str:
    """A table whose header cells say what they head; a first column of words heads its rows.

    >>> print(table(Table(("term", "n"), (("`x`", "1"),), align="lr")))
    <div class="wide" tabindex="0">
    <table>
    <thead><tr><th scope="col">term</th><th scope="col" class="r">n</th></tr></thead>
    <tbody>
    <tr><th scope="row"><code>x</code></th><td class="r">1</td></tr>
    </tbody>
    </table>
    </div>
    """
    caption = f"<caption>{text(block.caption)}</caption>\n" if block.caption else ""
    label = f' aria-labelledby="{named}"' if named and not caption else ""
    head, *rows = [[text(cell) for cell in row] for row in (block.header, *block.rows)]
    looks = [CLASSES[align] for align in block.align]
    opening = f"<table{label}>\n{caption}".rstrip()
    made = hypertext.table(head, rows, looks, labels=int(block.align[0] == "l"), opening=opening)
    return f'<div class="wide" tabindex="0">\n{made}\n</div>'


def text(marked: str) -> str:
    """A text with marks as HTML; every other character is what it is.

    >>> text("`a<b` at $n$ & **so**")[:27]
    '<code>a&lt;b</code> at <mat'
    """
    return "".join(_span(span) for span in inline(marked)).strip().replace("\n", "<br>")


def plain(marked: str) -> str:
    """A text with marks, without them."""
    return " ".join(printable("".join(span.content for span in inline(marked))).split())


def _span(span: Span) -> str:
    content = escape(printable(span.content))
    match span.kind:
        case "text":
            return content
        case "code":
            name = re.sub(r"\s+", " ", content)
            breakable = ' class="long"' if re.search(rf"\S{{{LONG}}}", name) else ""
            return f"<code{breakable}>{name}</code>"
        case "maths":
            return formula(span.content)
        case "strong":
            return f"<strong>{text(span.content)}</strong>"
        case "link":
            return f'<a href="{escape(_twin(span.target))}">{text(span.content)}</a>'


def _twin(target: str) -> str:
    """Where a link leads: of a report beside this one, to its HTML."""
    return re.sub(r"^([\w.-]+)\.md$", r"\1.html", target)


class _Page:
    """The body as it is written, heading by heading."""

    def __init__(self, images: Mapping[str, bytes]) -> None:
        self.images = images
        self.used: Counter[str] = Counter()
        self.heading = ""
        self.equations = counter(1)

    def blocks(self, blocks: tuple[Block, ...], level: int) -> str:
        return "\n".join(self.block(block, level) for block in blocks)

    def block(self, block: Block, level: int) -> str:
        match block:
            case Section():
                self.heading = self.anchor(block.title)
                tag = f"h{min(level, 6)}"
                title = f'<{tag} id="{self.heading}">{text(block.title)}</{tag}>'
                inside = self.blocks(block.blocks, level + 1)
                if block.folded:
                    return f"<details>\n<summary>{title}</summary>\n{inside}\n</details>"
                return f"<section>\n{title}\n{inside}\n</section>"
            case Box():
                title = f"<p><strong>{text(block.title)}</strong></p>\n" if block.title else ""
                said = "\n".join(f"<p>{text(sentence)}</p>" for sentence in block.sentences)
                return f'<div class="box" role="note">\n{title}{said}\n</div>'
            case Paragraph():
                return f"<p>{text(block.text)}</p>"
            case Quote():
                return f"<blockquote><p>{text(block.text)}</p></blockquote>"
            case Math():
                return f'<div class="wide formula" tabindex="0">{formula(block.tex, block=True)}</div>'
            case Listing():
                return f'<pre tabindex="0"><code>{escape(printable(block.text.rstrip()))}</code></pre>'
            case Bullets():
                items = "\n".join(f"<li>{text(item)}</li>" for item in block.items)
                return f"<ul>\n{items}\n</ul>"
            case Table():
                return table(block, self.heading)
            case Picture():
                return f"<figure>{self.image(block.path, block.alt)}</figure>"
            case Figure():
                caption = f"<figcaption>{text(block.caption)}</figcaption>" if block.caption else ""
                return f"<figure>{self.image(block.name, block.alt)}{caption}</figure>"

    def anchor(self, title: str) -> str:
        """An id of its own for a heading."""
        slug = re.sub(r"[^a-z0-9]+", "-", plain(title).lower()).strip("-") or "section"
        self.used[slug] += 1
        return slug if self.used[slug] == 1 else f"{slug}-{self.used[slug]}"

    def image(self, name: str, alt: str) -> str:
        """An SVG inside the page, with the colors of the reader's mode."""
        drawn = self.images[name]
        dark = re.sub(rb"</style>", DARK_FIGURE.encode() + b"</style>", drawn, count=1)
        return f'<img alt="{escape(plain(alt))}" src="data:image/svg+xml;base64,{b64encode(dark).decode()}">'
