"""Posteriors: a model and a prior; the closed form of the pair where there is one, draws where there is none.

    p(theta | data) = p(data | theta) p(theta) / p(data)

A new conjugate pair is one file in `conjugate/` and one row in `conjugate/pairs.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypedDict, Unpack, overload

import numpy as np

from stattools.bayes.conjugate.beta_binomial import TRIALS, Beta
from stattools.bayes.conjugate.dirichlet import Dirichlet
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.conjugate.normal_inverse_gamma import NormalInverseGamma
from stattools.bayes.conjugate.normal_inverse_gamma_regression import NormalInverseGammaRegression
from stattools.bayes.conjugate.normal_inverse_wishart import NormalInverseWishart
from stattools.bayes.conjugate.pairs import CLOSED_FORMS, closed_form
from stattools.bayes.priors.assignment import Priors, assign
from stattools.bayes.priors.parameters import cuts_of, parameters
from stattools.bayes.sampling.diagnostics import METHODS
from stattools.bayes.sampling.draws import Posterior
from stattools.bayes.sampling.importance import importance, laplace, laplace_by_sample
from stattools.bayes.sampling.latent_center import first_priors, latent_center
from stattools.bayes.sampling.nuts import nuts
from stattools.bayes.sampling.propriety import check_propriety, check_tails
from stattools.bayes.sampling.target import mode, target
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_number, whole_number
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.record import nearest
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.models.samples.normal import MultivariateSample, NormalSample
from stattools.models.samples.proportions import Trials
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import Multinomial
from stattools.networks.network import Network
from stattools.solvers.subsampling import expanded

MOST_CELLS = 20_000_000

LONGEST_WARMUP = 1_000_000
"""Draws of `tune`: a sampler that has not found its step size after so many never will."""

FEWER = "Ask for fewer: means of 4,000 good draws are right to a sixtieth of a standard deviation."
"""Rows times columns that NUTS takes on unasked: a draw reads all of them about seven times."""


class SamplingOptions(TypedDict, total=False):
    """The options of draws."""

    sigma: object
    method: Literal["nuts", "laplace", "importance"] | None
    draws: int
    chains: int
    tune: int
    target_accept: float
    seed: int | np.random.Generator


@overload
def posterior(  # pyright: ignore[reportOverlappingOverload]  # without options it is exact, with them it is drawn
    model: Trials, /, *, prior: None = None
) -> Beta:
    """Of probabilities that are all alike before the data."""


@overload
def posterior(model: Multinomial, /, *, prior: None = None) -> Dirichlet:
    """Of the probabilities of categories."""


@overload
def posterior[Belief: (Beta, Dirichlet, Gamma, NormalInverseGamma, NormalInverseWishart)](
    model: Trials | Multinomial | EventRates | NormalSample | MultivariateSample, /, *, prior: Belief
) -> Belief:
    """Of the family of a conjugate prior."""


@overload
def posterior(model: Model, /, *, prior: NormalInverseGammaRegression) -> NormalInverseGammaRegression:
    """Of the coefficients and the variance of a linear regression."""


@overload
def posterior(model: AnyModel, /, *, prior: Improper, **options: Unpack[SamplingOptions]) -> Any:
    """Of the family that an improper prior belongs to."""


@overload
def posterior(model: NormalSample, /, *, prior: Normal, **options: Unpack[SamplingOptions]) -> Any:
    """Of a mean: exact where the standard deviation is known, draws where it is not."""


@overload
def posterior(model: AnyModel, /, *, prior: object = None, **options: Unpack[SamplingOptions]) -> Posterior:
    """Draws."""


def posterior(
    model: Any,
    /,
    *,
    prior: Any = None,
    sigma: Any = None,
    method: Literal["nuts", "laplace", "importance"] | None = None,
    draws: int = 1000,
    chains: int = 4,
    tune: int = 500,
    target_accept: float = 0.8,
    seed: int | np.random.Generator = 0,
) -> Any:
    """The posterior of a model's parameters: exact where prior and model are a conjugate pair, draws otherwise.

    `prior` is one distribution for all coefficients, the intercept included, or a dict by the names that fit and
    posterior print ("log alpha" for a prior of the logarithm, "alpha" for one of alpha itself); `sigma` that of the
    noise scale of `st.ols`. What is not given is weakly informative on standardized columns (`priors/defaults.py`), and
    `print(posterior)` says which prior was used. `method` is by default the closed form if there is one, "nuts" if not;
    "laplace" (the normal approximation at the mode) and "importance" (weighted draws from around it) are faster, and
    refuse where their Pareto k-hat is above 0.7. NUTS makes `chains` chains of `draws` draws after `tune` steps that
    are thrown away, its steps so long that the share `target_accept` of them is accepted: nearer to 1 where transitions
    diverge. The others make draws x chains independent draws. The same seed gives the same draws.

    Where rows x columns are more than 20 million, NUTS is refused unless `method="nuts"` asks for it. Of rows in files
    (`st.scan`), of which a sample is held, "laplace" takes mode and curvature from all rows in a few reads, and checks
    itself on the sample; for `st.ols` one read is all that any method needs.

    A closed form is a conjugate distribution such as `st.Beta`; draws are an `st.Posterior`. Raises IncompatibleError
    for priors that do not fit the model, IdentificationError where flat priors leave the posterior improper,
    ConvergenceError where an approximation is too far off. Source: Gelman et al., Bayesian Data Analysis (2013).

    >>> import stattools as st
    >>> st.posterior(st.coin([1, 0, 1, 1, 0, 1]), prior=st.Beta(1, 1))
    Beta(5, 3)
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> st.posterior(model, sigma=st.HalfCauchy(1), draws=200, chains=2, seed=1)
    <Posterior ols: y ~ x, nuts, 2 x 200 draws, seed = 1>
    """
    if method is not None:
        method = one_of(method, METHODS, "posterior has methods {}", got="method=", meaning="method")
    draws = whole_number(draws, "draws", at_least=4)
    chains = whole_number(chains, "chains", at_least=1)
    tune = whole_number(tune, "tune", at_least=50, at_most=LONGEST_WARMUP)
    if not (is_number(target_accept) and 0.0 < target_accept < 1.0):
        raise DomainError(f"target_accept is a share between 0 and 1, such as 0.95; got {quoted(target_accept)}.")
    _require_model(model)
    model = model.density if model.facts.has_density else model
    prior = None if isinstance(prior, dict) and not prior else prior
    exact = _closed_form(model, prior) if method is None and sigma is None else None
    if exact is not None:
        return exact
    _require_density(model, prior)
    by_sample = not (model.in_memory or model.has_scale)
    if by_sample and len(model.rows.sampled.X) == len(model.rows.X):
        model, by_sample = model.sampled, False
    if by_sample:
        _require_laplace(model, method)
    if method is None:
        _require_size(model)
    q = len(parameters(model))
    # Alive at once: the draws in two kinds of coordinates, what the sampler says of each, and a pool to draw them from.
    require_memory(f"{chains:,} x {draws:,} draws of {q:,} parameters", draws * chains * (6 * q + 8), FEWER)
    priors = assign(model, prior, sigma)
    check_propriety(model, priors)
    start = whole_number(_seeded(seed), "seed=", at_least=0)
    if by_sample:
        return _laplace_by_sample(model, priors, draws * chains, start)
    method, kept = method or "nuts", model.drawn if model.facts.is_density else model
    m, density = len(parameters(kept)), target(model, priors)
    center = mode(density) if m == q else latent_center(density, m)
    check_tails(model, center)
    at = center.target.transforms.forward(center.center).x
    if method == "nuts":
        if cuts_of(model):  # thresholds that nearly meet are followed in the logarithms of their distances
            center = mode(target(model, priors, ordered=True))
        z, statistics = nuts(center, draws=draws, chains=chains, tune=tune, seed=start, target_accept=target_accept)
        return Posterior(kept, first_priors(priors, m), center.values(z)[..., :m], method, start, statistics, at[:m])
    sampler = laplace if method == "laplace" else importance
    found = sampler(center, draws=draws * chains, seed=start)
    shift = found.shift if method == "laplace" else None
    values = center.values(found.z)[..., :m]
    return Posterior(kept, first_priors(priors, m), values, method, start, {}, at[:m], found.pareto_k, shift)


ALIKE: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys(TRIALS, lambda model: Beta(1.0, 1.0)),
    Multinomial: lambda model: Dirichlet(np.ones(len(model.names))),
}
"""The prior where none was given, for models whose parameters are probabilities: all of them are alike."""


def _require_model(model: object) -> None:
    """IncompatibleError for what is no model, and for networks."""
    if not isinstance(model, AnyModel):
        given = ": give the model that was fitted, fit.model" if hasattr(model, "model") else ""
        raise IncompatibleError(
            f"posterior needs a model; got {type(model).__name__}{given}. Models: st.logistic(...), st.coin(...)"
        )
    if isinstance(model, Network):
        raise IncompatibleError(
            f"posterior of {model.title} is not offered: its units can be exchanged, so that draws of its parameters "
            "from several chains never agree. st.fit(model, members=10, seed=...) shows what the data leave open."
        )


def _closed_form(model: AnyModel, prior: object) -> Any:
    """The exact posterior, or None; without a prior all probabilities are alike, Beta(1, 1) or Dirichlet(1, ..., 1)."""
    alike = nearest(ALIKE, model)
    if prior is None and alike is not None:
        prior = alike(model)
    elif isinstance(model, NormalSample) and model.sd is None and isinstance(prior, Normal):
        return None  # of the mean alone; the standard deviation has a prior of its own
    return closed_form(model, prior)


def _require_density(model: AnyModel, prior: object) -> None:
    """IncompatibleError for models that have closed forms only."""
    if model.facts.is_separate or (hasattr(model, "evaluate") and not isinstance(model, Multinomial)):
        return
    families = sorted({family.__name__ for kind, family in CLOSED_FORMS if kind is type(model)})
    wanted = " or ".join(f"st.{name}" for name in families) or "another model: it has no derivatives"
    raise IncompatibleError(f"posterior of {model.title} needs a prior of type {wanted}; got {quoted(prior)}.")


def _seeded(seed: object) -> object:
    return int(seed.integers(2**31)) if isinstance(seed, np.random.Generator) else seed


def _laplace_by_sample(model: Model, priors: Priors, draws: int, seed: int) -> Posterior:
    """Mode and curvature of all rows in few reads, checked on the sample of them that is held."""
    sample = target(expanded(model), priors)
    center = mode(target(model, priors), sample)
    at = center.target.transforms.forward(center.center).x
    held, before = len(model.rows.sampled.X), int(any(priors.why))  # default priors look at all rows
    found, check = laplace_by_sample(center, sample, held, draws=draws, seed=seed, reads=before)
    values = center.values(found.z)
    return Posterior(model, priors, values, "laplace", seed, {}, at, found.pareto_k, found.shift, check)


def _require_laplace(model: Model, method: str | None) -> None:
    """IncompatibleError for what reads files once for each draw, with the method that does not."""
    if method != "laplace":
        does = "NUTS reads all rows thousands of times" if method != "importance" else "Each of thousands of draws is "
        does += "weighed by the log-likelihood of all rows" if method == "importance" else ""
        rows, columns = model.rows.X.shape
        raise IncompatibleError(
            f"{does}, and {rows:,} rows x {columns} columns are {model.rows.place}, of which a sample of "
            f'{len(model.rows.sampled.X):,} is held. Use method="laplace": mode and curvature from all rows in '
            "few reads, checked on the sample; or a table of some of the rows in memory."
        )


def _require_size(model: AnyModel) -> None:
    """IncompatibleError where NUTS would take hours and was not asked for by name, with the method that does not."""
    if model.has_scale or model.rows is None:
        return
    rows, columns = model.rows.X.shape
    if rows * columns > MOST_CELLS:
        raise IncompatibleError(
            f"NUTS reads all rows thousands of times, which for {rows:,} rows x {columns} columns takes hours: more "
            f'than {MOST_CELLS:,} numbers. Use method="laplace", which is accurate for so many rows and checks '
            'itself, or method="nuts" to wait.'
        )
