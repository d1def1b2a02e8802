"""The house style of the figures: white ground, Okabe-Ito colors, labelled axes, no chart junk.

`svg` writes the same bytes for the
same figure: fixed ids, no date, glyphs as outlines. Colors: Okabe & Ito, Color Universal Design (2008).

An SVG of Matplotlib without what differs between processors: round-off in coordinates, and names made from it.

Matplotlib prints coordinates to a millionth of a point, where the last digits of an estimate show, and names clip paths
and markers by a hash of coordinates to all their digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.text.printing import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


type Numbers = Sequence[float] | NDArray[np.float64]

BLUE, VERMILION, GREEN, ORANGE, INK, FAINT = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#333333", "#DDDDDD"
WIDTH = 7.2
"""Inches; 691 pixels in a Markdown page."""

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "axes.labelsize": 10.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.linewidth": 0.8,
    "axes.formatter.useoffset": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.constrained_layout.use": True,
    "path.simplify": False,  # which points it leaves out turns on the last digit
    "svg.fonttype": "path",
    "svg.hashsalt": "stattools",
}


@contextmanager
def style() -> Iterator[None]:
    """The house style on top of Matplotlib's defaults, whatever the user's own settings are."""
    from matplotlib import style as styles

    with styles.context(["default", STYLE]):
        yield


def svg(draw: Callable[[], Figure]) -> bytes:
    """The figure that `draw` makes, as SVG; the same figure gives the same bytes, on any processor."""
    return settled(_rendered(draw, "svg", {"Date": None, "Creator": None}).decode()).encode()


def png(draw: Callable[[], Figure], dpi: float = 150.0) -> bytes:
    """The figure that `draw` makes, as PNG."""
    return _rendered(draw, "png", {"Software": None}, dpi)


def pdf(draw: Callable[[], Figure]) -> bytes:
    """The figure that `draw` makes, as PDF, with its letters inside."""
    return _rendered(draw, "pdf", {"CreationDate": None, "Creator": None, "Producer": None})


def _rendered(draw: Callable[[], Figure], kind: str, metadata: dict[str, None], dpi: float = 72.0) -> bytes:
    buffer = BytesIO()
    with style():
        draw().savefig(buffer, format=kind, metadata=metadata, dpi=dpi)
    return buffer.getvalue()


def dots_per_inch(axes: Any) -> float:
    """The resolution of the figure that axes are part of."""
    return axes.get_figure(root=True).dpi


def legend(axes: Axes, columns: int = 4) -> None:
    """A legend in one line above the axes, where it hides nothing; in several where they are narrow."""
    width = axes.get_window_extent().width / dots_per_inch(axes)
    ncols = min(columns, max(1, int(width / 1.2)))
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=ncols, borderaxespad=0.2)


def factor_axis(axis: Any, low: float, high: float) -> None:
    """Plain numbers along a logarithmic axis: 1, 2 and 5 times powers of ten, or what is round where it is short."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator

    between = (1.0,) if high > 1e4 * low else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=between) if high > 5.0 * low else MaxNLocator(6))
    axis.set_major_formatter(lambda ratio, _: f"{ratio:,.12g}")
    axis.set_minor_formatter(NullFormatter())
    if high <= 5.0 * low:
        axis.set_minor_locator(NullLocator())


def plain(text: object, limit: int = 28) -> str:
    """A name as figure text: no formula marks, one line, shortened in the middle; □ for what the font does not have.

    >>> plain("a$b"), plain("x" * 50)[:16]
    ('a\\\\$b', 'xxxxxxxxxxxxx…xx')
    """
    line = " ".join(printable(str(text), " ").split())
    if len(line) > limit:
        line = f"{line[: limit // 2 - 1]}…{line[-limit // 2 :]}"
    if not line.isascii():
        line = "".join(char if ord(char) in _glyphs() else "\N{WHITE SQUARE}" for char in line)
    return line.replace("$", r"\$")


@cache
def _glyphs() -> frozenset[int]:
    """The characters of the house's font, which Matplotlib brings along: the same on every machine."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


PLACES = 2
"""Decimals of a coordinate: a hundredth of a point, 3.5 micrometers, is not seen."""

COORDINATES = re.compile(r' (?:d|x|y|x1|x2|y1|y2|width|height)="[^"]*"|(?:translate|rotate|matrix)\([^()]*\)')
NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
NAME = re.compile(r'id="(p|m|h|image|C\w*_)([0-9a-f]{10})"')


def settled(text: str) -> str:
    """The SVG with its coordinates rounded, and its hashed names numbered in the order in which they are defined.

    >>> settled('<path id="m0123456789" d="M 1.2345678 -0.0000001"/><use xlink:href="#m0123456789"/>')
    '<path id="m1" d="M 1.23 0"/><use xlink:href="#m1"/>'
    """
    names: dict[str, str] = {}
    for kind, digest in NAME.findall(text):
        names.setdefault(kind + digest, f"{kind}{len(names) + 1}")
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"').replace(f'#{old}"', f'#{new}"').replace(f"#{old})", f"#{new})")
    return COORDINATES.sub(lambda found: NUMBER.sub(_rounded, found[0]), text)


def _rounded(number: re.Match[str]) -> str:
    value = round(float(number[0]), PLACES) + 0.0  # no minus before a zero
    return f"{value:.{PLACES}f}".rstrip("0").rstrip(".")
