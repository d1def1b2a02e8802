"""How often 95 % intervals hold the true slope where rows are few: uv run python benchmarks/plans/few_rows.py [draws].

Accelerated failure times of x ~ N(0, 1) with about a third of the rows censored, by Wald's and the profile's interval;
the bootstrap of pairs of least squares whose errors have the standard deviation 0.3 + x, x exponential; the
simultaneous band of a curve, 1.5 sin(2 pi x) of x uniform on (0, 1), and the pointwise one on average over x. Prints a
line for each family, or kind, and number of rows; each figure has a standard error of sqrt(0.05 * 0.95 / draws).
"""

import sys
from collections.abc import Callable

import numpy as np

import stattools as st

ERRORS: dict[str, Callable[..., np.ndarray]] = {
    "weibull": lambda g, n: np.log(g.exponential(size=n)),
    "lognormal": lambda g, n: g.normal(size=n),
    "loglogistic": lambda g, n: g.logistic(size=n),
}
ROWS = (20, 40, 80, 160)


def times(family: str, n: int, draws: int) -> dict[str, float]:
    """Of accelerated failure times."""
    g, held, made = np.random.default_rng(n), {"wald": 0, "profile": 0}, 0
    for _ in range(draws):
        x = g.normal(size=n)
        t, censored = np.exp(1 + 0.5 * x + 0.7 * ERRORS[family](g, n)), g.exponential(scale=9.0, size=n)
        table = {"t": np.minimum(t, censored), "died": (t <= censored).astype(int), "x": x}
        try:
            fit = st.fit(st.aft("survival(t, died) ~ x", table, distribution=family))
            ends = {kind: fit.interval(0.95, kind=kind) for kind in held}
        except st.StattoolsError:
            continue
        made += 1
        for kind, (lower, upper) in ends.items():
            held[kind] += int(lower[1] <= 0.5 <= upper[1])
    return {kind: count / made for kind, count in held.items()}


def bootstrapped(n: int, draws: int) -> dict[str, float]:
    """Of the bootstrap, and of HC3 beside it."""
    g = np.random.default_rng(n)
    held = dict.fromkeys(("HC3", "percentile", "basic", "normal", "bca"), 0)
    for k in range(draws):
        x = g.exponential(size=n)
        fit = st.fit(st.ols("y ~ x", {"y": 1 + 0.5 * x + g.normal(size=n) * (0.3 + x), "x": x}), cov="HC3")
        boot = st.bootstrap(fit, draws=999, seed=k)
        for kind in held:
            lower, upper = fit.interval(0.95) if kind == "HC3" else boot.interval(0.95, kind=kind)
            held[kind] += int(lower[1] <= 0.5 <= upper[1])
    return {kind: count / draws for kind, count in held.items()}


OUTCOMES: dict[str, Callable[..., np.ndarray]] = {
    "normal": lambda g, eta: eta + g.normal(size=len(eta)),
    "poisson": lambda g, eta: g.poisson(np.exp(eta)),
    "binomial": lambda g, eta: (g.uniform(size=len(eta)) < 1 / (1 + np.exp(-eta))).astype(int),
}


def bands(family: str, n: int, draws: int) -> dict[str, float]:
    """Of a curve."""
    g, whole, points = np.random.default_rng(n), 0, 0.0
    for _ in range(draws):
        x = np.sort(g.uniform(size=n))
        true = 1.5 * np.sin(2 * np.pi * x)
        smooth = st.fit(st.glm("y ~ s(x)", {"x": x, "y": OUTCOMES[family](g, true)}, family=family)).smooth("x", at=x)
        table, true = smooth.table(), true - true.mean()
        inside = (table.lower_simultaneous <= true) & (true <= table.upper_simultaneous)
        whole += int(inside.all())
        points += float(((table.lower <= true) & (true <= table.upper)).mean())
    return {"whole": whole / draws, "pointwise": points / draws}


def said(what: str, n: int, covered: dict[str, float]) -> str:
    """One line."""
    return f"{what:12} n = {n:3}  " + "  ".join(f"{kind} {100 * share:.1f}" for kind, share in covered.items())


if __name__ == "__main__":
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for n in (200, 1000):
        for family in OUTCOMES:
            print(said(family, n, bands(family, n, draws)), flush=True)
    for n in ROWS:
        for family in ERRORS:
            print(said(family, n, times(family, n, draws)), flush=True)
    for n in (20, 30, 60, 120, 240):
        print(said("bootstrap", n, bootstrapped(n, draws)), flush=True)
