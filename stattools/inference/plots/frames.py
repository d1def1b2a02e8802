"""Frames of estimates with intervals whose `plot()` is a figure of ours: one line per row, in place of pandas' lines
over the numbers of the rows.
"""

from __future__ import annotations

from typing import Any

from stattools.interface.arguments import is_number
from stattools.interface.when_needed import pd
from stattools.models.questions import AnyModel


class Pictured:
    """The `plot` of a frame: called without a kind it draws `estimate`, `lower` and `upper` of each row; what else is
    asked of it is pandas' own.
    """

    def __init__(self, frame: pd.DataFrame, xlabel: str, center: float | None) -> None:
        self._frame, self._xlabel, self._center = frame, xlabel, center

    def __call__(self, *given: Any, ax: Any = None, **named: Any) -> Any:
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
    from stattools.inference.plots.drawing import mean_of

    xlabel = words.format(mean_of(model)) if "{}" in words else words  # a frame that is kept keeps no rows of the model
    object.__setattr__(frame, "plot", Pictured(frame, xlabel, center))
    return frame
