"""A smooth curve of a normal outcome, from the formula to bands, beside others.

    uv run --group bench python benchmarks/curves.py [--quick]

Ours has every local maximum of the penalty in it, and the proof that there is no other. R's mgcv is timed in a process
of R that has the data, by bam with fREML, and pygam by its search of a grid, which has no REML, where they are
installed; `edf` are the effective degrees of freedom that each finds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import RSession, SpeedComparison, has_r, interleaved, show

MGCV, PYGAM = "mgcv", "pygam"


def one_curve(rows: int, k: int, targets: dict[str, float], *, rounds: int = 5) -> SpeedComparison:
    """A wave with noise of its size."""
    random = np.random.default_rng(0)
    x = random.uniform(0.0, 1.0, rows)
    data = pd.DataFrame({"x": x, "y": np.sin(9.0 * x) + random.normal(size=rows)})

    def ours() -> float:
        fit = st.fit(st.glm(f"y ~ s(x, k={k})", data, family="normal"))
        assert fit.solution.converged
        return fit.found.of_curves[0].edf + 1.0

    def pygam() -> float:
        from pygam import LinearGAM, s  # type: ignore[import-not-found]

        model = LinearGAM(s(0, n_splines=k)).gridsearch(data[["x"]].to_numpy(), data["y"].to_numpy(), progress=False)
        return float(model.statistics_["edof"])

    cases = {"stattools": ours}
    if has_r(MGCV):
        session = RSession({"x": data["x"].to_numpy(), "y": data["y"].to_numpy()}, "library(mgcv)")
        fitted = f"bam(y ~ s(x, bs = 'ps', k = {k}, m = c(2, 2)), method = 'fREML')"
        cases[MGCV] = lambda: float(np.asarray(session.run(f"sum({fitted}$edf)")).ravel()[0])
    cases |= {PYGAM: pygam} if find_spec(PYGAM) else {}
    return interleaved(
        f"A curve of {rows:,} rows, {k} coefficients",
        cases,
        rounds=rounds,
        targets=targets,
        judge=lambda edf: {"edf": float(edf)},
        missing=[name for name in (MGCV, PYGAM) if name not in cases],
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield one_curve(10_000, 20, {MGCV: 2.0, PYGAM: 20.0})
    if not quick:
        yield one_curve(100_000, 40, {MGCV: 25.0, PYGAM: 100.0}, rounds=3)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
