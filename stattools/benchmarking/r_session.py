"""R as a peer: one process that holds the data, so that a call is timed without starting R or reading them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

END = "-- end of the answer --"
"""A line that no answer has."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def has_r(package: str) -> bool:
    """Whether R is installed with this package.

    >>> isinstance(has_r("survival"), bool)
    True
    """
    program = shutil.which("Rscript")
    if program is None:
        return False
    said = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
    return subprocess.run([program, "--vanilla", "-e", said], capture_output=True, check=False).returncode == 0


class RSession:
    """R with arrays by name, vectors and matrices, on one thread. End it with `close`, or use it in `with`."""

    def __init__(self, arrays: Mapping[str, ArrayLike], setup: str = "") -> None:
        self._process = subprocess.Popen(
            ["R", "--vanilla", "--no-echo"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | ONE_THREAD,
        )
        with tempfile.TemporaryDirectory() as folder:
            for name, values in arrays.items():
                array, path = np.asarray(values, dtype=float), Path(folder) / name
                array.ravel(order="F").tofile(path)
                shape = f", {array.shape[0]}, {array.shape[1]})" if array.ndim == 2 else ")"
                kind = "matrix(" if array.ndim == 2 else "c("
                self.run(f'{{ {name} <- {kind}readBin("{path}", "double", {array.size}){shape}; 0 }}')
        if setup:
            self.run(f"{{ {setup}; 0 }}")

    def run(self, expression: str) -> Floats:
        """The numbers that an expression of R has as its value. Raises DomainError where R stops."""
        ours, theirs = self._process.stdin, self._process.stdout
        if ours is None or theirs is None or self._process.poll() is not None:
            raise DomainError("this session of R has ended.")
        ours.write(f'cat(sprintf("%.17g", as.double({{ {expression} }})), sep = "\\n"); cat("\\n{END}\\n")\n')
        ours.flush()
        lines: list[str] = []
        while (line := theirs.readline().strip()) != END:
            if self._process.poll() is not None and not line:
                raise DomainError(f"R stopped at: {expression}")
            lines.append(line)
        return np.array([float(line) for line in lines if line])

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait(timeout=60)

    def __enter__(self) -> RSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
