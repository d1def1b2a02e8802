"""TeX as MathML, which browsers typeset without a script or a font from the network.

The conversion is latex2mathml's. What comes out is read again as XML: only known elements and attributes pass, so no
formula can bring a tag, a style or a link of its own. A formula that does not pass is shown as its source.
"""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree

from stattools.errors import IncompatibleError
from stattools.text.characters import printable

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
