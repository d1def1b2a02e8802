"""The fit of Cox's regression: beside what every fit says, survival, concordance, residuals, proportional hazards."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.fitted import Fit
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.penalties import penalized
from stattools.inference.questions import NEEDS, offered
from stattools.inference.survival.baseline import CoxBaseline
from stattools.inference.survival.concordance import Concordance, concordance
from stattools.inference.survival.cox_predictions import cox_predictions
from stattools.inference.survival.cox_residuals import cox_residuals
from stattools.inference.survival.proportional_hazards import proportional_hazards
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd

OWN = {name: needs for name, needs in NEEDS.items() if name not in ("predict", "residuals_of", "residuals")}
"""What its questions need: those that it answers itself need nothing."""


@answers_guesses
@record
class CoxFit(Fit):
    """What `st.fit` returns for `st.cox`: a `stattools.Fit` of log hazard ratios, whose standard errors come from the
    partial likelihood, or are robust.

    >>> import stattools as st
    >>> table = {"month": [1, 2, 3, 4, 5, 6], "died": [1, 1, 0, 1, 0, 1], "dose": [4, 2, 3, 1, 3, 2]}
    >>> fit = st.fit(st.cox("survival(month, died) ~ dose", table))
    >>> fit.predict({"dose": [1, 4]}, kind="survival", times=[2]).survival.round(3).tolist()
    [0.74, 0.631]
    """

    @property
    def bic(self) -> float:
        """Schwarz's criterion, p log d - 2 loglik, with the d events that were seen, as in R: rows without one say
        little.
        """
        return float(len(self.estimate) * np.log(self.model.sets.total) - 2.0 * self.loglik)

    @cached_property
    def _base(self) -> CoxBaseline:
        return CoxBaseline(self.model, self.estimate, self.covariance)

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

        np.asarray(self.covariance)  # a ridge fit has none, and no test either
        p = float(chdtrc(len(self.estimate), self._ratio))
        return TestResult("likelihood ratio", self._ratio, len(self.estimate), p, ("all coefficients = 0",))

    def baseline(self, *, at: Literal["mean", "zero"] = "mean") -> pd.DataFrame:
        """The hazard that all rows share, at each event time: [stratum,] time, cumulative_hazard, survival.

        It is that of a row whose columns are at their means, or are all 0, `at="zero"`, h_0 itself. Breslow's
        estimator, with Efron's steps where ties are Efron's; of exact ties Breslow's.
        """
        at = word_of(at, ("mean", "zero"))
        if not is_one_of(at, ("mean", "zero")):
            raise DomainError(f'baseline is at="mean" or at="zero"; got {quoted(at)}.')
        base, model = self._base, self.model
        factor = 1.0 if at == "mean" else float(np.exp(-base.center @ self.estimate))
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
        data: Any = None,
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
        return cox_predictions(self._base, data, kind, times, interval, band, align)

    def concordance(self) -> Concordance:
        """Of two rows that can be compared, how often the one with the higher risk has its event first: `estimate`, 0.5
        where the model says nothing, with its standard error `se`.
        """
        said = self.model.said
        risk = (self.model.X - self._base.center) @ self.estimate
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
        return cox_residuals(self.model, self.estimate, kind, align)

    @property
    def residuals(self) -> Any:
        """Martingale residuals, one per row of the table."""
        return self.residuals_of("martingale")

    def proportional_hazards(self, transform: Literal["km", "rank", "log", "identity"] = "km") -> pd.DataFrame:
        """Do hazard ratios stay what they are? The score test that a coefficient changes with a function of time, per
        term of the formula and for all, "GLOBAL": term, statistic, df, p_value.

        `transform` is that function: "km" (1 less the Kaplan-Meier curve just before), "rank", "log" or "identity".
        Equal to R's cox.zph. Raises IncompatibleError for exact ties and penalized fits. Source: Grambsch & Therneau
        (1994).
        """
        if self.penalty is not None:
            raise IncompatibleError(
                "the test of proportional hazards is a score test at the maximum of the likelihood; this fit has "
                f'{self.penalty!r}. Fit without penalty=, or look at fit.residuals_of("schoenfeld").'
            )
        return proportional_hazards(self.model, self.estimate, transform)

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        return offered(self, object.__dir__(self), OWN)
