"""The pictures of a fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stattools.inference.maketables import Tabled
from stattools.interface.names.guesses import answers_guesses

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    What = Literal[
        "coefficients",
        "effect",
        "residuals",
        "calibration",
        "frequencies",
        "influence",
        "profile",
        "level",
        "forecast",
        "states",
        "innovations",
    ]


@answers_guesses
class Plotted(Tabled):
    """The pictures of a fit, see `stattools.Fit`."""

    def plot(
        self,
        what: What | None = None,
        variable: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[Any] | None = None,
        over: Literal["rows", "grid"] | None = None,
        terms: str | Sequence[str] | None = None,
        exponentiate: bool = False,
        standardized: bool = False,
        kind: str | None = None,
        level: float | None = None,
        bins: int | None = None,
        seed: int | np.random.Generator | None = None,
        steps: int | None = None,
        data: Any = None,
        X: Any = None,
        ax: Any = None,
    ) -> Figure:
        """A picture of the fit: a Matplotlib Figure in the house style, which notebooks show and `savefig` writes.

        "coefficients": estimates with their intervals of this `level` and `kind` (of `fit.interval`), `terms` to choose
        some, `exponentiate=True` for ratios, `standardized=True` per standard deviation of the columns. "effect" of a
        `variable`: the predicted mean as it moves, `by` categories, at `values`, `over` rows or grid, over other rows
        in `data`; see `means`. "residuals" of a `kind` (of `residuals_of`; by default those of `st.ols`, else quantile
        residuals, randomized by `seed`) against fitted values and normal quantiles. "calibration": what was predicted
        against what was observed, in groups of rows (`bins`), of each category for softmax; "frequencies" of counts.
        "influence": residuals against leverage with Cook's distances, the worst rows named. "profile" of a coefficient,
        `variable`: the log-likelihood beside Wald's parabola. Of a series "level", "forecast" of so many `steps`
        (`data` or `X` as in `forecast`), "states" of a `kind`, "innovations".

        `what` is by default the first that the fit has. `ax` are Axes to draw on, as many as the figure has panels.
        Raises IncompatibleError for a figure that the fit has not, with those that it has, and for an option of
        another figure; DomainError for axes that are too few or too many.

        >>> import stattools as st
        >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}))
        >>> fit.plot("effect", "x").axes[0].get_xlabel()
        'x'
        """
        from stattools.inference.plots.drawing import plotted
        from stattools.inference.plots.kinds import PLOTS

        options = {"variable": variable, "by": by, "values": values, "over": over, "terms": terms}
        options |= {"exponentiate": exponentiate, "standardized": standardized, "kind": kind, "level": level}
        options |= {"bins": bins, "seed": seed, "steps": steps, "data": data, "X": X}
        return plotted(self, self.model.title, what, PLOTS, ax, **options)
