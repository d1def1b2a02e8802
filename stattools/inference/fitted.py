"""The fit: estimates, their uncertainty, and what can be asked of them. It never asks for the data again.

    interval = estimate -+ q se,   q of the normal, or of Student's t with n - p degrees of freedom for `st.ols`

Source: Wasserman, All of Statistics (2004), ch. 9; for least squares Seber & Lee (2003), ch. 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import AbsentError
from stattools.inference.any_fit import Judged, judged
from stattools.inference.plotted import Plotted
from stattools.inference.prediction.answers import handed_out
from stattools.inference.questions import offered, require
from stattools.interface.arguments import word_of
from stattools.interface.interval import Interval
from stattools.interface.names.guesses import absent, answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.text.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from stattools.inference.diagnostics.checks.table import CheckTable
    from stattools.inference.diagnostics.residuals import Kind as ResidualKind
    from stattools.inference.hypotheses import TestResult
    from stattools.inference.prediction.new_rows import Missing
    from stattools.inference.wild import WildBootstrap

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
class Fit(Plotted):
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

    def _judged(self, model: Any) -> Judged:
        return judged(model, self.estimate, self.scale)

    def interval(self, level: float | None = None, *, kind: str = "wald") -> Interval:
        """Confidence intervals, `lower, upper = fit.interval(0.95)`: arrays of shape (p,), floats for a single
        proportion.

        `kind` is one of `fit.kinds`: "wald", "profile" (likelihood ratio, with ends of +-inf where the log-likelihood
        levels off) and "score" for regressions; "wald", "wilson" ("score"), "likelihood-ratio" and "clopper-pearson"
        for proportions. Profile and score intervals are the likelihood's own, whatever `cov` is. Raises DomainError
        for a level outside (0, 1), IncompatibleError for a kind that the model does not have.
        """
        from stattools.inference.intervals.coefficients import interval

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
        from stattools.inference.intervals.coefficients import table

        return table(self, level, exponentiate)

    def glance(self) -> pd.DataFrame:
        """The model in exactly one row: n, n_dropped, df, loglik, aic, bic, scale, r_squared, decrement, solver, cov.

        `r_squared` is the share of the variance explained for `st.ols`, McFadden's 1 - loglik / loglik_null for other
        regressions, and missing for a proportion.
        """
        from stattools.inference.intervals.coefficients import glance

        return glance(self)

    def test(self, hypothesis: Any) -> TestResult:
        """Wald test of linear hypotheses: `fit.test("x1 = x2, x3 = 0")`, with `statistic, df, p_value`.

        Also a term of the formula, `fit.test("C(race)")` (all of its coefficients are zero), a list of names, a matrix
        R (R theta = 0) or a pair (R, q). Made from the fit's covariance; F where intervals are Student's t,
        chi-squared otherwise; of means of `st.normal`, whose arms have variances of their own, Welch's F. Raises
        DomainError for text that is not linear or names that the model does not have.
        """
        from stattools.inference.hypotheses import wald

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
        from stattools.inference.wild import wild_bootstrap

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
        Terms of other parameters, "log alpha: x", have rows too, the intercept has none. `attrs` say kind, test and
        distribution, and in a "note" which terms cannot be tested and why. Equal to R's anova (I), drop1 and car's
        Anova (II, III). Raises IncompatibleError for tests that the fit does not have.
        """
        from stattools.inference.hypotheses.anova import anova

        require(self._of_rows, "anova")
        return anova(self._of_rows, kind, test)

    @property
    def residuals(self) -> Any:
        """Response residuals, y minus the fitted mean, one per row of the table: for softmax one per category as well,
        the reference first; in counts for grouped outcomes. Other kinds: `residuals_of`.
        """
        return self.residuals_of("response")

    def residuals_of(
        self, kind: ResidualKind = "response", *, seed: int | np.random.Generator | None = None, align: bool = True
    ) -> Any:
        """Residuals of a kind: "response", "pearson", "deviance" or "quantile" (randomized for discrete outcomes and
        censored times, by `seed`), of times "cox_snell"; one per row of the table.

        A series with the index of a pandas table, a Polars series, an array of arrays; for softmax a frame. A row that
        was dropped has NaN (null in Polars). With `align=False` an array of the rows that were used.
        """
        from stattools.inference.diagnostics.residuals import residuals

        require(self, "residuals")
        found = residuals(self, kind, seed=seed)
        several = self.model.labels or () if found.ndim == 2 else ()
        return handed_out(self.model.places, found, "residual", align, columns=several)

    def leverage(self, *, align: bool = True) -> Any:
        """How much each row pulls its own fitted value: the diagonal of the hat matrix, one per row of the table, or
        with `align=False` an array of the rows that were used; see `residuals_of`.
        """
        from stattools.inference.diagnostics.residuals import leverage

        require(self, "leverage")
        return handed_out(self.model.places, leverage(self), "leverage", align)

    def cooks_distance(self, *, align: bool = True) -> Any:
        """How far the mean's coefficients move, by one step of Newton, when a row is left out, in units of their
        covariance: one per row of the table, or with `align=False` an array of the rows used; see `residuals_of`.
        """
        from stattools.inference.diagnostics.residuals import cooks_distance

        require(self, "cooks_distance")
        return handed_out(self.model.places, cooks_distance(self), "cooks_distance", align)

    def predict(
        self,
        data: Any = None,
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
        from stattools.inference.prediction.prediction import KINDS, predictions

        require(self, "predict")
        kind = word_of(kind, KINDS)
        beside = {"exposure": exposure, "trials": trials, "precision": precision, "times": times, "p": p}
        found, places = predictions(self, self.model, data, offset, interval, kind=kind, missing=missing, **beside)
        name = kind if kind in ("link", "class", "median", "quantile") else "mean"
        return handed_out(places, found, name, align, is_bare=interval is None and kind != "survival")

    def predict_to(
        self, path: str | Path, data: Any = None, *, kind: str = "mean", interval: float | None = None
    ) -> Path:
        """Write predictions for the rows of files (`st.scan`) to a Parquet file, for those of a Dask DataFrame to a new
        folder, one file per partition, where the partitions are; returns the path.

        `data` is the scan or the Dask DataFrame, None for the one of the fit. One row for each of its in their order,
        null where a predictor is missing; columns as `predict` has them, for softmax one per category. File or folder
        appear when they are complete; the workers must share the folder. Raises DomainError, naming file and row group
        or partition, for unseen levels and for what cannot be read.
        """
        from stattools.inference.prediction.prediction_file import predict_to

        require(self, "predict_to")
        return predict_to(self, path, data, kind=kind, interval=interval)

    def goodness(self) -> pd.DataFrame:
        """How well the model describes the data, in one row: deviance, pseudo R^2, Brier score, log score, ..."""
        from stattools.inference.diagnostics.goodness import goodness

        require(self, "goodness")
        return goodness(self)

    def check(self, *, order: Any = None) -> CheckTable:
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
        from stattools.inference.diagnostics.checks.table import check

        require(self, "check")
        return check(self, order)

    def calibration(self, bins: int = 10, *, level: float = 0.95) -> pd.DataFrame:
        """Observed share against predicted probability in `bins` groups of rows, with Wilson intervals."""
        from stattools.inference.diagnostics.goodness import calibration

        require(self, "calibration")
        return calibration(self, bins, level=level)

    def save(self, path: str | Path, *, design: bool = False) -> Path:
        """Write the fit to one file, which `st.load` reads; `design=True` adds its rows, for `stattools verify`."""
        from stattools.inference.storage.file import kept, save

        require(self, "save")
        return save(kept(self), path, self, design)

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        return offered(self, super().__dir__())

    def _page(self) -> Page:
        from stattools.inference.summary import page

        return page(self)

    if not TYPE_CHECKING:  # a name that is not there is an error to type checkers

        def __getattr__(self, name: str) -> NoReturn:
            if name not in OF_SERIES:
                absent(self, name)
            raise AbsentError(f"{name} belongs to {OF_SERIES[name]}; this is {self.model.title}.")
