"""`st.likelihood`: a likelihood of one's own, from a distribution of SciPy or from functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own.own_categories import OwnCategories
from stattools.likelihoods.own.own_likelihood import OUTCOMES, OwnLikelihood

NOTHING: Mapping[str, Any] = MappingProxyType({})

TAKEN = ("weights", "offset", "exposure", "names", "intercept", "trials", "precision", "data", "y", "X", "size", "seed")
"""Names of arguments, which no parameter can have."""

type Function = Callable[..., Any]


def likelihood(
    distribution: Any,
    loglik: Function | None = None,
    /,
    *,
    parameters: Mapping[str, str],
    fixed: Mapping[str, float] = NOTHING,
    outcome: str | None = None,
    mean: Function | None = None,
    variance: Function | None = None,
    cdf: Function | None = None,
    quantile: Function | None = None,
    sample: Function | None = None,
) -> OwnLikelihood:
    """A likelihood of your own, which `st.regression` makes models of, with every question of a fit.

    `st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})` takes a distribution of SciPy:
    `parameters` are those that are fitted, each with its link (identity, log, logit, probit, cloglog, loglog, cauchit,
    inverse, inverse-squared, sqrt), the first with the formula of the regression; shapes that are not fitted are
    `fixed`. loc is 0 and scale 1 where they are neither.

    `st.likelihood("Gumbel", loglik, parameters=..., outcome="real")` takes a name and the log density of one outcome,
    `loglik(y, **parameters)`, arrays (n,) in and out. `outcome` is "real", "positive", "unit" (between 0 and 1, without
    the ends), "count", "binary" or "category", whose y are the codes 0, 1, ... of the labels in their order: then
    probabilities and draws follow from `loglik`. `mean(**parameters)`, `variance(**parameters)`, `cdf(y,
    **parameters)`, `quantile(p, **parameters)` and `sample(size=, random_state=, **parameters)` answer more; what was
    not given is refused where it is asked. Derivatives are central differences of fourth order, and the certificate
    says so.

    Raises IncompatibleError for a frozen distribution, a shape that is neither fitted nor fixed, a support that moves
    with a parameter, a parameter named like an argument; DomainError for an unknown link or one that leaves the domain
    of its parameter.

    >>> import numpy as np, scipy.stats
    >>> import stattools as st
    >>> gumbel = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})
    >>> y = [0.3, 1.9, 1.2, 3.1, 2.2, 4.9, 3.0, 5.4]
    >>> st.fit(st.regression("y ~ x", {"y": y, "x": range(8)}, gumbel)).names
    ('Intercept', 'x', 'log scale')
    """
    parameters = _parameters(parameters)
    if not isinstance(fixed, Mapping):
        raise DomainError(f'fixed= is a dict of numbers by name, {{"shape": 2.0}}; got {quoted(fixed)}.')
    given = {"mean": mean, "variance": variance, "cdf": cdf, "quantile": quantile, "sample": sample}
    if isinstance(distribution, str):
        if fixed:
            raise IncompatibleError("fixed= belongs to distributions of SciPy; write the number into loglik.")
        return _of_functions(distribution, loglik, parameters, outcome, given)
    extra = [word for word, value in {"loglik": loglik, "outcome": outcome, **given}.items() if value is not None]
    _require_distribution(distribution)
    if extra:
        raise IncompatibleError(f"{distribution.name} answers {extra[0]} itself; leave {extra[0]}= out.")
    from stattools.likelihoods.own.scipy_distribution import of_distribution

    return of_distribution(distribution, parameters, dict(fixed))


def _of_functions(
    name: str, loglik: Any, parameters: Mapping[str, str], outcome: Any, given: Mapping[str, Any]
) -> OwnLikelihood:
    if not callable(loglik):
        raise IncompatibleError(
            f"st.likelihood({quoted(name)}, loglik, ...) needs loglik, a function of (y, "
            f"{', '.join(parameters)}); got {quoted(loglik)}."
        )
    if not isinstance(outcome, str) or outcome not in OUTCOMES:
        raise DomainError(f"outcome= is one of {', '.join(map(repr, OUTCOMES))}; got {quoted(outcome)}.")
    for word, value in given.items():
        if value is not None and not callable(value):
            raise IncompatibleError(f"{word}= is a function of the parameters; got {quoted(value)}.")
    answers = {word: value for word, value in given.items() if value is not None}
    if OUTCOMES[outcome] is Outcome.CATEGORY:
        if answers:
            raise IncompatibleError(f"probabilities of labels follow from loglik; leave {next(iter(answers))}= out.")
        return OwnCategories(name, loglik, parameters, Outcome.CATEGORY)
    return OwnLikelihood(name, loglik, parameters, OUTCOMES[outcome], answers)


def _parameters(parameters: Any) -> dict[str, str]:
    """The parameters by name with their links, checked."""
    if not isinstance(parameters, Mapping) or not parameters:
        raise DomainError(f'parameters= is a dict of links by name, {{"loc": "identity"}}; got {quoted(parameters)}.')
    for name, link in parameters.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise DomainError(f"a parameter has a name that an argument can have; got {quoted(name)}.")
        if name in TAKEN:
            raise IncompatibleError(f"a parameter cannot be called {name!r}, as an argument of st.regression is.")
        if not isinstance(link, str) or link not in LINKS:
            raise DomainError(f"{name!r} has one of the links {', '.join(LINKS)}; got {quoted(link)}.")
    return dict(parameters)


def _require_distribution(distribution: Any) -> None:
    """IncompatibleError for what is no univariate distribution of SciPy with free parameters."""
    from scipy import stats

    if isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
        return
    if isinstance(distribution, stats.distributions.rv_frozen):
        raise IncompatibleError(
            f"{distribution.dist.name} is frozen, its parameters are numbers: give the distribution itself, "
            f"scipy.stats.{distribution.dist.name}, and what is not fitted by fixed=."
        )
    raise IncompatibleError(
        "st.likelihood takes a distribution of SciPy such as scipy.stats.gumbel_r, or a name and a function, "
        f'("Gumbel", loglik); got {quoted(distribution)}.'
    )
