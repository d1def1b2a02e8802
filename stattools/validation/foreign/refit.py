"""The sibling of `Recipe` for models that are fitted by another way than regressions of single rows: Cox's regression,
matched sets, mixed models, samples, series. What it leads to is what `st.fit(model, **options)` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import IncompatibleError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.penalties import Penalty
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.text.one_line import prints
from stattools.validation.claims.right import Right, right_at, right_of_fit
from stattools.validation.foreign.points import PointOfModel, point_of
from stattools.validation.foreign.recipe import Numbers
from stattools.validation.foreign.shrinkage import Shrinkage, shrunk_maximum


@prints
@record
class Refit:
    """A model on its rows and the options of `st.fit`: `reml`, `cov`, `integral` and others.

    `penalty` is one that is declared. `joint` says that standard errors of fixed effects have the uncertainty of the
    variances in them. `cov` is the kind of standard errors in the options; None, given here, where theirs are of none
    of our kinds. `df` are the degrees of freedom of intervals, infinite for the normal, None for those of the fit.
    """

    model: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    penalty: Shrinkage | Penalty | None = None
    joint: bool = False
    known: bool = True
    df: float | None = None
    level: float = 0.95
    dispersion = "likelihood"

    @property
    def cov(self) -> Any:
        """The kind of standard errors; None where it is none of ours."""
        return self.options.get("cov", "information") if self.known else None

    @cached_property
    def fit(self) -> Any:
        """Our fit without the penalty; IdentificationError where there is no maximum."""
        return fit(self.model, level=self.level, **self.options)

    @cached_property
    def point(self) -> PointOfModel:
        """What the numbers are a point of."""
        return point_of(self.model, self.fit, self.joint)

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is of; without a maximum too."""
        return point_of(self.model, None).names

    @property
    def plain(self) -> Refit:
        """The same without a penalty, with standard errors of the inverse information."""
        return replace(self, penalty=None, options={**self.options, "cov": "information"}, known=True)

    def maximum(self, near: Floats) -> Floats:
        """The maximum of the (penalized) log-likelihood; `near` gives zeros and signs where a penalty is absolute."""
        if isinstance(self.penalty, Shrinkage):
            return shrunk_maximum(self.model, self.penalty, near)
        if self.penalty is not None:
            return fit(self.model, penalty=self.penalty).estimate
        return self.point.estimate

    def settled(self, theta: Floats) -> Floats:
        """theta: there is no dispersion beside it."""
        return theta

    def numbers(self, theta: Floats) -> Numbers:
        """The estimates with what is printed beside them, which of the maximum is what the fit prints."""
        none = np.full(len(theta), np.nan)
        if not self.known or self.penalty is not None or not np.isfinite(theta).all():
            return Numbers(theta, none, none, none)
        se = self.se(theta)
        half = self.quantile(len(theta)) * se
        return Numbers(theta, se, theta - half, theta + half)

    def right(self, theta: Floats) -> Right:
        """What this computation prints at theta: every column and fact that a claim may have."""
        own = right_of_fit(self.fit, self.level)
        if not np.array_equal(theta, self.point.estimate):
            made = self.numbers(theta)
            df = np.inf if self.df is None else self.df
            found = right_at(self.names, theta, made.se, df, self.level, own.fact)
            return replace(found, columns={**found.columns, "lower": made.lower, "upper": made.upper})
        more = np.full(len(theta) - len(own.names), np.nan)
        columns = {name: np.append(values, more) for name, values in own.columns.items()}
        columns |= {"estimate": theta, "se": self.point.se}
        return Right(self.names, columns, self.point.se, own.fact)

    def quantile(self, p: int) -> Floats:
        """How many standard errors an interval reaches."""
        tail = 0.5 * (1.0 - self.level)
        df: Any = self.fit.t_df if self.df is None else self.df
        df = np.concatenate([np.broadcast_to(df, len(self.model.names)), np.full(p - len(self.model.names), np.inf)])
        return np.where(np.isfinite(df), -special.stdtrit(df, tail), -special.ndtri(tail))

    def se(self, theta: Floats) -> Floats:
        """Standard errors at theta: those of the fit at its maximum, elsewhere of the information there."""
        near = np.isclose(theta, self.point.estimate, rtol=1e-9, atol=0.0) | (theta == self.point.estimate)
        if near.all():
            return self.point.se
        if self.cov != "information":
            raise IncompatibleError(f"{self.model.title} has standard errors {self.cov!r} at its maximum only.")
        return self.point.errors(theta)
