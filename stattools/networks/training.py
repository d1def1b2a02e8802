"""Training a network: full-batch L-BFGS or mini-batch Adam, from several starts, stopped where it diverges.

A network's log-likelihood has many maxima, and on rows that it can separate none at all: training ends at a stationary
point, at early stopping or at a limit of steps, and says which. Source: Nocedal & Wright, Numerical Optimization
(2006), 7.2 (L-BFGS); Prechelt, Neural Networks: Tricks of the Trade (1998), 55-69 (early stopping).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, DomainError
from stattools.networks.batch_norm import BatchNorm, Moments
from stattools.networks.dense import Floats
from stattools.networks.network_model import Network
from stattools.solvers.adam import Adam
from stattools.solvers.lbfgs import LBFGS
from stattools.solvers.solution import Epoch
from stattools.threads import one_blas_thread

LARGEST_SCORE = 1e8
"""A score of the mean log-likelihood (inputs standardized) beyond this is an explosion."""

SEPARATED = 1e-4
"""A mean log-likelihood of categories this close to 0 says that every row is told apart."""


@dataclass(frozen=True, eq=False)
class Training:
    """Where training ended: the parameters, the frozen model, the history and why it stopped."""

    model: Network
    estimate: Floats
    history: tuple[Epoch, ...]
    reason: str
    objective: float
    score_norm: float


def train(model: Network, solver: Adam | LBFGS, ridge: float, generator: np.random.Generator) -> Training:
    """One training from one random start; raises ConvergenceError that names cause and layer if it diverges."""
    start = model.perceptron.start(generator)
    try:
        # What overflows in a diverging network is found by the check of every batch, which names the layer.
        with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
            run = _by_adam if isinstance(solver, Adam) else _by_lbfgs
            return run(model, solver, ridge, start, generator)  # type: ignore[arg-type]
    except FloatingPointError as error:
        raise ConvergenceError(str(error)) from None


def _by_adam(model: Network, solver: Adam, ridge: float, theta: Floats, generator: np.random.Generator) -> Training:
    training, validation = _split(model, solver.validation, generator)
    penalized = model.perceptron.penalized
    move = solver.stepper(penalized)
    running = [Moments.initial(layer.features) for layer in model.perceptron.layers if isinstance(layer, BatchNorm)]
    history: list[Epoch] = []
    best, best_theta, best_running, waited = -np.inf, theta, running, 0
    reason = f"the limit of {solver.epochs} epochs"
    weight = model.rows.weight
    mass = float(len(training) if weight is None else weight[training].sum())
    with _progress(solver.epochs) as report:
        for epoch in range(1, solver.epochs + 1):
            total = 0.0
            for rows in _batches(generator.permutation(training), solver.batch, model):
                seen: list[Moments] = []
                now = model.of_rows(theta, rows, 1, seen)
                size = float(len(rows) if weight is None else weight[rows].sum())
                total += now.loglik
                if size == 0.0:
                    continue
                score = now.score / size - (ridge / mass) * penalized * theta
                _check(model, theta, rows, now.loglik, score, f"{solver!r}", f"epoch {epoch}")
                theta = move(theta, score)
                running = [old.moved(batch) for old, batch in zip(running, seen, strict=True)]
            held = _mean_loglik(model.frozen(tuple(running)), theta, validation) if len(validation) else np.nan
            history.append(Epoch(epoch, total / mass, held))
            report(epoch, history[-1])
            if not len(validation):
                best_theta, best_running = theta, running
                continue
            if held > best:
                best, best_theta, best_running, waited = held, theta, running, 0
            else:
                waited += 1
            if waited == solver.patience:
                reason = f"early stopping: {waited} epochs without a better validation score"
                break
    frozen = model.frozen(tuple(best_running))
    objective = best if len(validation) else _mean_loglik(frozen, best_theta, training)
    score = frozen.evaluate(best_theta, 1).score / model.n
    return Training(frozen, best_theta, tuple(history), reason, objective, float(np.linalg.norm(score)))


def _by_lbfgs(model: Network, solver: LBFGS, ridge: float, start: Floats, generator: np.random.Generator) -> Training:
    from scipy.optimize import minimize

    penalized, n = model.perceptron.penalized, model.n
    whole = slice(0, len(model.rows.X))
    history: list[Epoch] = []
    last = [np.nan]

    def negative(theta: Floats) -> tuple[float, Floats]:
        now = _objective(model, theta)
        score = now.score / n - (ridge / n) * penalized * theta
        _check(model, theta, whole, now.loglik, score, repr(solver), f"step {len(history) + 1}")
        last[0] = now.loglik / n
        return -(now.loglik - 0.5 * ridge * float(theta[penalized] @ theta[penalized])) / n, -score

    with _progress(solver.max_steps) as report:

        def after(_: Any) -> None:
            history.append(Epoch(len(history) + 1, last[0], np.nan))
            report(len(history), history[-1])

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
    if not ridge and not model.has_scale and -last[0] < SEPARATED:
        reason += (
            "; the network separates the training rows, so that the log-likelihood rises to 0 without end and has no "
            "maximum: use penalty=st.Ridge(...)"
        )
    return Training(model.freeze(found.x), found.x, tuple(history), reason, -float(found.fun), norm)


def _objective(model: Network, theta: Floats) -> Any:
    """Log-likelihood and score of all rows at scale 1: what L-BFGS climbs."""
    if not model.perceptron.factorizes:
        return model.of_rows(theta, slice(0, len(model.rows.X)), 1)
    parts = [model.of_rows(theta, slice(i, i + 2048), 1) for i in range(0, len(model.rows.X), 2048)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def _split(model: Network, share: float, generator: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row numbers for training and for validation, in random order."""
    n = len(model.rows.X)
    held = round(share * n)
    if share and not 0 < held < n - 1:
        raise DomainError(
            f"Adam(validation={share}) holds out {held} of {n} rows, which leaves too few. Use validation=0."
        )
    order = generator.permutation(n)
    return np.sort(order[held:]), np.sort(order[:held])


