"""A figure to be drawn, and what can be asked for: one table from the name of a figure to who makes it.

A maker is a function of the fit; its parameters are the options of the figure, and another option is refused.

What axes are called: the mean of an outcome, and what one unit of a coefficient is, in the likelihood's words.

What the columns of X and the outcome hold, over all observations: one read, wherever the rows are.

Frames of estimates with intervals whose `plot()` is a figure of ours: one line per row, in place of pandas' lines over
the numbers of the rows.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import VARIES
from stattools.errors import DomainError, IncompatibleError, StattoolsError, quoted
from stattools.inference.needs import Need, offered, require
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of, meant, word_of
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.sums import Ends, SampleMoments

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


def plotted(asked: object, title: str, what: object, plots: Plots, ax: object, **options: Any) -> Figure:
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
    for key in [key for key in given if key not in plots[name].options]:
        own = [f"{option}=" for option in plots[name].options]
        others = [f'plot("{other}")' for other, plot in plots.items() if key in plot.options]
        has = f"; it takes {', '.join(own)}" if own else " and takes no options"
        have = "has" if len(others) == 1 else "have"
        raise IncompatibleError(f'plot("{name}") has no {key}={has}. {" and ".join(others)} {have} it.')
    return handed_out(plots[name].make(asked, **given).draw, ax)


def drawn(asked: object, plots: Plots) -> list[str]:
    """The figures that there are.

    >>> import stattools as st
    >>> from stattools.inference.plots.kinds import PLOTS
    >>> drawn(st.fit(st.coin([0, 1, 1])), PLOTS)
    ['coefficients', 'profile']
    """
    return offered(asked, plots, {name: plot.needs for name, plot in plots.items()})


def _offer(asked: object, title: str, plots: Plots) -> str:
    has = ", ".join(f'"{name}"' for name in drawn(asked, plots))
    return f"{title} has {f'the figures {has}' if has else 'no figure'}."


def event_label(model: Any) -> object:
    """The label that a binary regression counts as 1."""
    return 1 if model.labels is None else model.labels[1]


def mean_of(model: Any) -> str:
    """What a regression predicts.

    >>> import stattools as st
    >>> mean_of(st.logistic("y ~ x", {"y": ["a", "b", "a", "b"], "x": [1, 2, 4, 3]}))
    'probability that y is b'
    >>> mean_of(st.poisson("y ~ x", {"y": [1, 2, 0, 3], "x": [1, 2, 4, 3]}))
    'mean of y'
    """
    from stattools.figures.house_style import plain

    outcome = plain(model.outcome_name)
    if model.likelihood.outcome is Outcome.TRIALS:
        return f"probability of a success ({outcome})"
    if model.likelihood.outcome.has_several:
        return "probability"
    if model.likelihood.facts.is_event:
        return f"probability that {outcome} is {plain(event_label(model))}"
    return f"mean of {outcome}"


def change_in(model: Any) -> str:
    """What a coefficient of a regression is a change in.

    >>> import stattools as st
    >>> change_in(st.ols("y ~ x", {"y": [1, 2, 0, 3], "x": [1, 2, 4, 3]}))
    'change in the mean of y'
    """
    from stattools.figures.house_style import plain

    predictor = model.likelihood.facts.words.predictor
    return f"change in the mean of {plain(model.outcome_name)}" if predictor == "the mean" else f"change in {predictor}"


@dataclass(frozen=True, eq=False)
class ColumnSummary:
    """Mean, standard deviation (0 where a column does not vary), smallest and largest value of each column, which
    columns have nothing but zeros and ones, and the smallest and the largest outcome.
    """

    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    binary: NDArray[np.bool_]
    outcome: tuple[float, float]


def summary(model: Model) -> ColumnSummary:
    """The columns of all rows: one read, the first time."""
    rows = model.rows
    if "columns" not in rows.later:
        plain = rows if rows.precision is None else replace(rows, precision=None)
        found = plain.total(_of_block)
        moments, own = found["moments"], found["ends"]
        p = len(moments.mean)
        low, high = own.low[:p], own.high[:p]
        sd = np.sqrt(moments.square / moments.n)
        sd = np.where((low < high) & (sd > VARIES * np.maximum(-low, high)), sd, 0.0)
        ends = float(own.low[-1]), float(own.high[-1])
        rows.later["columns"] = ColumnSummary(moments.mean, sd, low, high, (found["others"] == 0) & (low < high), ends)
    return rows.later["columns"]


def _of_block(block: Block) -> AddedByName:
    """Moments and ends of the columns, the ends with those of the outcome; how far values are from 0 and 1."""
    X, y = block.X, block.y.reshape(len(block.y), -1)
    low, high = (np.append(*ends) for ends in ((X.min(axis=0), y.min(axis=0)), (X.max(axis=0), y.max(axis=0))))
    with np.errstate(over="ignore"):  # of columns whose squares are infinite, and that are far from 0 and 1
        others = np.abs(np.square(X) - X).max(axis=0)
    return AddedByName(moments=SampleMoments.of_columns(X, block.weight), ends=Ends(low, high), others=others)


class Pictured:
    """The `plot` of a frame: called without a kind it draws `estimate`, `lower` and `upper` of each row; what else is
    asked of it is pandas' own.
    """

    def __init__(self, frame: pd.DataFrame, xlabel: str, center: float | None) -> None:
        self._frame, self._xlabel, self._center = frame, xlabel, center

    def __call__(self, *given: Any, ax: object = None, **named: Any) -> Any:
        if given or named:
            return pd.plotting.PlotAccessor(self._frame)(*given, ax=ax, **named)
        from stattools import figures
        from stattools.figures.given_axes import handed_out

        frame = self._frame
        rows = frame[list(frame.columns[: list(frame.columns).index("estimate")])].itertuples(index=False)
        names = [", ".join(f"{one:.6g}" if is_number(one) else str(one) for one in row) for row in rows]
        numbers = [frame[name].to_numpy(dtype=float) for name in ("estimate", "lower", "upper")]
        return handed_out(
            lambda on: figures.coefficients(names, *numbers, xlabel=self._xlabel, center=self._center, on=on), ax
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # those of protocols, and fields that a copy does not have yet
            raise AttributeError(name)
        return getattr(pd.plotting.PlotAccessor(self._frame), name)


def pictured(frame: pd.DataFrame, model: AnyModel, words: str, center: float | None = 0.0) -> pd.DataFrame:
    """The frame, whose rows `frame.plot()` draws; `words` say on the axis what is made of the mean of the model, and
    `center` is the value of no effect.

    >>> import stattools as st
    >>> made = pd.DataFrame({"g": ["a"], "estimate": [1.0], "lower": [0.5], "upper": [1.5]})
    >>> model = st.ols("y ~ x", {"y": [1.0, 2.0, 4.0], "x": [0, 1, 2]})
    >>> pictured(made, model, "change of the {}").plot().axes[0].get_xlabel()
    'change of the mean of y'
    """
    xlabel = words.format(mean_of(model)) if "{}" in words else words  # a frame that is kept keeps no rows of the model
    object.__setattr__(frame, "plot", Pictured(frame, xlabel, center))
    return frame
