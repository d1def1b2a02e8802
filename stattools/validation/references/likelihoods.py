"""Cox's partial likelihood written again, one event time after the other, as a second form for `st.validate`.

Nothing is shared with `models/survival`: who is at risk is looked up for each row and event time, exact ties are made
by multiplying polynomials. Cost: O(n) for each event time, for exact ties times the events of it.

The maximum of a function from its values alone: SciPy's BFGS from a point nearby, then Newton on differences; and
penalized log-likelihoods to climb so, SciPy's log density with the penalty written out.

    g_j = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h,   h = 0.01 standard errors,   error O(h^4)

Of very many coefficients, whose Hessian would need 16 p^2 values, ridge penalties are climbed by Newton's method on the
complex steps of `references/densities.py`, and others are refused.

Nothing of the package's own scores, informations and solvers enters, so that it checks all of them.

The reference for what statsmodels does not fit: the same log-likelihood written again with SciPy, with the penalty
if there is one, or the user's own function; maximized from its values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.inference.penalties import Jeffreys, Ridge
from stattools.inference.penalties.penalized import Penalty
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest
from stattools.interface.when_needed import optimize, stats
from stattools.likelihoods.likelihood import unlinked
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.own import OwnLikelihood
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds, Multinomial
from stattools.models.survival.cox import CoxRegression
from stattools.validation.references.densities import (
    KERNELS,
    MEANS,
    TINY,
    Again,
    again,
    log_likelihood,
    named,
    observed,
)
from stattools.validation.verdict import SECOND, Agreement, compared, fewest

Masks = NDArray[np.bool_]

AT_ONCE = 1_000_000
"""Numbers that a product of polynomials holds at once."""

LARGEST = 1e8
"""Rows times event times, beyond which the second form takes minutes."""


def partial_likelihood(fit: Fit) -> Callable[[Floats], float]:
    """The partial log-likelihood of the model of a fit as a function of theta.

    Raises IncompatibleError for robust standard errors, penalties, and for too many rows.
    """
    model, rows = fit.model, fit.model.said
    if fit.penalty is not None or fit.cov != "information":
        raise IncompatibleError(
            f"validate of {model.title} compares the maximum of the likelihood and the standard errors of the "
            f"information; got {'a penalty' if fit.penalty is not None else f'cov={fit.cov!r}'}."
        )
    weight = np.ones(rows.n, dtype=np.intp) if rows.weights is None else rows.weights.astype(np.intp)
    again = np.repeat(np.arange(rows.n), weight)
    time, died = rows.time[again], rows.event[again]
    entry = np.full(len(again), -np.inf) if rows.entry is None else rows.entry[again]
    strata = rows.labels["strata"][0][again] if "strata" in rows.labels else np.zeros(len(again), dtype=np.intp)
    pairs = np.unique(np.column_stack([strata[died], time[died]]), axis=0)
    if len(pairs) * len(again) > LARGEST:
        raise IncompatibleError(
            f"validate looks at {len(again):,} rows at each of {len(pairs):,} event times; validate a fit to some of "
            "the rows."
        )
    there = (strata == pairs[:, :1]) & (entry < pairs[:, 1:]) & (pairs[:, 1:] <= time)
    dead = there & died & (time == pairs[:, 1:])
    X = model.X[again] - model.X.mean(axis=0)
    divided = OF_TIES[model.ties]

    def value(theta: Floats) -> float:
        eta = X @ theta
        top = eta.max()
        return float(dead.sum(axis=0) @ (eta - top)) - divided(np.exp(eta - top), dead, there)

    return value


def _efron(r: Floats, dead: Masks, there: Masks) -> float:
    own, whole, d = dead @ r, there @ r, dead.sum(axis=1)
    alone, several = float(np.log(whole[d == 1]).sum()), np.flatnonzero(d > 1)
    return alone + sum(float(np.log(whole[t] - np.arange(d[t]) / d[t] * own[t]).sum()) for t in several)


def _breslow(r: Floats, dead: Masks, there: Masks) -> float:
    return float(dead.sum(axis=1) @ np.log(there @ r))


def _exact(r: Floats, dead: Masks, there: Masks) -> float:
    """log e_d of the risks of those there, for each event time, where several have the event."""
    d = dead.sum(axis=1)
    total = float(np.log(there[d == 1] @ r).sum())
    several = np.flatnonzero(d > 1)
    several = several[np.argsort(d[several], kind="stable")]
    while len(several):
        fit = max(1, AT_ONCE // (len(r) * (int(d[several[0]]) + 1)))
        some, several = several[:fit], several[fit:]
        total += _symmetric(r * there[some], d[some])
    return total


def _symmetric(r: Floats, d: NDArray[np.intp]) -> float:
    """The sum over rows of log e_d of the numbers in a row, 0 for who is not there: the coefficients of the product of
    the polynomials 1 + r z, multiplied in pairs.
    """
    e, size, most = np.stack([np.ones_like(r), r], axis=2), 0.0, int(d.max())
    while e.shape[1] > 1 or e.shape[2] <= most:
        if e.shape[1] % 2:
            one = np.zeros_like(e[:, :1])
            one[..., 0] = 1.0
            e = np.concatenate([e, one], axis=1)
        left, right = e[:, ::2], e[:, 1::2]
        degree = e.shape[2] - 1
        e = np.zeros((*left.shape[:2], min(2 * degree, most) + 1))
        for k in range(degree + 1):
            e[..., k : k + degree + 1] += left[..., k : k + 1] * right[..., : e.shape[2] - k]
        top = e.max(axis=2, keepdims=True)
        e, size = e / top, size + float(np.log(top).sum())
    return size + float(np.log(e[np.arange(len(d)), 0, d]).sum())


OF_TIES: dict[str, Callable[[Floats, Masks, Masks], float]] = {"efron": _efron, "breslow": _breslow, "exact": _exact}
"""The logarithm of what the risks are divided by: r of all rows, who has the event and who is at risk at each time."""

STEP = 0.01

MANY = 60
"""Coefficients from which Newton's method takes complex steps where there are some: values alone take a minute there.
"""

MOST = 5e10
"""Numbers that the values of a climb may read, some minutes: 32 p^2 times those of X."""

STEPS = 60
"""Newton steps at most."""

ENDED = 1e-9
"""A decrement at which they end."""

HALVINGS = 30
"""A step is halved so often at most."""


class Summit(NamedTuple):
    """Where the climb ended: estimate and standard errors (q,), covariance (q, q), the value, and the decrement there
    and at the point that was to be checked.
    """

    estimate: Floats
    covariance: Floats
    value: float
    decrement: float
    checked: float


def summit(value: Callable[[Floats], float], point: Floats, unit: Floats) -> Summit:
    """The maximum of `value` near `point`, whose coefficients have standard errors of the size of `unit`.

    >>> top = summit(lambda t: -0.5 * float((t - 3.0) @ (t - 3.0)), np.array([3.5]), np.array([1.0]))
    >>> top.estimate.round(9).tolist(), top.covariance.round(6).tolist(), round(top.checked, 6)
    ([3.0], [[1.0]], 0.5)
    """

    def lower(phi: Floats) -> float:
        return -value(point + unit * phi)

    start = np.where(np.arange(len(point)) % 2, -0.5, 0.5)
    phi = np.asarray(optimize.minimize(lower, start, method="BFGS", options={"gtol": 1e-6}).x)
    H = _curvature(lower, phi)
    for _ in range(3):  # with one curvature: BFGS ended so near that it hardly changes
        phi = phi - np.linalg.solve(H, _slope(lower, phi))
    H = _curvature(lower, phi)
    phi = phi - np.linalg.solve(H, _slope(lower, phi))
    gaps = [_slope(lower, x) for x in (phi, np.zeros(len(phi)))]
    there, here = (float(np.sqrt(max(g @ np.linalg.solve(H, g), 0.0))) for g in gaps)
    covariance = np.linalg.inv(H) * unit[:, None] * unit
    return Summit(point + unit * phi, covariance, -lower(phi), there, here)


def climbed(sums: Callable[[Floats], Again], point: Floats, unit: Floats) -> Summit:
    """The same by Newton's method on score and information, from half a unit beside the point; ConvergenceError where
    it does not end.

    >>> from stattools.validation.references.densities import Again
    >>> square = lambda t: Again(1, 1.0, -0.5 * float(t @ t), -t, np.eye(1), np.eye(1))
    >>> climbed(square, np.array([1.0]), np.array([1.0])).estimate.tolist()
    [0.0]
    """
    try:
        checked = _decrement(sums(point))
        theta = point + np.where(np.arange(len(point)) % 2, -0.5, 0.5) * unit
        at = sums(theta)
        for _ in range(STEPS):
            if (decrement := _decrement(at)) <= ENDED:
                return Summit(theta, np.linalg.inv(at.information), at.loglik, decrement, checked)
            theta, at = _higher(sums, theta, at)
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "validate climbs the second form of the likelihood by Newton's method, and it does not bend downwards "
            "beside the estimate: its maximum is not found."
        ) from None
    raise ConvergenceError(
        f"validate climbed the second form of the likelihood in {STEPS} Newton steps and was still "
        f"{_decrement(at):.1e} standard errors from its maximum."
    )


def _higher(sums: Callable[[Floats], Again], theta: Floats, at: Again) -> tuple[Floats, Again]:
    """The point after a Newton step, which is halved until the value is no lower but for round-off."""
    ahead = np.linalg.solve(at.information, at.score)
    after = sums(theta + ahead)
    for _ in range(HALVINGS):
        if after.loglik >= at.loglik - 1e-12 * (1.0 + abs(at.loglik)):
            break
        ahead = 0.5 * ahead
        after = sums(theta + ahead)
    return theta + ahead, after


def _decrement(at: Again) -> float:
    """LinAlgError where the information is not positive definite."""
    return float(np.linalg.norm(np.linalg.solve(np.linalg.cholesky(at.information), at.score)))


def _slope(f: Callable[[Floats], float], x: Floats) -> Floats:
    each = STEP * np.eye(len(x))
    return np.array([(8.0 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12.0 * STEP) for e in each])


def _curvature(f: Callable[[Floats], float], x: Floats) -> Floats:
    """The Hessian by differences of slopes along one axis after the other, with a wider step."""
    wide = 5.0 * STEP * np.eye(len(x))
    rows = [
        (8.0 * (_slope(f, x + e) - _slope(f, x - e)) - (_slope(f, x + 2 * e) - _slope(f, x - 2 * e))) / (60.0 * STEP)
        for e in wide
    ]
    H = np.array(rows)
    return 0.5 * (H + H.T)


VARIANCES: dict[str, Callable[..., Any]] = {
    "Bernoulli": lambda m: m * (1.0 - m),
    "Probit": lambda m: m * (1.0 - m),
    "Binomial": lambda m: m * (1.0 - m),
    "Poisson": lambda m: m,
    "NegativeBinomial": lambda m, log_alpha: m + np.exp(log_alpha) * m * m,
}
"""The variance of one trial, or of a count, at its mean: with the slope of the mean it is the expected information."""


class PenalizedAgain(NamedTuple):
    """A log-likelihood with a penalty: its `value`, for Firth's penalty the `information` that standard errors are made
    of, and for a ridge of many coefficients `sums`, the value with its derivatives.
    """

    value: Callable[[Floats], float]
    information: Callable[[Floats], Floats] | None = None
    sums: Callable[[Floats], Again] | None = None


def penalized(model: Model, penalty: Penalty) -> PenalizedAgain:
    """The log-likelihood with the penalty; IncompatibleError where no second form is known, and where it would take
    hours to climb.
    """
    rows, kind = model.rows, named(model)
    refused = IncompatibleError(f"validate has no second form of {model.title} with {penalty!r}.")
    if kind not in KERNELS or rows.precision is not None or any(model.predictor.own):
        raise refused
    X, q = np.asarray(rows.X), len(model.names)
    data = X, rows.y, rows.weight, rows.offset, model.predictor

    def likelihood(theta: Floats) -> float:
        return log_likelihood(KERNELS[kind], theta, *data)

    if isinstance(penalty, Ridge):
        constant = np.ptp(X, axis=0) == 0
        slopes = np.array([t != "Intercept" and not c for t, c in zip(model.terms, constant, strict=True)], dtype=float)
        about = np.diag(model.predictor.of_columns(slopes, 0.0))
        if penalty.is_centered(model):
            k = len(model.names) // len(slopes)
            about = np.kron(np.eye(k) - 1.0 / (k + 1), np.diag(slopes))  # the reference's zeros are in the mean
        Q = penalty.strength * about

        def sums(theta: Floats) -> Again:
            found, pull = again(kind, theta, *data), Q @ theta
            return found._replace(
                loglik=found.loglik - 0.5 * float(theta @ pull),
                score=found.score - pull,
                information=found.information + Q,
            )

        def value(theta: Floats) -> float:
            return likelihood(theta) - 0.5 * float(theta @ Q @ theta)

        return PenalizedAgain(value, None, sums if q > MANY else None)

    def observed(theta: Floats) -> Floats:
        return again(kind, theta, *data).information

    one_mean = type(unlinked(model.likelihood)).__name__ in VARIANCES
    if not isinstance(penalty, Jeffreys) or not (one_mean or kind == "softmax"):
        raise refused
    if 32.0 * q**2 * X.size * model.predictor.width > MOST:
        raise IncompatibleError(
            f"validate climbs the second form of {model.title} with {penalty!r} from its values alone, "
            f"{32 * q**2:.1g} of them for {q:,} coefficients in {len(X):,} rows, which would take hours. Validate a "
            "fit of fewer levels or columns."
        )
    expected = partial(_expected, model) if one_mean else observed  # of softmax they are the same
    information = observed if model.predictor.width > 1 else expected
    return PenalizedAgain(lambda t: likelihood(t) + 0.5 * float(np.linalg.slogdet(expected(t))[1]), information)


def _expected(model: Model, theta: Floats) -> Floats:
    """X^T W X of the coefficients of the mean, W = n m'^2 / variance."""
    likelihood, rows, X = model.likelihood, model.rows, np.asarray(model.rows.X)
    mean, p = MEANS[next(iter(likelihood.parameters.values()))], X.shape[1]
    eta = X @ theta[:p] + (0.0 if rows.offset is None else rows.offset)
    m, slope = mean(eta), np.imag(mean(eta + TINY * 1j)) / TINY
    weight = (1.0 if rows.weight is None else rows.weight) * likelihood.trials_of(rows.y)
    W = weight * slope**2 / VARIANCES[type(unlinked(likelihood)).__name__](m, *theta[p:])
    return (X.T * W) @ X


