"""Filters beside loops, smoothers beside dense solves, state space models beside the normal density of all times."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy import stats

import stattools as st
from stattools.qualification.agreements import nile
from stattools.qualification.dossier.procedure import SideBySide


def recurrences() -> Iterable[SideBySide]:
    """y_t = a_t y_(t-1) + b_t, exponential smoothing and its moments, by loops; a stream gives the same."""
    rng = np.random.default_rng(3)
    a, b, x, w = rng.uniform(-1, 1, 50), rng.normal(size=50), rng.normal(size=50), rng.uniform(0, 1, 50)
    y, right = 0.7, []
    for one, two in zip(a, b, strict=True):
        y = one * y + two
        right.append(y)
    yield SideBySide("the recurrence", st.linear_recurrence(a, b, initial=0.7), right, 1e-12)
    y, right = x[0], []
    for t in range(50):
        y = x[0] if t == 0 else y + w[t] * (x[t] - y)
        right.append(y)
    yield SideBySide("the filter", st.exponential_filter(x, w), right, 1e-12)
    state = st.exponential_filter_state(0.3)
    parts = np.concatenate([state.update(x[:20]), state.update(x[20:])])
    yield SideBySide("the stream", parts, st.exponential_filter(x, 0.3), 1e-12)
    times = np.cumsum(rng.uniform(0.1, 2.0, 20))
    found = st.decay_weights(times, half_life=2.0)[1:]
    yield SideBySide("weights of a half-life", found, 1.0 - 0.5 ** (np.diff(times) / 2.0), 1e-12)
    decay = 0.5 ** (np.arange(50)[::-1] / 4.0)
    moments = st.exponential_moments(x, half_life=4.0)
    yield SideBySide("the last weighted mean", moments.mean[-1], decay @ x / decay.sum(), 1e-12)


def adjoints() -> Iterable[SideBySide]:
    """The gradient of a weighted sum of the filtered series is its difference quotient."""
    rng = np.random.default_rng(4)
    x, w, c = rng.normal(size=12), rng.uniform(0.1, 0.9, 12), rng.normal(size=12)
    gradient = st.exponential_filter_adjoint(x, w, c)
    steps = 1e-5 * np.eye(12)
    slope = [(c @ st.exponential_filter(x, w + s) - c @ st.exponential_filter(x, w - s)) / 2e-5 for s in steps]
    yield SideBySide("by the weights", gradient.weights, slope, 1e-8)
    slope = [(c @ st.exponential_filter(x + s, w) - c @ st.exponential_filter(x - s, w)) / 2e-5 for s in steps]
    yield SideBySide("by the signal", gradient.signal, slope, 1e-8)
    found = st.linear_recurrence_adjoint(w, x, c)
    slope = [(c @ st.linear_recurrence(w, x + s) - c @ st.linear_recurrence(w, x - s)) / 2e-5 for s in steps]
    yield SideBySide("of a recurrence", found.b, slope, 1e-8)


def graduation() -> Iterable[SideBySide]:
    """(I + lambda D'D) z = y, solved as a dense system."""
    y = np.random.default_rng(6).normal(size=40).cumsum()
    for order in (1, 2, 3):
        D = np.diff(np.eye(40), n=order, axis=0)
        right = np.linalg.solve(np.eye(40) + 30.0 * D.T @ D, y)
        yield SideBySide(f"differences of order {order}", st.whittaker(y, 30.0, order), right, 1e-9)
    D = np.diff(np.eye(40), n=2, axis=0)
    trend = np.linalg.solve(np.eye(40) + 1600.0 * D.T @ D, y)
    yield SideBySide("the trend", st.hodrick_prescott(y)[1], trend, 1e-8)


def local_level() -> Iterable[SideBySide]:
    """The density of the differences of a local level, normal with a banded covariance; its levels by a solve."""
    y, (irregular, level) = np.asarray(nile(), dtype=float), (15000.0, 1500.0)
    model = st.local_level(y)
    n = len(y)
    D = np.diff(np.eye(n), axis=0)
    cov = irregular * D @ D.T + level * np.eye(n - 1)
    value = stats.multivariate_normal.logpdf(D @ y, np.zeros(n - 1), cov)  # type: ignore[arg-type]
    yield SideBySide("log-likelihood", model.loglik([irregular, level]), value, 1e-9)
    right = np.linalg.solve(np.eye(n) / irregular + D.T @ D / level, y / irregular)
    spread = np.linalg.inv(np.eye(n) / irregular + D.T @ D / level)
    table = st.states(model, [irregular, level])
    yield SideBySide("smoothed levels", table["mean"], right, 1e-8)
    yield SideBySide("their variances", table["variance"], np.diagonal(spread), 1e-8)
    fit = st.fit(model)
    ahead = fit.forecast(3)
    noise, walk = np.asarray(fit.estimate)
    spread = np.linalg.inv(np.eye(n) / noise + D.T @ D / walk)
    last = np.linalg.solve(np.eye(n) / noise + D.T @ D / walk, y / noise)[-1]
    yield SideBySide("forecasts", ahead["mean"], np.full(3, last), 1e-7)
    right = spread[-1, -1] + walk * np.arange(1, 4) + noise
    yield SideBySide("their variances", ahead["variance"], right, 1e-6)


TESTS: dict[str, Callable[[], Iterable[SideBySide]]] = {
    "series: recurrences and filters": recurrences,
    "series: gradients of filters": adjoints,
    "series: graduation": graduation,
    "series: local level": local_level,
}
