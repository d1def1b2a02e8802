"""Fits as the package maketables takes them: `maketables.ETable([fit, other])` puts fits of any package side by side.

The package looks for attributes called `__maketables_...__` and is never imported here. Its words: b, se, t, p and the
ends of intervals for a coefficient; N, r2, ll, aic, bic, scale and se_type for the fit. Source: its page
PLUGIN_EXTRACTOR_FORMAT.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.averaged import Averaged
from stattools.inference.intervals.coefficients import NO_SE, table
from stattools.interface.when_needed import pd

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


class Tabled(Averaged):
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
