r"""The text of a paper on one line, without what Markdown, HTML, LaTeX and PDF put around its numbers; each character
still knows the line of the paper that it is from.

>>> flat("*t*(28) =\n2.20, <i>p</i>&nbsp;=&thinsp;.036; $\\chi^2_{1}=4.2$").text
't(28) = 2.20, p = .036; χ2(1)=4.2'

Characters of papers: what they are read as, and what stands between paragraphs.

The text of a paper from its file.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stattools.errors import DomainError
from stattools.interface.files import require_regular

PARAGRAPH = "\N{PILCROW SIGN}"
"""What stands between paragraphs and rows of tables, which no result reaches across."""

QUARTER = "\N{VULGAR FRACTION ONE QUARTER}"
"""What a font of some journals has in the place of the sign of equality."""

KEPT = "äöüÄÖÜßχβηα≤≥≈±×½¾" + QUARTER + PARAGRAPH
"""What is not ASCII and stays as it is; the rest takes its compatible form."""

SIGNS = {
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\f\v", " "),
    **dict.fromkeys("\u03c7\U0001d712\U0001d6d8\U0001d74c", "χ"),
    "\u00d7": "×",
    "\uff1d": "=",
    "\ufe64": "<",
    "\uff1c": "<",
    "\u2a7d": "≤",
    "\u2a7e": "≥",
    "\u2266": "≤",
}
"""What is read as another character."""

TAGS = (
    "a|abbr|article|b|blockquote|body|caption|code|dd|div|dl|dt|em|figcaption|figure|font|footer|h1|h2|h3|h4|"
    "h5|h6|head|header|html|i|li|main|math|mi|mn|mo|mrow|msub|msubsup|msup|ol|p|pre|section|small|span|strong|"
    "table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var"
)

BLOCKS = "article|blockquote|caption|dd|div|dl|dt|figcaption|h1|h2|h3|h4|h5|h6|li|p|pre|section|table|tr"

LETTERS = {"chi": "χ", "beta": "β", "eta": "η", "alpha": "α", "rho": "ρ", "tau": "τ", "mu": "μ", "sigma": "σ"}

COMMANDS = {"leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "lt": "<", "gt": ">", "approx": "≈", "times": "×", "pm": "±"}

type Replacement = str | Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class FlatText:
    """A text, the line of the paper that each of its characters is from (the first is 1), and the lines themselves."""

    text: str
    lines: tuple[int, ...]
    source: tuple[str, ...]

    def sub(self, pattern: str, by: Replacement, flags: int = 0, *, closing: str = "") -> FlatText:
        """The text with each match replaced; what is put in its place is from the line where the match begins.

        `closing` is what every match ends with: nothing is looked for behind the last place of it.
        """
        text: list[str] = []
        lines: list[int] = []
        end = 0
        last = max((one.end() for one in re.finditer(closing, self.text, flags)), default=0)
        for found in re.compile(pattern, flags).finditer(self.text, 0, last if closing else len(self.text)):
            new = found.expand(by) if isinstance(by, str) else by(found)
            text += [self.text[end : found.start()], new]
            lines += self.lines[end : found.start()]
            lines += [self.lines[found.start()]] * len(new)
            end = found.end()
        return FlatText("".join([*text, self.text[end:]]), (*lines, *self.lines[end:]), self.source)

    def line(self, place: int) -> int:
        """The number of the line that a place is from."""
        return self.lines[min(place, len(self.lines) - 1)] if self.lines else 1

    def quote(self, start: int, end: int, longest: int) -> str:
        """The lines of the paper that a passage is from, as they are written, on one line; where they are longer than
        `longest`, the text around the passage.
        """
        first, last = self.line(start), self.line(max(end - 1, start))
        whole = " ".join(line.strip() for line in self.source[first - 1 : last])
        if len(whole) <= longest:
            return whole
        room = max(longest - (end - start), 0) // 2
        low, high = max(start - room, 0), min(end + room, len(self.text))
        low, high = self.text.rfind(PARAGRAPH, low, start) + 1 or low, self.text.find(PARAGRAPH, end, high) % (high + 1)
        return "…" + self.text[low:high].strip() + "…"

    @cached_property
    def _ends(self) -> tuple[list[int], list[int]]:
        """Where the ends of sentences begin, and where they end."""
        found = [one.span() for one in SENTENCE_END.finditer(self.text)]
        return [start for start, _ in found], [end for _, end in found]

    def sentence(self, place: int) -> str:
        """The sentence around a place."""
        starts, ends = self._ends
        before, after = bisect_right(ends, place) - 1, bisect_left(starts, place)
        begin = max(ends[before] if before >= 0 else 0, place - LONGEST)
        end = starts[after] + 1 if after < len(starts) else len(self.text)
        return self.text[begin : min(end, place + LONGEST)]

    def sentence_before(self, place: int) -> str:
        """The sentence in front of the one around a place."""
        starts, ends = self._ends
        before = bisect_right(ends, place) - 1
        if before < 0 or starts[before] < place - LONGEST or self.text[starts[before]] == PARAGRAPH:
            return ""
        return self.sentence(starts[before])


LONGEST = 1000
"""No sentence is looked for further than so many characters away."""

SENTENCE_END = re.compile(r"[.!?][)\]\"”’]?\s+(?=[A-ZÄÖÜ])|" + PARAGRAPH)


def flat(text: str) -> FlatText:
    """The text of a paper, however it was written down."""
    source = tuple(text.split("\n"))
    lines = tuple(number for number, line in enumerate(source, 1) for _ in range(len(line) + 1))
    made = FlatText(text + "\n", lines, source)
    for step in (_without_hypertext, _characters, _without_latex, _without_marks, _on_one_line):
        made = step(made)
    return made


def _without_hypertext(text: FlatText) -> FlatText:
    text = text.sub(r"<!--.*?-->", " ", re.S, closing="-->")
    for tag in ("script", "style", "title"):
        text = text.sub(rf"<{tag}\b.*?</{tag}>", " ", re.S | re.I, closing=f"</{tag}>")
    text = text.sub(r"<sub(?:\s[^<>]*)?>\s*([^<>]*?)\s*</sub>", _lowered, re.I)
    text = text.sub(r"<sup(?:\s[^<>]*)?>\s*([^<>]*?)\s*</sup>", r"^{\1}", re.I)
    text = text.sub(rf"</?(?:{BLOCKS})(?:\s[^<>]*)?>", PARAGRAPH, re.I)
    text = text.sub(r"</t[dh]>", " | ", re.I)
    text = text.sub(rf"</?(?:{TAGS})(?:\s[^<>]*)?>|<br\s*/?>", lambda found: " " if "br" in found[0] else "", re.I)
    return text.sub(r"&(?:#\d+|#x[0-9a-fA-F]+|[A-Za-z]+);", lambda found: html.unescape(found[0]))


def _characters(text: FlatText) -> FlatText:
    text = text.sub(r"[\u2080-\u2089]+", _lowered)
    text = text.sub(r"(?<!\w\s)(?<![A-Za-z])\u00b7(?=\d)", ".")
    text = text.sub(rf"(?<=[\w)\]])\s*{QUARTER}\s*(?=[-\u2212\u2013]?[\d.,])", " = ")
    return text.sub(rf"[^\x00-\x7f{KEPT}]", lambda found: _plain(found[0]))


def _plain(character: str) -> str:
    if character in SIGNS:
        return SIGNS[character]
    plain = unicodedata.normalize("NFKC", character)
    return "".join(SIGNS.get(one, one) for one in plain)


def _without_latex(text: FlatText) -> FlatText:
    text = text.sub(r"(?m)^\s*%[^\n]*$", "") if "\\begin{document}" in text.text else text
    text = text.sub(r"\\\\\s*(?:\[[^\]]*\])?\s*(?=\n)", PARAGRAPH)
    text = text.sub(r"\\(?:left|right|big|Big|displaystyle|,|;|!|:|quad|qquad)(?![A-Za-z])", " ")
    for _ in range(2):
        text = text.sub(
            r"\\(?:textit|textbf|emph|text|mathit|mathrm|mathbf|textrm|mbox|num|ensuremath)\{([^{}]*)\}", r"\1"
        )
    words = "|".join([*LETTERS, *COMMANDS])
    text = text.sub(rf"\\({words})(?![A-Za-z])\s?", lambda found: (LETTERS | COMMANDS)[found[1]])
    text = text.sub(r"\\([%&#_$ ])", r"\1")
    text = text.sub(r"\$|\\[()]", "")
    text = text.sub(r"(?<=\d)---(?=\.?\d)", " to -")  # a dash of LaTeX between the ends of an interval
    return text.sub(r"(?<![-\d.])(\d++(?:\.\d*+)?|\.\d++)--(?=\.?\d)", r"\1 to ")


def _without_marks(text: FlatText) -> FlatText:
    text = text.sub(
        r"\s?[×x·*]\s*10\s*(?:\^\s*\{?\s*|(?=-))(-?\s?\d+)\}?", lambda found: f"e{found[1]}".replace(" ", "")
    )
    text = text.sub(r"\^\{?\s*([\w*]+)\s*\}?", r"\1")
    text = text.sub(r"(?<=[A-Za-zχη\d])_\{([^{}]*)\}", _lowered)
    text = text.sub(r"(?<=[A-Za-zχη])~(\d+(?:[.,;]\s?\d+)*)~", _lowered)
    text = text.sub(r"(?<=\b[tFrzQ])_(\d+(?:,\d+)?)", _lowered)
    text = text.sub(r"\*+|`+|(?<![A-Za-z0-9_])_++(?=[A-Za-zχ])|(?<=[A-Za-z0-9χ])_+(?![A-Za-z0-9])|[{}]", "")
    return text.sub(r"~", " ")


def _on_one_line(text: FlatText) -> FlatText:
    text = text.sub(r"[ \r]{2,}", " ")
    text = text.sub(r"(?m)^([^\n]*\|[^\n]*|#+ [^\n]*| ?[-+] [^\n]*)$", rf"\1{PARAGRAPH}")
    text = text.sub(r"\n ?(?:\n ?)+", PARAGRAPH)
    text = text.sub(r"(?<=[a-zäöüß])-\n ?(?=[a-zäöüß])", "")
    text = text.sub(r"\s+", " ")
    text = text.sub(rf" ?{PARAGRAPH} ?(?:{PARAGRAPH} ?)*", PARAGRAPH)
    return text.sub(r"(?<=[χη])\s(?=2(?!\d))|^ | $", "")


def _lowered(found: re.Match[str]) -> str:
    """What stands below the line: numbers are degrees of freedom, words are part of the name."""
    held = "".join(_plain(one) for one in found[1]) if found.re.groups else "".join(map(_plain, found[0]))
    return f"({held})" if re.fullmatch(r"[\d.,; N=]+", held) else f"_{held.strip()}"


BINARY = {
    b"%PDF": "is a PDF: write its text by pdftotext FILE.pdf, or pdftotext -layout for its tables, and audit that.",
    b"PK\x03\x04": "is a Word document or an archive: write its text by pandoc FILE.docx -t gfm, and audit that.",
    b"\xd0\xcf\x11\xe0": "is an old Word document: save it as text, and audit that.",
}
"""What files begin with that are no text, and what to do."""

MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def paper_text(path: Path, name: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. Raises FileError for what is no file, DomainError for
    what is no text, with what to do.
    """
    require_regular(path, "audit")
    held = path.read_bytes()
    for mark, words in BINARY.items():
        if held.startswith(mark):
            raise DomainError(f"audit needs the text of a paper; {name} {words}")
    encoding = next((encoding for mark, encoding in MARKS.items() if held.startswith(mark)), "utf-8-sig")
    try:
        text = held.decode(encoding)
    except UnicodeDecodeError as error:
        raise DomainError(
            f"audit needs the text of a paper in UTF-8; {name} has the byte {held[error.start]:#04x}, which is none: "
            "it is text in another encoding, or no text. Save it in UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
