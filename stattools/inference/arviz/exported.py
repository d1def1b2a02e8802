"""Whatever has draws, or can make them, as a DataTree: `st.to_arviz(x)` for fits and posteriors alike."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.any_fit import AnyFit
from stattools.inference.arviz.asymptotic import asymptotic
from stattools.inference.estimates import Estimates
from stattools.interface.arguments import described
from stattools.models.any_model import AnyModel

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
