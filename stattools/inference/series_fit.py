"""The fit of a series: beside what every fit says, what comes next and what the series is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.inference.questions import require
from stattools.interface.interval import require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.series.statespace.forecasts import forecasts
from stattools.series.statespace.innovations import diagnostics, innovations
from stattools.series.statespace.state_table import decomposition, states

if TYPE_CHECKING:
    from pathlib import Path


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
        return tuple(name for name, value in zip(self.model.variances, self.estimate, strict=False) if value == 0)

    def forecast(self, steps: int, *, level: float | None = None, data: Any = None, X: Any = None) -> pd.DataFrame:
        """What comes next: a frame with `time, mean, variance, lower, upper`, intervals of this `level`.

        A model with predictors needs the coming ones: `data`, the covariates of `st.exponential_smoothing`, or `X`, the
        regressors of a state space model, a table like that of its formula or an array (steps, p).
        """
        level = self.level if level is None else level
        require_level(level)
        known, other, given = ("X=", "data=", data) if self.model.has_states else ("data=", "X=", X)
        if given is not None:
            raise IncompatibleError(f"forecast of {self.model.title} takes what is coming as {known}, not {other}.")
        if self.model.has_states:
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

    def save(self, path: str | Path, *, design: bool = False) -> NoReturn:
        """Refused: a saved fit keeps no data, and this one's answers are made from all of its series."""
        raise IncompatibleError(
            f"save keeps no data, and states and forecasts of {self.model.title} are made from all of its series: keep "
            "the series, and fit it again, which takes milliseconds. fit.table() and fit.states() are frames to be "
            "kept."
        )
