"""What each function costs as rows, columns, levels, classes, curves, fits, draws and files grow.

    uv run --group bench python benchmarks/sizes.py [--quick] [--out docs/speed.md]

From the formula to standard errors; memory is what a fit takes beyond its table, at the largest size. `--out` writes
the tables into their places on the page, and what `reports/benchmarks.md` says of where we lose. It takes minutes.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import SpeedComparison, Timing, interleaved, show, with_memory
from stattools.benchmarking.printing import by_size, section_of, with_tables

RIGHT = "a + b + c + d + e"
LOSSES = "Where we lose, or miss what was promised"

type Way = tuple[Callable[[Any], object], int]
"""What is run on the data of a size, and the largest size that it is timed at."""


@dataclass(frozen=True)
class Growth:
    """Ways over data of growing size; `of` says the unit of a size, `quick` are the sizes of a quick run."""

    of: str
    sizes: tuple[int, ...]
    quick: tuple[int, ...]
    data: Callable[[int], Any]
    ways: dict[str, Way]


def fitted(model: st.Model) -> None:
    """Estimates and standard errors, and an error where they are not those of a maximum."""
    assert np.isfinite(st.fit(model).se).all()


def table(n: int) -> pd.DataFrame:
    """Outcomes of every kind with one predictor, which has a standard deviation of 0.6, and groups of 20 rows."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 5))
    g = np.arange(n) // 20
    eta = X @ [0.4, -0.3, 0.2, -0.1, 0.0] + 0.3 * random.normal(size=g[-1] + 1)[g]
    utility = eta[:, None] * np.arange(4) / 2.0 + random.gumbel(size=(n, 4))
    columns = {name: X[:, j] for j, name in enumerate("abcde")}
    return pd.DataFrame(
        columns
        | {
            "g": g,
            "normal": eta + random.normal(size=n),
            "event": (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
            "count": random.poisson(np.exp(eta) * random.gamma(2.0, 0.5, n)),
            "positive": random.gamma(2.0, np.exp(eta) / 2.0),
            "seen": (random.random(n) < 2.0 / 3.0).astype(float),
            "label": np.digitize(eta + random.logistic(size=n), [-1.5, -0.5, 0.5, 1.5]),
            "category": np.array(["n", "e", "s", "w"])[utility.argmax(axis=1)],
        }
    )


ROWS: dict[str, Way] = {
    "st.ols": (lambda t: fitted(st.ols(f"normal ~ {RIGHT}", t)), 10**6),
    "st.logistic": (lambda t: fitted(st.logistic(f"event ~ {RIGHT}", t)), 10**6),
    "st.probit": (lambda t: fitted(st.probit(f"event ~ {RIGHT}", t)), 10**6),
    "st.poisson": (lambda t: fitted(st.poisson(f"count ~ {RIGHT}", t)), 10**6),
    "st.negative_binomial": (lambda t: fitted(st.negative_binomial(f"count ~ {RIGHT}", t)), 10**6),
    "st.gamma": (lambda t: fitted(st.gamma(f"positive ~ {RIGHT}", t)), 10**6),
    "st.softmax, 4 categories": (lambda t: fitted(st.softmax(f"category ~ {RIGHT}", t)), 10**6),
    "st.ordinal, 5 labels": (lambda t: fitted(st.ordinal(f"label ~ {RIGHT}", t)), 10**6),
    "st.aft, a third censored": (lambda t: fitted(st.aft(f"survival(positive, seen) ~ {RIGHT}", t)), 10**6),
    "st.cox, a third censored": (lambda t: fitted(st.cox(f"survival(positive, seen) ~ {RIGHT}", t)), 10**6),
    "st.linear_mixed, (1 | g)": (lambda t: fitted(st.linear_mixed(f"normal ~ {RIGHT} + (1 | g)", t)), 10**6),
    "st.linear_mixed, (a | g)": (lambda t: fitted(st.linear_mixed(f"normal ~ {RIGHT} + (a | g)", t)), 10**6),
    "st.logistic, (1 | g)": (lambda t: fitted(st.logistic(f"event ~ {RIGHT} + (1 | g)", t)), 10**4),
    "st.poisson, (1 | g)": (lambda t: fitted(st.poisson(f"count ~ {RIGHT} + (1 | g)", t)), 10**4),
}
CURVES: dict[str, Way] = {
    "normal, s(a)": (lambda t: fitted(st.glm(f"normal ~ s(a) + {RIGHT[4:]}", t, family="normal")), 10**5),
    "normal, s(a) + s(b) + s(c)": (lambda t: fitted(st.glm("normal ~ s(a) + s(b) + s(c)", t, family="normal")), 10**5),
    "Poisson, s(a)": (lambda t: fitted(st.poisson(f"count ~ s(a) + {RIGHT[4:]}", t)), 10**5),
    "logistic, s(a) + s(b)": (lambda t: fitted(st.logistic("event ~ s(a) + s(b)", t)), 10**4),
}


def wide(p: int) -> dict[str, Any]:
    """20,000 rows of so many columns."""
    random = np.random.default_rng(0)
    X = random.normal(size=(20_000, p))
    eta = X @ (0.5 / np.sqrt(p) * random.normal(size=p))
    event = (random.random(len(X)) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    return {"X": X, "normal": eta + random.normal(size=len(X)), "event": event, "count": random.poisson(np.exp(eta))}


COLUMNS: dict[str, Way] = {
    "st.ols": (lambda d: fitted(st.ols(d["normal"], d["X"])), 1_000),
    "st.logistic": (lambda d: fitted(st.logistic(d["event"], d["X"])), 1_000),
    "st.logistic, st.Ridge(1.0)": (lambda d: st.fit(st.logistic(d["event"], d["X"]), penalty=st.Ridge(1.0)), 1_000),
    "st.poisson": (lambda d: fitted(st.poisson(d["count"], d["X"])), 1_000),
}


def leveled(levels: int) -> pd.DataFrame:
    """100,000 rows in groups of about the same size."""
    random = np.random.default_rng(0)
    g = random.permutation(np.arange(100_000) % levels)
    x = random.normal(size=len(g))
    eta = 0.3 * x + 0.3 * random.normal(size=levels)[g]
    event = random.random(len(g)) < 1.0 / (1.0 + np.exp(-eta))
    rows = {"x": x, "g": g, "normal": eta + random.normal(size=len(g)), "event": event.astype(float)}
    rows |= {"count": random.poisson(np.exp(1.5 + eta)), "time": random.gamma(2.0, np.exp(eta) / 2.0)}
    label = np.digitize(eta + random.logistic(size=len(g)), [-1.5, -0.5, 0.5, 1.5])
    return pd.DataFrame(rows | {"seen": (random.random(len(g)) < 2.0 / 3.0).astype(float), "label": label})


LEVELS: dict[str, Way] = {
    "st.ols, C(g)": (lambda t: fitted(st.ols("normal ~ 0 + x + C(g)", t)), 10**4),
    "st.linear_mixed, (1 | g)": (lambda t: fitted(st.linear_mixed("normal ~ x + (1 | g)", t)), 10**4),
    "st.poisson, C(g)": (lambda t: fitted(st.poisson("count ~ 0 + x + C(g)", t)), 10**4),
    "st.ols, x*C(g)": (lambda t: fitted(st.ols("normal ~ x*C(g)", t)), 10**4),
    "st.poisson, x*C(g)": (lambda t: fitted(st.poisson("count ~ x*C(g)", t)), 10**4),
    "st.logistic, C(g)": (lambda t: fitted(st.logistic("event ~ 0 + x + C(g)", t)), 1_000),
    "st.ordinal, C(g)": (lambda t: fitted(st.ordinal("label ~ x + C(g)", t)), 1_000),
    "st.aft, C(g)": (lambda t: fitted(st.aft("survival(time, seen) ~ x + C(g)", t)), 1_000),
    "st.cox, C(g)": (lambda t: fitted(st.cox("survival(time, seen) ~ x + C(g)", t)), 1_000),
    "st.logistic, (1 | g)": (lambda t: fitted(st.logistic("event ~ x + (1 | g)", t)), 1_000),
}


def classed(classes: int) -> dict[str, Any]:
    """20,000 rows, 5 columns, labels from 0 on."""
    random = np.random.default_rng(0)
    X = random.normal(size=(20_000, 5))
    utility = X @ (0.5 * random.normal(size=(5, classes))) + random.gumbel(size=(len(X), classes))
    one = X @ [0.4, -0.3, 0.2, -0.1, 0.0] + random.logistic(size=len(X))
    shown = np.arange(1, classes) / classes
    return {"X": X, "class": utility.argmax(axis=1), "label": np.digitize(one, np.log(shown / (1.0 - shown)))}


CLASSES: dict[str, Way] = {
    "st.softmax": (lambda d: fitted(st.softmax(d["class"], d["X"])), 50),
    "st.one_vs_rest": (lambda d: st.fit(st.one_vs_rest(d["class"], d["X"])), 50),
    "st.ordinal": (lambda d: fitted(st.ordinal(d["label"], d["X"])), 50),
}


def outcomes(fits: int) -> dict[str, Any]:
    """Outcomes (fits, 100) with the same three columns."""
    random = np.random.default_rng(0)
    X = random.normal(size=(100, 3))
    eta = X @ [0.5, -0.3, 0.2]
    event = (random.random((fits, 100)) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    return {"X": X, "fits": fits, "normal": eta + random.normal(size=(fits, 100)), "event": event}


MANY: dict[str, Way] = {
    "st.fit_many, st.ols": (lambda d: st.fit_many(st.ols(d["normal"][0], d["X"]), outcomes=d["normal"]), 10**4),
    "st.fit_many, st.logistic": (lambda d: st.fit_many(st.logistic(d["event"][0], d["X"]), outcomes=d["event"]), 10**4),
    "st.bootstrap, logistic": (
        lambda d: st.bootstrap(st.fit(st.logistic(d["event"][0], d["X"])), draws=d["fits"], seed=1),
        10**4,
    ),
    "a loop of st.fit, logistic": (lambda d: [fitted(st.logistic(y, d["X"])) for y in d["event"]], 10**3),
}


def drawn(method: Any) -> Callable[[pd.DataFrame], object]:
    return lambda t: st.posterior(st.logistic(f"event ~ {RIGHT}", t), prior=st.Normal(0, 2.5), method=method, seed=1)


DRAWS: dict[str, Way] = {
    'method="laplace"': (drawn("laplace"), 10**5),
    'method="importance"': (drawn("importance"), 10**4),
    'method="nuts"': (drawn("nuts"), 1_000),
}
GROWTHS: dict[str, Growth] = {
    "rows": Growth("rows", (100, 10**4, 10**6), (1_000, 10**4), table, ROWS),
    "columns": Growth("columns", (10, 100, 1_000), (10, 100), wide, COLUMNS),
    "levels": Growth("levels", (10, 1_000, 10**4), (10, 1_000), leveled, LEVELS),
    "classes": Growth("classes", (3, 10, 50), (3, 10), classed, CLASSES),
    "curves": Growth("rows", (1_000, 10**4, 10**5), (1_000,), table, CURVES),
    "many": Growth("fits", (100, 1_000, 10**4), (100,), outcomes, MANY),
    "draws": Growth("rows", (1_000, 10**4, 10**5), (1_000,), table, DRAWS),
}


def growth(name: str, of: Growth, size: int) -> SpeedComparison:
    """All ways that are timed at this size."""
    data = of.data(size)
    cases = {way: lambda run=run: run(data) for way, (run, most) in of.ways.items() if size <= most}
    cases = cases if len(cases) > 1 else cases | dict.fromkeys(list(of.ways)[1:2])  # two, of which one is left out
    big = size * len(cases) > 20_000
    found = interleaved(f"{name}: {size:,} {of.of}", cases, rounds=1 if big else 3, warm=0 if size >= 10**6 else 1)
    return with_memory(found, cases)


FILES = {"st.ols": "normal ~ a", "st.logistic": "event ~ a", "st.poisson": "count ~ a"}
IN_FILES = """
import json, sys, time
import stattools as st
from stattools.benchmarking import resident_peak
make, formula, folder = sys.argv[1:]
start = time.perf_counter()
fit = st.fit(getattr(st, make.removeprefix("st."))(formula, st.scan(folder)))
said = {"resident, MB": resident_peak() / 1e6, "reads": fit.solution.reads}
print(json.dumps([time.perf_counter() - start, said]))
"""


def files(rows: int) -> SpeedComparison:
    """Parquet files of at most ten million rows each, read by a process of its own, its import included."""
    with tempfile.TemporaryDirectory() as folder:
        first, each = Path(folder) / "0.parquet", min(rows, 10**7)
        random = np.random.default_rng(0)
        a = random.normal(size=each)
        columns = {"a": a, "normal": 0.4 * a + random.normal(size=each), "count": random.poisson(np.exp(0.4 * a))}
        event = random.random(each) < 1.0 / (1.0 + np.exp(-0.4 * a))
        pd.DataFrame(columns | {"event": event.astype(float)}).to_parquet(first)
        for k in range(1, rows // each):
            shutil.copyfile(first, first.with_stem(str(k)))
        timings = []
        for make, formula in FILES.items():
            command = [sys.executable, "-c", IN_FILES, make, formula, folder]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            seconds, facts = json.loads(said)
            timings.append(Timing(make, (seconds,), facts))
    return SpeedComparison(f"files: {rows:,} rows", tuple(timings))


def measured(quick: bool) -> Iterator[tuple[str, str, SpeedComparison]]:
    """The name of a table, the size, and what was measured."""
    for name, of in GROWTHS.items():
        for size in of.quick if quick else of.sizes:
            yield name, f"{size:,} {of.of}", growth(name, of, size)
    for rows in (10**6,) if quick else (10**6, 10**7, 10**8):
        yield "files", f"{rows:,} rows", files(rows)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    return (found for _, _, found in measured(quick))


def write(page: Path, quick: bool) -> None:
    """Measure, print, and put the tables into their places on the page."""
    tables: dict[str, dict[str, SpeedComparison]] = {}
    for name, size, found in measured(quick):
        show([found])
        tables.setdefault(name, {})[size] = found
    made = {name: by_size(found) for name, found in tables.items()}
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    made["machine"] = (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}; fits in memory on one thread, of files on "
        f"as many as there are cores. Load average at the end: {load}; on a quiet machine it is about 1."
    )
    made["losses"] = section_of(Path("reports/benchmarks.md").read_text(encoding="utf-8"), LOSSES)
    page.write_text(with_tables(page.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    if "--out" in sys.argv:
        write(Path(sys.argv[sys.argv.index("--out") + 1]), "--quick" in sys.argv)
    else:
        show(comparisons("--quick" in sys.argv))
