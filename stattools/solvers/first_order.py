"""Solvers that read scores alone: gradient descent, Adam and L-BFGS.

    gradient   theta <- theta + a g / n,   fixed a, or s^T s / s^T d and s^T d / d^T d in turn,  d = -(g' - g) / n
    Adam       m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   theta <- theta + rate m_hat / (sqrt(v_hat) + eps)

A fixed step is stable below 2 / lambda_max(information / n). Adam's g is the score of the mean log-likelihood of a
batch, and its decay is decoupled, theta <- (1 - rate decay) theta. L-BFGS works in the metric of the information at the
start, in which all directions curve about equally; values of the log-likelihood tell the maximum only to the square
root of round-off, and a last Newton step removes what is left. Source: Barzilai & Borwein (1988), Raydan (1997);
Kingma & Ba (arXiv:1412.6980), Loshchilov & Hutter (arXiv:1711.05101); Liu & Nocedal (1989).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, DomainError, quoted
from stattools.interface.arguments import LARGEST_COUNT, is_number, require_truth, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of, word_of
from stattools.interface.names.guesses import constructed_by_callers
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.climb import ENOUGH, NOISE, ROUND_OFF, Climbed, Standing, climb, newton_ascent, noted
from stattools.solvers.metric import Metric, nrm2
from stattools.solvers.quasi_newton import ascend
from stattools.solvers.softmax.maximum import large, maximize_softmax
from stattools.solvers.solution import Solution, TraceStep, require_rows, require_tolerance
from stattools.text.printing import printed

BB = "barzilai-borwein"
"""The value of `step=` that asks for Barzilai-Borwein steps."""

MEMORY = 10
"""How many of the last log-likelihoods a Barzilai-Borwein step is compared with: it may fall below the last one, but
not below the lowest of these. Raydan (1997) uses ten.
"""

QUARTERINGS = 40
"""The most quarterings of a step. 4^-40 of it is below the last digit of float64."""


@constructed_by_callers
@dataclass(frozen=True)
class GradientDescent:
    """First-order climbing, to teach and to check: it reaches the same maximum as the exact solvers, more slowly.

    `step` is a positive number, on the mean log-likelihood with unit scale, or "barzilai-borwein". `standardize`
    centers and scales the columns first; by default a fixed step refers to the columns as they are and
    Barzilai-Borwein standardizes. Stops when the Newton decrement is within `tolerance` standard errors. Raises
    ConvergenceError with the largest stable step when a fixed step is above it.

    >>> GradientDescent(step=0.01)
    GradientDescent(step=0.01, standardize=None, tolerance=1e-08, max_steps=10000)
    """

    step: float | Literal["barzilai-borwein"] = BB
    standardize: bool | None = None
    tolerance: float = 1e-8
    max_steps: int = 10_000
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("GradientDescent", self.tolerance, self.max_steps)
        if self.standardize is not None:
            require_truth(self.standardize, "standardize= of GradientDescent, where it is given,")
        object.__setattr__(self, "step", word_of(self.step, (BB,)))
        if not (is_one_of(self.step, (BB,)) or (is_number(self.step) and self.step > 0)):
            raise DomainError(f'GradientDescent needs step, a positive number or "{BB}"; got {quoted(self.step)}.')

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start`."""
        require_rows("GradientDescent", self.needs, model)
        standardize = self.step == BB if self.standardize is None else self.standardize
        work, T = model.standardized()  # which refuses units beyond float64
        return _Way(work, self).run().mapped(T) if standardize else _Way(model, self).run()

    @printed
    def __str__(self) -> str:
        return f"GradientDescent(step={self.step!r})"


