"""Whatever has draws, or can make them, as a DataTree: `st.to_arviz(x)` for fits and posteriors alike.

A maximum-likelihood fit as a DataTree: draws of the asymptotic distribution of its estimates, labelled so.

    theta ~ Normal(estimate, covariance);   for `st.ols` sigma^2 = scale^2 df / chi2_df and beta | sigma as wide as that

They are no posterior, though ArviZ calls the group so; for `st.ols` they are the one under p(beta, sigma) ~ 1 / sigma.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.inference.any_fit import AnyFit
from stattools.inference.arviz.arviz import datatree
from stattools.inference.arviz.layout import data_groups, layout, outcome
from stattools.inference.arviz.replicates import log_likelihood, replicates
from stattools.inference.estimates import Estimates
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.any_model import AnyModel
from stattools.models.model import Model
from stattools.models.own_scale import on_own_scale

if TYPE_CHECKING:
    from collections.abc import Callable

    from xarray import DataTree


@runtime_checkable
class Exports(Protocol):
    """What makes a DataTree of itself: posteriors, drawn or exact, draws of states, the Bayesian bootstrap."""

    @property
    def to_arviz(self) -> Callable[..., DataTree]: ...


def to_arviz(x: Any, /, *, draws: int | None = None, seed: int | np.random.Generator | None = None) -> DataTree:
    """A DataTree for ArviZ of a fit or a posterior.

    A posterior, drawn or exact, is what its own `to_arviz` makes: posterior, prior, their predictives, log-likelihood,
    data. A fit has `draws` (4000) independent draws of the asymptotic distribution of its estimates under its
    covariance (`cov=`), the log-likelihood of each row, replicates, the data: one chain, in a group that ArviZ calls
    posterior, of which the attribute `inference` says that it is none. `draws` and `seed` (0) are for fits and exact
    posteriors. Raises IncompatibleError for what has no draws, such as models, networks, and fits without standard
    errors.

    >>> import stattools as st
    >>> tree = to_arviz(st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})), draws=10)
    >>> dict(tree["posterior"].sizes), "prior" in tree.children
    ({'chain': 1, 'draw': 10, 'coef': 2}, False)
    >>> sorted(to_arviz(st.Beta(1, 1).update([1, 0, 1]), draws=10, seed=1).children)[:3]
    ['constant_data', 'log_likelihood', 'log_prior']
    """
    given: dict[str, Any] = {name: value for name, value in (("draws", draws), ("seed", seed)) if value is not None}
    if isinstance(x, Estimates):
        return asymptotic(x, **given)
    if isinstance(x, type) or not isinstance(x, Exports):
        raise IncompatibleError(f"to_arviz needs a fit, st.fit(model), or a posterior; {_instead(x)}")
    if unused := given.keys() - signature(x.to_arviz).parameters.keys():
        raise IncompatibleError(
            f"to_arviz takes {' and '.join(f'{name}=' for name in sorted(unused))} for fits and exact posteriors; "
            f"{described(x)} has its draws."
        )
    return x.to_arviz(**given)


def _instead(x: Any) -> str:
    if isinstance(x, AnyFit):
        return f"{described(x.model)} has no standard errors of all its parameters together, and so no draws of them."
    if isinstance(x, AnyModel):
        return f"got the model {described(x)}: fit it first."
    return f"got {described(x)}, which has no draws."


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
