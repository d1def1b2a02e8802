"""One check of a fit: what was measured, how large it is, whether that matters, and what to do.

A verdict goes by size: how far standard errors, estimates or predictions are from what they should be. Chance alone
makes sizes too, so a size counts where chance makes it in less than 1 of 100 data sets (`CHANCE`, after Bonferroni
where several were looked at). At a million rows a tiny misfit is significant and stays `ok`; at thirty a large one may
be chance, and is not accused.

A fit as its checks look at it: what several of them need, made once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.inference.covariance.covariance import Spread, spread_of
from stattools.inference.covariance.sandwich import Sandwich
from stattools.inference.diagnostics.added_columns import Added, added, added_to_partial
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses.result import p_words
from stattools.inference.hypotheses.wald import Unit, units_of
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.low_rank import congruent
from stattools.text.one_line import prints

OK, LOOK, NO = "ok", "look", "no"

CHANCE = 0.01
"""A size that chance makes more often than this is no finding."""


@prints
class Limits(NamedTuple):
    """The sizes above which a check says "look" and "no", and why these."""

    look: float
    no: float
    why: str


LIMITS: dict[str, Limits] = {
    "maximum": Limits(1e-4, 1e-2, "standard errors between the estimate and the maximum; below either no digit moves"),
    "overdispersion": Limits(1.2, 1.5, "Pearson / df; standard errors are its root too small, by 10 and by 22 %"),
    "heteroskedasticity": Limits(1.1, 1.225, "robust / own standard error: 95 % intervals cover 93 and 89 %"),
    "robust errors": Limits(1.1, 1.225, "robust / own standard error: 95 % intervals cover 93 and 89 %"),
    "autocorrelation": Limits(1.1, 1.225, "standard error with / without autocorrelation: as robust errors"),
    "influence": Limits(1.0, 1.96, "standard errors moved: as R's influence.measures; out of the 95 % interval"),
    "collinearity": Limits(2.236, 3.162, "factor on a standard error: variance inflation of 5 and 10"),
    "link": Limits(0.2, 0.5, "missing / explained by the columns, in sd: 4 and 25 % of what is explained"),
    "form": Limits(0.2, 0.5, "missing / explained by the columns, in sd: 4 and 25 % of what is explained"),
    "proportional hazards": Limits(0.2, 0.5, "change with time / explained by the columns, in sd: 4 and 25 %"),
    "calibration": Limits(0.2, 0.5, "error of the probabilities / their sd: 4 and 25 % of their variance"),
    "discrimination": Limits(-0.52, inf, "area under the ROC curve, 0.5 by chance; no fault of a fit, so never no"),
    "zeros": Limits(0.02, 0.05, "share of zeros, observed less expected: 2 and 5 of 100 observations"),
    "distribution": Limits(0.05, inf, "largest gap of the distribution; intervals of observations rest on it alone"),
    "serial correlation": Limits(0.2, 0.4, "largest autocorrelation of one-step errors: 4 and 16 % of their variance"),
    "even variance": Limits(2.0, 4.0, "variance of the last third of one-step errors / that of the first third"),
    "normal errors": Limits(0.05, inf, "largest gap of the distribution; intervals of forecasts rest on it alone"),
}
"""Each check with its limits; the first two numbers are compared with how far it is from harmless."""


class Without(NamedTuple):
    """A fit without a few `rows`, named in words: coefficient `which` moves most; all estimates and standard errors."""

    rows: str
    which: int
    estimate: Any
    se: Any


@prints
@dataclass(frozen=True)
class Check:
    """A row of the table: `check` by its name, what its `value` measures, the `verdict` "ok", "look" or "no", and the
    `advice` where it is not ok; `p_value` says how often chance makes such a size, None where that is no question.
    `term` is the coefficient or the variable that it is about, `detail` what else was found, for who tells of it.
    """

    check: str
    measure: str
    value: float
    verdict: str = OK
    advice: str = ""
    p_value: float | None = None
    term: str = ""
    detail: Any = None


def in_words(measure: str, advice: str, p_value: float | None) -> str:
    """What is measured, how often chance makes it, and what to do.

    >>> in_words("Pearson / df", "Group rows.", 0.004)
    'Pearson / df (p = 0.004). Group rows.'
    """
    chance = "" if p_value is None else f" ({p_words(p_value)})"
    return f"{measure}{chance}.{' ' + advice if advice else ''}"


def verdict(check: str, size: float, p_value: float | None = None) -> str:
    """The verdict on a size, by the limits of the check, where chance seldom makes it.

    >>> verdict("overdispersion", 1.3), verdict("overdispersion", 13.0), verdict("overdispersion", 13.0, 0.2)
    ('look', 'no', 'ok')
    """
    limits = LIMITS[check]
    if p_value is not None and not p_value < CHANCE:
        return OK
    return NO if size > limits.no else LOOK if size > limits.look else OK


def judged(
    check: str,
    measure: str,
    value: float,
    advice: str,
    *,
    size: float | None = None,
    p_value: float | None = None,
    term: str = "",
    detail: Any = None,
) -> Check:
    """The check with its verdict, and the advice where it is not ok; `size` is the value where nothing else is said."""
    found = verdict(check, value if size is None else size, p_value)
    return Check(check, measure, float(value), found, "" if found == OK else advice, p_value, term, detail)


@dataclass(frozen=True, eq=False)
class LookedAt:
    """A fit, and the order of its rows where they have one: numbers of the rows from the first to the last."""

    fit: Estimates
    order: NDArray[np.intp] | None = None

    @property
    def model(self) -> Any:
        return self.fit.model

    @property
    def likelihood(self) -> Likelihood:
        return self.model.likelihood

    @property
    def theta(self) -> Floats:
        return self.fit.estimate

    @cached_property
    def bread(self) -> Any:
        """The inverse information at scale 1, an array or a `LowRank`; refused by a fit that has no covariance."""
        inverse = self.fit.solution.covariance
        for covariance in (self.fit.covariance, inverse):
            covariance[0, 0]  # what stands in the place of a covariance refuses to be read
        return inverse

    @cached_property
    def sandwich(self) -> Sandwich:
        """The scores of the rows. With a penalty, the inverse information is that of the penalized maximum."""
        found = Sandwich.of(self.model, self.theta, self.bread)
        if self.fit.penalty is None or not in_parts(self.bread):
            return found
        return replace(found, C=congruent(found.T.inverse, self.bread))

    def require_errors(self) -> None:
        """IncompatibleError where the fit is exact to round-off, so that there are no errors to look at: a squared
        scale of 1e-24 beside the outcomes.
        """
        sums = self.fit.solution.residual_sums
        if not sums and self.model.has_scale:
            sums = self.model.residual_sums(self.theta)
        if sums and self.fit.scale**2 <= 1e-24 * sums[1] / self.fit.n:
            raise IncompatibleError(
                f"the fit of {self.model.title} is exact to round-off, and has no errors to look at."
            )

    @property
    def trusts(self) -> bool:
        """Whether the standard errors are those of the likelihood, so that they are right only where it is."""
        return self.fit.cov == "information" or self.is_quasi

    @property
    def is_quasi(self) -> bool:
        """Whether they allow for a variance that is a multiple of the family's."""
        return self.fit.cov.startswith("quasi(")

    @cached_property
    def added(self) -> Added:
        """The information with columns added: squares of numbers, and of the linear predictor."""
        return added_to_partial(self.model, self.theta) if self.model.is_partial else added(self.model, self.theta)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The columns of the first parameter by the variables that they are made of."""
        return units_of(self.model)

    @cached_property
    def asked(self) -> list[int]:
        """The coefficients that are looked at: those that do not depend on an origin, or all where there are none."""
        found = sorted(k for unit in self.units if not unit.is_part for k in unit.coefficients)
        size = 0 if self.model.is_partial else self.model.predictor.size_first
        return found or list(range(size or len(self.theta)))

    @cached_property
    def pearson(self) -> Spread | None:
        """Pearson's statistic over its degrees of freedom; None where it says nothing: of single labels, of numbers."""
        return None if self.model.is_partial else spread_of(self.model, self.theta)

    @property
    def phi(self) -> float:
        """By how much chance is larger than the likelihood says: 1, or Pearson / df of counts and groups above it."""
        return 1.0 if self.pearson is None else max(self.pearson.ratio, 1.0)
