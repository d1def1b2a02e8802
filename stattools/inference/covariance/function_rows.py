"""The meat of a sandwich covariance where a user's function gives the log-likelihood of each row.

    V = C M C,   M from the scores of the rows, which are differences of the function (`Custom.row_scores`)

A parameter that the maximum has on a bound has no score there, and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance.groups import Groups
from stattools.inference.covariance.kinds import HAC
from stattools.inference.covariance.long_run import Series, long_run
from stattools.inference.covariance.sandwich import NO_LEVERAGE, add_by_group, closed
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom


@dataclass(frozen=True, eq=False)
class LabelledInputs:
    """What labels of groups are read beside: rows in the order of the function's, from no table."""

    title: str
    rows: Rows
    kept = source = index = None
    n_dropped = 0


@dataclass(frozen=True, eq=False)
class FunctionRows:
    """Scores of the rows of a user's function at theta; B is the inverse information, NaN for parameters on a bound."""

    model: Custom
    theta: Floats
    B: Floats

    @cached_property
    def free(self) -> Any:
        """The numbers of the parameters that are not on a bound."""
        return np.flatnonzero(~np.isnan(self.B.diagonal()))

    @cached_property
    def scores(self) -> Floats:
        """The scores of the rows, (n, free)."""
        model, theta = self.model, self.theta
        for k in np.setdiff1d(np.arange(len(theta)), self.free)[::-1].tolist():
            units, model = np.delete(np.delete(model.axes, k, 0), k, 1), model.without(k, float(theta[k]))
            model, theta = model.in_units(units), np.delete(theta, k)
        return model.row_scores(theta)

    @property
    def labelled(self) -> Any:
        """The rows, for `Groups.read`."""
        n = len(self.scores)
        return LabelledInputs(self.model.title, Rows(np.empty((n, 0)), np.zeros(n)))

    def independent(self, kind: str) -> Floats:
        """The meat of HC0 and HC1, without a factor."""
        if kind not in NO_LEVERAGE:
            raise IncompatibleError(
                f"cov={kind!r} divides by leverages, which the rows of a function do not have; use 'HC0' or 'HC1'."
            )
        return self.scores.T @ self.scores

    def grouped(self, groups: Groups, kind: str = "CR1") -> Floats:
        """The sums over groups of the scores."""
        if kind != "CR1":
            raise IncompatibleError(
                f"Cluster(kind={kind!r}) uses leverages, which the rows of a function do not have; use kind='CR1'."
            )
        total = np.zeros((groups.n, self.scores.shape[1]))
        add_by_group(total, groups.codes, self.scores, None)
        return total

    def autocorrelated(self, cov: HAC) -> tuple[Floats, int]:
        """The meat of a series in the order of the rows, without a factor, and the number of lags."""
        n, all_of_them = len(self.scores), np.ones(len(self.free), dtype=bool)
        if cov.lags != "auto" and cov.lags >= n:
            raise DomainError(f"HAC(lags={cov.lags}) needs more rows than lags; the function has {n}. Use fewer lags.")
        C = self.B[np.ix_(self.free, self.free)]
        return long_run(cov, n, lambda kernel: Series.of(kernel, self.scores), C, all_of_them)

    def closed(self, meat: Floats, name: str) -> Floats:
        """B M B, with NaN for parameters on a bound."""
        V, free = np.full(self.B.shape, np.nan), np.ix_(self.free, self.free)
        V[free] = closed(self.B[free], meat, [self.model.names[k] for k in self.free], name)
        return V
