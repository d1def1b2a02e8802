"""How long `import stattools` takes beside `import statsmodels.api`: fresh processes, interleaved, medians and ratio.

Run it as `uv run python benchmarks/import_time.py [ROUNDS]`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

CASES = {
    "python alone": "pass",
    "import stattools": "import stattools",
    "stattools + a fit of arrays": "import stattools as st; st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))",
    "import statsmodels.api": "import statsmodels.api",
}


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main(rounds: int = 7) -> None:
    for code in CASES.values():
        seconds(code)  # warm the file cache
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds):
        for name, code in CASES.items():
            times[name].append(seconds(code))
    reference = median(times["import statsmodels.api"])
    for name, measured in times.items():
        ratio = median(measured) / reference
        print(f"{name:30s} {1e3 * median(measured):7.0f} ms   {ratio:5.2f} of import statsmodels.api")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
