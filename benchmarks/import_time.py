"""Time to import and to a first result, in fresh processes.

uv run --group bench python benchmarks/import_time.py [--quick]
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial

from stattools.benchmarking import SpeedComparison, interleaved, show

OURS = "import stattools as st; st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))"
THEIRS = "import statsmodels.api as sm; sm.OLS([1.0, 2.0, 4.0], sm.add_constant([0.0, 1.0, 2.0])).fit().bse"
SKLEARN = "from sklearn.linear_model import LinearRegression as L; L().fit([[0.0], [1.0], [2.0]], [1.0, 2.0, 4.0])"


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def cases(**codes: str) -> dict[str, Callable[[], object]]:
    return {name.replace("_", " "): partial(run, code) for name, code in codes.items()}


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rounds = 1 if quick else 9
    yield interleaved(
        "import, cold process",
        cases(stattools="import stattools") | {"statsmodels.api": partial(run, "import statsmodels.api")},
        rounds=rounds,
        targets={"statsmodels.api": 2.0},
    )
    yield interleaved(
        "import and a first fit of arrays, cold process",
        cases(stattools=OURS, statsmodels=THEIRS) | {"scikit-learn, no standard errors": partial(run, SKLEARN)},
        rounds=rounds,
        targets={"statsmodels": 1.0},
    )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
