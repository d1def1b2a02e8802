"""Many small fits at once and the bootstrap, against a loop over statsmodels.

    uv run --group bench python benchmarks/bootstrap.py [--quick]

n = 100 rows, 3 columns and an intercept, of mixed models 18 groups of 10. The loops give standard errors beside
`fit_many`, estimates alone in the bootstrap; ours always carry both and the certificate. `apart` is how far estimates
are from `st.fit` one by one, in standard errors. statsmodels has no Weibull regression: it is given the log-likelihood.
The loops over ordered outcomes and mixed models, which take tens of milliseconds a fit, are of fewer fits.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show

N, P = 100, 3
SLOPES = np.array([0.5, -0.3, 0.2])
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(N, P))
D = np.column_stack([np.ones(N), X])
ETA = 0.2 + X @ SLOPES
FITS = (100, 1_000, 5_000)


def drawn(family: str, fits: int) -> np.ndarray:
    """Outcomes (fits, N)."""
    random = np.random.default_rng(1)
    draws: dict[str, Callable[[], Any]] = {
        "logistic": lambda: random.random((fits, N)) < 1.0 / (1.0 + np.exp(-ETA)),
        "poisson": lambda: random.poisson(np.exp(ETA), (fits, N)),
        "ols": lambda: ETA + random.normal(size=(fits, N)),
        "gamma": lambda: random.gamma(2.0, np.exp(ETA) / 2.0, (fits, N)),
        "ordinal": lambda: ((random.logistic(size=(fits, N)) + ETA)[:, :, None] > [-1.0, 0.5, 1.5]).sum(axis=2),
    }
    return np.asarray(draws[family](), dtype=float)


def peer(family: str, y: np.ndarray, D: np.ndarray) -> Any:
    """The fit by statsmodels."""
    from statsmodels.api import GLM, OLS, Logit, Poisson, families
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    if family == "ols":
        return OLS(y, D).fit()
    if family == "gamma":
        return GLM(y, D, family=families.Gamma(families.links.Log())).fit()
    if family == "ordinal":
        return OrderedModel(y.astype(int), D[:, 1:], distr="logit").fit(method="bfgs", disp=0)
    return {"logistic": Logit, "poisson": Poisson}[family](y, D).fit(disp=0, method="newton")


def accuracy(found: Callable[[], Any], alone: Callable[[int], Any], many: int) -> str:
    """How far the first fits are from those one by one, in standard errors, in words for a title."""
    estimate = found()
    worst = max(float(np.abs((estimate[k] - (one := alone(k)).estimate) / one.se).max()) for k in range(min(many, 5)))
    return f"apart {worst:.0e}"


def regressions(family: str, fits: int, rounds: int, target: float | None) -> Iterator[SpeedComparison]:
    """Both ways for a regression of arrays."""
    Y = drawn(family, fits)
    make = getattr(st, family)
    model = make(Y[0], X)
    fit, rows = st.fit(model), np.random.default_rng(2).integers(0, N, (fits, N))
    apart = accuracy(lambda: st.fit_many(model, outcomes=Y[:60]).estimate, lambda k: st.fit(make(Y[k], X)), fits)
    named = "statsmodels, a loop"
    for title, ours, theirs in (
        (
            "fit_many",
            lambda: st.fit_many(model, outcomes=Y).estimate,
            lambda: [peer(family, y, D).bse for y in Y],
        ),
        (
            "bootstrap of pairs",
            lambda: st.bootstrap(fit, draws=fits, seed=1).draws,
            lambda: [peer(family, Y[0][i], D[i]).params for i in rows],
        ),
    ):
        yield interleaved(
            f"{title}, {family}, {fits:,} fits ({apart})",
            {"stattools": ours, named: theirs},
            rounds=rounds,
            targets={} if target is None else {named: target},
        )


def weibull(time: np.ndarray, seen: np.ndarray, D: np.ndarray) -> Any:
    """The fit by statsmodels, which has no such regression, but takes a log-likelihood."""
    from statsmodels.base.model import GenericLikelihoodModel

    class Weibull(GenericLikelihoodModel):
        def loglikeobs(self, params: np.ndarray) -> np.ndarray:
            z = (np.log(time) - self.exog @ params[:-1]) * np.exp(-params[-1])
            return seen * (z - params[-1] - np.log(time)) - np.exp(z)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Weibull(time, D, extra_params_names=["log scale"]).fit(np.zeros(D.shape[1] + 1), method="bfgs", disp=0)


def times(fits: int, rounds: int, target: float | None, censored: bool = True) -> Iterator[SpeedComparison]:
    """Weibull regressions of groups, and of one group drawn anew, of times that may be censored or were all seen."""
    random = np.random.default_rng(1)
    time = np.exp(ETA + 0.5 * np.log(random.exponential(size=(fits, N))))
    end = random.exponential(4.0, (fits, N)) if censored else np.full((fits, N), np.inf)
    time, seen = np.minimum(time, end), (time <= end).astype(float)
    columns = {f"x{j}": np.tile(X[:, j], fits) for j in range(P)}
    table = pd.DataFrame({"t": time.ravel(), "d": seen.ravel(), **columns, "k": np.repeat(np.arange(fits), N)})
    formula = "survival(t, d) ~ x0 + x1 + x2"
    fit, rows = st.fit(st.aft(formula, table[:N])), random.integers(0, N, (fits, N))
    apart = accuracy(
        lambda: st.fit_many(formula, table, by="k", model=st.aft).estimate,
        lambda k: st.fit(st.aft(formula, table[k * N : (k + 1) * N])),
        fits,
    )
    named = "statsmodels, a loop"
    for title, ours, theirs in (
        (
            "fit_many",
            lambda: st.fit_many(formula, table, by="k", model=st.aft).estimate,
            lambda: [weibull(t, d, D).bse for t, d in zip(time, seen, strict=True)],
        ),
        (
            "bootstrap of pairs",
            lambda: st.bootstrap(fit, draws=fits, seed=1).draws,
            lambda: [weibull(time[0][i], seen[0][i], D[i]).params for i in rows],
        ),
    ):
        yield interleaved(
            f"{title}, Weibull{'' if censored else ', all seen'}, {fits:,} fits ({apart})",
            {"stattools": ours, named: theirs},
            rounds=rounds,
            targets={} if target is None else {named: target},
        )


def mixed(groups: int, fits: int, target: float | None) -> SpeedComparison:
    """The parametric bootstrap of random slopes."""
    random = np.random.default_rng(0)
    g, x = np.repeat(np.arange(groups), 10), random.normal(size=groups * 10)
    level, slope = random.normal(size=groups)[g], 0.5 * random.normal(size=groups)[g]
    table = pd.DataFrame({"y": 1.0 + level + (2.0 + slope) * x + random.normal(size=len(g)), "x": x, "g": g})
    fit = st.fit(st.linear_mixed("y ~ x + (x | g)", table))

    def statsmodels() -> list[Any]:
        from statsmodels.formula.api import mixedlm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [mixedlm("y ~ x", table, groups="g", re_formula="~ x").fit().fe_params for _ in range(fits)]

    named = "statsmodels, a loop"
    return interleaved(
        f"parametric bootstrap, random slopes of {groups} groups, {fits:,} fits",
        {"stattools": lambda: st.bootstrap(fit, draws=fits, seed=1, kind="parametric").draws, named: statsmodels},
        rounds=1,
        targets={} if target is None else {named: target},
    )


def mixed_fits(groups: int, fits: int, random: str, target: float | None) -> SpeedComparison:
    """Mixed models of tables of their own, with standard errors, degrees of freedom and the proof of the maximum."""
    draw = np.random.default_rng(0)
    g, n = np.tile(np.repeat(np.arange(groups), 10), fits), fits * groups * 10
    k, x = np.repeat(np.arange(fits), groups * 10), draw.normal(size=n)
    level, slope = draw.normal(size=(2, fits, groups))
    y = 1.0 + level[k, g] + (2.0 + 0.5 * slope[k, g]) * x + draw.normal(size=n)
    table = pd.DataFrame({"y": y, "x": x, "g": g, "k": k})
    formula, inside = f"y ~ x + ({random} | g)", None if random == "1" else "~ x"

    def statsmodels() -> list[Any]:
        from statsmodels.formula.api import mixedlm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parts = (part for _, part in table.groupby("k"))
            return [mixedlm("y ~ x", part, groups="g", re_formula=inside).fit().bse for part in parts]

    apart = accuracy(
        lambda: st.fit_many(formula, table, by="k", model=st.linear_mixed).estimate,
        lambda k: st.fit(st.linear_mixed(formula, table[table.k == k])),
        fits,
    )
    named = "statsmodels, a loop"
    return interleaved(
        f"fit_many, mixed ({random} | g) of {groups} groups, {fits:,} fits ({apart})",
        {
            "stattools": lambda: st.fit_many(formula, table, by="k", model=st.linear_mixed).estimate,
            named: statsmodels,
        },
        rounds=1,
        targets={} if target is None else {named: target},
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    target = None if quick else 50.0
    for family in ("logistic", "poisson", "ols", "gamma"):
        for fits in FITS[:1] if quick else FITS:
            promised = fits > FITS[0] or family == "gamma"
            yield from regressions(family, fits, 3 if fits < FITS[-1] else 1, target if promised else None)
    for fits in (50,) if quick else (50, 500):
        yield from regressions("ordinal", fits, 1, target)
    for fits in FITS[:1] if quick else FITS[:2]:
        for censored in (True, False):
            yield from times(fits, 3 if fits == FITS[0] else 1, target, censored)
    for groups in (18,) if quick else (18, 200):
        yield mixed(groups, 10 if quick else 50, target)
        for random in ("1", "x"):
            yield mixed_fits(groups, 20 if quick else 100, random, target)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
