"""What the fit of a mixed regression of any likelihood answers, by views of it as fits of single rows (`views.py`)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.inference.any_fit import Judged
from stattools.inference.existence.groups import existence
from stattools.inference.fitted import Fit
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.intervals.profile import profile_interval
from stattools.inference.mixed.averaged_coefficients import averaged_coefficients
from stattools.inference.mixed.drawn_groups import NULLS
from stattools.inference.mixed.explained import goodness, intraclass, latent_variance
from stattools.inference.mixed.family_influence import family_influence
from stattools.inference.mixed.family_predictions import family_predictions, predicted
from stattools.inference.mixed.family_residuals import family_residuals, judged_rows
from stattools.inference.mixed.random_effects import random_effects
from stattools.inference.mixed.variance_components import variance_components
from stattools.inference.mixed.variance_tests import variance_test
from stattools.inference.mixed.views import InColumns, population, typical
from stattools.inference.prediction.new_rows import Missing
from stattools.inference.questions import NEEDS, offered, require
from stattools.inference.smooths.all_columns import all_columns
from stattools.inference.smooths.deviance_explained import with_deviance
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.interval import Interval, require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.solution import require_choice

if TYPE_CHECKING:
    from stattools.inference.diagnostics.checks.table import CheckTable

ANSWERED = (
    "marginal_effects", "means", "contrasts", "anova", "predict", "residuals", "residuals_of", "goodness", "check",
    "calibration",
)  # fmt: skip
OWN = {name: needs for name, needs in NEEDS.items() if name not in ANSWERED}
"""What its questions need: those that views of it answer need nothing."""


@answers_guesses
@record
class MixedAnswers(Fit):
    """The answers of a `stattools.Fit` of a regression with random effects; `found` is its maximum."""

    found: Any = None

    @cached_property
    def _existence(self) -> str:
        """Why there is a maximum, which a saved fit knows without its rows."""
        return existence(self.model)

    @cached_property
    def _of_rows(self) -> Any:  # type: ignore[override]
        """The coefficients as a regression of single rows, for a group whose effects are 0."""
        return typical(self)

    @cached_property
    def _typical(self) -> Any:
        """The regression of single rows, for a group whose effects are 0, with the columns of curves."""
        return all_columns(self, self._of_rows) if self.model.smooths else self._of_rows

    @cached_property
    def _population(self) -> Any:
        """The regression averaged over the population of groups, with the columns of curves."""
        return all_columns(self, population(self)) if self.model.smooths else population(self)

    def _averaged_over(self, groups: Any, name: str) -> Any:
        given = "population" if groups is None else groups
        groups = require_choice(f"fit.{name}", "groups", given, ("population", "typical"))
        if groups == "population":
            return self._population
        require(self._of_rows, name)
        return self._typical

    def _judged(self, model: Any) -> Judged:
        return judged_rows(self, model)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval of the fixed effects."""
        return ("wald",) if self.model.smooths else ("wald", "profile")

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals of the fixed effects, (p,) each: "wald", or "profile", the values that a likelihood
        ratio does not reject, variances and other coefficients at their best for each.
        """
        if not is_one_of(word_of(kind, self.kinds), ("profile",)) or "profile" not in self.kinds:
            return super().interval(level, kind=kind)
        level = self.level if level is None else level
        require_level(level)
        with one_blas_thread():
            lower, upper = profile_interval(InColumns.of(self), level)
        return Interval(lower, upper, level, "profile", self.names)

    def table(self, level: float | None = None, *, exponentiate: bool = False) -> pd.DataFrame:
        """One row per coefficient, as `Fit.table` has them: what they change within a group, its effects held. With
        `exponentiate=True` conditional ratios; those of averages over groups are of `averaged_coefficients`.
        """
        made = self._of_rows.table(level, exponentiate=exponentiate)
        if exponentiate:
            made.attrs["ratio"] = f"conditional {made.attrs['ratio']}"
            made.attrs["note"] = made.attrs["note"].replace("a ratio (", "a ratio within a group (conditional ", 1)
        return made

    @property
    def deviance(self) -> float:
        """-2 times the log-likelihood."""
        return -2.0 * self.loglik

    @property
    def _counted(self) -> int:
        """Coefficients, other parameters, and entries of the covariances of effects."""
        return self.found.n_parameters

    @property
    def r_squared(self) -> float:  # type: ignore[override]
        """Not one number here: see `goodness`."""
        return float("nan")

    @property
    def reml(self) -> bool:
        """Whether the likelihood is a restricted one: fixed effects are integrated out beside curves."""
        return bool(self.model.smooths)

    def variance_components(
        self, level: float | None = None, *, interval: Literal["profile"] | None = "profile"
    ) -> pd.DataFrame:
        """What varies between groups: group, term, with, what, estimate, lower, upper. `what` is "sd", on the scale of
        the linear predictor per unit of the term's column, or "correlation" of `term` and `with`.

        The intervals are what a likelihood ratio test does not reject, by the likelihood with the effects integrated
        out; the lower end of an sd is 0 where 0 is not rejected, and a correlation is (-1, 1) where one of its sds may
        be 0. They take some hundred evaluations of it; `interval=None` leaves them out. One that was not found is
        missing, and a column `note` says why. A correlation with an effect whose sd is 0 is none. Raises DomainError
        for a level outside (0, 1). Source: Bates, Maechler, Bolker & Walker (2015), 5.1.
        """
        return variance_components(self, level, interval)

    def variance_test(
        self,
        term: str,
        effect: str | None = None,
        *,
        method: Literal["mixture", "bootstrap"] = "mixture",
        draws: int | None = None,
        seed: int | np.random.Generator | None = None,
    ) -> TestResult:
        """The likelihood ratio test of a variance of 0: of `term`, "(1 | g)" or "g", or of one `effect` of a term with
        several, with its correlations.

        `method` is "mixture", half chi2(q - 1) and half chi2(q), which holds in many groups, or "bootstrap", outcomes
        drawn from the model without it, which both are fitted to: it needs `seed` and takes 999 `draws` unless given,
        and its p-value is (1 + exceedances) / (1 + draws). Raises DomainError for names that are not there,
        IncompatibleError for a method that does not know the distribution. Source: Stram & Lee, Biometrics 50 (1994).
        """
        return variance_test(self, term, effect, method, draws, seed, NULLS)

    def random_effects(
        self, group: str | None = None, *, level: float | None = None, fixed: Literal["known", "estimated"] = "known"
    ) -> pd.DataFrame:
        """The most probable effects of the groups given the data (conditional modes): group, level, term, estimate, se,
        lower, upper, on the scale of the linear predictor.

        `group` is one grouping, such as "Subject" or "a:b", by default all. `se` is the root of the inverse curvature
        of the effects' density given the data, with `fixed="known"` at the estimates, as lme4's condVar, with
        `fixed="estimated"` with the uncertainty of coefficients and variances added, by the delta method; intervals
        are normal. `plot("random_effects", "Subject")` draws them.
        """
        return random_effects(self.found, group, self.level if level is None else level, fixed)

    def predict(  # type: ignore[override]
        self,
        data: Any = None,
        *,
        groups: Literal["population", "known", "typical", "new"] = "population",
        kind: str = "mean",
        interval: float | None = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        trials: str | ArrayLike | None = None,
        p: float | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """What the model expects of the rows of the fit, or of new rows in `data`.

        `groups` says of whom: "population", the average over all groups, effects integrated out; "known", the groups
        that were seen, with their effects; "typical", a group whose effects are 0, which is not the average;
        "new", a group that nobody saw: its mean is that of the population, and an interval has the variance of its
        effects too, as it was estimated: of few groups, whose variance is little known, it is somewhat short. `kind` is
        "mean", "link", "class", "zero", "cumulative", "score", as in `Fit.predict`, or "observation", "median" and
        "quantile" (at `p`), of a new outcome of a known or a new group. With `interval=level` also lower and upper, by
        the delta method over coefficients and variances. `offset`, `exposure`, `trials`, `missing` and `align` as in
        `Fit.predict`. Raises DomainError for groups that were not seen where they should be known, with their names.
        Rows beyond the data of a curve, a straight line there, are marked in a column `beyond` and `attrs["note"]`.
        """
        beside = {"offset": offset, "exposure": exposure, "trials": trials, "p": p}
        return family_predictions(self, data, groups, kind, interval, missing, align, **beside)

    def _predicted(self, data: Any, missing: Missing) -> tuple[Any, Any]:
        return predicted(self, data, "population", "mean", None, missing)[:2]

    def averaged_coefficients(self, level: float | None = None, *, exponentiate: bool = False) -> pd.DataFrame:
        """The coefficients of the average over groups: term, estimate, se, statistic, p_value, lower, upper.

        Those of `table()` are conditional on the effects: what a unit of x changes within a group. Of the averages
        over groups the change is smaller, as of a logit: these are the coefficients of the line nearest to the link of
        the averaged means of the rows; with `exponentiate=True` averaged odds ratios or rate ratios, se_log. Raises
        IncompatibleError for labels in order. Source: Hedeker, du Toit, Demirtas & Gibbons, Biometrics 74 (2018).
        """
        return averaged_coefficients(self, level, exponentiate)

    @property
    def residuals(self) -> Any:
        """Conditional residuals, one per row of the table."""
        return self.residuals_of("conditional")

    def residuals_of(  # type: ignore[override]
        self,
        kind: Literal["conditional", "response", "marginal", "pearson", "deviance", "quantile"] = "conditional",
        *,
        seed: int | np.random.Generator | None = None,
        align: bool = True,
    ) -> Any:
        """Residuals of a kind, one per row of the table: "conditional" ("response"), the outcome less its mean given
        the effects of its groups; "marginal", less its average over groups; "pearson" and "deviance", conditional;
        "quantile", of the distribution with the effects integrated out, which are standard normal under the model
        (randomized by `seed` for outcomes that are not continuous).

        A row that was dropped has NaN (null in Polars). With `align=False` an array of the rows that were used.
        """
        return family_residuals(self, kind, seed, align)

    def goodness(self) -> pd.DataFrame:
        """How much is explained on the scale of the linear predictor, in one row: r2_marginal (by the fixed effects),
        r2_conditional (and by the groups), icc (what rows share with their groups), deviance; with curves also
        deviance_explained, of that of a constant mean, by curves and groups, as mgcv's. The variance of a row is that
        of the distribution behind the link, as pi^2 / 3 of a logit. Source: Nakagawa & Schielzeth (2013); Nakagawa,
        Johnson & Schielzeth (2017); Wood (2017), 3.1.7.
        """
        made = goodness(self.found, self.estimate, self._rows_vary)
        return with_deviance(self, made) if self.model.smooths else made

    def intraclass(self) -> pd.DataFrame:
        """How alike rows of a group are, on the scale of the linear predictor: group, variance, share, one row for each
        grouping and one, "Rows", for what varies within. The share is the intraclass correlation.
        """
        return intraclass(self.found, self._rows_vary, "Rows")

    @property
    def _rows_vary(self) -> float:
        return latent_variance(self.model, self.estimate, self._population)

    def calibration(self, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
        """Observed share against the probability averaged over groups, as `Fit.calibration` has them."""
        return self._population.calibration(bins, level=level)

    def group_influence(self, group: str | None = None) -> pd.DataFrame:
        """How far the coefficients move when a whole group is left out, by one step of Newton from the fit: level, n,
        cooks_distance, and `se_x` for each coefficient, by how many standard errors it falls.

        `group` is needed where there are several groupings. Source: Pregibon (1981).
        """
        with one_blas_thread():
            return family_influence(self, group)

    def check(self, *, order: Any = None) -> CheckTable:
        """Is the model right enough? The maximum, and the group that moves a coefficient most."""
        from stattools.inference.diagnostics.checks.of_groups import check_groups

        return check_groups(self, order)

    def anova(
        self, kind: Literal["I", "II", "III"] = "II", *, test: Literal["lr", "wald", "F"] | None = None
    ) -> pd.DataFrame:
        """Wald's test of each term of the fixed effects, all of its coefficients together: term, df, statistic,
        p_value; see `stattools.Fit.anova` for the kinds. Likelihood ratios are of two fits:
        `st.likelihood_ratio(fit, smaller)`.
        """
        if test is not None and not is_one_of(word_of(test, ("lr", "wald", "F")), ("wald",)):
            raise IncompatibleError(
                "anova of a mixed model tests terms by Wald's test: a likelihood ratio needs the variances at their "
                "maximum without the term, so fit the smaller model too and use st.likelihood_ratio(fit, smaller)."
            )
        return super().anova(kind, test="wald")

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        return offered(self, object.__dir__(self), OWN)
