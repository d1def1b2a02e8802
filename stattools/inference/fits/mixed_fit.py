"""The fit of a regression whose rows share effects of their groups, or that has curves.

What it answers by way of single rows is asked of views, fits of the regression of a typical group or of the population
(`views.py`). Of a normal outcome both are the same, since the mean is linear in the effects.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.inference.certificate import Certificate, linear_mixed_certificate, local_maxima, marginal_certificate
from stattools.inference.estimates import Judged, level_of
from stattools.inference.existence.random_effects import existence
from stattools.inference.fits.fit import GROUPS, Fit
from stattools.inference.mixed.degrees import MixedDegrees, ResidualDegrees
from stattools.inference.mixed.predictions import judged_rows, mixed_predictions, mixed_residuals, predicted
from stattools.inference.mixed.variances import averaged_coefficients, goodness
from stattools.inference.mixed.views import all_columns, population
from stattools.inference.needs import require
from stattools.inference.prediction.predict import Missing
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.names.answers import is_one_of, one_of, word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.fixed_effects import fixed_ends

BY_VIEWS = {"marginal_effects", "means", "contrasts", "anova", "predict", "residuals_of", "residuals", "goodness"}
"""Questions that single rows, groups or averages over them answer, and which every such fit has."""


@answers_guesses
@record
class MixedFit(Fit):
    """What `st.fit` returns for `st.linear_mixed`, and for regressions with random effects or curves: a `stattools.Fit`
    of the fixed effects, and of what varies between groups. `found` is the maximum that it was made from.

    Of a normal outcome standard errors take the variances as known, `loglik` is the restricted log-likelihood with R's
    constant, unless `reml=False` was asked for, and `scale` is the residual standard deviation sigma. Of other outcomes
    the coefficients are those of a group whose effects are 0, standard errors allow for estimated variances, and
    `loglik` is that of the outcome with the effects integrated out, all constants included.

    `stattools.LinearMixedFit` and `stattools.MixedRegressionFit` are names of this class.

    >>> import stattools as st
    >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", table))
    >>> fit.variance_components()[["group", "what", "estimate"]].round(3).to_numpy().tolist()
    [['g', 'sd', 3.294], ['Residual', 'sd', 0.333]]
    >>> table = {"k": [1, 3, 4, 6, 7, 9, 0, 1], "x": [0, 1, 2, 0, 1, 2, 0, 1], "g": list("aaabbbcc")}
    >>> fit = st.fit(st.poisson("k ~ x + (1 | g)", table))
    >>> fit.integral.kind, bool(fit.integral.worst < 1e-5)
    ('quadrature', True)
    """

    degrees: MixedDegrees | ResidualDegrees | None = None  # type: ignore[assignment]
    found: Any = None

    @property
    def _answered(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset(BY_VIEWS | {"local_maxima" if self.model.has_scale else "calibration"})

    @property
    def deviance(self) -> float:
        """-2 times the log-likelihood, or the restricted one."""
        return -2.0 * self.loglik

    @property
    def _counted(self) -> int:
        """Coefficients, other parameters such as a residual variance, and entries of the covariances, as R counts."""
        return self.found.n_parameters

    @property
    def t_df(self) -> float | Floats:  # type: ignore[override]
        """Degrees of freedom of Student's t of each fixed effect, made when they are asked for; infinite with
        df="normal", and of outcomes that are not normal.
        """
        return np.inf if self.degrees is None else self.degrees.of_coefficients

    @cached_property
    def _existence(self) -> str:
        """Why there is a maximum, which a saved fit knows without its rows."""
        return existence(self.model)

    @property
    def reml(self) -> bool:
        """Whether the likelihood is the restricted one, of the contrasts that the fixed effects leave; of outcomes that
        are not normal that of curves is, with the fixed effects integrated out.
        """
        return self.found.reml if self.model.has_scale else bool(self.model.smooths)

    @cached_property
    def _of_rows(self) -> Fit:  # type: ignore[override]
        """The fixed effects as a regression of single rows, of a group whose effects are 0, with the covariance of this
        fit.
        """
        return Fit(
            self.model.fixed, self.estimate, self.covariance, self.loglik, self.solution, self.scale, self.level,
            t_df=self.t_df, degrees=self.degrees,  # type: ignore[arg-type]
        )  # fmt: skip

    @cached_property
    def _of_means(self) -> Fit:  # type: ignore[override]
        """The same, with the columns of curves among its own."""
        return all_columns(self, self._of_rows)

    @cached_property
    def _population(self) -> Fit:
        """The regression averaged over the population of groups, with the columns of curves."""
        return all_columns(self, population(self))

    def _averaged_over(self, groups: object, name: str) -> Fit:
        given = "population" if groups is None else groups
        groups = one_of(given, GROUPS, f"fit.{name} needs groups to be one of {{}}")
        if groups == "population" and not self.model.has_scale:  # whose variables may be those of random effects alone
            return self._population
        require(self._of_rows, name)
        return self._of_means

    def _judged(self, model: Any) -> Judged:
        return judged_rows(self, model)

    def _predicted(self, data: Any, missing: Missing) -> tuple[Any, Any]:
        return predicted(self, data, "population", "mean", None, missing)[:2]

    def _likelihood(self) -> tuple[Any, Any, Floats]:
        """That with the effects integrated out, whose variances are coordinates after those of the coefficients."""
        marginal, p = self.found.marginal, len(self.names)
        T = np.eye(len(marginal.names))
        T[:p, :p] = marginal.to_fixed
        return marginal, Standardization.whole_block(T), self.found.at

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval of the fixed effects."""
        return ("wald",) if self.reml else ("wald", "profile")

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals of the fixed effects, (p,) each: "wald", or "profile", the values that a likelihood
        ratio does not reject, variances and other coefficients at their best for each; the restricted likelihood says
        nothing of fixed effects.
        """
        with one_blas_thread():
            if not (self.model.has_scale and is_one_of(word_of(kind, ("wald", "profile")), ("profile",))):
                return super().interval(level, kind=kind)
            if self.reml:
                raise IncompatibleError(
                    'interval(kind="profile") is of the likelihood, and this fit is by the restricted one, which says '
                    "nothing of fixed effects: fit with reml=False."
                )
            level = level_of(self, level)
            return Interval(*fixed_ends(self.found, level), level, "profile", self.names)

    def table(self, level: float | None = None, *, exponentiate: bool = False) -> pd.DataFrame:
        """One row per coefficient, as `Fit.table` has them: what they change within a group, its effects held. With
        `exponentiate=True` conditional ratios; those of averages over groups are of `averaged_coefficients`.
        """
        if self.model.has_scale:
            return super().table(level, exponentiate=exponentiate)
        made = self._of_rows.table(level, exponentiate=exponentiate)
        if exponentiate:
            made.attrs["ratio"] = f"conditional {made.attrs['ratio']}"
            made.attrs["note"] = made.attrs["note"].replace("a ratio (", "a ratio within a group (conditional ", 1)
        return made

    @property
    def certificate(self) -> Certificate:
        """What is proven of the maximum: how near the estimate is, that no other is higher or that this is not known,
        and the conditions where a variance is 0.
        """
        if self.model.has_scale:
            return linear_mixed_certificate(self)
        return marginal_certificate(self, self._existence, self.model.fixed.remarks)

    @property
    def integral(self) -> Any:
        """How the effects were integrated out: `kind`, "quadrature" or "Laplace", `nodes` along each effect, and
        `error`, how far a better integral moves each parameter, in standard errors; `worst` is the largest of them.
        """
        require(self, "integral")
        return self.found.integral

    def local_maxima(self) -> pd.DataFrame:
        """All local maxima of the likelihood of a model with one ratio of variances, or of one curve: sd of the
        effects, residual sd or penalty, and deviance, the highest first. IncompatibleError for other models, and with
        certify="local".
        """
        return local_maxima(self) if self.model.has_scale else super().local_maxima()

    def predict(  # type: ignore[override]
        self,
        data: object = None,
        *,
        groups: Literal["known", "population", "typical", "new"] | None = None,
        kind: str = "mean",
        interval: float | None = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        trials: str | ArrayLike | None = None,
        precision: str | ArrayLike | None = None,
        p: float | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """What the model expects of the rows of the fit, or of new rows in `data`.

        `groups` says of whom: "known", the groups that were seen, with their effects (by default of a normal outcome);
        "population", the average over all groups, effects integrated out (by default of others); "typical", a group
        whose effects are 0, which of a normal outcome is the average; "new", a group that nobody saw: its mean is that
        of the population, and an interval has the variance of its effects too, as it was estimated: of few groups,
        whose variance is little known, it is somewhat short. `kind` is "mean", "link", "class", "zero", "cumulative",
        "score", as in `Fit.predict`, or "observation", "median" and "quantile" (at `p`), of a new outcome of a known or
        a new group. With `interval=level` also lower and upper: of a normal outcome by Student's t with Satterthwaite's
        degrees of freedom of each variance, normal of a fit with df="normal"; of others by the delta method over
        coefficients and variances. `offset`, `exposure`, `trials`, `precision`, `missing` and `align` as in
        `Fit.predict`. Raises DomainError for groups that were not seen where they should be known, with their names.
        Rows beyond the data of a curve, which goes on as a straight line there, are marked in a column `beyond` and in
        `attrs["note"]`.
        """
        beside = {"offset": offset, "exposure": exposure, "trials": trials, "precision": precision, "p": p}
        return mixed_predictions(self, data, groups, kind, interval, missing, align, **beside)

    def residuals_of(  # type: ignore[override]
        self,
        kind: Literal["conditional", "response", "marginal", "pearson", "deviance", "quantile"] = "conditional",
        *,
        seed: int | np.random.Generator | None = None,
        align: bool = True,
    ) -> Any:
        """Residuals of a kind, one per row of the table: "conditional" ("response"), the outcome less its mean given
        the effects of its groups; "marginal", less its average over groups; "pearson", conditional over their standard
        deviation; of outcomes that are not normal also "deviance", conditional, and "quantile", of the distribution
        with the effects integrated out, which are standard normal under the model (randomized by `seed` for outcomes
        that are not continuous).

        A row that was dropped has NaN (null in Polars). With `align=False` an array of the rows that were used.
        """
        return mixed_residuals(self, kind, seed, align)

    def goodness(self) -> pd.DataFrame:
        """How much is explained, in one row: r2_marginal (by the fixed effects), r2_conditional (and by the groups),
        icc (what rows share with their groups), deviance; of a normal outcome also sigma. The others are explained on
        the scale of the linear predictor, where the variance of a row is that of the distribution behind the link, as
        pi^2 / 3 of a logit; with curves they have deviance_explained, of that of a constant mean, by curves and groups,
        as mgcv's. Source: Nakagawa & Schielzeth (2013); Nakagawa, Johnson & Schielzeth (2017); Wood (2017), 3.1.7.
        """
        return goodness(self)

    def averaged_coefficients(self, level: float | None = None, *, exponentiate: bool = False) -> pd.DataFrame:
        """The coefficients of the average over groups: term, estimate, se, statistic, p_value, lower, upper.

        Those of `table()` are conditional on the effects: what a unit of x changes within a group. Of the averages
        over groups the change is smaller, as of a logit: these are the coefficients of the line nearest to the link of
        the averaged means of the rows; with `exponentiate=True` averaged odds ratios or rate ratios, se_log. Raises
        IncompatibleError for labels in order, and for normal outcomes, whose coefficients are those of averages too.
        Source: Hedeker, du Toit, Demirtas & Gibbons, Biometrics 74 (2018).
        """
        require(self, "averaged_coefficients")
        return averaged_coefficients(self, level, exponentiate)

    def calibration(self, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
        """Observed share against the probability averaged over groups, as `Fit.calibration` has them."""
        return (super() if self.model.has_scale else self._population).calibration(bins, level=level)


LinearMixedFit = MixedFit
"""The name of the fit of a linear mixed model."""

MixedRegressionFit = MixedFit
"""The name of the fit of another regression with random effects or curves."""
