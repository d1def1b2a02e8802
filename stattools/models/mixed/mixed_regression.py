"""Regressions of any likelihood whose rows share effects of their groups.

    y_i ~ p(y | eta_i),   eta_i = x_i'beta + sum_k z_ki'u_k[group of i] + offset_i,   u_kj ~ N(0, Sigma_k)

The effects are added to the first linear predictor, that of the mean; of labels in order they move all thresholds.
Source: Breslow & Clayton, Journal of the American Statistical Association 88 (1993), 9-25.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.latent_terms import LatentTerms
from stattools.errors import IncompatibleError
from stattools.interface.record import record
from stattools.likelihoods import Likelihood
from stattools.models.mixed.by_category import coefficients_of_categories
from stattools.models.mixed.by_coefficients import AllCoefficients, ByCoefficients
from stattools.models.mixed.by_laplace import ByLaplace
from stattools.models.mixed.joint_density import JointDensity
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model


def require_whole_line(title: str, likelihood: Likelihood) -> None:
    """IncompatibleError for a link that has means for some linear predictors only: normal effects lead beyond these."""
    low, high = likelihood.domain
    if np.isfinite([low, high]).any():
        raise IncompatibleError(
            f"{title} has means for linear predictors between {low:g} and {high:g} only, and effects that are normal "
            "lead beyond them: give a link that takes every number, such as log for positive means and logit for "
            "probabilities."
        )


@record
class MixedRegression(MixedModel):
    """What `st.logistic`, `st.poisson` and other regressions return for a formula with effects of groups: what the
    formula said of these, `read`, and `fixed`, the same rows as a regression without them.
    """

    read: LatentTerms
    fixed: Model
    kind: str = field()  # type: ignore[assignment]
    title: str = field()  # type: ignore[assignment]
    options = ("integral", "nodes")

    @property
    def is_saved(self) -> bool:  # type: ignore[override]
        """Files know fits without curves."""
        return not self.smooths

    @property
    def likelihood(self) -> Any:  # type: ignore[override]
        """What one row says about its linear predictors."""
        return self.fixed.likelihood

    @property
    def rows(self) -> Any:  # type: ignore[override]
        """The rows without what is known of their groups."""
        return self.fixed.rows

    @property
    def labels(self) -> tuple[Any, ...] | None:  # type: ignore[override]
        """The categories of the outcome, or None."""
        return self.fixed.labels

    @property
    def extras(self) -> Any:  # type: ignore[override]
        """What was given beside the columns of the formula."""
        return self.fixed.extras

    @property
    def laplace(self) -> ByLaplace | ByCoefficients:
        """The likelihood with the effects integrated out by Laplace's approximation."""
        return ByCoefficients.of(self) if self.by_category else ByLaplace.of(self)

    @property
    def by_category(self) -> bool:
        """Has each category curves of its own?"""
        return self.fixed.predictor.n_first > 1 and not self.random

    @cached_property
    def coefficients(self) -> AllCoefficients:
        """All coefficients of a regression of categories."""
        return coefficients_of_categories(self)

    @property
    def density(self) -> JointDensity:
        """The likelihood with the effects among the parameters: what a posterior is drawn from."""
        return JointDensity.of(self)

    def subset(self, which: slice | NDArray[np.intp]) -> MixedRegression:
        """The model of the rows that a slice or an array of their numbers picks, with the levels that these have."""
        return replace(self, read=self.read.take(which), fixed=self.fixed.subset(which))
