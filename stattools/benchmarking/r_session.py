"""R as a peer: one process that holds the data, so that a call is timed without starting R or reading them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

from numpy.typing import ArrayLike

from stattools.benchmarking.session import END, Session


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


class RSession(Session):
    """R with arrays by name; an expression's numbers are what `as.double` makes of its value."""

    called = "R"

    def __init__(self, arrays: Mapping[str, ArrayLike], setup: str = "") -> None:
        super().__init__(["R", "--vanilla", "--no-echo"], arrays, setup)

    def reading(self, name: str, path: str, shape: tuple[int, ...]) -> str:
        """A vector, or a matrix."""
        size, dimensions = (shape[0], "") if len(shape) == 1 else (shape[0] * shape[1], f", {shape[0]}, {shape[1]}")
        kind = "c(" if len(shape) == 1 else "matrix("
        return self.asked(f'{name} <- {kind}readBin("{path}", "double", {size}){dimensions}); 0')

    def afterwards(self, setup: str) -> str:
        """The statements in braces."""
        return self.asked(f"{setup}; 0")

    def asked(self, expression: str) -> str:
        """One line of R."""
        return (
            f"{{ .from <- Sys.time(); .value <- as.double({{ {expression} }}); .to <- Sys.time(); "
            'cat(sprintf("%.17g", c(.value, as.double(.to - .from, units = "secs"))), sep = "\\n"); '
            f'cat("\\n{END}\\n") }}'
        )


def r_session(package: str, arrays: Mapping[str, ArrayLike], setup: str = "") -> RSession | None:
    """A session with R's package loaded; None where R or the package is not installed."""
    if not has_r(package):
        return None
    session = RSession(arrays, f"suppressMessages(library({package})); {setup}")
    release = session.text(f"utf8ToInt(paste(getRversion(), packageVersion('{package}')))").split()
    session.program = f"R {release[0]}, {package} {release[1]}"
    return session