SAME = 1e-5
"""In standard errors; as a ratio of standard errors 1e-4, since the reference's are differences."""

DENSITY = "scipy.stats' log density, climbed from its values,"
"""How the second form of most samples is made."""

KNOWN = 8.0
"""Digits that differences are good for."""


class Rewritten(NamedTuple):
    """A log-likelihood of free parameters gamma, theta = base + B gamma, and where it comes from.

    `information` is what standard errors are made from where that is not the curvature of `value`; `sums` has the value
    with its derivatives where these are to be climbed.
    """

    value: Callable[[Floats], float]
    name: str
    B: Floats
    base: Floats
    information: Callable[[Floats], Floats] | None = None
    sums: Callable[[Floats], Again] | None = None


def validate_rewritten(fit: Fit) -> Agreement:
    """Estimates and standard errors against the maximum of the rewritten log-likelihood.

    Raises IncompatibleError where an estimate lies on its boundary, or no second form of the likelihood is known.
    """
    again = _rewritten(fit)
    gamma = np.linalg.lstsq(again.B, fit.estimate - again.base, rcond=None)[0]
    errors = bool(fit.kinds)
    own_se = fit.se if errors else np.full(len(fit.estimate), np.nan)
    unit = np.sqrt(np.diagonal(fit.solution.covariance)) * (fit.scale if errors else 1.0)
    unit = unit[again.B.argmax(axis=0)]
    if not (np.isfinite(unit).all() and (unit > 0).all()):
        raise IncompatibleError(
            f"validate climbs from values beside the estimate, and that of {fit.model.title.lower()} lies on the "
            "boundary of its domain. Its intervals are exact there: fit.interval(kind=...)."
        )
    top = summit(again.value, gamma, unit) if again.sums is None else climbed(again.sums, gamma, unit)
    reference = again.base + again.B @ top.estimate
    if again.information is not None:
        top = top._replace(covariance=np.linalg.inv(again.information(top.estimate)))
    se = np.sqrt(np.diagonal(again.B @ top.covariance @ again.B.T)) if errors else np.full(len(reference), np.nan)
    scale = own_se if errors else np.resize(unit, len(reference))
    rows = compared({"term": fit.names}, fit.estimate, reference, unit=scale, se=own_se, reference_se=se, known=KNOWN)
    apart = float(np.abs(rows["difference_in_se"].to_numpy()).max())
    ratio = float(np.abs(np.divide(own_se - se, se, out=own_se - se, where=se > 0)).max()) if errors else 0.0
    # of a penalized fit the value at the estimate is compared, since the fit's own is not penalized
    ours = fit.loglik if fit.penalty is None else again.value(gamma)
    ok = apart <= SAME and ratio <= 1e-4 and abs(ours - top.value) <= 1e-8 * (1.0 + abs(ours))
    many = f"{len(rows)} coefficient{'' if len(rows) == 1 else 's'}"
    what = f"standard errors (digits: {fewest(rows, 'se_digits')}) and log-likelihood" if errors else "maximum"
    sentence = f"{again.name} agrees: the same {many} (digits: {fewest(rows)}), {what}."
    if not ok:
        sentence = (
            f"{again.name} does not agree: its maximum is {apart:.2g} standard errors away, standard errors differ by "
            f"{ratio:.2g} in ratio, log-likelihoods by {ours - top.value:+.3g}."
        )
    return Agreement(rows, ours, top.value, again.name, True, top.checked, top.decrement, ok, sentence)


