"""The fit: estimates, their uncertainty, and what can be asked of them. It never asks for the data again.

    interval = estimate -+ q se,   q of the normal, or of Student's t with n - p degrees of freedom for `st.ols`

Attributes `__maketables_...__` are what the package maketables looks for (its page PLUGIN_EXTRACTOR_FORMAT); it is
never imported. Source: Wasserman, All of Statistics (2004), ch. 9; for least squares Seber & Lee (2003), ch. 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import AbsentError, IncompatibleError, quoted
from stattools.inference.certificate import Certificate, at_zero, certificate
from stattools.inference.diagnostics.goodness import Kind as ResidualKind
from stattools.inference.diagnostics.goodness import (
    calibration,
    cooks_distance,
    goodness,
    leverage,
    r_squared,
    residuals,
)
from stattools.inference.effects.averages import function_of
from stattools.inference.effects.means import contrasts, marginal_effects, means
from stattools.inference.estimates import Estimates, Judged, judged, level_of
from stattools.inference.hypotheses import TestResult, wald
from stattools.inference.hypotheses.anova import anova, proportional_odds
from stattools.inference.hypotheses.wild_bootstrap import WildBootstrap, wild_bootstrap
from stattools.inference.intervals.coefficients import Coefficient, glance, hazard_ratios, interval, table
from stattools.inference.needs import NEEDS, offered, require
from stattools.inference.penalties.penalized import NO_SE
from stattools.inference.plots.drawing import pictured, plotted
from stattools.inference.prediction.predict import Missing, handed_out, kind_asked, predict_to, predictions
from stattools.interface.interval import Interval
from stattools.interface.names.answers import is_one_of, one_of, word_of
from stattools.interface.names.guesses import absent, answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.series.statespace.states import decomposition, diagnostics, forecasts, innovations, states
from stattools.text.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from stattools.inference.diagnostics.checks import CheckTable
    from stattools.inference.smooths.curves import Smooth

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


GROUPS = ("population", "typical")

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


OVER_GROUPS = ("calibration", "frequencies")
"""Figures of a regression with random effects that are of averages over groups."""


STATES = "state space models such as st.local_level"

OF_SERIES = {
    "forecast": "models of a series, such as st.local_level and st.exponential_smoothing",
    "states": STATES,
    "decompose": STATES,
    "innovations": STATES,
    "diagnostics": STATES,
    "boundary": STATES,
}
"""What stands on the fit of a series only, `stattools.SeriesFit`, and what it belongs to."""


@answers_guesses
@record
class Fit(Estimates):
    """A maximum-likelihood fit: estimates, covariance, log-likelihood and the solution with its certificate.

    `estimate` has shape (p,), `covariance` (p, p), in the order of `names`. `scale` is the unbiased residual standard
    deviation of `st.ols`, 1 otherwise. `cov` names the kind of covariance, `cov_kind` is what was asked for (None after
    loading); `t_df` are the degrees of freedom of Student's t for intervals and tests, infinite where they are normal,
    an array with one for each coefficient for clusters of kind "CR2" and "CR3". `loglik` is never penalized; `penalty`
    says what the estimate was. `print(fit)` is a page to read.

    >>> import stattools as st
    >>> f = st.fit(st.coin([1, 0, 1, 1]))
    >>> float(f.estimate[0]), f.names
    (0.75, ('theta',))
    """

    def __getitem__(self, name: str) -> Coefficient:
        """One coefficient, `fit["x"]`: its `estimate`, `se`, `interval` and `test`, which `print` shows in a line.
        DomainError, with the names that there are, for another name.
        """
        return Coefficient(self, name)

    def _judged(self, model: Any) -> Judged:
        return judged(model, self.estimate, self.scale)

    @property
    def certificate(self) -> Certificate:
        """What is proven of the estimate: why there is a maximum, whether it is the only one, and how far it is."""
        return certificate(self)

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals, `lower, upper = fit.interval(0.95)`: arrays of shape (p,), floats for a single
        proportion.

        `kind` is one of `fit.kinds`: "wald", "profile" (likelihood ratio, with ends of +-inf where the log-likelihood
        levels off) and "score" for regressions; "wald", "wilson" ("score"), "likelihood-ratio" and "clopper-pearson"
        for proportions. Profile and score intervals are the likelihood's own, whatever `cov` is. Raises DomainError
        for a level outside (0, 1), IncompatibleError for a kind that the model does not have.
        """
        return interval(self, self.level if level is None else level, kind)

    def table(self, level: float | None = None, *, exponentiate: bool = False) -> pd.DataFrame:
        """One row per coefficient: [category,] term, estimate, se, statistic, [df,] p_value, lower, upper.

        `statistic` is t for `st.ols` and z otherwise, for the hypothesis that the coefficient is 0; for a proportion
        it is the score test of 1/2; `df` is there where each coefficient has degrees of freedom of its own. A ridge fit
        has estimates only: of the columns it has term and estimate, and `table().attrs["note"]` says why. With
        `exponentiate=True` estimate, lower and upper are exp of the coefficient's, odds ratios or rate ratios with
        their own interval; the standard error stays that of the logarithm and is called se_log. Raises
        IncompatibleError where exp of a coefficient is no ratio.
        """
        return table(self, level, exponentiate)

    def glance(self) -> pd.DataFrame:
        """The model in exactly one row: n, n_dropped, df, loglik, aic, bic, scale, r_squared, decrement, solver, cov.

        `r_squared` is the share of the variance explained for `st.ols`, McFadden's 1 - loglik / loglik_null for other
        regressions, and missing for a proportion.
        """
        return glance(self)

    def test(self, hypothesis: object) -> TestResult:
        """Wald test of linear hypotheses: `fit.test("x1 = x2, x3 = 0")`, with `statistic, df, p_value`.

        Also a term of the formula, `fit.test("C(race)")` (all of its coefficients are zero), a list of names, a matrix
        R (R theta = 0) or a pair (R, q). Made from the fit's covariance; F where intervals are Student's t,
        chi-squared otherwise; of means of `st.normal`, whose arms have variances of their own, Welch's F. Raises
        DomainError for text that is not linear or names that the model does not have.
        """
        require(self, "test")
        df: Any = self.t_df if self.degrees is None else None
        return wald(self._of_rows, hypothesis, df=df)

    def wild_bootstrap(
        self,
        hypothesis: str,
        *,
        draws: int = 9999,
        seed: int | np.random.Generator,
        weights: Literal["rademacher", "webb", "mammen"] = "rademacher",
        impose_null: bool = True,
    ) -> WildBootstrap:
        """The wild cluster bootstrap of "x", or "x = 0.5", of a fit with cov=st.Cluster(groups): `WildBootstrap`."""
        require(self, "wild_bootstrap")
        return wild_bootstrap(self, hypothesis, draws=draws, seed=seed, weights=weights, impose_null=impose_null)

    def anova(
        self, kind: Literal["I", "II", "III"] = "II", *, test: Literal["lr", "wald", "F"] | None = None
    ) -> pd.DataFrame:
        """A test of each term of the formula, all of its coefficients together: term, df, statistic, p_value.

        `kind` "I" tests each term beside those before it, "II" beside all that do not contain it, "III" beside all
        others with categories recoded to sum to zero, so that no kind depends on how the formula codes them; numbers
        stay as they are, and type III of `g` in `g * x` is at x = 0. `test` is "lr" (likelihood ratio), "wald" (by the
        fit's covariance, also a robust one) or "F" (`st.ols`; with cov="quasi" the fall of the deviance over the
        dispersion); by default F where there is a scale, lr where the covariance is of the information, else Wald's.
        Terms of other parameters, "log alpha: x", have rows too, the intercept has none. Beside effects of groups and
        curves tests are Wald's, or F; a curve has one row, the restricted likelihood ratio of no effect as by
        `smooth_test`. `attrs` say kind, test and distribution, and in a "note" which terms cannot be tested and why.
        Equal to R's anova (I), drop1 and car's Anova (II, III). Raises IncompatibleError for tests that the fit does
        not have.
        """
        if self.model.facts.is_mixed:
            test = self._test_of_terms(test)
        require(self._of_rows, "anova")
        found = anova(self._of_rows, kind, test)
        if not (self.model.facts.is_mixed and self.model.smooths):
            return found
        from stattools.inference.smooths.curve_tests import with_curve_rows

        return with_curve_rows(self, found)

    def _test_of_terms(self, test: str | None) -> Any:
        """Wald's test, or F of a normal outcome, beside effects of groups or curves; IncompatibleError for another."""
        known = ("wald", "F") if self.model.has_scale else ("wald",)
        if test is None or is_one_of(word_of(test, ("lr", "wald", "F")), known):
            return test or "wald"
        if self.model.fixed.facts.is_partial:
            raise IncompatibleError(
                "anova of a fit with curves tests other terms by Wald's test: a likelihood ratio needs the variances "
                "at their maximum without the term."
            )
        both = ", both with reml=False" if self.model.has_scale else ""
        raise IncompatibleError(
            "anova of a mixed model tests terms by Wald's test: a likelihood ratio needs the variances at their "
            f"maximum without the term, so fit the smaller model too and use st.likelihood_ratio(fit, smaller){both}."
        )

    def _averaged_over(self, groups: object, name: str) -> Fit:
        """The fit of single rows that is asked for averages over `groups`, the same for all of them where the mean is
        linear in their effects; IncompatibleError where there are none.
        """
        if self.model.facts.is_mixed:
            one_of("population" if groups is None else groups, GROUPS, f"fit.{name} needs groups to be one of {{}}")
        elif groups is not None:
            raise IncompatibleError(
                f"groups= of {name} says over which groups of a model with random effects is averaged, and "
                f"{self.model.title} has none: leave groups={quoted(groups)} out."
            )
        require(self._of_rows, name)
        return self._of_means

    @property
    def _of_means(self) -> Any:
        """The fit of single rows whose means are asked for."""
        return self._of_rows

    def _predicted(self, data: Any, missing: Any) -> tuple[Any, Any]:
        """Means of rows, and where these are in their table."""
        return predictions(self, self.model, data, missing=missing)

    def marginal_effects(
        self,
        *,
        at: Literal["overall", "mean"] | Mapping[str, object] = "overall",
        variables: Sequence[str] | None = None,
        discrete: Sequence[str] = (),
        by: str | Sequence[str] | None = None,
        level: float | None = None,
        data: object = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        groups: Literal["population", "typical"] | None = None,
    ) -> pd.DataFrame:
        """Average change of the mean per unit of each variable, a frame like `table()`, whose `plot()` draws its rows.

        `at` is "overall" (the average over the rows), "mean" (at the mean of every number) or values by variable, {"x":
        1.0} (over the rows, with these held); `by` are categories, for the rows of each level apart; `variables` are
        those to move, all by default, `discrete` those of 0 and 1 that change from one to the other; `level` is that of
        the intervals. `data` are other rows to average over, with their `offset` and `exposure`; where the fit had
        weights by the name of a column that they have, they count as often as it says, and `attrs["note"]` says so. Of
        a model with random effects `groups` is "population", its effects integrated out (the default), or "typical",
        groups whose effects are 0.
        """
        of = self._averaged_over(groups, "marginal_effects")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        made = marginal_effects(of, at=at, variables=variables, discrete=discrete, by=by, level=level, **rows)
        return pictured(made, of.model, "change of the {}")

    def means(
        self,
        variable: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[object] | None = None,
        over: Literal["rows", "grid"] = "rows",
        level: float | None = None,
        data: object = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        groups: Literal["population", "typical"] | None = None,
    ) -> pd.DataFrame:
        """The predicted mean at each level of a variable, everything else as it is: estimate, se, lower, upper, which
        the frame's own `plot()` draws; `fit.plot("effect", variable)` has the curve over a number.

        `by` are categories that are held at each of their levels too, in columns before; `values` are those of a
        number. `over="rows"` averages the mean over the rows, each put at the level; `over="grid"` is the mean at the
        average row of the reference grid, categories counted alike and numbers at their mean: R's emmeans. Intervals
        are on the scale of the mean, made by way of the link. Without a variable the average prediction. `data`,
        `offset`, `exposure`, `groups` as in `marginal_effects`. The formulas stand in docs/tables.md.
        """
        of = self._averaged_over(groups, "means")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        made = means(of, variable, by=by, values=values, over=over, level=level, **rows)
        return pictured(made, of.model, "{}", None)

    def contrasts(
        self,
        variable: str,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[object] | None = None,
        adjust: Literal["tukey", "holm", "bonferroni", "sidak", "hochberg", "hommel", "fdr", "by"] | None = None,
        ratio: bool = False,
        over: Literal["rows", "grid"] = "rows",
        level: float | None = None,
        data: object = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        groups: Literal["population", "typical"] | None = None,
    ) -> pd.DataFrame:
        """Every difference of two of the `means` of a variable: contrast ("b - a"), estimate, se, statistic, p_value,
        lower, upper; within each level of `by`.

        `values` are those to compare, in their order: of a number there are no others. `adjust` is for the number of
        contrasts within a level of `by`: "tukey", or a method of `st.p_adjust`; intervals are simultaneous under
        "tukey", "bonferroni" and "sidak", Bonferroni's under the other family-wise ones, and one by one under "fdr",
        "by" and None. With `ratio=True` the ratio of the means ("b / a") with its own interval, `se_log` its
        logarithm's. With `over="grid"` contrasts are of the linear predictor, as in emmeans, and ratios are odds or
        rate ratios. `level`, `data`, `offset`, `exposure`, `groups` as in `means`. Raises DomainError where a number
        has no `values` and for a value that is no level, IncompatibleError for ratios that are none.
        """
        of = self._averaged_over(groups, "contrasts")
        rows = {"data": data, "offset": offset, "exposure": exposure}
        how = {"by": by, "values": values, "adjust": adjust, "ratio": ratio, "over": over, "level": level}
        made = contrasts(of, variable, **how, **rows)
        of_what = "{}" if is_one_of(over, ("rows",)) else "odds or rate" if ratio else "linear predictor"
        words = f"{'ratio' if ratio else 'difference'} of the {of_what}"
        return pictured(made, of.model, words, 1.0 if ratio else 0.0)

    def function(
        self, function: Callable[[Mapping[str, float]], object], *, level: float | None = None
    ) -> pd.DataFrame:
        """A function of the coefficients with its standard error by the delta method: estimate, se, statistic, p_value,
        lower, upper.

        `function` takes a mapping from the names of the coefficients to values, and returns a number, or a list of
        some, each a row: `fit.function(lambda b: -b["Intercept"] / b["dose"])` is a median effective dose. Its interval
        at `level` is even about the estimate, `statistic` is for the hypothesis of 0. Raises DomainError at a kink or a
        jump, where there is no derivative, for unknown names and for what is not finite.
        """
        require(self, "function")
        return function_of(self, function, level)

    def proportional_odds(self) -> pd.DataFrame:
        """Tests of whether each term has the same effect at every cut, of `st.ordinal`: term, test, df, statistic,
        p_value; the last rows are of all terms together.

        `test` is "lr", against effects of the term at each cut (`nonparallel=`), "score", Rao's of the same, and for
        the logit "brant", of logistic regressions of y > j. A test that the data do not allow, as where a cut separates
        them, is named in `attrs["note"]`. Raises IncompatibleError for other models and for fits with a penalty.
        """
        require(self, "proportional_odds")
        return proportional_odds(self)

    def hazard_ratios(self, level: float | None = None) -> pd.DataFrame:
        """Hazard ratios of `st.aft` with Weibull or exponential times, exp(-coefficient / scale), above 1 where the
        event comes sooner: term, estimate, se_log, statistic, p_value, lower, upper. The intercept has none.

        se_log is the standard error of the logarithm, by the delta method with that of the scale; intervals at
        `level` are made on the log scale. Raises IncompatibleError where hazards are not proportional.

        >>> import stattools as st
        >>> table = {"t": [2.0, 3.0, 5.0, 7.0, 11.0, 12.0], "d": [1, 1, 0, 1, 1, 0], "x": [1, 0, 1, 0, 0, 1]}
        >>> fit = st.fit(st.aft("survival(t, d) ~ x", table, distribution="exponential"))
        >>> fit.hazard_ratios().estimate.round(3).tolist()
        [0.368]
        """
        require(self, "hazard_ratios")
        return hazard_ratios(self, level)

    def variance_components(
        self, level: float | None = None, *, interval: Literal["profile"] | None = "profile"
    ) -> pd.DataFrame:
        """What varies between groups: group, term, with, what, estimate, lower, upper. `what` is "sd", in units of the
        linear predictor per unit of the term's column, or "correlation" of `term` and `with`; of a normal outcome the
        last row is the residual.

        The intervals are what a likelihood ratio test does not reject, by the likelihood of the fit (of a normal
        outcome the restricted one by default); the lower end of an sd is 0 where 0 is not rejected, and a correlation
        is (-1, 1) where one of its sds may be 0. They take some hundred evaluations of the likelihood; `interval=None`
        leaves them out. One that was not found is missing, and a column `note` says why. A correlation with an effect
        whose sd is 0 is none. Raises DomainError for a level outside (0, 1). Source: Bates, Maechler, Bolker & Walker
        (2015), 5.1.
        """
        from stattools.inference.mixed.variances import variance_components

        require(self, "variance_components")
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
        distribution for this number of groups, of the only variance of a model with a normal outcome; or "bootstrap",
        outcomes drawn from the model without it, which both are fitted to. The last two need `seed` and take 9999 and
        999 `draws` unless given; their p-value is (1 + exceedances) / (1 + draws). Raises DomainError for names that
        are not there, IncompatibleError for a method that does not know the distribution. Source: Stram & Lee,
        Biometrics 50 (1994); Crainiceanu & Ruppert, JRSS B 66 (2004).
        """
        from stattools.inference.mixed.variances import variance_test

        require(self, "variance_test")
        return variance_test(self, term, effect, method, draws, seed)

    def random_effects(
        self, group: str | None = None, *, level: float | None = None, fixed: Literal["known", "estimated"] = "known"
    ) -> pd.DataFrame:
        """The effects of the groups given the data (conditional modes): group, level, term, estimate, se, lower, upper.

        `group` is one grouping, such as "Subject" or "a:b", by default all. `se` is the standard deviation of an effect
        given the data, of other than normal outcomes the root of the inverse curvature of its density: with
        `fixed="known"` at the estimates, as lme4's condVar, with `fixed="estimated"` of estimate less effect, the
        uncertainty of the fixed effects added, and of other than normal outcomes that of the variances. Intervals are
        normal. `plot("random_effects", "Subject")` draws them.

        >>> import stattools as st
        >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
        >>> fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", table))
        >>> fit.random_effects("g")[["level", "estimate", "se"]].round(3).to_numpy().tolist()
        [['a', -2.325, 0.192], ['b', 2.325, 0.192]]
        """
        from stattools.inference.mixed.modes import random_effects

        require(self, "random_effects")
        made = random_effects(self, group, self.level if level is None else level, fixed)
        return pictured(made, self.model, "effect on the linear predictor")

    def intraclass(self) -> pd.DataFrame:
        """How alike rows of a group are: group, variance, share, one row for each grouping and one for what varies
        within, the "Residual" of a normal outcome, else "Rows" on the scale of the linear predictor. The share is the
        intraclass correlation: the groups' part of the variance that the fixed effects leave.

        >>> import stattools as st
        >>> table = {"y": [1.0, 3.0, 4.0, 6.0, 7.0, 9.0], "x": [0, 1, 2, 0, 1, 2], "g": ["a", "a", "a", "b", "b", "b"]}
        >>> st.fit(st.linear_mixed("y ~ x + (1 | g)", table)).intraclass().round(3).to_numpy().tolist()
        [['g', 10.852, 0.99], ['Residual', 0.111, 0.01]]
        """
        from stattools.inference.mixed.variances import intraclass

        require(self, "intraclass")
        return intraclass(self)

    def group_influence(self, group: str | None = None) -> pd.DataFrame:
        """How far the coefficients move when a whole group is left out: level, n, cooks_distance, and `se_x` for each,
        by how many standard errors it falls. Of a normal outcome the variances are held; of others it is one step of
        Newton from the fit.

        `group` is needed where there are several groupings. Sources: Demidenko & Stukel (2005); Pregibon (1981).
        """
        from stattools.inference.mixed.modes import group_influence

        require(self, "group_influence")
        return group_influence(self, group)

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
        from stattools.inference.smooths.curves import chosen, smooth_at

        require(self, "smooth")
        return smooth_at(chosen(self, variable), at, level_of(self, level), float(np.min(self.t_df)))

    def smooths(self) -> pd.DataFrame:
        """One row for each curve: smooth, variable, k, edf, sd, penalty.

        `edf` are its effective degrees of freedom, its line among them, as mgcv's; `sd` is the standard deviation of
        second differences of its k coefficients, and `penalty` what multiplies the sum of their squares, infinite
        where the curve is a straight line.
        """
        from stattools.inference.smooths.curves import frame_of

        require(self, "smooths")
        return frame_of(self)

    def local_maxima(self) -> pd.DataFrame:
        """All local maxima of the restricted likelihood along the standard deviation of one curve, the highest first:
        sd, penalty, deviance. IncompatibleError for several curves and beside groups, where only one is looked for.
        """
        from stattools.inference.smooths.curves import maxima_of

        require(self, "local_maxima")
        return maxima_of(self)

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
        from stattools.inference.smooths.curve_tests import smooth_test

        require(self, "smooth_test")
        return smooth_test(self, variable, null, draws, seed)

    @property
    def residuals(self) -> Any:
        """Response residuals, y minus the fitted mean, one per row of the table: for softmax one per category as well,
        the reference first; in counts for grouped outcomes. Other kinds: `residuals_of`.
        """
        return self.residuals_of()

    @cached_property
    def r_squared(self) -> float:
        """See `glance`; beside effects of groups it is not one number, see `goodness`."""
        if self.model.facts.is_mixed:
            return float("nan")
        known = self.solution.residual_sums
        return r_squared(self.model, self.estimate, self.loglik, None if known is None else known[0])

    def residuals_of(
        self, kind: ResidualKind = "response", *, seed: int | np.random.Generator | None = None, align: bool = True
    ) -> Any:
        """Residuals of a kind: "response", "pearson", "deviance" or "quantile" (randomized for discrete outcomes and
        censored times, by `seed`), of times "cox_snell"; one per row of the table.

        A series with the index of a pandas table, a Polars series, an array of arrays; for softmax a frame. A row that
        was dropped has NaN (null in Polars). With `align=False` an array of the rows that were used.
        """
        require(self, "residuals")
        found = residuals(self, kind, seed=seed)
        several = self.model.labels or () if found.ndim == 2 else ()
        return handed_out(self.model.places, found, "residual", align, columns=several)

    def leverage(self, *, align: bool = True) -> Any:
        """How much each row pulls its own fitted value: the diagonal of the hat matrix, one per row of the table, or
        with `align=False` an array of the rows that were used; see `residuals_of`.
        """
        require(self, "leverage")
        return handed_out(self.model.places, leverage(self), "leverage", align)

    def cooks_distance(self, *, align: bool = True) -> Any:
        """How far the mean's coefficients move, by one step of Newton, when a row is left out, in units of their
        covariance: one per row of the table, or with `align=False` an array of the rows used; see `residuals_of`.
        """
        require(self, "cooks_distance")
        return handed_out(self.model.places, cooks_distance(self), "cooks_distance", align)

    def predict(
        self,
        data: object = None,
        *,
        kind: str = "mean",
        interval: float | None = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        trials: str | ArrayLike | None = None,
        precision: str | ArrayLike | None = None,
        times: ArrayLike | None = None,
        p: float | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """What the model expects, for the rows of the fit or for new rows.

        `kind` is "mean" (for softmax a frame with one column of probabilities per category), "class" (the most probable
        label), "link" (the linear predictor), "observation" (with `interval=level`: where a new one falls), "median" or
        "quantile" (which a new one is below with probability `p`); of times "survival" (by row and of `times`). `data`
        is a table with the formula's columns, or like the X of the fit. `offset`, `exposure` and, of an observation or
        a quantile, `trials` and `precision` are needed for new rows where the fit had them. With `interval=level` also
        lower and upper.

        The answer has the rows of the table: a series or a frame with the index of a pandas table, of Polars where the
        rows are, an array of arrays. A row of the fit that was dropped has NaN (null in Polars), and under
        missing="null" a new row that lacks a value. With `align=False` an array of the rows that were used. Raises
        DomainError for unseen levels, missing columns and values.
        """
        require(self, "predict")
        kind = kind_asked("predict", kind)
        beside = {"exposure": exposure, "trials": trials, "precision": precision, "times": times, "p": p}
        found, places = predictions(self, self.model, data, offset, interval, kind=kind, missing=missing, **beside)
        name = kind if kind in ("link", "class", "median", "quantile") else "mean"
        return handed_out(places, found, name, align, is_bare=interval is None and kind != "survival")

    def predict_to(
        self, path: str | Path, data: object = None, *, kind: str = "mean", interval: float | None = None
    ) -> Path:
        """Write predictions for the rows of files (`st.scan`) to a Parquet file, for those of a Dask DataFrame to a new
        folder, one file per partition, where the partitions are; returns the path.

        `data` is the scan or the Dask DataFrame, None for the one of the fit. One row for each of its in their order,
        null where a predictor is missing; columns as `predict` has them, for softmax one per category. File or folder
        appear when they are complete; the workers must share the folder. Raises DomainError, naming file and row group
        or partition, for unseen levels and for what cannot be read.
        """
        require(self, "predict_to")
        return predict_to(self, path, data, kind=kind, interval=interval)

    def goodness(self) -> pd.DataFrame:
        """How well the model describes the data, in one row: deviance, pseudo R^2, Brier score, log score, ..."""
        require(self, "goodness")
        return goodness(self)

    def check(self, *, order: object = None) -> CheckTable:
        """Is the model right enough? One row per check: check, value, verdict, advice, measure; it prints as a page.

        Verdicts are "ok", "look" and "no", by the size of the effect on standard errors, estimates and predictions, and
        not by p-values alone: overdispersion, heteroskedasticity, influence, collinearity, link and form, calibration
        and discrimination, proportional hazards, whatever goes with the outcome. `order` is a column's name or a value
        per row by which the rows follow each other, for autocorrelation; an index of times is one without being asked.
        What could not be checked stands in `attrs["unchecked"]` with its reason. Limits and sources: docs/checks.md.

        >>> import stattools as st
        >>> fit = st.fit(st.poisson([0, 9, 1, 14, 0, 2, 30, 1], [1, 2, 3, 4, 5, 6, 7, 8]))
        >>> fit.check().set_index("check").verdict["overdispersion"]
        'no'
        """
        from stattools.inference.diagnostics.checks import check

        require(self, "check")
        return check(self, order)

    def calibration(self, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
        """Observed share against predicted probability in `bins` groups of rows, with Wilson intervals."""
        require(self, "calibration")
        return calibration(self, bins, level=level)

    def plot(
        self,
        what: What | None = None,
        variable: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
        values: Sequence[object] | None = None,
        over: Literal["rows", "grid"] | None = None,
        terms: str | Sequence[str] | None = None,
        exponentiate: bool = False,
        standardized: bool = False,
        kind: str | None = None,
        level: float | None = None,
        bins: int | None = None,
        seed: int | np.random.Generator | None = None,
        steps: int | None = None,
        data: object = None,
        X: object = None,
        ax: object = None,
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
        from stattools.inference.plots.kinds import PLOTS

        options = {"variable": variable, "by": by, "values": values, "over": over, "terms": terms}
        options |= {"exponentiate": exponentiate, "standardized": standardized, "kind": kind, "level": level}
        options |= {"bins": bins, "seed": seed, "steps": steps, "data": data, "X": X}
        of, over_groups = self, is_one_of(what, OVER_GROUPS) and self.model.facts.is_mixed and not self.model.has_scale
        if over_groups or is_one_of(what, ("effect",)):
            of = self._averaged_over(None, str(what))
        return plotted(of, self.model.title, what, PLOTS, ax, **options)

    def save(self, path: str | Path, *, design: bool = False) -> Path:
        """Write the fit to one file, which `st.load` reads; `design=True` adds its rows, for `stattools verify`."""
        from stattools.inference.storage.file import save

        require(self, "save")
        return save(self, path, design)

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
    def __maketables_vcov_info__(self) -> dict[str, object]:
        """What the standard errors are made from."""
        return {"vcov_type": self.cov}

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        """The rows below the coefficients."""
        return ["N", "r2" if self.model.has_scale else "pseudo_r2"]

    def __maketables_stat__(self, key: str) -> Any:
        """A number of the fit, None where it has none of this name."""
        return STATISTICS[key](self) if key in STATISTICS else None

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        needs = {name: those for name, those in NEEDS.items() if name not in self._answered}
        return offered(self, object.__dir__(self), needs)

    def _page(self) -> Page:
        if self.model.facts.is_mixed:
            from stattools.inference.mixed.page import page
        else:
            from stattools.inference.page import page
        return page(self)

    if not TYPE_CHECKING:  # a name that is not there is an error to type checkers

        def __getattr__(self, name: str) -> NoReturn:
            if name not in OF_SERIES:
                absent(self, name)
            raise AbsentError(f"{name} belongs to {OF_SERIES[name]}; this is {self.model.title}.")


@answers_guesses
@record
class SeriesFit(Fit):
    """What `st.fit` returns for a model of a series, `st.local_level` and its like or `st.exponential_smoothing`: a
    `stattools.Fit` that has forecasts, and of a state space model states, components and one-step errors.

    >>> import stattools as st
    >>> fit = st.fit(st.local_level([1.0, 3.0, 2.0, 4.0, 3.0, 6.0, 4.0, 5.0]))
    >>> list(fit.forecast(2).columns)
    ['time', 'mean', 'variance', 'lower', 'upper']
    """

    @property
    def boundary(self) -> tuple[str, ...]:
        """Names of the variances whose maximum is 0; they have no standard error and no Wald interval."""
        return at_zero(self.model, self.estimate)

    def forecast(
        self, steps: int, *, level: float | None = None, data: object = None, X: object = None
    ) -> pd.DataFrame:
        """What comes next: a frame with `time, mean, variance, lower, upper`, intervals of this `level`.

        A model with predictors needs the coming ones: `data`, the covariates of `st.exponential_smoothing`, or `X`, the
        regressors of a state space model, a table like that of its formula or an array (steps, p).
        """
        level = level_of(self, level)
        known, other, given = ("X=", "data=", data) if self.model.facts.has_states else ("data=", "X=", X)
        if given is not None:
            raise IncompatibleError(f"forecast of {self.model.title} takes what is coming as {known}, not {other}.")
        if self.model.facts.has_states:
            return forecasts(self.model, self.estimate, steps, level=level, X=X)
        return self.model.forecast(self.estimate, steps, level=level, data=data)

    def states(self, *, kind: str = "smoothed", level: float | None = None) -> pd.DataFrame:
        """The states of a state space model with intervals: state, time, mean, variance, lower, upper.

        `kind` is "smoothed" or "filtered"; see `st.states`, which takes other variances.
        """
        require(self, "states")
        level = self.level if level is None else level
        return states(self.model, self.estimate, kind=kind, level=level)  # type: ignore[arg-type]

    def decompose(self) -> pd.DataFrame:
        """Smoothed components of a state space model, one row per time, with their sum `signal` and the irregular."""
        require(self, "decompose")
        return decomposition(self.model, self.estimate)

    def innovations(self) -> pd.DataFrame:
        """One-step errors of a state space model: time, prediction, surprise, variance, standardized, gain."""
        require(self, "innovations")
        return innovations(self.model, self.estimate)

    def diagnostics(self, *, lags: int | None = None) -> pd.DataFrame:
        """Ljung-Box, heteroskedasticity and normality of a state space model's standardized one-step errors."""
        require(self, "diagnostics")
        return diagnostics(self.model, self.estimate, lags=lags)
