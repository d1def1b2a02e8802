"""A figure to be drawn, and what can be asked for: one table from the name of a figure to who makes it.

A maker is a function of the fit; its parameters are the options of the figure, and another option is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stattools.errors import DomainError, IncompatibleError, StattoolsError, quoted
from stattools.inference.questions import Need, require
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.interval import require_level
from stattools.interface.names.values import meant

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """`draw` takes the axes to draw on, None for its own; `alt` says what is seen, `caption` how to read it."""

    draw: Callable[[Any], Figure]
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Plot:
    """Who makes a figure, and what it needs of whom it is about; the first need that is not there is the reason."""

    make: Callable[..., Drawing]
    needs: tuple[Need, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """What can be said about the figure beside its name."""
        return tuple(inspect.signature(self.make).parameters)[1:]


Plots = Mapping[str, Plot]


def plotted(asked: Any, title: str, what: Any, plots: Plots, ax: Any, **options: Any) -> Figure:
    """The figure of this name, of the table's first that there is for None; an option of None or False was not given.

    Raises IncompatibleError, which lists the figures that there are, for another name and where a need is not there,
    and for an option that the figure has not.
    """
    from stattools.figures.given_axes import handed_out

    name = word_of(what, plots)
    if what is None:
        name = next(iter(drawn(asked, plots)), None)
    elif not is_one_of(name, plots):
        instead = meant("what", what, drawn(asked, plots))
        raise IncompatibleError(f"plot draws no {quoted(what)}.{instead} {_offer(asked, title, plots)}")
    if name is None:
        raise IncompatibleError(_offer(asked, title, plots))
    try:
        require(asked, name, {key: plot.needs for key, plot in plots.items()})
    except StattoolsError as error:
        message = f"plot({name!r}): {error.message} {_offer(asked, title, plots)}"
        raise (DomainError if isinstance(error, DomainError) else IncompatibleError)(message) from None
    given = {key: value for key, value in options.items() if value is not None and value is not False}
    for key in given:
        if key not in plots[name].options:
            raise IncompatibleError(_no_option(key, name, plots))
    drawing = plots[name].make(asked, **given)
    return handed_out(drawing.draw, ax)


def drawn(asked: Any, plots: Plots) -> list[str]:
    """The figures that there are.

    >>> import stattools as st
    >>> from stattools.inference.plots.kinds import PLOTS
    >>> drawn(st.fit(st.coin([0, 1, 1])), PLOTS)
    ['coefficients', 'profile']
    """
    found = []
    for name, plot in plots.items():
        try:
            require(asked, name, {name: plot.needs})
        except StattoolsError:
            continue
        found.append(name)
    return found


def level_of(fit: Any, level: float | None) -> float:
    """The level that was given, or that of the fit; DomainError outside (0, 1)."""
    found = fit.level if level is None else level
    require_level(found)
    return found


def _offer(asked: Any, title: str, plots: Plots) -> str:
    has = ", ".join(f'"{name}"' for name in drawn(asked, plots))
    return f"{title} has {f'the figures {has}' if has else 'no figure'}."


def _no_option(key: str, name: str, plots: Plots) -> str:
    own = [f"{option}=" for option in plots[name].options]
    others = [f'plot("{other}")' for other, plot in plots.items() if key in plot.options]
    has = f"; it takes {', '.join(own)}" if own else " and takes no options"
    return f'plot("{name}") has no {key}={has}. {" and ".join(others)} {"has" if len(others) == 1 else "have"} it.'
