"""What a fit with curves is asked of them: a part of fits of mixed models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.inference.smooths.chosen import chosen, require_curves
from stattools.inference.smooths.smooth import Smooth, frame_of, maxima_of, smooth_at
from stattools.interface.interval import require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd

if TYPE_CHECKING:
    from stattools.inference.hypotheses.result import TestResult


@answers_guesses
class Smoothed:
    """The questions of curves; the fit has `model`, `found`, `level` and `t_df`."""

    model: Any
    found: Any
    level: float
    t_df: Any

    def smooth(self, variable: str, *, at: int | ArrayLike | None = None, level: float | None = None) -> Smooth:
        """The curve of a variable with its bands: "x" or "s(x)", of a factor's level "s(x):g[a]", of all levels "x".

        `at` are values of the variable, or their number over the data (100). Bands are pointwise, and simultaneous: of
        those the whole curve lies within with probability `level`. Beyond the data the curve goes on as a straight
        line, which the table and the note say. `.table()` is a frame, `.edf` the effective degrees of freedom,
        `.derivative()` the slope with its bands; `plot("smooth", "x")` draws it. Raises DomainError for a curve that
        is not there. Source: Nychka (1988) for pointwise bands, Krivobokova, Kneib & Claeskens (2010) for the others.

        >>> import stattools as st
        >>> table = {"x": list(range(30)), "y": [k % 7 for k in range(30)]}
        >>> smooth = st.fit(st.glm("y ~ s(x, k=8)", table, family="normal")).smooth("x", at=3)
        >>> smooth.table()["x"].round(6).tolist(), smooth.name
        ([0.0, 14.5, 29.0], 's(x)')
        """
        level = self.level if level is None else level
        require_level(level)
        return smooth_at(chosen(self, variable), at, level, float(np.min(self.t_df)))

    def smooths(self) -> pd.DataFrame:
        """One row for each curve: smooth, variable, k, edf, sd, penalty.

        `edf` are its effective degrees of freedom, its line among them, as mgcv's; `sd` is the standard deviation of
        second differences of its k coefficients, and `penalty` what multiplies the sum of their squares, infinite
        where the curve is a straight line.
        """
        require_curves(self, "smooths")
        return frame_of(self.found.of_curves)

    def local_maxima(self) -> pd.DataFrame:
        """All local maxima of the restricted likelihood along the standard deviation of one curve, the highest first:
        sd, penalty, deviance. IncompatibleError for several curves and beside groups, where only one is looked for.
        """
        require_curves(self, "local_maxima")
        return maxima_of(self.found)

    def smooth_test(
        self,
        variable: str,
        null: Literal["flat", "line"] = "flat",
        *,
        draws: int = 9999,
        seed: int | np.random.Generator = 0,
    ) -> TestResult:
        """Has the variable an effect ("flat"), and is it more than a straight line ("line")?

        The restricted likelihood ratio of no curve beside what else the model has, whose other variances are held. Its
        distribution under the hypothesis is known: `draws` of it are made from `seed`. Of a normal outcome with one
        curve the p-value is exact, (1 + draws as large) / (1 + draws); of other outcomes it is that of many rows. Where
        the likelihood is highest without a curve, the ratio of "line" is 0, and its slope there orders outcomes, so
        that p-values are uniform. Source: Crainiceanu & Ruppert, JRSS B 66 (2004), 165-185.
        """
        from stattools.inference.smooths.smooth_tests import smooth_test

        return smooth_test(self, variable, null, draws, seed)

    def anova(
        self, kind: Literal["I", "II", "III"] = "II", *, test: Literal["lr", "wald", "F"] | None = None
    ) -> pd.DataFrame:
        """Wald's test of each term of the fixed effects, all of its coefficients together: term, df, [df_residual,]
        statistic, p_value; see `stattools.Fit.anova` for the kinds. A curve has one row, the restricted likelihood
        ratio of no effect as by `smooth_test`, with its effective degrees of freedom.

        Likelihood ratios of other terms are of two fits: `st.likelihood_ratio(fit, smaller)`.
        """
        found = super().anova(kind, test=test)  # type: ignore[misc]
        if not self.model.smooths:
            return found
        from stattools.inference.smooths.anova_rows import with_curve_rows

        return with_curve_rows(self, found)
