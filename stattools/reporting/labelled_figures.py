"""A figure whose names of columns are their labels: at its axes, ticks, legends and titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING

from stattools.figures.house_style import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHORTEST = 3
"""Names of fewer letters are replaced where they stand alone, not within a text: "x" and "of" are words of others."""

LONGEST = 76
"""Letters of a line below a figure of the house's width."""


def relabelled(figure: Figure, words: Mapping[str, str]) -> Figure:
    """The figure, in which every text that is or holds a name has what stands in its place.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> figure.add_subplot().set_xlabel("mean of age")
    Text(0.5, 0, 'mean of age')
    >>> relabelled(figure, {"age": "Age (years)"}).axes[0].get_xlabel()
    'mean of Age (years)'
    """
    from matplotlib.text import Text
    from matplotlib.ticker import FixedLocator, FuncFormatter

    words = {plain(name): plain(word, LONGEST // 2) for name, word in words.items()}
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_locator(), FixedLocator):  # ticks that are names
                ticks = axis.get_major_formatter()
                named = FuncFormatter(lambda value, at, ticks=ticks: instead(ticks(value, at), words))
                axis.set_major_formatter(named)
    for text in figure.findobj(Text):
        if isinstance(text, Text) and (said := instead(text.get_text(), words)) != text.get_text():
            text.set_text(said)
    for axes in figure.axes:
        across = int(LONGEST * axes.get_position().width / 0.9)
        for text, width in ((axes.xaxis.label, across), (axes.yaxis.label, LONGEST // 2), (axes.title, across)):
            if len(text.get_text()) > width:
                text.set_text("\n".join(wrap(text.get_text(), max(width, 16), break_long_words=False)))
    return figure


def instead(text: str, words: Mapping[str, str]) -> str:
    """A text in which what is or holds a name has what stands in its place.

    >>> instead("mean of lwt by smoke", {"lwt": "Weight", "smoke": "Smoker"})
    'mean of Weight by Smoker'
    """
    if text in words:
        return words[text]
    names = sorted((name for name in words if len(name) >= SHORTEST), key=len, reverse=True)
    if not names or not text:
        return text
    either = "|".join(map(re.escape, names))
    return re.sub(rf"(?<![\w.])(?:{either})(?![\w.])", lambda found: words[found[0]], text)