class _Way:
    """One run: the metric that measures its decrement, the length of the next step, and the trace."""

    def __init__(self, model: Model, options: GradientDescent) -> None:
        self.model, self.options = model, options
        self.trace: list[TraceStep] = []
        self.start = self._measured(model.start, model.evaluate(model.start, order=1))
        self.largest = self._curvature(model.start)
        self.length = 1.0 / self.largest if options.step == BB else float(options.step)

    def run(self) -> Solution:
        options = self.options
        step = self._barzilai_borwein if options.step == BB else self._fixed
        limits = {"tolerance": options.tolerance, "max_steps": options.max_steps, "n": self.model.n}
        return self._finished(climb(self.start, step, trace=self.trace, round_off=0.0, **limits))

    def _stand(self, theta: Floats, now: Evaluation) -> Standing:
        """Where the climb stands. The decrement is measured by the last metric; where that finds it within the
        tolerance, the metric of this very point decides.
        """
        here = self._standing(theta, now)
        return self._measured(theta, now) if here.decrement <= self.options.tolerance else here

    def _measured(self, theta: Floats, now: Evaluation) -> Standing:
        """Where the climb stands, by the metric of this very point, which is kept for the points after it."""
        self.metric = Metric.for_ascent(self.model.evaluate(theta).information)
        self.measured_at = theta
        return self._standing(theta, now)

    def _standing(self, theta: Floats, now: Evaluation) -> Standing:
        return Standing(theta, now, self.metric, self.metric.norm(now.score) / np.sqrt(self.model.dispersion(theta)))

    def _curvature(self, theta: Floats) -> float:
        return float(np.linalg.eigvalsh(self.model.evaluate(theta).information)[-1]) / self.model.n

    def _fixed(self, here: Standing) -> Standing:
        """A step of fixed length."""
        theta = here.theta + self.length * (here.now.score / self.model.n)
        new = self.model.evaluate(theta, order=1)
        self._require_stable(here, new)
        return self._stand(theta, new)

    def _barzilai_borwein(self, here: Standing) -> Standing | None:
        """The first of length / 4^k that is above the lowest remembered log-likelihood or, within round-off, has a
        smaller score. Sets the length of the next step.
        """
        now, n, count = here.now, self.model.n, len(self.trace) - 1
        gradient = now.score / n
        floor, norm = min(entry.loglik for entry in self.trace[-MEMORY:]), float(nrm2(gradient))
        noise, length = NOISE * (abs(now.loglik) + n), self.length
        for _ in range(QUARTERINGS):
            theta = here.theta + length * gradient
            new = self.model.evaluate(theta, order=1)
            gain = new.loglik - floor - ENOUGH * length * norm * norm * n
            smaller = new.is_finite and float(nrm2(new.score)) / n < norm
            if new.is_finite and (gain >= 0 or (new.loglik >= floor - noise and smaller)):
                self._lengthen(count, theta - here.theta, gradient - new.score / n)
                return self._stand(theta, new)
            length *= 0.25
        return None

    def _lengthen(self, count: int, s: Floats, d: Floats) -> None:
        """Set the next length from the last step s and from d, by how much the gradient fell along it."""
        sd = float(s @ d)
        if sd > 0:
            proposal = float(s @ s) / sd if count % 2 else sd / float(d @ d)
            self.length = float(np.clip(proposal, 1e-4 / self.largest, 1e8 / self.largest))

    def _require_stable(self, here: Standing, new: Evaluation) -> None:
        """ConvergenceError where a fixed step lowers the log-likelihood and is above the largest stable step."""
        if new.is_finite and new.loglik >= here.now.loglik - 1e-10 * abs(here.now.loglik):
            return
        limit, number = 2.0 / max(self.largest, self._curvature(here.theta)), len(self.trace)
        if float(self.options.step) <= limit and new.is_finite:
            return
        self.trace.append(noted((number, new.loglik, nrm2(new.score) / self.model.n)))
        fallen = Climbed(here, "diverged", number, self.trace, np.inf)
        other = ""
        if self.model.has_scale:
            other = (
                f"; on the residual sum of squares it is {limit / (2.0 * self.model.n):.3e} "
                "(2 / largest eigenvalue of 2XᵀX)"
            )
        raise ConvergenceError(
            f"GradientDescent(step={self.options.step!r}) diverges on these data: the largest stable step is "
            f"{limit:.3e} on the mean log-likelihood with unit scale (2 / largest eigenvalue of its information)"
            f'{other}. Use step="{BB}", a smaller step, or standardize=True.',
            self._finished(fallen),
        )

    def _finished(self, found: Climbed) -> Solution:
        here, status = found.here, found.status
        if self.measured_at is not here.theta:
            here = self._measured(here.theta, here.now)
            if status in ("round-off", "max-steps") and found.steps < self.options.max_steps:  # no step was found
                status = "round-off" if here.decrement <= ROUND_OFF else "max-steps"
        metric = here.metric
        if not metric.definite:
            Metric(self.model.evaluate(here.theta).information)  # raises, saying which coefficient is not determined
        return replace(found, here=here, status=status).solution(metric.covariance(), str(self.options), metric.kept())


FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8
"""The b1, b2 and eps above, with the values that Kingma & Ba recommend."""

MOST_EPOCHS = 10**6
"""Without validation rows all epochs are made: more than these are a slip of the key that takes days."""


