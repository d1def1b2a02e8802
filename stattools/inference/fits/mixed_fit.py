"""Fits of regressions whose rows share effects of their groups, or have curves: of a normal outcome, and of any other.

What they answer by way of single rows is asked of views, fits of the regression of a typical group or of the population
(`views.py`).
"""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.inference.certificate import Certificate, linear_mixed_certificate, local_maxima, marginal_certificate
from stattools.inference.estimates import Estimates, Judged
from stattools.inference.existence.random_effects import existence
from stattools.inference.fits.fit import Fit
from stattools.inference.mixed.degrees import MixedDegrees, ResidualDegrees
from stattools.inference.mixed.predictions import (
    family_predictions,
    family_residuals,
    judged_groups,
    judged_rows,
    mixed_predictions,
    mixed_residuals,
    predicted,
)
from stattools.inference.mixed.variances import (
    averaged_coefficients,
    goodness,
    latent_variance,
    variance_of_rows,
    with_deviance,
)
from stattools.inference.mixed.views import all_columns, all_columns_of_normal, population, typical
from stattools.inference.needs import require
from stattools.inference.prediction.predict import Missing
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.names.answers import is_one_of, one_of, word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.models.questions import AnyModel
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.fixed_effects import fixed_ends

BY_VIEWS = ("marginal_effects", "means", "contrasts", "anova", "predict", "residuals_of", "residuals", "goodness")
"""Questions that single rows, groups or averages over them answer, and which every such fit has."""


