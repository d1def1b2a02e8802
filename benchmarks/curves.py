"""Smooth curves with their penalties by REML, from the formula to bands, beside others.

    uv run --group bench python benchmarks/curves.py [--quick]

Ours of one curve has every local maximum of the penalty in it, and the proof that there is no other. R's mgcv, by gam
with REML and by bam with fREML, with and without rounded columns, and pygam by its search of a grid, which has no
REML, run in processes of their own that hold the data and say their own seconds; `edf` are the effective degrees of
freedom that each finds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import SpeedComparison, asking, interleaved, python_session, r_session, show, with_memory

GAM, BAM, DISCRETE, PYGAM = "mgcv, gam", "mgcv, bam", "mgcv, bam, discrete", "pygam"
FAMILIES: dict[str, tuple[Callable[..., st.Model], str, str]] = {
    "normal": (lambda formula, data: st.glm(formula, data, family="normal"), "gaussian", "LinearGAM"),
    "poisson": (st.poisson, "poisson", "PoissonGAM"),
}
"""Of each: ours, R's family, and pygam's class."""


def waves(rows: int, k: int, family: str, count: int, targets: dict[str, float], *, rounds: int = 3) -> SpeedComparison:
    """Sums of waves of so many columns: normal with noise of their size, or counts around exp of them."""
    random = np.random.default_rng(0)
    X = random.uniform(0.0, 1.0, (rows, count))
    eta = sum(np.sin((9.0 - 2.0 * j) * X[:, j]) for j in range(count))
    y = random.poisson(np.exp(eta)) if family == "poisson" else eta + random.normal(size=rows)
    data = pd.DataFrame({f"x{j}": X[:, j] for j in range(count)} | {"y": y})
    make, in_r, gam = FAMILIES[family]
    formula = "y ~ " + " + ".join(f"s(x{j}, k={k})" for j in range(count))

    def ours() -> float:
        fit = st.fit(make(formula, data))
        assert fit.solution.converged
        return sum(one.edf for one in fit.found.of_curves) + 1.0

    arrays = {name: data[name].to_numpy() for name in data}
    mgcv = r_session("mgcv", arrays, f"d <- data.frame({', '.join(arrays)})")
    terms = " + ".join(f"s(x{j}, bs = 'ps', k = {k}, m = c(2, 2))" for j in range(count))
    call = f"y ~ {terms}, data = d, family = {in_r}"
    splines = " + ".join(f"pygam.s({j}, n_splines={k})" for j in range(count))
    found = interleaved(
        f"{family}, {count} curve{'s' * (count > 1)} of {k} coefficients, {rows:,} rows",
        {
            "stattools": ours,
            BAM: asking(mgcv, f"sum(bam({call}, method = 'fREML')$edf)"),
            DISCRETE: asking(mgcv, f"sum(bam({call}, method = 'fREML', discrete = TRUE)$edf)"),
            PYGAM: asking(
                python_session([PYGAM], {"X": X, "y": y}, "import pygam"),
                f"pygam.{gam}({splines}).gridsearch(X, y, progress=False).statistics_['edof']",
            ),
        }
        | ({GAM: asking(mgcv, f"sum(gam({call}, method = 'REML')$edf)")} if rows <= 10_000 else {}),
        rounds=rounds,
        targets=targets,
        judge=lambda edf: {"edf": float(np.asarray(edf).ravel()[0])},
    )
    return with_memory(found, {"stattools": ours})


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield waves(10_000, 20, "normal", 1, {BAM: 2.0, PYGAM: 20.0})
    if quick:
        return
    yield waves(1_000, 20, "normal", 1, {})
    yield waves(100_000, 40, "normal", 1, {BAM: 25.0, PYGAM: 100.0})
    yield waves(10_000, 20, "normal", 3, {}, rounds=1)
    yield waves(1_000, 20, "poisson", 1, {})
    yield waves(10_000, 20, "poisson", 1, {})
    yield waves(100_000, 40, "poisson", 1, {}, rounds=1)
    yield waves(10_000, 20, "poisson", 3, {}, rounds=1)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