@constructed_by_callers
@dataclass(frozen=True)
class Adam:
    """Mini-batch training of networks: `st.fit(st.network(...), solver=st.Adam(...), seed=...)`.

    `rate` is the step size; `batch` the rows of a step; `epochs` the most passes over the rows; `weight_decay` pulls
    weights, not biases, to zero. A share `validation` of the rows is held out. When their mean log-likelihood has not
    risen for `patience` epochs, training goes back to its best epoch and on with a tenth of the rate; after `slowdowns`
    of these it stops, and keeps the best epoch's parameters. `validation=0` uses all rows and stops after `epochs`, at
    one rate. Raises DomainError for values out of range.

    >>> Adam(rate=0.01)
    Adam(rate=0.01, batch=128, epochs=200, weight_decay=0.0, validation=0.1, patience=5, slowdowns=1)
    """

    rate: float = 1e-3
    batch: int = 128
    epochs: int = 200
    weight_decay: float = 0.0
    validation: float = 0.1
    patience: int = 5
    slowdowns: int = 1
    needs = "a network: a model whose score can be taken over some rows"

    def __post_init__(self) -> None:
        for name, low, high in (("rate", 0.0, np.inf), ("weight_decay", 0.0, np.inf), ("validation", 0.0, 1.0)):
            value = vars(self)[name]
            if not is_number(value) or not (low <= value < high) or (name == "rate" and value == 0):
                raise DomainError(f"Adam needs {name}= between {low:g} and {high:g}; got {quoted(value)}.")
        if self.rate * self.weight_decay >= 1.0:
            raise DomainError(
                "Adam takes the share rate * weight_decay off each weight in every step, and it must be below 1; got "
                f"{self.rate!r} * {self.weight_decay!r}. Use a smaller weight_decay."
            )
        for name, low, high in (
            ("batch", 1, LARGEST_COUNT),
            ("epochs", 1, MOST_EPOCHS),
            ("patience", 1, LARGEST_COUNT),
            ("slowdowns", 0, LARGEST_COUNT),
        ):
            count = whole_number(vars(self)[name], f"{name}= of Adam", at_least=low, at_most=high)
            object.__setattr__(self, name, count)

    def stepper(self, decayed: NDArray[np.bool_], rate: float | None = None) -> Callable[[Floats, Floats], Floats]:
        """A function (theta, score) -> theta that keeps the running moments; `decayed` marks what decay applies to.

        `rate` takes the place of the solver's own.

        >>> move = Adam(rate=0.1).stepper(np.array([False]))
        >>> move(np.zeros(1), np.array([-5.0])).round(6).tolist()  # the first step has the size of the rate
        [-0.1]
        """
        # m / (1 - b1) and v / (1 - b2), to which a score is added as it is: that saves a pass over each.
        first, second, steps = np.zeros(len(decayed)), np.zeros(len(decayed)), 0
        work = np.empty(len(decayed))
        rate = self.rate if rate is None else rate
        shrink = 1.0 - rate * self.weight_decay * decayed if self.weight_decay else None

        def move(theta: Floats, score: Floats) -> Floats:
            # In place: with 100,000 parameters new arrays for each term would take longer than the terms.
            nonlocal first, second, work, steps
            steps += 1
            first *= FIRST
            first += score
            second *= SECOND
            second += np.multiply(score, score, out=work)
            correction = np.sqrt((1.0 - SECOND**steps) / (1.0 - SECOND))
            np.sqrt(second, out=work)
            work += EPSILON * correction
            np.divide(first, work, out=work)
            work *= rate * correction * (1.0 - FIRST) / (1.0 - FIRST**steps)
            return theta + work if shrink is None else shrink * theta + work

        return move


LAST = 10
"""The most Newton steps at the end. One or two are enough where L-BFGS has come near the maximum."""


@constructed_by_callers
@dataclass(frozen=True)
class LBFGS:
    """Quasi-Newton climbing for many coefficients: it reads scores, and the information only at the start and at the
    end.

    A softmax model with many coefficients is climbed in a metric that needs no matrix over all of them (`softmax/`).
    `tolerance` bounds the Newton decrement, in standard errors. Raises DomainError for a tolerance that is not
    positive, IdentificationError where the information is singular.

    >>> LBFGS()
    LBFGS(tolerance=1e-08, max_steps=500)
    """

    tolerance: float = 1e-8
    max_steps: int = 500
    needs = "a log-likelihood with unconstrained coefficients"

    def __post_init__(self) -> None:
        require_tolerance("LBFGS", self.tolerance, self.max_steps)

    def solve(self, model: Model) -> Solution:
        """Climb from `model.start` on standardized columns."""
        require_rows("LBFGS", self.needs, model)
        if large(model):
            return maximize_softmax(model, tolerance=self.tolerance, max_steps=self.max_steps)
        work, T = model.standardized()
        metric = Metric.for_ascent(work.evaluate(work.start).information)
        limits = {"tolerance": self.tolerance, "max_steps": self.max_steps, "rebuild": (), "n": work.n}
        found = ascend(partial(work.evaluate, order=1), work.start, lambda _: metric, **limits)
        there, before = found.here.theta, found.trace[:-1]
        last = newton_ascent(work, there, self.tolerance, LAST, "LBFGS", first=found.steps, trace=before)
        return last.mapped(T)
