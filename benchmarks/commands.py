"""Time to a first result of each command, in fresh processes.

    uv run --group bench python benchmarks/commands.py [--quick]

The printed table of a fit is promised to take at most 1.4 times what the imports of its six packages take.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from stattools.benchmarking import SpeedComparison, interleaved, show

THEIRS = """
import pandas as pd, statsmodels.formula.api as smf
print(smf.logit("ill ~ dose + age", pd.read_csv("people.csv")).fit(disp=0).summary())
"""
IMPORTS = "import numpy, pandas, scipy.special, scipy.linalg, typer, rich"
FIT = ("fit", "logistic", "people.csv", "ill ~ dose + age")
REPORT = ("report", "people.csv", "ill ~ dose + age")


def run(folder: Path, *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=folder, check=True, capture_output=True)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rounds, warm = (1, 0) if quick else (5, 1)
    with TemporaryDirectory() as place:
        folder = Path(place)
        random = np.random.default_rng(0)
        frame = pd.DataFrame({"dose": random.normal(size=1000), "age": random.integers(18, 80, 1000)})
        frame["ill"] = (random.random(1000) < 1.0 / (1.0 + np.exp(-frame["dose"]))).astype(int)
        frame.to_csv(folder / "people.csv", index=False)

        def command(*words: str) -> Callable[[], None]:
            return partial(run, folder, "-m", "stattools", *words)

        yield interleaved(
            "a logistic regression of a CSV file, cold process",
            {
                "stattools fit": command(*FIT),
                "statsmodels, a script": partial(run, folder, "-c", THEIRS),
                "six imports alone": partial(run, folder, "-c", IMPORTS),
            },
            rounds=rounds,
            warm=warm,
            targets={"statsmodels, a script": 1.0, "six imports alone": 1.0 / 1.4},
        )
        command(*REPORT)()  # so that there is one to verify
        words = {
            "stattools fit": FIT,
            "stattools --help": ("--help",),
            "stattools fit --validate": (*FIT, "--validate"),
            "stattools fit --report": (*FIT, "--report", "mine"),
            "stattools verify": ("verify", "reports/people-logistic.md"),
            "stattools report": REPORT,
            "stattools gallery coin": ("gallery", "coin"),
            **({} if quick else {"stattools validate --quick": ("validate", "--quick")}),
        }
        yield interleaved(
            "commands, cold process",
            {name: command(*rest) for name, rest in words.items()},
            rounds=rounds,
            warm=warm,
        )


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
