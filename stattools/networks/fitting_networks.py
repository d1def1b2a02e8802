"""Fitting a network: several random starts keep the best, several members make an ensemble."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.penalties import Ridge
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.memory import require_memory
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.networks.full_batch import train_by_lbfgs
from stattools.networks.mini_batches import train_by_adam
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.networks.training import Training
from stattools.networks.varying_inputs import VaryingInputs
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.first_order import LBFGS, Adam

WORK = 2e7
"""Rows times parameters up to which full-batch L-BFGS is the default."""

MOST = 10_000
"""Trainings that a fit may be asked for: more find nothing better, and a slip of the key costs days."""

FEWER = "Ask for fewer members."


def fit_network(
    model: NetworkModel,
    *,
    solver: Any = None,
    penalty: Ridge | None = None,
    seed: int | np.random.Generator = 0,
    restarts: int = 1,
    members: int | None = None,
    ensemble: Literal["deep", "bootstrap"] = "deep",
) -> NetworkFit | NetworkEnsemble:
    """The best of `restarts` trainings from random starts, or an ensemble of `members`, each the best of its own.

    `solver` is by default `LBFGS()` where rows times parameters are up to 2e7 and `Adam()` beyond. The best training
    has the highest validation score with Adam, the highest penalized log-likelihood with L-BFGS. Raises DomainError for
    counts below 1 and for more than 10,000 trainings, IncompatibleError for another solver, ConvergenceError where
    training diverges.
    """
    if solver is None:
        solver = LBFGS() if model.n * model.perceptron.size <= WORK else Adam()
    if not isinstance(solver, Adam | LBFGS):
        raise IncompatibleError(f"a network is trained by st.LBFGS() or st.Adam(); got {type(solver).__name__}.")
    restarts = whole_number(restarts, "restarts= of st.fit", at_least=1, at_most=MOST)
    ensemble = word_of(ensemble, ("deep", "bootstrap"))
    if not is_one_of(ensemble, ("deep", "bootstrap")):
        raise DomainError(f'ensemble= is "deep" or "bootstrap"; got {quoted(ensemble)}.')
    if members is None and ensemble != "deep":
        raise DomainError(f"ensemble={ensemble!r} needs members=, how many networks to train.")
    random = generator(seed)
    known = None if isinstance(seed, np.random.Generator) else int(seed)
    if members is None:
        return _best(model, model, solver, penalty, restarts, random, known)
    fits = []
    asked = whole_number(members, "members=", at_least=1)
    require_memory(f"{asked:,} networks of {model.perceptron.size:,} parameters", asked * model.perceptron.size, FEWER)
    if asked * restarts > MOST:
        raise DomainError(
            f"members= times restarts= of st.fit is at most {MOST:,} trainings; got {asked * restarts:,}. {FEWER}"
        )
    for _ in range(asked):
        sample = _resampled(model, random) if ensemble == "bootstrap" else model
        fits.append(_best(model, sample, solver, penalty, restarts, random, known))
    return NetworkEnsemble(tuple(fits), ensemble)


def _best(
    model: NetworkModel,
    sample: NetworkModel,
    solver: Adam | LBFGS,
    penalty: Ridge | None,
    restarts: int,
    random: np.random.Generator,
    seed: int | None,
) -> NetworkFit:
    best = max((_train(sample, solver, penalty, random) for _ in range(restarts)), key=lambda found: found.objective)
    frozen = replace(best.model, rows=model.rows)
    known_of_these_rows = best.loglik if sample is model else None
    loglik = frozen.loglik(best.estimate) if known_of_these_rows is None else known_of_these_rows
    return NetworkFit(
        frozen, best.estimate, loglik, best.history, best.reason, repr(solver), seed, penalty and repr(penalty)
    )


def _train(model: NetworkModel, solver: Adam | LBFGS, penalty: Ridge | None, random: np.random.Generator) -> Training:
    """One training from one random start, of the inputs that vary."""
    varying = VaryingInputs.of(model)
    start = varying.without(model.start_from(random))
    # What overflows in a diverging network is found by the check of every batch, which names the layer.
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        if isinstance(solver, Adam):
            return varying.back(train_by_adam(varying.model, solver, penalty, start, random))
        return varying.back(train_by_lbfgs(varying.model, solver, penalty, start))


def _resampled(model: NetworkModel, random: np.random.Generator) -> NetworkModel:
    """The model on as many rows drawn with replacement: as frequency weights, with batch norm as rows."""
    weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight
    drawn = random.multinomial(int(weight.sum()), weight / weight.sum()).astype(float)
    if not model.perceptron.factorizes:  # the moments of a batch are those of its rows, each as often as it was drawn
        again = np.repeat(np.arange(len(drawn)), drawn.astype(int))
        return replace(model, rows=replace(model.rows, X=model.rows.X[again], y=model.rows.y[again], weight=None))
    return replace(model, rows=replace(model.rows, weight=drawn))
