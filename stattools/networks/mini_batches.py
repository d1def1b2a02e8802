"""Mini-batch training: Adam climbs batch by batch, slower near the end, and stops early.

Where the validation rows' mean log-likelihood has not risen for `patience` epochs, training goes back to its best
epoch and on with a tenth of the rate; after `slowdowns` of these it stops. Large steps find a good region, small ones
its top.
Source: Prechelt, Neural Networks: Tricks of the Trade (1998), 55-69 (early stopping).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.inference.penalties import Ridge
from stattools.interface.arrays import Floats
from stattools.networks.batch_norm import BatchNorm, Moments
from stattools.networks.block_sums import block_size, summed
from stattools.networks.divergence import require_finite, require_gain
from stattools.networks.network_model import NetworkModel
from stattools.networks.training import Training, penalty_slope, progress
from stattools.solvers.first_order import Adam
from stattools.solvers.solution import Epoch

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
    with progress(solver.epochs) as report:
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
            report(epoch, history[-1])
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