def _rewritten(fit: Fit) -> Rewritten:
    make = nearest(REWRITTEN, fit.model)
    if make is None:
        raise IncompatibleError(f"validate has no reference for {fit.model.title.lower()} such as this one.")
    return make(fit)


def _of_all(fit: Fit, value: Callable[[Floats], float], name: str = DENSITY) -> Rewritten:
    """All parameters free."""
    p = len(fit.estimate)
    return Rewritten(value, name, np.eye(p), np.zeros(p))


def _of_regression(fit: Fit) -> Rewritten:
    if fit.penalty is None:
        return _of_own(fit)
    value, information, sums = penalized(fit.model, fit.penalty)
    made = _of_all(fit, value, "SciPy's log density with the penalty, climbed,")
    return made._replace(information=information, sums=sums)


def _of_own(fit: Fit) -> Rewritten:
    """A likelihood of a user's own: SciPy's public density, or the function or class that was given."""
    model: Model = fit.model
    likelihood, rows = model.likelihood, model.rows
    _require_information(fit)
    rows.at_hand("validate climbs the values of all rows", model.title, "Validate a fit to a sample of them in memory.")
    given = likelihood if isinstance(likelihood, OwnLikelihood) else None
    log_density = None if given is None else given.answers.get("log_density", given.density)

    def density(y: Floats, *etas: Floats) -> Floats:
        if log_density is None:  # of a class that was derived from Likelihood
            return likelihood.loglik(etas[0] if len(etas) == 1 else np.stack(np.broadcast_arrays(*etas), axis=-1), y)
        links = zip(likelihood.parameters.items(), etas, strict=True)
        values = {name: LINKS[link].mean(eta) for (name, link), eta in links}
        return np.asarray(log_density(y, **values), dtype=float)

    def value(theta: Floats) -> float:
        with np.errstate(all="ignore"):  # far out a density may overflow
            total = log_likelihood(density, theta, rows.X, rows.y, rows.weight, rows.offset, model.predictor)
        return total if np.isfinite(total) else -1e300

    name = f"{type(likelihood).__name__ if given is None else given.name}, climbed from its values,"
    if given is not None and "log_density" not in given.answers:
        name = "your function climbed from its values"
    return _of_all(fit, value, name)


