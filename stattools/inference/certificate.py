"""What is proven of an estimate: why there is a maximum, whether a higher one is excluded, and how far it is.

A page, a report and a saved file print the same sentence. It says nothing that differs between processors: distances
are bounds, and steps are counted only where round-off does not decide how many there are.

Sources: of the distance Boyd & Vandenberghe, Convex Optimization (2004), 9.5; of existence Albert & Anderson (1984).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.likelihoods.likelihood import is_concave
from stattools.models.questions import CONCAVE
from stattools.text.columns import number
from stattools.text.printing import printed

STEADY = ("LeastSquares", "Newton")
"""Solvers that take the same number of steps on every processor."""

RUNGS = {"Cholesky": "by Cholesky", "QR": "by QR", "exact": "exact sums"}
"""How the equations of least squares were solved, in words."""

MOST_DIGITS = 10
"""More correct digits than this are counted by round-off."""

NEAREST = 1e-8
"""Standard errors between an estimate and the maximum that no solver goes below."""

DOWN = "every direction leads down from there"

FALL = "−2 log L"


@record
class Certificate:
    """What is proven of an estimate; `str(fit.certificate)` is its sentence, or several.

    `standard_errors` bounds how far the estimate is from a maximum, by the Newton decrement; None of a network, which
    is at none. `existence` says why there is a maximum, `uniqueness` why no other is higher, "local" where that is not
    known. `gap` is how much higher -2 log L of the estimate may be than the least, where all variances were searched;
    `integral_error` the standard errors by which a better integral over effects moves a parameter, where there is an
    integral; `boundary` has a sentence for each parameter at the edge of its range.

    >>> import stattools as st
    >>> proven = st.fit(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])).certificate
    >>> proven.standard_errors, proven.existence
    (1e-08, 'the columns are linearly independent and the outcomes overlap')
    >>> str(proven).partition(". ")[0], proven.uniqueness
    ('Within 1e-8 standard errors of the maximum (Newton, 4 steps)', 'the log-likelihood is concave')
    """

    sentence: str
    standard_errors: float | None = None
    existence: str = ""
    uniqueness: str = "local"
    gap: float | None = None
    integral_error: float | None = None
    boundary: tuple[str, ...] = ()

    @printed
    def __str__(self) -> str:
        return self.sentence


def certificate(fit: Estimates) -> Certificate:
    """What is proven of a climb, or of a maximum that is a formula."""
    model, solution = fit.model, fit.solution
    if solution.solver == "ClosedForm":
        return Certificate(model.reached, 0.0, "a formula", "a formula")
    family: Any = model.likelihood if fit.penalty is None else None
    reason = DOWN if family is None else f"the columns are linearly independent{family.facts.words.beside}"
    if is_proven(fit):
        only = model.uniqueness
        said = f"It exists and is the only one: {reason}."
    else:
        only = "local"
        said = f"There the log-likelihood falls in every direction: {reason}." if family else f"{DOWN.capitalize()}."
    at = at_zero(model, fit.estimate)
    remarks = model.remarks if model.facts.is_regression or model.facts.is_function else ()
    edge = tuple([f"{name} is 0, the boundary of its domain: the log-likelihood falls from there." for name in at])
    sentence = " ".join([_within(solution, maximum(fit), _way(solution)), said, *solution.said, *remarks, *edge])
    return Certificate(sentence, _bound(solution), reason, only, boundary=edge)


def is_proven(fit: Estimates) -> bool:
    """Whether it is proven that no other maximum is higher; a penalty may have several where the likelihood has one."""
    model, penalty = fit.model, fit.penalty
    return bool(model.uniqueness if penalty is None else model.uniqueness == CONCAVE and penalty.is_concave)


def maximum(fit: Estimates) -> str:
    """What the climb came to: where there may be several nobody knows whether there is a higher one."""
    what = "the maximum" if is_proven(fit) else "a local maximum"
    return what if fit.penalty is None else f"{what} of the log-likelihood with the penalty {fit.penalty!r}"


def at_zero(model: Any, theta: Floats) -> tuple[str, ...]:
    """Names of the variances that are 0, the edge of their range."""
    names = model.variances if model.facts.has_states else ()
    return tuple([name for name, size in zip(names, theta, strict=False) if size == 0])


def of_each(certificates: list[Certificate]) -> Certificate:
    """What is proven of fits that stand side by side, of the one that is known least well."""
    far = max(one.standard_errors or 0.0 for one in certificates)
    sentences = " ".join(dict.fromkeys(one.sentence for one in certificates))
    reasons = " ".join(dict.fromkeys(one.existence for one in certificates))
    local = any(one.uniqueness == "local" for one in certificates)
    return Certificate(sentences, far, reasons, "local" if local else certificates[0].uniqueness)


def _bound(found: Any) -> float:
    return max(float(found.decrement), NEAREST)


def _within(found: Any, what: str, way: str) -> str:
    """How near the end of a climb is to a maximum, and how it got there."""
    bound = f"{_bound(found):.0e}".replace("e-0", "e-")
    reached = "" if found.status == "converged" else ", the limit of float64 on these data"
    return f"Within {bound} standard errors of {what}{reached} ({way})."


def bounded(solution: Any) -> str:
    """The number of steps, or a generous bound where round-off decides it."""
    taken = solution.steps
    if solution.solver.split("(")[0] in STEADY:
        return f"{taken} step{'' if taken == 1 else 's'}"
    return f"fewer than {10 ** math.ceil(math.log10(max(2 * taken, 2))):,} steps"


def _way(solution: Any) -> str:
    """The solver, and its steps; of least squares how its equations were solved, and to how many digits."""
    steps = bounded(solution)
    if solution.reads:
        steps += f" at the end, {solution.reads} reads of all rows"
    if solution.rung is not None and solution.digits is not None:
        known = int(solution.digits.smallest)
        digits = f"{MOST_DIGITS} digits or more" if known >= MOST_DIGITS else f"{known} digits"
        steps = f"{RUNGS[solution.rung]}, {digits}"
    return f"{solution.solver}, {steps}"


def _newton(found: Any) -> str:
    return f"Newton, {found.steps} steps" if found.steps > 1 else "Newton"


def linear_mixed_certificate(fit: Any) -> Certificate:
    """What is proven of a linear mixed model: the gap of a search of all variances, or that the maximum is a local one,
    and the conditions of a maximum at variances of 0.
    """
    found, proof = fit.found, fit.found.proof
    what = "a local maximum" if proof is None else "the maximum"
    only, near = "local", _within(found.maximum, what, _newton(found.maximum))
    if proof is not None:
        gap = f"{proof.gap:.0e}".replace("e-0", "e-") if proof.gap < 1e-3 else number(proof.gap, 2)
        only = f"no point is better by more than {gap} in {FALL}"
        only += "" if proof.closed else " while the residual has more than 1e-4 of the variance"
        only += f", where the search was ended after {proof.points:,} points" if proof.gap >= 1e-3 else ""
        near = f"{near.removesuffix('.')}; {only}."
    said = [near]
    if proof is not None and len(proof.maxima) > 1:
        frame = local_maxima(fit)
        term = fit.model.varying[0].name
        rest = ", ".join(
            f"sd {number(sd)} ({number(v, 4)})" for sd, v in zip(frame["sd"], frame["deviance"], strict=True)
        )
        said.append(f"The likelihood has {len(frame)} local maxima, of {term}: {rest} of {FALL}.")
    edge = tuple(_edges(fit, what))
    known = None if proof is None else float(proof.gap)
    reason = "" if found.maximum.is_flat else DOWN  # flat along a combination of the variances: nobody knows
    return Certificate(" ".join([*said, *edge]), _bound(found.maximum), reason, only, known, boundary=edge)


def _edges(fit: Any, which: str) -> list[str]:
    """A sentence for each term that has an effect without variance: the conditions of a maximum there, as a number."""
    found, said = fit.found, []
    terms = zip(fit.model.varying, found.profile.factors, found.maximum.least, found.to_effects, strict=True)
    for term, T, least, back in terms:
        if not np.isfinite(least):
            continue
        if len(T) == 1:
            slope = number(max(least, 0.0) / float(back[0, 0]) ** 2, 3)
            said.append(
                f"The sd of {term.name} is 0, and 0 is {which}: {FALL} rises from there, by {slope} for each unit of "
                "the ratio of its variance to that of the residual."
            )
            continue
        rank = int(np.linalg.matrix_rank(T, tol=1e-10))
        said.append(
            f"The covariance of {term.name} has rank {rank} of {len(T)}, and that is {which}: {FALL} does not fall in "
            f"any direction that is missing (smallest eigenvalue of its derivative there {number(max(least, 0.0), 3)})."
        )
    return said


def local_maxima(fit: Any) -> pd.DataFrame:
    """sd, residual, deviance, one row for each local maximum, the highest first: see `MixedFit.local_maxima`."""
    proof, found = fit.found.proof, fit.found
    if proof is None or not proof.maxima:
        raise IncompatibleError(
            "local_maxima lists those of a model with one ratio of variances, one term of one effect; this fit has "
            f"{' + '.join(term.name for term in fit.model.varying)}. fit.certificate says what is proven of its maximum"
        )
    rows = []
    for one in proof.maxima:
        at = found.deviance.at(np.array([np.sqrt(one.ratio)]))
        residual = float(np.sqrt(at.s2)) * found.coordinates.unit
        sd = abs(float(found.to_effects[0][0, 0])) * np.sqrt(one.ratio) * residual
        rows.append((float(sd), residual, at.value))
    return pd.DataFrame(rows, columns=["sd", "residual", "deviance"])


MUCH = 0.1
"""An integral that moves a parameter by more standard errors than this is not good enough for what is printed."""

KINDS = {"quadrature": "adaptive Gauss-Hermite quadrature", "Laplace": "Laplace's approximation"}


def _integrated(fit: Any) -> str:
    """How the effects were integrated out, and how far a better integral moves the parameters."""
    from stattools.models.mixed.marginal import is_integrated

    of = fit.integral
    said = f"Effects integrated out by {KINDS[of.kind]}"
    if of.kind == "quadrature":
        said += f", {of.nodes} nodes"
    worst = f"{number(rounded_up(of.worst), 1)} standard errors".replace("e-0", "e-")
    if of.worst <= MUCH:
        return f"{said}: within {worst} of the exact integral's estimates."
    way = "take fewer random parts, more rows for each group, or st.posterior(model)"
    if of.kind == "Laplace" and not fit.model.smooths and is_integrated(fit.model.random):
        way = "leave integral='laplace' out, so that quadrature makes it"
    return f"{said}. That is not good enough: a better integral moves a parameter by about {worst}; {way}."


def rounded_up(error: float) -> float:
    """An error to one digit, never to a smaller one; 1e-8 at least.

    >>> rounded_up(1.5e-7), rounded_up(0.02), rounded_up(0.0)
    (2e-07, 0.02, 1e-08)
    """
    error = max(error, 1e-8)
    digit = 10.0 ** np.floor(np.log10(error)) if np.isfinite(error) else 1.0
    return float(f"{np.ceil(error / digit - 1e-9) * digit:.1g}")


def marginal_certificate(fit: Any, existence: str = "", remarks: tuple[str, ...] = ()) -> Certificate:
    """What is known of a likelihood whose effects were integrated out: a local maximum, why there is one, what is known
    of others, the error of the integral, and variances that are 0.
    """
    found, model = fit.found, fit.model
    only = ""
    if model.random and found.said.kind == "quadrature" and is_concave(model.likelihood):
        only = ", the only one with these variances"
    near = _within(found, "a local maximum", _newton(found)).removesuffix(".")
    others = f"{near}{only}. The likelihood is not concave in the variances: {_of_others(fit)}"
    edge: list[str] = []  # of each term that has an effect without variance
    for term, root in zip(model.random, found.roots, strict=True):
        rank = int(np.linalg.matrix_rank(root, tol=1e-10 * max(float(np.abs(root).max()), 1e-300)))
        if rank < len(root):
            what = f"The covariance of {term.name} has rank {rank} of {len(root)}"
            what = what if len(root) > 1 else f"The sd of {term.name} is 0"
            edge.append(f"{what}, the edge of its range: the log-likelihood does not rise from there.")
    sentence = " ".join(filter(None, [others, existence, *edge, _integrated(fit), *remarks]))
    error = float(fit.integral.worst)
    return Certificate(sentence, _bound(found), existence or DOWN, "local", None, error, tuple(edge))


def _of_others(fit: Any) -> str:
    """What is known of other local maxima, which are looked for along the standard deviation of one curve."""
    maxima = fit.found.maxima
    if not maxima:
        return "a higher maximum is not excluded."
    term = fit.model.smooths[0].name
    if len(maxima) == 1:
        return f"a search along the variance of {term} found no other maximum."
    each = ", ".join(f"λ {number(1.0 / sd**2 if sd else np.inf)} ({loglik:.4f})" for sd, loglik in maxima)
    return f"there are {len(maxima)} local maxima of {term}, of which this is the highest: {each}."
