"""Fitting a network: several random starts keep the best, several members make an ensemble.

Full-batch training: L-BFGS climbs the penalized log-likelihood of all rows.

It ends at a stationary point or at a limit of steps, and says which. Source: Nocedal & Wright, Numerical Optimization
(2006), 7.2.

Mini-batch training: Adam climbs batch by batch, slower near the end, and stops early.

Where the validation rows' mean log-likelihood has not risen for `patience` epochs, training goes back to its best
epoch and on with a tenth of the rate; after `slowdowns` of these it stops. Large steps find a good region, small ones
its top.
Source: Prechelt, Neural Networks: Tricks of the Trade (1998), 55-69 (early stopping).

A network without the inputs that are 0 in all of its rows, and back.

The weights of such inputs start at 0 and have a score of 0: no training moves them. Of images a fifth of the pixels and
more are like that, and leaving them out takes that share off the matrix products and the steps of an epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.penalties import Ridge
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.progress import PATIENCE, progress
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.networks.batch_norm import BatchNorm, Moments
from stattools.networks.block_sums import block_size, summed
from stattools.networks.dense import Dense
from stattools.networks.divergence import require_finite, require_gain
from stattools.networks.input_rows import HELD
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.networks.training import Training, mean_logliks, penalty_slope
from stattools.networks.units import zero_inputs
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.first_order import LBFGS, Adam
from stattools.solvers.solution import Epoch

SEPARATED = 1e-4
"""A mean log-likelihood of categories this close to 0 says that every row is told apart."""


def train_by_lbfgs(model: NetworkModel, solver: LBFGS, penalty: Ridge | None, start: Floats) -> Training:
    """Climb from `start`; ConvergenceError that names cause and layer where values overflow."""
    from scipy.optimize import minimize

    slope, n = None if penalty is None else penalty_slope(model, penalty), model.n
    whole = slice(0, len(model.rows.X))
    history: list[Epoch] = []
    last, first = [np.nan], [np.inf]

    def negative(theta: Floats) -> tuple[float, Floats]:
        now = summed(model, theta, 1)
        pull = np.zeros_like(theta) if slope is None else slope(theta) / n
        score = now.score / n - pull
        last[0] = now.loglik / n
        when = f"{solver!r} diverged in step {len(history) + 1}"
        first[0] = min(first[0], require_finite(model, theta, whole, last[0], score, when, first[0]))
        return 0.5 * float(theta @ pull) - now.loglik / n, -score

    with progress(solver.max_steps, "training", PATIENCE) as report:

        def after(_: Any) -> None:
            history.append(Epoch(len(history) + 1, last[0], np.nan))
            report(mean_logliks(history[-1]), len(history))

        options = {
            "maxiter": solver.max_steps,
            "maxfun": 4 * solver.max_steps,
            "ftol": 1e-13,
            "gtol": max(solver.tolerance, 1e-9),
            "maxcor": 20,
        }
        found = minimize(negative, start, jac=True, method="L-BFGS-B", options=options, callback=after)
    norm = float(np.linalg.norm(found.jac))
    if found.nit >= solver.max_steps or found.nfev >= 4 * solver.max_steps:
        reason = f"the limit of {solver.max_steps} steps"
    else:
        reason = f"a stationary point: the score of the mean log-likelihood is {norm:.1e} long"
    if penalty is None and not model.has_scale and -last[0] < SEPARATED:
        reason += (
            "; the network separates the training rows, so that the log-likelihood rises to 0 without end and has no "
            "maximum: use penalty=st.Ridge(...)"
        )
    return Training(model.freeze(found.x), found.x, tuple(history), reason, -float(found.fun))


type Places = NDArray[np.intp]


def train_by_adam(
    model: NetworkModel, solver: Adam, penalty: Ridge | None, theta: Floats, generator: np.random.Generator
) -> Training:
    """Climb from `theta`; ConvergenceError that names cause and layer where training explodes."""
    training, validation = _split(model, solver.validation, generator)
    penalized, pull = model.perceptron.penalized, None if penalty is None else penalty_slope(model, penalty)
    move, rate, slowed = solver.stepper(penalized), solver.rate, 0
    running = [Moments.initial(layer.features) for layer in model.perceptron.layers if isinstance(layer, BatchNorm)]
    history: list[Epoch] = []
    best, best_theta, best_running, waited, reached = -np.inf, theta, running, 0, 0
    first, first_score = np.nan, np.inf
    reason = f"the limit of {solver.epochs} epochs"
    mass, held_mass = _mass(model, training), max(_mass(model, validation), 1.0)
    # a batch has one row more at most, and validation goes in blocks, which are one where batch norm is not frozen
    inputs = model.input_rows(max(min(solver.batch, len(training)) + 1, min(block_size(model), len(validation))))
    with progress(solver.epochs, "training", PATIENCE) as report:
        for epoch in range(1, solver.epochs + 1):
            total, when = 0.0, f"{solver!r} diverged in epoch {epoch}"
            for rows in _batches(generator.permutation(training), solver.batch, model):
                seen: list[Moments] = []
                now = model.of_rows(theta, rows, 1, seen, inputs)
                size = _mass(model, rows)
                if size == 0.0:
                    continue
                total += now.loglik
                score = now.score
                score /= size
                if pull is not None:
                    score -= pull(theta) / mass
                length = require_finite(model, theta, rows, now.loglik / size, score, when, first_score)
                if np.isnan(first):
                    first, first_score = now.loglik / size, length
                theta = move(theta, score)
                running = [old.moved(batch) for old, batch in zip(running, seen, strict=True)]
            held = np.nan
            if len(validation):
                held = summed(model.frozen(tuple(running)), theta, 0, validation, inputs).loglik / held_mass
                require_finite(model, theta, validation, held, None, when)
            history.append(Epoch(epoch, total / mass, held))
            report(mean_logliks(history[-1]), epoch)
            if not len(validation) or held > best:
                best, best_theta, best_running, waited, reached = held, theta, running, 0, epoch
                continue
            waited += 1
            if waited == solver.patience and slowed < solver.slowdowns:
                slowed, waited, rate = slowed + 1, 0, 0.1 * rate
                theta, running, move = best_theta, best_running, solver.stepper(penalized, rate)
            elif waited == solver.patience:
                reason = f"early stopping: {waited} epochs without a better validation score"
                reason += f", at a rate of {rate:.2g}" * bool(slowed)
                break
    frozen = model.frozen(tuple(best_running))
    ended = f"{solver!r} diverged"
    require_gain(model, best_theta, first, history[reached - 1].training, ended)
    if len(validation):
        require_finite(model, best_theta, training, best, None, ended)
        return Training(frozen, best_theta, tuple(history), reason, best)
    every = summed(frozen, best_theta, 0)
    objective = every.loglik / max(mass, 1.0)
    require_finite(model, best_theta, training, objective, None, ended)
    return Training(frozen, best_theta, tuple(history), reason, objective, frozen.at_own_scale(every).loglik)


def _split(model: NetworkModel, share: float, generator: np.random.Generator) -> tuple[Places, Places]:
    """Row numbers for training and for validation."""
    n = len(model.rows.X)
    held = round(share * n)
    if share and not 0 < held < n - 1:
        raise DomainError(
            f"Adam(validation={share}) holds out {held} of {n} rows, which leaves too few. Use validation=0."
        )
    order = generator.permutation(n)
    return np.sort(order[held:]), np.sort(order[:held])


def _batches(order: Places, size: int, model: NetworkModel) -> list[Places]:
    """The rows in batches; with batch norm a last batch of one row joins the one before."""
    parts = [order[i : i + size] for i in range(0, len(order), size)]
    if not model.perceptron.factorizes:
        if size == 1:
            raise DomainError("batch norm takes its moments from the batch: Adam(batch=1) has one row. Use batch >= 2.")
        if len(parts) > 1 and len(parts[-1]) == 1:
            parts[-2:] = [np.concatenate(parts[-2:])]
    return parts


def _mass(model: NetworkModel, rows: Places) -> float:
    """Number of observations in some rows."""
    return float(len(rows) if model.rows.weight is None else model.rows.weight[rows].sum())


@dataclass(frozen=True, eq=False)
class VaryingInputs:
    """The network `whole`, and `model`: the same with the inputs `kept` alone.

    `first` and `fewer` are their first layers, (inputs, outputs) with all inputs and with those that are kept.
    """

    whole: NetworkModel
    model: NetworkModel
    kept: NDArray[np.intp]
    first: Dense
    fewer: Dense

    @classmethod
    def of(cls, whole: NetworkModel) -> Self:
        """The network without its zero inputs. All stay where none or every one is zero, and where the rows are so many
        that a copy of them would take more memory than the training.
        """
        X, first = whole.rows.X[:, whole.first :], _first(whole)
        every = np.arange(first.inputs)
        if X.size > HELD:
            return cls(whole, whole, every, first, first)
        kept = np.setdiff1d(every, zero_inputs(X, whole.center, whole.scale, whole.rows.weight))
        if len(kept) in (0, first.inputs):
            return cls(whole, whole, every, first, first)
        fewer = Dense(len(kept), first.outputs)
        model = replace(
            _starting_with(fewer, whole),
            rows=replace(whole.rows, X=np.ascontiguousarray(X[:, kept])),
            center=whole.center[kept],
            scale=whole.scale[kept],
            first=0,
        )
        return cls(whole, model, kept, first, fewer)

    def without(self, theta: Floats) -> Floats:
        """The parameters of `model` among those of `whole`."""
        W, b = self.first.parts(theta[: self.first.size])
        return np.concatenate([W[self.kept].ravel(), b, theta[self.first.size :]])

    def back(self, found: Training) -> Training:
        """What the training of `model` found, as one of `whole`: the inputs that were left out have weights of 0."""
        own = found.estimate
        theta = np.zeros(self.first.size)
        W, b = self.first.parts(theta)
        W[self.kept], b[:] = self.fewer.parts(own[: self.fewer.size])
        frozen = replace(found.model, rows=self.whole.rows, center=self.whole.center, scale=self.whole.scale)
        model = _starting_with(self.first, replace(frozen, first=self.whole.first))
        return replace(found, model=model, estimate=np.concatenate([theta, own[self.fewer.size :]]))


def _first(model: NetworkModel) -> Any:
    """The first layer of a perceptron, which is dense."""
    return model.perceptron.layers[0]


def _starting_with(layer: Dense, model: NetworkModel) -> NetworkModel:
    """The model with another first layer."""
    return replace(model, perceptron=replace(model.perceptron, layers=(layer, *model.perceptron.layers[1:])))


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
    ensemble = one_of(ensemble, ("deep", "bootstrap"), 'ensemble= is "deep" or "bootstrap"')
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