def _of_function(fit: Fit) -> Rewritten:
    if fit.model.facts.is_function and fit.model.on_bounds:
        raise IncompatibleError(
            f"validate climbs from values beside the estimate, and {fit.model.on_bounds[0]!r} is on its bound: "
            "validate a model with it fixed there."
        )
    _require_information(fit)
    return _of_all(fit, fit.model.loglik, "your function climbed from its values")


def _require_information(fit: Fit) -> None:
    if fit.cov != "information":
        raise IncompatibleError(
            f"validate of {fit.model.title} compares the standard errors of the information; got cov={fit.cov!r}."
        )


def _of_sample(fit: Fit) -> Rewritten:
    return _of_all(fit, observed(fit.model).loglik)


def _of_categories(fit: Fit) -> Rewritten:
    counts, n = np.asarray(fit.model.counts, dtype=float), float(np.sum(fit.model.counts))
    # A category that was never seen has the estimate 0 whatever the others have: it is not free.
    seen = np.flatnonzero(counts)
    if len(seen) < 2:
        raise IncompatibleError(
            f"validate needs two categories that were seen; here all are {fit.names[int(np.argmax(counts))]}, whose "
            "estimate is 1 by itself."
        )
    B, base = np.zeros((len(counts), len(seen) - 1)), np.zeros(len(counts))
    B[seen[:-1]], B[seen[-1]], base[seen[-1]] = np.eye(len(seen) - 1), -1.0, 1.0
    log_density = {
        "multinomial": lambda theta: stats.multinomial.logpmf(counts, n, theta),
        "categories": lambda theta: counts[seen] @ np.log(theta[seen]),
    }[fit.model.kind]

    def value(gamma: Floats) -> float:
        theta = base + B @ gamma
        return -1e300 if (theta[seen] <= 0).any() else float(log_density(theta))

    return Rewritten(value, DENSITY, B, base)


REWRITTEN: dict[type, Callable[[Fit], Rewritten]] = {
    Model: _of_regression,
    Custom: _of_function,
    Multinomial: _of_categories,
    **dict.fromkeys((NormalSample, Waits, EventRates, ConditionalOdds, Correlation), _of_sample),
    CoxRegression: lambda fit: _of_all(fit, partial_likelihood(fit), f"{SECOND}, one event time at a time,"),
}
"""The second form of the models of each class."""
