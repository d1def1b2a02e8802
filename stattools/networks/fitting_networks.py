"""Fitting a network: several random starts keep the best, several members make an ensemble.

Full-batch training: L-BFGS climbs the penalized log-likelihood of all rows, to a stationary point or to a limit of
steps, and says which. Mini-batch training: Adam climbs batch by batch, slower near the end, and stops early: where the
validation rows' mean log-likelihood has not risen for `patience` epochs, training goes back to its best epoch and on
with a tenth of the rate; after `slowdowns` of these it stops. Large steps find a good region, small ones its top. A
network's log-likelihood has many maxima, and on rows that it can separate none at all; where training explodes the
error says in which layer, and what to do about it.

A ridge takes half of its strength times the squared weights, not biases. Of several categories the weights of the last
layer count about their mean over all categories, the reference's zeros included, so that the penalty is the same
whichever category is the reference.

Inputs that are 0 in all rows are left out of training: their weights start at 0 and have a score of 0, so that nothing
moves them. Of images a fifth of the pixels and more are like that, and leaving them out takes that share off the matrix
products and the steps of an epoch. Source: Nocedal & Wright, Numerical Optimization (2006), 7.2; Prechelt, Neural
Networks: Tricks of the Trade (1998), 55-69 (early stopping).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, DomainError, IncompatibleError
from stattools.inference.penalties import Ridge
from stattools.interface.arguments import whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.progress import PATIENCE, progress
from stattools.interface.seeds import generator
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import HELD, NetworkModel, block_size, summed
from stattools.networks.perceptron import BatchNorm, Dense, Moments
from stattools.networks.units import zero_inputs
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.first_order import LBFGS, Adam
from stattools.solvers.solution import Epoch

EXPLOSION = 1e8
"""A score of the mean log-likelihood beyond this many times that of the random start, or 1, is an explosion."""

REMEDY = "standardize=True, other units of the outcome, or a penalty such as st.Ridge(1.0)."


def require_finite(
    model: NetworkModel, theta: Floats, rows: Any, loglik: float, score: Floats | None, when: str, first: float = 1.0
) -> float:
    """The length of the score; or ConvergenceError that names the layer where a value overflowed or a score exploded.

    `loglik` and `score` (None: not asked) are the means over `rows` at theta, `first` is the length of the first score,
    `when` says which solver was where.
    """
    size = 0.0 if score is None else float(np.linalg.norm(score))
    if np.isfinite(loglik) and size <= EXPLOSION * max(first, 1.0):
        return size
    # The forward pass is repeated only here, where it is known to end in overflow.
    name, largest = "", 0.0
    for name, values in model.perceptron.activations(theta, model.inputs(model.rows.X[rows])):
        if not np.isfinite(values).all():
            _refuse(model, when, f"values that leave {name} are not finite")
        largest = float(np.abs(values).max())
    if score is None or not np.isfinite(loglik):
        what = f"values that leave {name} are as large as {largest:.2g}, where the log-likelihood is {loglik:.3g}"
        _refuse(model, when, what)
    lengths = [float(np.linalg.norm(part)) if part.size else 0.0 for part in model.perceptron.parts(score)]
    place = int(np.argmax(np.nan_to_num(lengths, nan=np.inf)))
    layer = model.perceptron.layers[place]
    return _refuse(
        model,
        when,
        f"the score of layer {place + 1} ({layer.title}) is {lengths[place]:.2g} long (the mean log-likelihood is "
        f"{loglik:.3g})",
    )


def require_gain(model: NetworkModel, theta: Floats, first: float, last: float, when: str) -> None:
    """ConvergenceError where the mean log-likelihood `last` of the rows is far below `first`, that of random weights.

    Bounded activations never overflow: steps that are much too long leave weights of any size and a finite, bad fit.
    """
    if last >= first - 1.0 - abs(first):
        return
    lengths = [float(np.abs(part).max()) if part.size else 0.0 for part in model.perceptron.parts(theta)]
    place = int(np.argmax(lengths))
    layer = model.perceptron.layers[place]
    _refuse(
        model,
        when,
        f"the mean log-likelihood of the training rows went from {first:.3g} at the random start to {last:.3g}, and "
        f"layer {place + 1} ({layer.title}) has parameters as large as {lengths[place]:.2g}",
    )


def _refuse(model: NetworkModel, when: str, what: str) -> NoReturn:
    rate = "a smaller rate, " if when.startswith("Adam") else ""
    raise ConvergenceError(f"{model.title}: training by {when}: {what}. Use {rate}{REMEDY}")


@dataclass(frozen=True, eq=False)
class Training:
    """The frozen model, its parameters, the history, why training stopped, what restarts are compared by, and the
    log-likelihood of all rows where training has summed it.
    """

    model: NetworkModel
    estimate: Floats
    history: tuple[Epoch, ...]
    reason: str
    objective: float
    loglik: float | None = None


def mean_logliks(epoch: Epoch) -> str:
    """What the bar of a training says: the mean log-likelihood of the rows, and of those for validation."""
    validation = f", validation {epoch.validation:.4f}" if epoch.validation == epoch.validation else ""
    return f"loglik {epoch.training:.4f}{validation}"


def penalty_slope(model: NetworkModel, ridge: Ridge) -> Callable[[Floats], Floats]:
    """The slope of the penalty at theta; theta @ slope / 2 is its value.

    >>> import numpy as np, stattools as st
    >>> model = st.network(["a", "b", "c"], [[1.0], [2.0], [4.0]], hidden=[])
    >>> penalty_slope(model, Ridge(3.0))(np.array([1.0, 5.0, 7.0, 7.0])).tolist()  # about the mean of 0, 1 and 5
    [-3.0, 9.0, 0.0, 0.0]
    """
    penalized, last = model.perceptron.penalized, model.perceptron.layers[-1]
    centered, outputs = ridge.is_centered(model), last.outputs  # type: ignore[union-attr]
    start, end = (
        len(penalized) - last.size,
        len(penalized) - outputs,
    )  # the weights of the last layer, before its biases

    def slope(theta: Floats) -> Floats:
        found = ridge.strength * penalized * theta
        if centered:
            W = found[start:end].reshape(-1, outputs)
            W -= W.sum(axis=1, keepdims=True) / (outputs + 1)
        return found

    return slope


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
