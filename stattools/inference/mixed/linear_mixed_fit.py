"""The fit of a linear mixed model: beside what every fit says, what varies between groups."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.inference.any_fit import Judged
from stattools.inference.fitted import Fit
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.mixed.explained import goodness, intraclass, variance_of_rows
from stattools.inference.mixed.group_influence import group_influence
from stattools.inference.mixed.held_out_groups import judged_groups
from stattools.inference.mixed.mixed_certificate import certificate, local_maxima
from stattools.inference.mixed.mixed_degrees import MixedDegrees, ResidualDegrees
from stattools.inference.mixed.mixed_predictions import mixed_predictions
from stattools.inference.mixed.mixed_residuals import mixed_residuals
from stattools.inference.mixed.random_effects import random_effects
from stattools.inference.mixed.variance_components import variance_components
from stattools.inference.mixed.variance_tests import variance_test
from stattools.inference.prediction.new_rows import Missing
from stattools.inference.questions import NEEDS, offered, require
from stattools.inference.smooths.all_columns import all_columns_of_normal
from stattools.inference.smooths.smoothed import Smoothed
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.fixed_profile import fixed_ends
from stattools.text.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from stattools.inference.diagnostics.checks.table import CheckTable

OF_FIXED = ("marginal_effects", "means", "contrasts", "anova")
OF_GROUPS = ("predict", "residuals_of", "residuals", "goodness", "check")
OWN = {name: needs for name, needs in NEEDS.items() if name not in (*OF_FIXED, *OF_GROUPS)}
"""What its questions need: those that its fixed effects or its groups answer need nothing."""


@answers_guesses
@record
class LinearMixedFit(Smoothed, Fit):
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

    degrees: MixedDegrees | ResidualDegrees | None = None  # type: ignore[assignment]
    found: Any = None

    @property
    def t_df(self) -> Any:  # type: ignore[override]
        """Degrees of freedom of Student's t of each fixed effect, made when they are asked for; infinite with
        df="normal".
        """
        return np.inf if self.degrees is None else self.degrees.of_coefficients

    def _judged(self, model: Any) -> Judged:
        return judged_groups(self, model)

    @property
    def reml(self) -> bool:
        """Whether the likelihood is the restricted one, of the contrasts that the fixed effects leave."""
        return self.found.reml

    @cached_property
    def _of_rows(self) -> Any:  # type: ignore[override]
        """The fixed effects as a regression of single rows, with the covariance of this fit."""
        return Fit(
            self.model.fixed, self.estimate, self.covariance, self.loglik, self.solution, self.scale, self.level,
            t_df=self.t_df, degrees=self.degrees,  # type: ignore[arg-type]
        )  # fmt: skip

    @cached_property
    def _of_means(self) -> Any:  # type: ignore[override]
        """The fixed effects as a regression of single rows, with the columns of curves among its own."""
        return all_columns_of_normal(self) if self.model.smooths else self._of_rows

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval of the fixed effects."""
        return ("wald",) if self.reml else ("wald", "profile")

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals of the fixed effects, (p,) each: "wald", and of a fit with reml=False "profile", the
        values that a likelihood ratio does not reject; the restricted likelihood says nothing of fixed effects.
        """
        if not is_one_of(word_of(kind, ("wald", "profile")), ("profile",)):
            return super().interval(level, kind=kind)
        if self.reml:
            raise IncompatibleError(
                'interval(kind="profile") is of the likelihood, and this fit is by the restricted one, which says '
                "nothing of fixed effects: fit with reml=False."
            )
        level = self.level if level is None else level
        require_level(level)
        with one_blas_thread():
            lower, upper = fixed_ends(self.found, level)
        return Interval(lower, upper, level, "profile", self.names)

    @property
    def deviance(self) -> float:
        """-2 times the log-likelihood, or the restricted one."""
        return -2.0 * self.loglik

    @property
    def certificate(self) -> str:
        """What is proven of the maximum: how near the estimate is, that no other is higher or that this is not known,
        and the conditions where a variance is 0.
        """
        return certificate(self)

    def local_maxima(self) -> pd.DataFrame:
        """All local maxima of the likelihood of a model with one ratio of variances: sd of the effects, residual sd and
        deviance, the highest first. IncompatibleError for other models, and with certify="local".
        """
        return local_maxima(self)

    @property
    def _counted(self) -> int:
        """Fixed effects, entries of the covariances, and the residual variance, as R counts."""
        return self.found.n_parameters

    @property
    def r_squared(self) -> float:  # type: ignore[override]
        """Not one number here."""
        return float("nan")

    def variance_components(
        self, level: float | None = None, *, interval: Literal["profile"] | None = "profile"
    ) -> pd.DataFrame:
        """What varies between groups: group, term, with, what, estimate, lower, upper. `what` is "sd", in units of the
        outcome per unit of the term's column, or "correlation" of `term` and `with`; the last row is the residual.

        The intervals are what a likelihood ratio test does not reject, by the likelihood of the fit (the restricted
        one by default); the lower end of an sd is 0 where 0 is not rejected, and a correlation is (-1, 1) where one of
        its sds may be 0. They take some hundred evaluations of the likelihood; `interval=None` leaves them out. One
        that was not found is missing, and a column `note` says why. A correlation with an effect whose sd is 0 is none.
        Raises DomainError for a level outside (0, 1). Source: Bates, Maechler, Bolker & Walker (2015), 5.1.
        """
        return variance_components(self, level, interval)

    def variance_test(
        self,
        term: str,
        effect: str | None = None,
        *,
        method: Literal["mixture", "exact", "bootstrap"] = "mixture",
        draws: int | None = None,
        seed: int | np.random.Generator | None = None,
    ) -> TestResult:
        """The likelihood ratio test of a variance of 0, restricted where the fit is: of `term`, "(1 | g)" or "g", or of
        one `effect` of a term with several, with its correlations.

        `method` is "mixture", half chi2(q - 1) and half chi2(q), which holds in many groups; "exact", draws of the
        distribution for this number of groups, of the only variance of a model; or "bootstrap", outcomes drawn from
        the model without it, which both are fitted to. The last two need `seed` and take 9999 and 999 `draws` unless
        given; their p-value is (1 + exceedances) / (1 + draws). Raises DomainError for names that are not there,
        IncompatibleError for a method that does not know the distribution. Source: Stram & Lee, Biometrics 50 (1994);
        Crainiceanu & Ruppert, JRSS B 66 (2004).
        """
        return variance_test(self, term, effect, method, draws, seed)

    def anova(
        self, kind: Literal["I", "II", "III"] = "II", *, test: Literal["lr", "wald", "F"] | None = None
    ) -> pd.DataFrame:
        """Wald's test of each term of the fixed effects, all of its coefficients together: term, df, [df_residual,]
        statistic, p_value; see `stattools.Fit.anova` for the kinds.

        Likelihood ratios are of two fits, both with reml=False: `st.likelihood_ratio(fit, smaller)`.
        """
        if is_one_of(word_of(test, ("lr", "wald", "F")), ("lr",)):
            raise IncompatibleError(
                "anova of a mixed model tests terms by Wald's test: a likelihood ratio needs the variances at their "
                "maximum without the term, so fit the smaller model too and use st.likelihood_ratio(fit, smaller), "
                "both with reml=False."
            )
        return super().anova(kind, test="wald" if test is None else test)

    def random_effects(
        self, group: str | None = None, *, level: float | None = None, fixed: Literal["known", "estimated"] = "known"
    ) -> pd.DataFrame:
        """The effects of the groups given the data (conditional modes): group, level, term, estimate, se, lower, upper.

        `group` is one grouping, such as "Subject" or "a:b", by default all. `se` is the standard deviation of an effect
        given the data: with `fixed="known"` as if the fixed effects were known, as lme4's condVar, with
        `fixed="estimated"` of estimate less effect, their uncertainty added. The variances are taken as known in both;
        intervals are normal. `plot("random_effects", "Subject")` draws them.

        >>> import stattools as st
        >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
        >>> fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", table))
        >>> fit.random_effects("g")[["level", "estimate", "se"]].round(3).to_numpy().tolist()
        [['a', -2.325, 0.192], ['b', 2.325, 0.192]]
        """
        return random_effects(self.found, group, self.level if level is None else level, fixed)

    def predict(  # type: ignore[override]
        self,
        data: Any = None,
        *,
        groups: Literal["known", "population", "new", "typical"] = "known",
        kind: Literal["mean", "link", "observation"] = "mean",
        interval: float | None = None,
        precision: str | ArrayLike | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """What the model expects of the rows of the fit, or of new rows in `data`.

        `groups` says of whom: "known", the groups that were seen, with their effects; "population", "typical", without;
        "new", groups that nobody saw, whose mean has their variance too, and whose columns are not needed. `kind` is
        "mean" ("link" is the same), or "observation", one new outcome, whose interval has the residual variance too.
        With `interval=level` also lower and upper, by Student's t with Satterthwaite's degrees of freedom of each
        variance, normal of a fit with df="normal". `precision`, `missing` and `align` are as in `Fit.predict`. Raises
        DomainError for groups that were not seen where they should be known, with their names. Rows beyond the data of
        a curve, which goes on as a straight line there, are marked in a column `beyond` and in `attrs["note"]`.
        """
        return mixed_predictions(self, data, groups, kind, interval, precision, missing, align)

    @property
    def residuals(self) -> Any:
        """Conditional residuals, one per row of the table."""
        return self.residuals_of("conditional")

    def residuals_of(  # type: ignore[override]
        self, kind: Literal["conditional", "marginal", "pearson", "response"] = "conditional", *, align: bool = True
    ) -> Any:
        """Residuals of a kind, one per row of the table: "conditional" ("response"), less the fixed effects and those
        of the groups; "marginal", less the fixed effects; "pearson", conditional over their standard deviation.

        A row that was dropped has NaN (null in Polars). With `align=False` an array of the rows that were used.
        """
        return mixed_residuals(self, kind, align)

    def goodness(self) -> pd.DataFrame:
        """How much is explained, in one row: sigma, r2_marginal (by the fixed effects), r2_conditional (and by the
        groups), icc (what rows share with their groups), deviance. Source: Nakagawa & Schielzeth (2013).
        """
        return goodness(self.found, self.estimate, variance_of_rows(self.found), sigma=float(np.sqrt(self.found.s2)))

    def intraclass(self) -> pd.DataFrame:
        """How alike rows of a group are: group, variance, share, one row for each grouping and the residual. The share
        is the intraclass correlation: the groups' part of the variance that the fixed effects leave.

        >>> import stattools as st
        >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
        >>> st.fit(st.linear_mixed("y ~ x + (1 | g)", table)).intraclass().round(3).to_numpy().tolist()
        [['g', 10.852, 0.99], ['Residual', 0.111, 0.01]]
        """
        return intraclass(self.found, variance_of_rows(self.found))

    def group_influence(self, group: str | None = None) -> pd.DataFrame:
        """How far the fixed effects move when a whole group is left out, the variances held: level, n, cooks_distance,
        and `se_x` for each fixed effect, by how many standard errors it falls.

        `group` is needed where there are several groupings. Source: Demidenko & Stukel (2005).
        """
        return group_influence(self.found, group)

    def check(self, *, order: Any = None) -> CheckTable:
        """Is the model right enough? The maximum, the group that moves a fixed effect most, normal residuals."""
        from stattools.inference.diagnostics.checks.of_groups import check_groups

        return check_groups(self, order)

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        return offered(self, object.__dir__(self), OWN)

    def save(self, path: str | Path, *, design: bool = False) -> Path:
        """Write the fit to one file, which `st.load` reads; `design=True` adds its rows, for `stattools verify`."""
        require(self, "save")
        from stattools.inference.storage.file import save
        from stattools.inference.storage.mixed_fits import SavedMixedFit

        return save(SavedMixedFit.of(self), path, self, design)

    def _page(self) -> Page:
        from stattools.inference.mixed.page import page

        return page(self)