def _as_fit(view: Estimates) -> Fit:
    """The same estimates with all questions of a fit."""
    return Fit(*(getattr(view, field.name) for field in fields(Estimates)))


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

    degrees: MixedDegrees | ResidualDegrees | None = None  # type: ignore[assignment]
    found: Any = None
    _answered = frozenset({*BY_VIEWS, "local_maxima"})

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
    def _of_rows(self) -> Fit:  # type: ignore[override]
        """The fixed effects as a regression of single rows, with the covariance of this fit."""
        return Fit(
            self.model.fixed, self.estimate, self.covariance, self.loglik, self.solution, self.scale, self.level,
            t_df=self.t_df, degrees=self.degrees,  # type: ignore[arg-type]
        )  # fmt: skip

    @cached_property
    def _of_means(self) -> Fit:  # type: ignore[override]
        """The fixed effects as a regression of single rows, with the columns of curves among its own."""
        return _as_fit(all_columns_of_normal(self)) if self.model.smooths else self._of_rows

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
    def certificate(self) -> Certificate:
        """What is proven of the maximum: how near the estimate is, that no other is higher or that this is not known,
        and the conditions where a variance is 0.
        """
        return linear_mixed_certificate(self)

    def local_maxima(self) -> pd.DataFrame:
        """All local maxima of the likelihood of a model with one ratio of variances: sd of the effects, residual sd and
        deviance, the highest first. IncompatibleError for other models, and with certify="local".
        """
        return local_maxima(self)

    def predict(  # type: ignore[override]
        self,
        data: object = None,
        *,
        groups: Literal["known", "population", "new", "typical"] = "known",
        kind: Literal["mean", "link", "observation", "median", "quantile"] = "mean",
        interval: float | None = None,
        precision: str | ArrayLike | None = None,
        p: float | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """What the model expects of the rows of the fit, or of new rows in `data`.

        `groups` says of whom: "known", the groups that were seen, with their effects; "population", "typical", without;
        "new", groups that nobody saw, whose mean has their variance too, and whose columns are not needed. `kind` is
        "mean" ("link" is the same), "observation", one new outcome, whose interval has the residual variance too, or
        its "median" or "quantile" (at `p`), in a known or in a new group.
        With `interval=level` also lower and upper, by Student's t with Satterthwaite's degrees of freedom of each
        variance, normal of a fit with df="normal". `precision`, `missing` and `align` are as in `Fit.predict`. Raises
        DomainError for groups that were not seen where they should be known, with their names. Rows beyond the data of
        a curve, which goes on as a straight line there, are marked in a column `beyond` and in `attrs["note"]`.
        """
        return mixed_predictions(self, data, groups, kind, interval, precision, p, missing, align)

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
        return goodness(self.found, self.estimate, self._rows_vary, sigma=float(np.sqrt(self.found.s2)))

    @property
    def _rows_vary(self) -> float:
        return variance_of_rows(self.found)


@answers_guesses
@record
class MixedRegressionFit(Fit):
    """What `st.fit` returns for a regression with random effects: a `stattools.Fit` of the coefficients of a group
    whose effects are 0, with standard errors that allow for estimated variances, and of what varies between groups.

    `loglik` is that of the outcome with the effects integrated out, all constants included. `found` is the maximum that
    it was made from.

    >>> import stattools as st
    >>> table = {"k": [1, 3, 4, 6, 7, 9, 0, 1], "x": [0, 1, 2, 0, 1, 2, 0, 1], "g": list("aaabbbcc")}
    >>> fit = st.fit(st.poisson("k ~ x + (1 | g)", table))
    >>> fit.integral.kind, bool(fit.integral.worst < 1e-5)
    ('quadrature', True)
    """

    found: Any = None
    _answered = frozenset({*BY_VIEWS, "calibration", "integral"})

    deviance = LinearMixedFit.deviance

    @property
    def _counted(self) -> int:
        return self.found.n_parameters

    @cached_property
    def _existence(self) -> str:
        """Why there is a maximum, which a saved fit knows without its rows."""
        return existence(self.model)

    @cached_property
    def _of_rows(self) -> Fit:  # type: ignore[override]
        """The coefficients as a regression of single rows, for a group whose effects are 0."""
        return _as_fit(typical(self))

    @cached_property
    def _typical(self) -> Fit:
        """The regression of single rows, for a group whose effects are 0, with the columns of curves."""
        return _as_fit(all_columns(self, self._of_rows)) if self.model.smooths else self._of_rows

    @cached_property
    def _population(self) -> Fit:
        """The regression averaged over the population of groups, with the columns of curves."""
        view = population(self)
        return _as_fit(all_columns(self, view) if self.model.smooths else view)

    def _averaged_over(self, groups: object, name: str) -> Fit:
        given = "population" if groups is None else groups
        groups = one_of(given, ("population", "typical"), f"fit.{name} needs groups to be one of {{}}")
        if groups == "population":
            return self._population
        require(self._of_rows, name)
        return self._typical

    def _judged(self, model: AnyModel) -> Judged:
        return judged_rows(self, model)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval of the fixed effects."""
        return ("wald",) if self.model.smooths else ("wald", "profile")

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals of the fixed effects, (p,) each: "wald", or "profile", the values that a likelihood
        ratio does not reject, variances and other coefficients at their best for each.
        """
        with one_blas_thread():
            return super().interval(level, kind=kind)

    def _likelihood(self) -> tuple[Any, Any, Floats]:
        """That with the effects integrated out, whose variances are coordinates after those of the coefficients."""
        marginal, p = self.found.marginal, len(self.names)
        T = np.eye(len(marginal.names))
        T[:p, :p] = marginal.to_fixed
        return marginal, Standardization.whole_block(T), self.found.at

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
    def reml(self) -> bool:
        """Whether the likelihood is a restricted one: fixed effects are integrated out beside curves."""
        return bool(self.model.smooths)

    def predict(  # type: ignore[override]
        self,
        data: object = None,
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

    @property
    def _rows_vary(self) -> float:
        return latent_variance(self.model, self.estimate, self._population)

    def calibration(self, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
        """Observed share against the probability averaged over groups, as `Fit.calibration` has them."""
        return self._population.calibration(bins, level=level)

    @property
    def integral(self) -> Any:
        """How the effects were integrated out: `kind`, "quadrature" or "Laplace", `nodes` along each effect, and
        `error`, how far a better integral moves each parameter, in standard errors; `worst` is the largest of them.
        """
        return self.found.integral

    @property
    def certificate(self) -> Certificate:
        """What is known of the maximum: how near the estimate is, whether there may be others, and variances of 0."""
        return marginal_certificate(self, self._existence, self.model.fixed.remarks)
