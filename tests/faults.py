"""Faults as a rewrite could make them, each planted by itself in a copy of the package, and the tests that must fail.

    python -m tests.faults [names]      all faults of `faults.toml`, or those whose name contains one of the words given

For each fault it prints `caught`, `MISSED` where its tests pass all the same, or why it was not planted; the exit
status is 1 where one of them was not caught. The repository stays as it is. The tests have to pass without a fault.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CAUGHT = 1
"""The exit status of pytest where a test has failed, and nothing else went wrong."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in words of the field, the file of the package, its text and the wrong one, and the tests of which
    one at least must fail, as pytest names them.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def times(self, root: Path) -> int:
        """How often the text stands in its file; 0 where there is no such file."""
        path = root / "stattools" / self.file
        return path.read_text(encoding="utf-8").count(self.old) if path.is_file() else 0

    def outcome(self, root: Path) -> str:
        """What its tests say with the fault in the package under `root`, which is mended after them."""
        if (times := self.times(root)) != 1:
            return f"the text stands {times} times"
        path = root / "stattools" / self.file
        right = path.read_text(encoding="utf-8")
        path.write_text(right.replace(self.old, self.new), encoding="utf-8")
        try:
            status = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider",
                 "-m", "slow or not slow", *self.tests],
                cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, check=False,
            ).returncode  # fmt: skip
        finally:
            path.write_text(right, encoding="utf-8")
        return {CAUGHT: "caught", 0: "MISSED"}.get(status, f"the tests did not run (status {status})")


def faults() -> list[Fault]:
    """All of them, in the order of the file."""
    rows = tomllib.loads((HERE / "faults.toml").read_text(encoding="utf-8"))["fault"]
    return [Fault(**row | {"tests": tuple(row["tests"])}) for row in rows]


def main(words: list[str]) -> int:
    """Plant the faults one after the other; 1 where one of them was not caught."""
    chosen = [fault for fault in faults() if not words or any(word in fault.name for word in words)]
    missed = len(chosen) == 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("stattools", "tests"):
            shutil.copytree(HERE.parent / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE.parent / "pyproject.toml", root)
        for fault in chosen:
            outcome = fault.outcome(root)
            missed |= outcome != "caught"
            print(f"{outcome}: {fault.name}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
