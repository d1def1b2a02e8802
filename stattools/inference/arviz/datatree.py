"""Fits and posteriors as an `xarray.DataTree` in the layout of ArviZ 1.x, which only this file knows: `st.to_arviz(x)`.

Independent exact draws are one chain: R-hat and effective sample sizes of pretend chains would prove nothing. Of a
maximum-likelihood fit they are of the asymptotic distribution of its estimates, labelled so:

    theta ~ Normal(estimate, covariance);   for `st.ols` sigma^2 = scale^2 df / chi2_df and beta | sigma as wide as that
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools import __version__
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.arviz.layout import data_groups, layout, log_likelihood, outcome, replicates
from stattools.inference.estimates import AnyFit, Estimates
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import Package, pd
from stattools.models.model import Model, on_own_scale
from stattools.models.questions import AnyModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from xarray import DataTree


arviz: Any = Package("arviz")
stats: Any = Package("arviz_stats.base.array")

Group = Mapping[str, ArrayLike]

FEWEST = 30
"""Draws of which a fifth, the tail, are the six that a generalized Pareto distribution is fitted to."""


def datatree(
    groups: Mapping[str, Group],
    *,
    dims: Mapping[str, Sequence[str]],
    coords: Mapping[str, Sequence[object]],
    attrs: Mapping[str, object],
) -> DataTree:
    """A DataTree of `groups`, name -> variable -> array.

    Arrays of draws have shape (chain, draw, ...); groups whose name contains "data" have no chain and draw. `dims`
    names the axes that follow, `coords` their entries. `attrs` go to the root with the library and its version; no time
    stamp is kept, so the same inputs give the same tree.

    >>> tree = datatree({"posterior": {"theta": [[0.2, 0.4]]}}, dims={}, coords={}, attrs={"seed": 0})
    >>> tree["posterior"]["theta"].dims, tree.attrs["inference_library"]
    (('chain', 'draw'), 'stattools')
    """
    root = {"inference_library": "stattools", "inference_library_version": __version__, **attrs}
    tree = arviz.from_dict(
        {name: {variable: np.asarray(values) for variable, values in group.items()} for name, group in groups.items()},
        dims={name: list(axes) for name, axes in dims.items()},
        coords={name: list(entries) for name, entries in coords.items()},
        attrs={"/": root},
    )
    for node in tree.subtree:
        node.attrs.pop("created_at", None)
    return tree


def pareto_smoothed(log_ratios: ArrayLike) -> tuple[Floats, float]:
    """Smoothed log weights, (draws,), and the Pareto shape k of the largest; infinite k where a ratio is no number.

    Raises DomainError for fewer than 30 draws.
    """
    ratios = np.asarray(log_ratios, dtype=float)
    ratios = np.where(np.isnan(ratios), -np.inf, ratios)
    if len(ratios) < FEWEST:
        raise DomainError(f"Pareto's k-hat needs {FEWEST} draws, six of them in the tail; got {len(ratios)}.")
    if not np.isfinite(ratios).sum() > 10:
        return ratios, float("inf")
    floor = ratios[np.isfinite(ratios)].min() - 700.0
    weights, k = stats.array_stats.psislw(-np.maximum(ratios, floor))  # it takes log-likelihoods, the ratios' negatives
    return np.asarray(weights), float(k)


def convergence(draws: Floats) -> dict[str, Floats]:
    """R-hat, bulk and tail effective sample size and the Monte Carlo error of the mean, per parameter.

    `draws` has shape (chain, draw, q); R-hat is NaN for a single chain. Source: Vehtari, Gelman, Simpson, Carpenter &
    Bürkner, Bayesian Analysis 16 (2021), 667-718.
    """
    each = range(draws.shape[-1])
    several = draws.shape[0] > 1

    def over(measure: Any) -> Floats:
        return np.array([float(measure(draws[:, :, j])) for j in each])

    return {
        "r_hat": over(stats.array_stats.rhat) if several else np.full(draws.shape[-1], np.nan),
        "ess_bulk": over(lambda x: stats.array_stats.ess(x, method="bulk")),
        "ess_tail": over(lambda x: stats.array_stats.ess(x, method="tail", prob=(0.1, 0.9))),
        "mcse": over(lambda x: stats.array_stats.mcse(x, method="mean")),
    }


def energy_fraction(energy: Floats) -> Floats:
    """E-BFMI per chain, from the energies (chain, draw): how freely the sampler moves between energies, 0 where it does
    not move.

    >>> energy_fraction(np.array([[3.0, 3.0, 3.0], [1.0, 2.0, 0.0]])).tolist()
    [0.0, 2.5]
    """
    moves = energy.max(axis=1) > energy.min(axis=1)
    fraction = np.zeros(len(energy))
    if moves.any():
        fraction[moves] = np.asarray(stats.array_stats.bfmi(energy[moves]), dtype=float)
    return fraction


def summary(tree: DataTree, *, prob: float, kind: str, sampled: bool) -> pd.DataFrame:
    """ArviZ's summary with an explicit interval; diagnostics of convergence only where a sampler made the draws."""
    what = "all" if sampled else "stats"
    return arviz.summary(tree, kind=what, ci_kind=kind, ci_prob=prob, round_to="none")


def smoothed_weights(log_likelihood: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pareto-smoothed log of the weights 1 / p(y_i | theta), normalized over the draws (the first axis), and k-hat of
    each column.

    >>> weights, k_hat = smoothed_weights(np.random.default_rng(0).normal(size=(1000, 2)))
    >>> np.exp(weights).sum(axis=0).round(12).tolist(), k_hat.shape
    ([1.0, 1.0], (2,))
    """
    weights, k_hat = stats.array_stats.psislw(np.asarray(log_likelihood, dtype=float).T, axis=-1)
    return np.asarray(weights).T, np.asarray(k_hat)


def leave_one_out(tree: DataTree) -> tuple[Floats, float, Floats]:
    """PSIS-LOO by ArviZ: log p(y_i | y_-i), (rows,), the effective number of parameters, and k-hat of each row."""
    with warnings.catch_warnings():  # the k-hats that it warns of are returned, and read for the user by the caller
        warnings.simplefilter("ignore", UserWarning)
        found = arviz.loo(tree, pointwise=True)
    return np.asarray(found.elpd_i).reshape(-1), float(found.p), np.asarray(found.pareto_k).reshape(-1)


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


def _instead(x: object) -> str:
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
    rows = len(fit.model.rows.X) if fit.model.facts.is_regression else 0
    count = draws_shape(draws, (len(fit.estimate) + rows,), copies=3)[0]
    random = generator(seed)
    theta = _drawn(fit, count, random)
    shape = layout(fit.model)
    data, dims, coords = data_groups(fit.model)
    groups: dict[str, Group] = {"posterior": dict(shape.split(theta[None]))}
    if fit.model.facts.is_regression:
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
        if fit.model.facts.is_regression and np.isfinite(fit.model.likelihood.facts.domain).any():
            theta = _within(fit.model, theta, lambda: fit.estimate + random.standard_normal(step.shape) @ root.T)
        return on_own_scale(fit.model, theta) if fit.model.facts.is_regression else theta
    wider = np.sqrt(fit.df / random.chisquare(fit.df, draws))
    return np.column_stack([fit.estimate + step * wider[:, None], fit.scale * wider])


def _within(model: Model, theta: Floats, more: Callable[[], Floats]) -> Floats:
    """As many draws whose means the family has in every row, from these and from more of them."""
    found, low, high = theta[:0], *model.likelihood.facts.domain
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
