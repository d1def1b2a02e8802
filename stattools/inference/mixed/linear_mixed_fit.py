"""The fit of a linear mixed model: beside what every fit says, what varies between groups."""

from __future__ import annotations

from typing import Any, NoReturn

from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.inference.mixed.variance_components import variance_components
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.text.page import Page


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

    def save(self, path: Any) -> NoReturn:
        """Refused: a saved fit keeps no data, and effects of groups are made from all rows."""
        raise IncompatibleError(
            f"save keeps no data, and effects of groups of {self.model.title} are made from all rows: keep the table, "
            "and fit it again. fit.table() and fit.variance_components() are frames to be kept."
        )

    def _page(self) -> Page:
        from stattools.inference.mixed.page import page

        return page(self)
