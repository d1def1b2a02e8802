"""The fit of Cox's regression: beside what every fit says, survival, concordance, residuals, proportional hazards;
with curves it is seen as one of all columns.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.inference.certificate import Certificate, marginal_certificate
from stattools.inference.fits.fit import Fit
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.needs import require
from stattools.inference.penalties import penalized
from stattools.inference.smooths.curves import said_beyond
from stattools.inference.survival.cox import (
    Concordance,
    CoxBaseline,
    concordance,
    cox_predictions,
    cox_residuals,
    proportional_hazards,
)
from stattools.interface.names.answers import is_one_of, one_of, word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.solvers.mixed.marginal_maximum import curve_parts

OF_COEFFICIENTS = ("score", "schoenfeld")
"""Residuals with a number for each coefficient."""


@answers_guesses
@record
class CoxFit(Fit):
    """What `st.fit` returns for `st.cox`: a `stattools.Fit` of log hazard ratios, whose standard errors come from the
    partial likelihood, or are robust.

    Of a model with curves `found` is the maximum of the restricted likelihood, which `loglik` then is, and hazard
    ratios, survival, concordance and residuals are those with the curves in them.

    >>> import stattools as st
    >>> table = {"month": [1, 2, 3, 4, 5, 6], "died": [1, 1, 0, 1, 0, 1], "dose": [4, 2, 3, 1, 3, 2]}
    >>> fit = st.fit(st.cox("survival(month, died) ~ dose", table))
    >>> fit.predict({"dose": [1, 4]}, kind="survival", times=[2]).survival.round(3).tolist()
    [0.74, 0.631]
    """

    found: Any = None
    _answered = frozenset({"predict", "residuals_of", "residuals"})

    @cached_property
    def _of_columns(self) -> Fit:
        """The fit of all columns, those of curves among them."""
        if not self.model.facts.is_mixed:
            return self
        b, covariance, _ = curve_parts(self.found)
        estimate = np.concatenate([self.estimate, b])
        return replace(self, model=self.model.whole, estimate=estimate, covariance=covariance, found=None)

    @cached_property
    def _of_rows(self) -> Fit:  # type: ignore[override]
        """The fit of the columns that have no curve."""
        if not self.model.facts.is_mixed:
            return self
        return replace(self, model=self.model.fixed, found=None)

    def _require_no_curves(self, name: str, why: str) -> None:
        if self.model.facts.is_mixed:
            raise IncompatibleError(f"{name} is not there beside curves: {why}")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of interval of the coefficients."""
        return ("wald",) if self.model.facts.is_mixed else super().kinds

    @property
    def reml(self) -> bool:
        """Whether the likelihood is a restricted one: that of a model with curves."""
        return self.model.facts.is_mixed

    @property
    def certificate(self) -> Certificate:
        """What is proven of the maximum; beside curves it is a local one, whose integral has an error."""
        return marginal_certificate(self) if self.model.facts.is_mixed else super().certificate

    @property
    def integral(self) -> Any:
        """How the coefficients of curves were integrated out, by Laplace, and how far a better integral moves their
        standard deviations; see `stattools.MixedRegressionFit`.
        """
        require(self, "integral")
        return self.found.integral

    @property
    def _counted(self) -> int:
        """Coefficients, and standard deviations of curves."""
        return self.found.n_parameters if self.model.facts.is_mixed else super()._counted

    @property
    def bic(self) -> float:
        """Schwarz's criterion, p log d - 2 loglik, with the d events that were seen, as in R: rows without one say
        little.
        """
        return float(self._counted * np.log(self._of_columns.model.sets.total) - 2.0 * self.loglik)

    @cached_property
    def _base(self) -> CoxBaseline:
        of = self._of_columns
        return CoxBaseline(of.model, of.estimate, of.covariance)

    @cached_property
    def _ratio(self) -> float:
        """Twice the log-likelihood, penalized where the fit is, less that of coefficients that are 0."""
        whole = self.model if self.penalty is None else penalized(self.model, self.penalty)
        return 2.0 * (whole.loglik(self.estimate) - whole.loglik(np.zeros(len(self.estimate))))

    @property
    def overall(self) -> TestResult:
        """The likelihood ratio test that all coefficients are 0; with `penalty=st.Jeffreys()` of the penalized one, as
        in coxphf.
        """
        from scipy.special import chdtrc

        self._require_no_curves("overall", "fit.anova() tests each term, and each curve against no effect.")
        np.asarray(self.covariance)  # a ridge fit has none, and no test either
        p = float(chdtrc(len(self.estimate), self._ratio))
        return TestResult("likelihood ratio", self._ratio, len(self.estimate), p, ("all coefficients = 0",))

    def baseline(self, *, at: Literal["mean", "zero"] = "mean") -> pd.DataFrame:
        """The hazard that all rows share, at each event time: [stratum,] time, cumulative_hazard, survival.

        It is that of a row whose columns are at their means, or are all 0, `at="zero"`, h_0 itself, where curves are 0
        too. Breslow's estimator, with Efron's steps where ties are Efron's; of exact ties Breslow's.
        """
        at = one_of(at, ("mean", "zero"), 'baseline is at="mean" or at="zero"')
        base, model = self._base, self._base.model
        factor = 1.0 if at == "mean" else float(np.exp(-base.center @ base.theta))
        frames = []
        for k in np.unique(model.sets.stratum).tolist():
            times, hazard = base.curve(k)
            frame = pd.DataFrame({"time": times, "cumulative_hazard": factor * hazard})
            frame["survival"] = np.exp(-frame["cumulative_hazard"])
            if model.strata:
                frame.insert(0, "stratum", [model.strata[k]] * len(frame))
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def predict(  # type: ignore[override]
        self,
        data: object = None,
        *,
        kind: Literal["hazard_ratio", "survival", "median", "link", "cumulative_hazard"] = "hazard_ratio",
        times: ArrayLike | None = None,
        interval: float | None = None,
        band: Literal["log-log", "greenwood", "log"] = "log-log",
        align: bool = True,
    ) -> Any:
        """What the model expects of the rows of the fit, or of new rows.

        `kind` is "hazard_ratio", against a row whose columns are at their means, or "link", its logarithm; "survival",
        or "cumulative_hazard", a frame with one line per row and time of `times` (those of all events for None): row,
        time, survival; "median", the time at which survival comes down to one half, infinite where it does not. With
        `interval=level` lower and upper, of survival by a `band` as in `st.kaplan_meier`. New rows need the columns of
        strata too. The answer has the rows of the table, as in `Fit.predict`. Raises DomainError for times after the
        last row was at risk, for unseen levels and strata, and for missing values.
        """
        found = cox_predictions(self._base, data, kind, times, interval, band, align)
        curves = self.model.smooths if self.model.facts.is_mixed else ()
        if curves and data is not None:
            curves = [term for curve in self.model.whole.design.curves for term in curve.terms(data)]
        return said_beyond(found, curves)

    def concordance(self) -> Concordance:
        """Of two rows that can be compared, how often the one with the higher risk has its event first: `estimate`, 0.5
        where the model says nothing, with its standard error `se`.
        """
        base = self._base
        said = base.model.said
        risk = (base.model.X - base.center) @ base.theta
        strata = said.labels["strata"][0] if "strata" in said.labels else np.zeros(said.n, dtype=np.intp)
        return concordance(risk, said.time, said.event, said.entry, said.weights, strata)

    def residuals_of(  # type: ignore[override]
        self, kind: Literal["martingale", "deviance", "score", "schoenfeld"] = "martingale", *, align: bool = True
    ) -> Any:
        """Residuals of a kind: "martingale", "deviance" and "score" (a frame with a column per coefficient) of each row
        of the table, "schoenfeld" a frame with one line per event: row, [stratum,] time and the coefficients.

        A row that was dropped has NaN (null in Polars). With `align=False` an array of the rows that were used. Raises
        IncompatibleError for score and Schoenfeld residuals of exact ties.
        """
        if is_one_of(word_of(kind, OF_COEFFICIENTS), OF_COEFFICIENTS):
            self._require_no_curves(f"residuals of kind {kind!r}", "they are of coefficients without a penalty.")
        return cox_residuals(self._of_columns.model, self._of_columns.estimate, kind, align)

    def proportional_hazards(self, transform: Literal["km", "rank", "log", "identity"] = "km") -> pd.DataFrame:
        """Do hazard ratios stay what they are? The score test that a coefficient changes with a function of time, per
        term of the formula and for all, "GLOBAL": term, statistic, df, p_value.

        `transform` is that function: "km" (1 less the Kaplan-Meier curve just before), "rank", "log" or "identity".
        A term whose change the events do not tell is named in `attrs["note"]`. Equal to R's cox.zph. Raises
        IncompatibleError for exact ties and penalized fits. Source: Grambsch & Therneau (1994).
        """
        self._require_no_curves("proportional_hazards", "it is a score test at the maximum without a penalty.")
        if self.penalty is not None:
            raise IncompatibleError(
                "the test of proportional hazards is a score test at the maximum of the likelihood; this fit has "
                f'{self.penalty!r}. Fit without penalty=, or look at fit.residuals_of("schoenfeld").'
            )
        return proportional_hazards(self.model, self.estimate, transform)
