"""How long four chains of 1,000 draws take on a logistic regression of 1,000 rows and 5 columns.

Beside PyMC on the same model, each with its own default of tuning steps, one process each, in turns: PyMC is that of
this environment where it is installed, or of another one whose Python is given. Its compilation is timed apart:
`OPENBLAS_NUM_THREADS=1 uv run python benchmarks/posterior.py [ROUNDS] [PYTHON]`.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import stattools as st

ROWS, COLUMNS = 1000, 5

PYMC = """
import sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
import arviz, pymc as pm

random = np.random.default_rng(0)
X = random.normal(size=({rows}, {columns} - 1))
y = (random.random({rows}) < 1 / (1 + np.exp(-X @ random.normal(size={columns} - 1)))).astype(int)
with pm.Model():
    beta = pm.Normal("beta", 0, 2.5, shape={columns})
    pm.Bernoulli("y", logit_p=beta[0] + X @ beta[1:], observed=y)
    options = dict(chains=4, random_seed=1, progressbar=False)
    start = time.perf_counter()
    pm.sample(10, tune=10, compute_convergence_checks=False, **options)
    print(time.perf_counter() - start, 0, flush=True)
    for tune in sys.stdin:
        start = time.perf_counter()
        trace = pm.sample(1000, tune=int(tune), **options)
        print(time.perf_counter() - start, float(arviz.ess(trace)["beta"].min()), flush=True)
"""


def data() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = random.normal(size=(ROWS, COLUMNS - 1))
    return (random.random(ROWS) < 1 / (1 + np.exp(-X @ random.normal(size=COLUMNS - 1)))).astype(int), X


def ours(method: str) -> Callable[[], float]:
    y, X = data()
    model = st.logistic(y, X)

    def run() -> float:
        draws = st.posterior(model, prior=st.Normal(0, 2.5), method=method, seed=1)  # type: ignore[arg-type]
        return float(draws.diagnostics.ess_bulk.min())

    return run


def pymc(python: str) -> tuple[float, Callable[[int], tuple[float, float]]]:
    """Seconds of the first run, with compilation, and a function of the tuning steps: seconds and least ESS."""
    command = [python, "-c", PYMC.format(rows=ROWS, columns=COLUMNS)]
    pipe = subprocess.PIPE
    worker = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    assert worker.stdin is not None
    assert worker.stdout is not None
    questions, answers = worker.stdin, worker.stdout

    def run(tune: int) -> tuple[float, float]:
        questions.write(f"{tune}\n")
        questions.flush()
        seconds, size = answers.readline().split()
        return float(seconds), float(size)

    return float(answers.readline().split()[0]), run


def timed(run: Callable[[], float]) -> Callable[[], tuple[float, float]]:
    def measure() -> tuple[float, float]:
        start = time.perf_counter()
        size = run()
        return time.perf_counter() - start, size

    return measure


def main(rounds: str = "3", python: str | None = None) -> None:
    cases = {f"stattools, {method}": timed(ours(method)) for method in ("nuts", "importance", "laplace")}
    if python is not None or importlib.util.find_spec("pymc"):
        first, run = pymc(python or sys.executable)
        print(f"PyMC compiles and starts in {first:.1f} s")
        cases |= {f"PyMC, tune={tune}": lambda tune=tune: run(tune) for tune in (1000, 500)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(int(rounds)):
        for name, measure in cases.items():
            found[name].append(measure())
    for name, measured in found.items():
        seconds, size = median(second for second, _ in measured), measured[0][1]
        each = 1e3 * seconds / size
        print(f"{name:24s} {seconds:7.2f} s   least ESS {size:7.0f}   {each:7.3f} ms per effective draw")


if __name__ == "__main__":
    main(*sys.argv[1:])