def _batches(order: NDArray[np.intp], size: int, model: Network) -> list[NDArray[np.intp]]:
    """The rows in batches; with batch norm a last batch of one row joins the one before."""
    parts = [order[i : i + size] for i in range(0, len(order), size)]
    if not model.perceptron.factorizes:
        if size == 1:
            raise DomainError("batch norm takes its moments from the batch: Adam(batch=1) has one row. Use batch >= 2.")
        if len(parts) > 1 and len(parts[-1]) == 1:
            parts[-2:] = [np.concatenate(parts[-2:])]
    return parts


def _mean_loglik(model: Network, theta: Floats, rows: NDArray[np.intp]) -> float:
    weight = model.rows.weight
    total = sum(model.of_rows(theta, rows[i : i + 2048], 0).loglik for i in range(0, len(rows), 2048))
    return total / float(len(rows) if weight is None else max(weight[rows].sum(), 1.0))


def _check(model: Network, theta: Floats, rows: Any, loglik: float, score: Floats, solver: str, when: str) -> None:
    """ConvergenceError that names the layer where a value overflowed, or the layer whose score exploded."""
    size = float(np.linalg.norm(score))
    if np.isfinite(loglik) and size <= LARGEST_SCORE:
        return
    remedy = "Use a smaller rate, standardize=True, or a penalty such as st.Ridge(1.0)."
    for name, values in model.perceptron.activations(theta, model.inputs(model.rows.X[rows])):
        if not np.isfinite(values).all():
            raise ConvergenceError(
                f"{model.title}: training by {solver} diverged in {when}: values that leave {name} are not finite. "
                f"{remedy}"
            )
    lengths = [float(np.linalg.norm(part)) if part.size else 0.0 for part in model.perceptron.parts(score)]
    place = int(np.argmax(np.nan_to_num(lengths, nan=np.inf)))
    layer = model.perceptron.layers[place]
    raise ConvergenceError(
        f"{model.title}: training by {solver} diverged in {when}: the score of layer {place + 1} ({layer.title}) is "
        f"{lengths[place]:.2g} long (the mean log-likelihood is {loglik:.3g}). {remedy}"
    )


def _progress(total: int) -> Any:
    """A progress bar with the mean log-likelihood and the time left, in a terminal and for work of some seconds."""
    import sys

    if not sys.stderr.isatty():
        return nullcontext(lambda step, epoch: None)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[score]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("training", total=total, score="")
    began = perf_counter()

    class Shown:
        def __enter__(self) -> Callable[[int, Epoch], None]:
            self.shown = False
            return self.update

        def update(self, step: int, epoch: Epoch) -> None:
            if not self.shown and perf_counter() - began > 1.0:
                bar.start()
                self.shown = True
            text = f"mean log-likelihood {epoch.training:.4f}"
            if epoch.validation == epoch.validation:
                text += f", validation {epoch.validation:.4f}"
            bar.update(task, completed=step, score=text)

        def __exit__(self, *_: object) -> None:
            bar.stop()

    return Shown()
