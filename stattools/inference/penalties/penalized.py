"""A model with a penalty is a model: it answers `names, start, n, evaluate`, so that Newton's steps, the certificate
and profile intervals are the same code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.rows.standardization import Standardization
from stattools.errors import IdentificationError, IncompatibleError, quoted
from stattools.inference.existence.boundaries import check_dispersion
from stattools.inference.existence.partial_likelihood import check_columns
from stattools.inference.existence.rank import check_rank, check_size
from stattools.inference.existence.second_order import certified_within
from stattools.inference.penalties.jeffreys import Jeffreys
from stattools.inference.penalties.ridge import Ridge, penalized_coefficients
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import meant
from stattools.models.custom import Custom
from stattools.models.evaluation import Evaluation
from stattools.models.questions import AnyModel, ModelFacts, answer_of
from stattools.solvers.climb import newton_ascent, orthogonalized
from stattools.solvers.first_order import LBFGS
from stattools.solvers.newton import Newton
from stattools.solvers.softmax.maximum import large_with_ridge, maximize_softmax
from stattools.solvers.solution import Solution
from stattools.solvers.subsampling import certified_ascent, expanded, named


class Penalty(Protocol):
    """What is added to the log-likelihood, with its score and its information; and whether that is concave, so that the
    maximum of a concave log-likelihood stays the only one.
    """

    is_concave: ClassVar[bool]

    def check(self, model: AnyModel) -> None: ...
    def term(self, model: AnyModel, theta: Floats, now: Evaluation, T: Standardization, order: int) -> Evaluation: ...
    def covariance(self, solution: Solution, model: AnyModel) -> Floats: ...
    def added(self, model: AnyModel) -> Floats: ...


@dataclass(frozen=True, eq=False, repr=False)
class Penalized(AnyModel):
    """A model with a penalty: answers what solvers and profiles ask. The user's coefficients are T theta."""

    model: Any
    penalty: Penalty
    T: Any
    facts = ModelFacts(is_unconstrained=True)
    names = answer_of("model.names", "Names of the coefficients.")
    n = answer_of("model.n", "Number of observations.")
    start = answer_of("model.start", "Where solvers begin.")

    @property
    def title(self) -> str:
        """`Logistic regression, penalized by Jeffreys()`."""
        return f"{self.model.title}, penalized by {self.penalty!r}"

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Penalized log-likelihood, its score and its information (minus the second derivative)."""
        theta = np.asarray(theta, dtype=float)
        now = self.model.evaluate(theta, order=2 if isinstance(self.penalty, Jeffreys) else order)
        if not now.is_finite:
            return now
        own = Evaluation(now.loglik, now.score if order else NONE, now.information if order == 2 else NONE)
        return own + self.penalty.term(self.model, theta, now, self.T, order)

    def loglik(self, theta: ArrayLike) -> float:
        """The penalized log-likelihood."""
        return self.evaluate(theta, order=0).loglik

    def dispersion(self, theta: ArrayLike) -> float:
        """As without the penalty: distances to the maximum are in standard errors."""
        return self.model.dispersion(theta)

    def standardized(self) -> tuple[Penalized, Standardization]:
        """This function on standardized columns, or for Jeffreys on orthogonal ones, and the map back."""
        keeps = isinstance(self.penalty, Jeffreys) and self.model.facts.is_regression and self.model.in_memory
        work, T = orthogonalized(self.model) if keeps else self.model.standardized()
        return Penalized(work, self.penalty, self.T.before(T)), T


NONE = np.empty(0)


def penalized(model: AnyModel, penalty: Penalty) -> Penalized:
    """The model with the penalty added to its log-likelihood.

    Raises IncompatibleError where the penalty does not fit the model.

    >>> import stattools as st
    >>> model = st.logistic([0, 1], [[1.0], [1.0]], intercept=False)
    >>> gain = penalized(model, Jeffreys()).loglik([0.0]) - model.loglik([0.0])
    >>> round(gain, 12) == round(0.5 * float(np.log(2 * 0.25)), 12)  # information: 2 rows, 1/4 each
    True
    """
    answers = ("check", "term", "covariance", "added")
    if isinstance(penalty, type) or not all(hasattr(penalty, answer) for answer in answers):
        raise IncompatibleError(
            f"penalty= needs st.Jeffreys() or st.Ridge(strength); got {quoted(penalty)}.{meant('penalty', penalty)}"
        )
    if not (isinstance(model, AnyModel) and model.facts.is_unconstrained):
        raise IncompatibleError(
            f"{penalty!r} is for parameters without bounds, such as those of regressions; got {described(model)}. "
            "A prior says what is believed of a probability or a rate: st.posterior(model, prior=...)."
        )
    penalty.check(model)
    return Penalized(model, penalty, Standardization.identity(len(model.names)))


def maximize(model: Any, penalty: Penalty, solver: Any = None) -> Solution:
    """The maximum of the penalized log-likelihood by Newton's method, with its certificate.

    `loglik` of the solution is penalized; `covariance` is the inverse information for `Jeffreys`, and for `Ridge` the
    inverse of the penalized one. The decrement is that of the penalized score. Raises IdentificationError for aliased
    columns, IncompatibleError for a solver other than `st.Newton` (softmax and logistic models of many columns take
    `st.LBFGS` with a ridge) or a penalty that does not fit the model.

    >>> import stattools as st
    >>> solution = maximize(st.softmax("g ~ x", {"g": ["a", "b", "c"], "x": [1, 2, 3]}), Jeffreys())
    >>> solution.status, bool(np.isfinite(solution.estimate).all())
    ('converged', True)
    """
    if isinstance(penalty, Ridge) and (isinstance(solver, LBFGS) or solver is None) and large_with_ridge(model):
        return _by_passes(model, penalty, solver or LBFGS())
    solver = Newton(max_steps=1000 if model.facts.is_function else 100) if solver is None else solver
    if not isinstance(solver, Newton):
        raise IncompatibleError(f"a penalty needs the solver st.Newton(); got {quoted(solver)}. Leave solver= out.")
    target = penalized(model, penalty)
    if not model.in_memory:
        return _by_sample(target, solver)
    if model.facts.is_function:
        return _own_likelihood(model, target, solver)
    if isinstance(penalty, Jeffreys):  # which has no maximum, but one of round-off, along aliased columns
        if not model.is_partial:
            check_size(model)
        (check_columns if model.is_partial else check_rank)(model)
    work, T = target.standardized()
    whole: Any = work
    found = newton_ascent(whole, work.start, solver.tolerance, solver.max_steps, str(solver).split("(")[0])
    try:
        found = replace(found, covariance=penalty.covariance(found, work.model)).mapped(T)
    except IdentificationError:
        check_dispersion(model, T @ found.estimate, penalized=True)  # at an alpha of 0 no logarithm is known
        raise
    return replace(found, loglik=target.loglik(found.estimate))


def without_penalty(penalty: Penalty, model: Any, solution: Solution) -> float:
    """The log-likelihood at a penalized maximum, without the penalty; no read of files."""
    if model.in_memory:
        return float(model.loglik(solution.estimate))
    if solution.residual_sums is not None:
        return model.loglik_of(solution.residual_sums[0])
    at, T = solution.estimate, Standardization.identity(len(solution.estimate))
    return solution.loglik - penalty.term(model, at, Evaluation(solution.loglik), T, 0).loglik


def _own_likelihood(model: Custom, target: Penalized, solver: Newton) -> Solution:
    """A user's log-likelihood with its penalty is a user's log-likelihood."""
    slopes = None if model.gradient is None else lambda theta: target.evaluate(theta, 1).score
    own = replace(model, function=target.loglik, gradient=slopes, title=target.title, is_by_row=False)
    found, solution = certified_within(own, solver)
    if found.on_bounds:
        raise IdentificationError(f"{target.title} has no maximum inside of its bounds: {found.remarks[0]}")
    return solution


def _by_sample(target: Penalized, solver: Newton) -> Solution:
    """The maximum with its certificate from all rows, climbed as that of a model without penalty."""
    work, T = target.standardized()
    stand_in = replace(work, model=expanded(work.model))
    name = named("Newton", work.model)
    found = certified_ascent(work, stand_in, solver.tolerance, solver.max_steps, name).mapped(T)
    model, theta = target.model, found.estimate
    sums = model.residual_sums(theta) if model.has_scale else None
    plain = -0.5 * (sums[0] + model.n * np.log(2.0 * np.pi)) if sums else model.evaluate(theta, order=0).loglik
    loglik = float(plain + target.penalty.term(model, theta, Evaluation(plain), target.T, 0).loglik)
    return replace(found, loglik=loglik, residual_sums=sums, reads=found.reads + 1)


def _by_passes(model: Any, penalty: Ridge, solver: LBFGS) -> Solution:
    """Many coefficients: passes over the rows, and no matrix with as many rows as coefficients."""
    penalty.check(model)
    T = model.standardized_rows()[1]
    slopes = penalized_coefficients(model)[: len(T)]
    penalty.require_units(model.terms, np.diagonal(T), slopes)
    ridge = penalty.strength * np.where(slopes, np.diagonal(T), 0.0) ** 2
    limits = {"tolerance": solver.tolerance, "max_steps": solver.max_steps}
    found = maximize_softmax(model, ridge=ridge, centered=penalty.is_centered(model), covariance=False, **limits)
    B = found.estimate.reshape(-1, len(T))[:, slopes]
    gap = B - B.sum(axis=0) / (len(B) + 1) if penalty.is_centered(model) else B
    return replace(found, loglik=model.loglik(found.estimate) - 0.5 * penalty.strength * float(np.vdot(B, gap)))
