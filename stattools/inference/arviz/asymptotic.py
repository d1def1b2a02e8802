"""A maximum-likelihood fit as a DataTree: draws of the asymptotic distribution of its estimates, labelled so.

    theta ~ Normal(estimate, covariance);   for `st.ols` sigma^2 = scale^2 df / chi2_df and beta | sigma as wide as that

They are no posterior, though ArviZ calls the group so; for `st.ols` they are the one under p(beta, sigma) ~ 1 / sigma.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.inference.arviz.arviz import datatree
from stattools.inference.arviz.layout import data_groups, layout, outcome
from stattools.inference.arviz.replicates import log_likelihood, replicates
from stattools.inference.estimates import Estimates
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.model import Model
from stattools.models.own_scale import on_own_scale

if TYPE_CHECKING:
    from xarray import DataTree

TRIES = 100
"""Times that draws are made until enough of them have means that the family has."""

LABEL = "asymptotic distribution of the maximum-likelihood estimate: not a posterior, no prior"


def asymptotic(fit: Estimates, *, draws: int = 4000, seed: int | np.random.Generator = 0) -> DataTree:
    """A DataTree of a fit: independent draws of its estimates, the log-likelihood of each row, replicates, the data.

    One chain, group "posterior" by ArviZ's name for it; the attribute `inference` says what it is. Uses the covariance
    of the fit (`cov=`). Raises IncompatibleError for a fit without standard errors.
    """
    if not (fit.kinds and np.isfinite(fit.covariance).all() and np.isfinite(fit.estimate).all()):
        raise IncompatibleError(f"to_arviz needs standard errors, and this fit of {fit.model.title} has none.")
    rows = len(fit.model.rows.X) if isinstance(fit.model, Model) else 0
    count = draws_shape(draws, (len(fit.estimate) + rows,), copies=3)[0]
    random = generator(seed)
    theta = _drawn(fit, count, random)
    shape = layout(fit.model)
    data, dims, coords = data_groups(fit.model)
    groups: dict[str, dict[str, ArrayLike]] = {"posterior": dict(shape.split(theta[None]))}
    if isinstance(fit.model, Model):
        name = outcome(fit.model)
        groups["log_likelihood"] = {name: log_likelihood(fit.model, theta)[None]}
        groups["posterior_predictive"] = {name: replicates(fit.model, theta, seed=random)[None]}
    attrs = {"inference": LABEL, "model": fit.model.title, "covariance": fit.cov, "seed": recorded(seed)}
    attrs |= {"formula": "; ".join(fit.model.formulas)} if fit.model.formulas else {}
    return datatree(groups | data, dims=shape.dims | dims, coords=shape.coords | coords, attrs=attrs)


def _drawn(fit: Estimates, draws: int, random: np.random.Generator) -> Floats:
    """theta (draws, q), sigma and alpha on their own scale."""
    values, vectors = np.linalg.eigh(fit.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    step = random.standard_normal((draws, len(fit.estimate))) @ root.T
    if not fit.model.has_scale:
        theta = fit.estimate + step
        if isinstance(fit.model, Model) and np.isfinite(fit.model.likelihood.domain).any():
            theta = _within(fit.model, theta, lambda: fit.estimate + random.standard_normal(step.shape) @ root.T)
        return on_own_scale(fit.model, theta) if isinstance(fit.model, Model) else theta
    wider = np.sqrt(fit.df / random.chisquare(fit.df, draws))
    return np.column_stack([fit.estimate + step * wider[:, None], fit.scale * wider])


def _within(model: Model, theta: Floats, more: Callable[[], Floats]) -> Floats:
    """As many draws whose means the family has in every row, from these and from more of them."""
    found, low, high = theta[:0], *model.likelihood.domain
    for _ in range(TRIES):
        eta = model.predictor.forward_many(theta, model.rows.X, model.rows.offset)
        first = eta if eta.ndim == 2 else eta[:, :, 0]
        found = np.concatenate([found, theta[((first > low) & (first < high)).all(axis=1)]])
        if len(found) >= len(theta):
            return found[: len(theta)]
        theta = more()
    raise IncompatibleError(
        f"to_arviz draws estimates from their normal approximation, and nearly all draws of {model.title} have rows "
        "whose mean the family does not have: the maximum is too near to the edge. Use st.posterior."
    )
