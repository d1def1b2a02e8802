"""The fit of a linear mixed model: beside what every fit says, what varies between groups."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, NoReturn

from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.inference.mixed.variance_components import variance_components
from stattools.inference.questions import NEEDS, offered
from stattools.interface.arguments import word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.text.page import Page

OF_ROWS = ("marginal_effects", "means", "contrasts", "anova")
OWN = {name: needs for name, needs in NEEDS.items() if name not in OF_ROWS}
"""What its questions need: those that its fixed effects answer need nothing."""


@answers_guesses
@record
class LinearMixedFit(Fit):
    """What `st.fit` returns for `st.linear_mixed`: a `stattools.Fit` of the fixed effects, whose standard errors take
    the variances as known, and of what varies between groups.

    `loglik` is the restricted log-likelihood with R's constant, unless `reml=False` was asked for; `scale` is the
    residual standard deviation sigma. `found` is the maximum that it was made from.

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", table))
    >>> fit.variance_components()[["group", "what", "estimate"]].round(3).to_numpy().tolist()
    [['g', 'sd', 3.294], ['Residual', 'sd', 0.333]]
    """

    found: Any = None

    @property
    def reml(self) -> bool:
        """Whether the likelihood is the restricted one, of the contrasts that the fixed effects leave."""
        return self.found.reml

    @cached_property
    def _of_rows(self) -> Any:  # type: ignore[override]
        """The fixed effects as a regression of single rows, with the covariance of this fit."""
        return Fit(
            self.model.fixed, self.estimate, self.covariance, self.loglik, self.solution, self.scale, self.level,
            t_df=self.t_df, degrees=self.degrees,
        )  # fmt: skip

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval of the fixed effects."""
        return ("wald",)

    @property
    def deviance(self) -> float:
        """-2 times the log-likelihood, or the restricted one."""
        return -2.0 * self.loglik

    @property
    def _counted(self) -> int:
        """Fixed effects, entries of the covariances, and the residual variance, as R counts."""
        return self.found.n_parameters

    @property
    def r_squared(self) -> float:  # type: ignore[override]
        """Not one number here."""
        return float("nan")

    def variance_components(self) -> pd.DataFrame:
        """What varies between groups: group, term, with, what, estimate. `what` is "sd", in units of the outcome per
        unit of the term's column, or "correlation" of `term` and `with`; the last row is the residual.

        A correlation with an effect whose standard deviation is 0 is missing: it has none.
        """
        return variance_components(self.found)

    def anova(
        self, kind: Literal["I", "II", "III"] = "II", *, test: Literal["lr", "wald", "F"] | None = None
    ) -> pd.DataFrame:
        """Wald's test of each term of the fixed effects, all of its coefficients together: term, df, [df_residual,]
        statistic, p_value; see `stattools.Fit.anova` for the kinds.

        Likelihood ratios are of two fits, both with reml=False: `st.likelihood_ratio(fit, smaller)`.
        """
        if test is not None and word_of(test, ("lr", "wald", "F")) == "lr":
            raise IncompatibleError(
                "anova of a mixed model tests terms by Wald's test: a likelihood ratio needs the variances at their "
                "maximum without the term, so fit the smaller model too and use st.likelihood_ratio(fit, smaller), "
                "both with reml=False."
            )
        return super().anova(kind, test="wald" if test is None else test)

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        return offered(self, object.__dir__(self), OWN)

    def save(self, path: Any) -> NoReturn:
        """Refused: a saved fit keeps no data, and effects of groups are made from all rows."""
        raise IncompatibleError(
            f"save keeps no data, and effects of groups of {self.model.title} are made from all rows: keep the table, "
            "and fit it again. fit.table() and fit.variance_components() are frames to be kept."
        )

    def _page(self) -> Page:
        from stattools.inference.mixed.page import page

        return page(self)
