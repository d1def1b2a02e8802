"""A document as one HTML file that needs nothing else: no network, no script; figures and style are inside.

Formulas are MathML; tables have headers with a scope and scroll within a narrow page; figures are SVG with their
alternative text, and follow the reader's light or dark mode. The policy in the head forbids everything else.

TeX as MathML, which browsers typeset without a script or a font from the network.

The conversion is latex2mathml's. What comes out is read again as XML: only known elements and attributes pass, so no
formula can bring a tag, a style or a link of its own. A formula that does not pass is shown as its source.

How the HTML of a report looks: one column to read, tables that scroll inside it, light and dark, on paper.

The figures carry their own dark colors (`DARK_FIGURE`, put into each SVG): the ground becomes transparent, ink light,
and the blue, vermilion and green of the house take their lighter neighbors, which still differ for the color-blind.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from html import escape
from itertools import count as counter
from xml.etree import ElementTree

from stattools.errors import IncompatibleError
from stattools.figures.house_style import BLUE, FAINT, GREEN, INK, ORANGE, VERMILION
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
from stattools.text import markup
from stattools.text.printing import printable

NAMESPACE = "http://www.w3.org/1998/Math/MathML"

ELEMENTS = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|mstyle|mfrac|msqrt|mroot|m(sub|sup|subsup|under|over|underover)|mtable|mtr|mtd"
)

ATTRIBUTES = re.compile(
    "display|accent|stretchy|fence|form|linethickness|mathvariant|minsize|maxsize|width|height|depth|[lr]space|"
    "movablelimits|displaystyle|scriptlevel|separator|symmetric"
)

FUNCTION = re.compile(r"<mi>([a-z]{2,})</mi>(?=<(/?\w+))")
"""The name of a function, and whether an operator such as a bracket follows."""

MISTAKEN = {"<mi>&#x0007E;</mi>": "<mo>&#x0223C;</mo>", "<mo>&#x0221E;</mo>": "<mi>&#x0221E;</mi>"}
"""What latex2mathml takes for a letter or for an operator: the sign of a distribution, and infinity."""


def mathml(tex: str, *, block: bool = False) -> str:
    """A formula as a `<math>` element; `block` sets it on a line of its own. Raises IncompatibleError for TeX that
    latex2mathml does not know.

    >>> mathml("n")
    '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline" alttext="n"><mrow><mi>n</mi></mrow></math>'
    """
    from latex2mathml.converter import convert

    tex = re.sub(r"\s+", " ", printable(tex)).strip()
    try:
        converted = convert(tex, display="block" if block else "inline")
        root = ElementTree.fromstring(converted)
    except MemoryError:  # it says nothing of the formula
        raise
    except Exception as error:  # latex2mathml has a score of errors, with no other root
        raise IncompatibleError(f"MathML needs a formula that latex2mathml knows; got {tex!r} ({error!r}).") from None
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        known = ELEMENTS.fullmatch(name) and all(map(ATTRIBUTES.fullmatch, element.attrib))
        if not known or "\\" in (element.text or ""):
            raise IncompatibleError(
                f"MathML needs a formula of known commands; got {tex!r}. Write it without <{name}>."
            )
    converted = FUNCTION.sub(_spaced, converted)
    for theirs, right in MISTAKEN.items():
        converted = converted.replace(theirs, right)
    return converted.replace(">", f' alttext="{escape(tex)}">', 1)


def formula(tex: str, *, block: bool = False) -> str:
    """A formula as MathML, or as its source where that is not to be had."""
    try:
        return mathml(tex, block=block)
    except IncompatibleError:
        return f'<code class="tex">{escape(printable(tex))}</code>'


def _spaced(name: re.Match[str]) -> str:
    """A thin space around `log`, as TeX has it, but none before a bracket."""
    after = "0" if name[2] in ("mo", "/mrow") else "0.17em"
    return f'<mo form="prefix" lspace="0.17em" rspace="{after}">{name[1]}</mo>'


DARK = {
    BLUE: "#56B4E9",
    VERMILION: "#F28342",
    GREEN: "#8BD17C",
    ORANGE: "#F0C34E",
    INK: "#D8D8D8",
    FAINT: "#3A3F45",
}
"""Each color of the figures on a dark ground."""

GROUND = "#16191D"
"""The dark ground itself."""


def _recolored(light: str, dark: str) -> str:
    """Matplotlib writes colors in lower case into the style of each element."""
    light = light.lower()
    return "".join(f'[style*="{what}: {light}"]{{{what}:{dark}!important}}' for what in ("fill", "stroke"))


DARK_FIGURE = (
    "@media screen and (prefers-color-scheme: dark){"
    + "".join(_recolored(light, dark) for light, dark in DARK.items())
    + _recolored("#ffffff", GROUND)
    + "}"
)

PAGE = f"""\
:root {{ color-scheme: light dark; --ground: #ffffff; --ink: #22262b; --soft: #59616b; --line: #d8dce1;
  --shade: #f4f6f8; --link: #0060a0; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --ground: {GROUND}; --ink: #e2e4e7; --soft: #a3abb5;
  --line: #3a4048; --shade: #20252b; --link: #7cc0f0; }} }}
* {{ box-sizing: border-box; }}
html {{ -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }}
body {{ margin: 0; background: var(--ground); color: var(--ink); line-height: 1.6;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }}
main {{ max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }}
h1 {{ font-size: 1.8rem; line-height: 1.25; margin: 0.5rem 0 1rem; }}
h2 {{ font-size: 1.35rem; margin: 2.2rem 0 0.6rem; padding-bottom: 0.25rem; border-bottom: 1px solid var(--line); }}
h3 {{ font-size: 1.1rem; margin: 1.6rem 0 0.4rem; }}
p, ul, ol, blockquote, figure {{ max-width: 46rem; }}
a {{ color: var(--link); }}
code, pre {{ font-family: ui-monospace, SFMono-Regular, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; }}
code {{ background: var(--shade); border-radius: 3px; padding: 0.1em 0.3em; unicode-bidi: isolate; }}
pre {{ background: var(--shade); border-radius: 6px; padding: 0.8rem 1rem; white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.4; }}
pre code {{ background: none; padding: 0; }}
blockquote {{ margin: 1rem 0; padding: 0.4rem 1.1rem; border-left: 4px solid var(--link); background: var(--shade); }}
.box {{ margin: 1rem 0 1.4rem; padding: 0.3rem 1.1rem; border: 1px solid var(--link); border-left-width: 6px;
  border-radius: 6px; background: var(--shade); max-width: 48rem; }}
.box p {{ margin: 0.6rem 0; }}
details {{ margin: 1.6rem 0; border: 1px solid var(--line); border-radius: 6px; padding: 0 1rem; }}
details[open] {{ padding-bottom: 0.8rem; }}
summary {{ cursor: pointer; padding: 0.6rem 0; }}
summary > * {{ display: inline; margin: 0 0 0 0.3rem; padding: 0; border: 0; }}
.wide {{ overflow-x: auto; max-width: 100%; margin: 1rem 0; }}
.formula {{ padding: 0.2rem 0; text-align: center; max-width: 46rem; }}
math {{ font-size: 1.08em; }}
table {{ border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; line-height: 1.4; }}
caption {{ caption-side: bottom; text-align: left; color: var(--soft); padding-top: 0.5rem; }}
th, td {{ padding: 0.35rem 0.5rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }}
thead th {{ border-bottom: 2px solid var(--soft); vertical-align: bottom; }}
tbody th {{ font-weight: normal; max-width: 22rem; }}
.long {{ overflow-wrap: anywhere; }}
.r {{ text-align: right; white-space: nowrap; }}
.c {{ text-align: center; white-space: nowrap; }}
thead .r, thead .c {{ white-space: normal; }}
figure {{ margin: 1.4rem 0; }}
figure img {{ display: block; max-width: 100%; height: auto; }}
figcaption {{ color: var(--soft); font-size: 0.92rem; margin-top: 0.5rem; }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
@media (max-width: 34rem) {{ main {{ padding: 0.8rem 0.8rem 3rem; }} h1 {{ font-size: 1.5rem; }}
  table {{ font-size: 0.75rem; }} th, td {{ padding: 0.25rem 0.3rem; }} .c, .r {{ white-space: normal; }} }}
@media print {{ main {{ max-width: none; padding: 0; }} a {{ color: inherit; }} .wide {{ overflow: visible; }}
  figure, table, blockquote, .box, pre {{ break-inside: avoid; }}
  details::details-content {{ content-visibility: visible; display: block; height: auto; }}
  h1, h2, h3 {{ break-after: avoid; }} }}
"""

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
    made = markup.table(head, rows, looks, labels=int(block.align[0] == "l"), opening=opening)
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
