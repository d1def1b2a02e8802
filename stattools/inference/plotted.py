"""The pictures of a fit.

Fits as the package maketables takes them: `maketables.ETable([fit, other])` puts fits of any package side by side.

The package looks for attributes called `__maketables_...__` and is never imported here. Its words: b, se, t, p and the
ends of intervals for a coefficient; N, r2, ll, aic, bic, scale and se_type for the fit. Source: its page
PLUGIN_EXTRACTOR_FORMAT.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.intervals.coefficients import NO_SE, table
from stattools.inference.parallel import Parallel
from stattools.interface.arguments import is_one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    What = Literal[
        "coefficients",
        "effect",
        "residuals",
        "calibration",
        "frequencies",
        "influence",
        "random_effects",
        "smooth",
        "profile",
        "level",
        "forecast",
        "states",
        "innovations",
    ]


STATISTICS: dict[str, Callable[[Any], Any]] = {
    "N": lambda fit: round(fit.n),
    "r2": lambda fit: fit.r_squared if fit.model.has_scale else None,
    "pseudo_r2": lambda fit: None if fit.model.has_scale else fit.r_squared,
    "ll": lambda fit: fit.loglik,
    "aic": lambda fit: fit.aic,
    "bic": lambda fit: fit.bic,
    "df_resid": lambda fit: fit.df,
    "rmse": lambda fit: fit.scale if fit.model.has_scale else None,
    "se_type": lambda fit: fit.cov,
}
"""What is known of a fit, by their names; None where it has none."""


class Tabled(Parallel):
    """The attributes that maketables reads."""

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """One row per coefficient, in the index; b, se, t, p and the ends of 95 and 90 % intervals.

        IncompatibleError for a ridge fit, which has no standard errors.
        """
        if not self.kinds:
            raise IncompatibleError(
                f"maketables puts standard errors under estimates, and {self.model.title} has none ({NO_SE})."
            )
        found = {"b": self.estimate, "se": self.se}
        for level in (95, 90):
            made = table(self, level / 100.0)
            found |= {"t": made["statistic"], "p": made["p_value"]}
            found |= {f"ci{level}l": made["lower"], f"ci{level}u": made["upper"]}
        columns = {name: np.asarray(column) for name, column in found.items()}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="Coefficient"))

    @property
    def __maketables_depvar__(self) -> str:
        """The outcome, as the formula has it."""
        formula = self.model.formula
        return "y" if formula is None else formula.split("~")[0].strip()

    @property
    def __maketables_vcov_info__(self) -> dict[str, Any]:
        """What the standard errors are made from."""
        return {"vcov_type": self.cov}

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        """The rows below the coefficients."""
        return ["N", "r2" if self.model.has_scale else "pseudo_r2"]

    def __maketables_stat__(self, key: str) -> Any:
        """A number of the fit, None where it has none of this name."""
        return STATISTICS[key](self) if key in STATISTICS else None


OVER_GROUPS = ("calibration", "frequencies")
"""Figures of a regression with random effects that are of averages over groups."""


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
        "influence": residuals against leverage with Cook's distances, the worst rows named. "random_effects" of a mixed
        model: the effects of the groups of `variable` in order. "smooth" of a `variable`: its curve with both
        bands at `values` (see `smooth`), or of the `kind` "slope". "profile" of a coefficient, `variable`: the
        log-likelihood beside Wald's parabola; of a mixed model of "sd(x | g)", "correlation(x, z | g)" or "sigma". Of a
        series "level", "forecast" of so many `steps` (`data` or `X` as in `forecast`), "states" of a `kind` and
        "innovations".

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
        of, over_groups = self, is_one_of(what, OVER_GROUPS) and self.model.is_mixed and not self.model.has_scale
        if over_groups or is_one_of(what, ("effect",)):
            of = self._averaged_over(None, str(what))
        return plotted(of, self.model.title, what, PLOTS, ax, **options)
