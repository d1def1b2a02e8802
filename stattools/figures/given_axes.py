"""Figures that are handed out: shown by notebooks, in the house style whenever they are drawn, on a caller's axes.

A figure is rendered after it was made, under settings that may be others. What Matplotlib reads then, the looks of
ticks and grids that it has not made yet, is written into the axes; lines and words in the house's ink take the ink of
axes that were given, which may be light on dark.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.typing import ColorType

from stattools.errors import DomainError, quoted
from stattools.figures.house_style import FAINT, INK, dots_per_inch, style
from stattools.interface.arguments import several


class ShownFigure(Figure):
    """A figure that notebooks show, whether or not pyplot is loaded; pyplot knows nothing of it and keeps nothing."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


def axes_of(ax: object, needed: int) -> list[Axes]:
    """The axes that were given, one or an array of them; DomainError unless they are as many as there are panels."""
    found = _given(ax)
    panels = "1 panel" if needed == 1 else f"{needed} panels"
    if not found or not all(isinstance(one, Axes) for one in found):
        raise DomainError(
            f"ax= takes Matplotlib's Axes, one for each panel, and this figure has {panels}; got {quoted(ax)}."
        )
    if len(found) != needed or len({id(one) for one in found}) < needed:
        more = "" if needed == 1 else f" matplotlib.pyplot.subplots(1, {needed}) makes so many."
        raise DomainError(f"this figure has {panels}: ax= takes {needed} different Axes; got {len(found)}.{more}")
    if len({id(one.get_figure(root=True)) for one in found}) > 1 or found[0].get_figure(root=True) is None:
        raise DomainError("ax= takes Axes of one figure; those given stand in several, or in none.")
    return found


def handed_out(draw: Callable[[object], Figure], ax: object = None) -> Figure:
    """The figure that `draw` makes on the axes that it is given, None for a figure of its own.

    >>> from stattools import figures
    >>> made = handed_out(lambda on: figures.means([1, 2], [1, 3], [0.1, 0.2], xlabel="a", ylabel="b", on=on))
    >>> len(made.axes), made.axes[0].get_xlabel()
    (1, 'a')
    """
    inks = {} if ax is None else {id(one): one.xaxis.label.get_color() for one in _given(ax) if isinstance(one, Axes)}
    with style():
        figure = draw(ax)
    for axes in figure.axes:
        if ax is None:
            _dress(axes, INK, FAINT)
        elif id(axes) in inks:
            _dress(axes, inks[id(axes)], "#8888884D")
            _recolor(axes, inks[id(axes)])
            _wrap(axes)
    return figure


def _given(ax: object) -> list[Any]:
    """What was given, whatever its shape."""
    return [ax] if isinstance(ax, Axes) else list(np.ravel(np.array(several(ax), dtype=object)))


def _dress(axes: Axes, ink: object, faint: str) -> None:
    """What of the style would be read when the figure is rendered."""
    axes.tick_params(which="both", color=ink, labelcolor=ink, grid_color=faint, grid_linewidth=0.6)
    axes.tick_params(labelsize=9.0)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _wrap(axes: Axes) -> None:
    """Labels that are longer than their axis on several lines."""
    box, dpi = axes.get_window_extent(), dots_per_inch(axes)
    for label, length in ((axes.xaxis.label, box.width), (axes.yaxis.label, box.height)):
        most = max(16, int(1.15 * length / dpi * 72.0 / (0.55 * float(label.get_fontsize()))))
        lines = [part for line in label.get_text().split("\n") for part in wrap(line, most)]
        label.set_text("\n".join(lines))


def _recolor(axes: Axes, ink: ColorType) -> None:
    """The ink of the house as that of the axes."""
    for line in axes.findobj(Line2D):
        if same_color(line.get_color(), INK):
            line.set_color(ink)
    for text in axes.findobj(Text):
        if same_color(text.get_color(), INK):
            text.set_color(ink)
    for lines in axes.findobj(LineCollection):
        if len(colors := lines.get_edgecolor()) and same_color(tuple(np.asarray(colors)[0, :3].tolist()), INK):
            lines.set_color(ink)
