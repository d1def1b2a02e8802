"""A fit as its checks look at it: what several of them need, made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from stattools.errors import IncompatibleError
from stattools.inference.covariance.level_sandwich import LevelSandwich
from stattools.inference.diagnostics.checks.added_columns import added
from stattools.inference.diagnostics.checks.added_information import Added
from stattools.inference.diagnostics.checks.added_to_partial import added_to_partial
from stattools.inference.diagnostics.checks.spread import Spread, spread_of
from stattools.inference.diagnostics.checks.variables import Unit, units_of
from stattools.inference.estimates import Estimates
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood

EXACT = 1e-24
"""A squared scale this small beside the outcomes is round-off."""


@dataclass(frozen=True, eq=False)
class LookedAt:
    """A fit, and the order of its rows where they have one: numbers of the rows from the first to the last."""

    fit: Estimates
    order: Any = None

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
    def beside_levels(self) -> LevelSandwich | None:
        """The scores beside a factor whose levels are kept as codes; None of a model without one. With a penalty, the
        inverse information is that of the penalized maximum.
        """
        found = LevelSandwich.of(self.model, self.theta, self.bread)
        if found is None or self.fit.penalty is None:
            return found
        return replace(found, C=found.T.before_units(self.bread))

    def require_errors(self) -> None:
        """IncompatibleError where the fit is exact to round-off, so that there are no errors to look at."""
        sums = self.fit.solution.residual_sums or (
            self.model.residual_sums(self.theta) if self.model.has_scale else None
        )
        if sums is not None and self.fit.scale**2 <= EXACT * sums[1] / self.fit.n:
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
