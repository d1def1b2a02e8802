"""A peer in a process of its own, which holds the data: it answers expressions with numbers, and times them itself.

That is R, or a Python package, in an environment of its own where it is not installed here; a call is timed without
starting the process or reading the data.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.qualification.exam.environments import isolated, name_of

END = "-- end of the answer --"
"""A line that no answer has."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class TimedAnswer:
    """What a run answers, the numbers of an expression where it ran in a process of its own, and seconds of one run."""

    values: Any
    seconds: float
    program: str = ""
    """What ran in a process of its own, with its version."""


class Session(ABC):
    """A process with arrays by name, vectors and matrices, on one thread. End it with `close`, or use it in `with`."""

    called: str
    """What an error calls the peer."""
    program: str = ""
    """The peer with its version."""

    def __init__(self, command: Sequence[str], arrays: Mapping[str, ArrayLike], setup: str) -> None:
        self._process = subprocess.Popen(
            command,
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
                self._answer(self.reading(name, str(path), array.shape), name)
        if setup:
            self._answer(self.afterwards(setup), setup)

    @abstractmethod
    def reading(self, name: str, path: str, shape: tuple[int, ...]) -> str:
        """The line that reads an array in Fortran's order from a file of doubles and names it; its answer is 0."""

    @abstractmethod
    def afterwards(self, setup: str) -> str:
        """The line that runs the statements of `setup`; its answer is 0."""

    @abstractmethod
    def asked(self, expression: str) -> str:
        """The line that prints an expression's numbers, one below the other, then its seconds, then `END`."""

    def run(self, expression: str) -> Floats:
        """The numbers that an expression has as its value. Raises DomainError where the peer stops."""
        return self.timed(expression).values

    def timed(self, expression: str) -> TimedAnswer:
        """The numbers of an expression and its seconds. Raises DomainError where the peer stops."""
        return self._answer(self.asked(expression), expression)

    def text(self, expression: str) -> str:
        """The text whose characters an expression has as numbers."""
        return "".join(chr(int(code)) for code in self.run(expression))

    def _answer(self, line: str, words: str) -> TimedAnswer:
        ours, theirs = self._process.stdin, self._process.stdout
        if ours is None or theirs is None or self._process.poll() is not None:
            raise DomainError(f"this session of {self.called} has ended.")
        lines: list[str] = []
        try:
            ours.write(line + "\n")
            ours.flush()
            while (said := theirs.readline().strip()) != END:
                if not said and self._process.poll() is not None:
                    raise BrokenPipeError
                lines.append(said)
        except BrokenPipeError:
            raise DomainError(f"{self.called} stopped at: {words}") from None
        *values, seconds = (float(said) for said in lines if said)
        return TimedAnswer(np.array(values), seconds, self.program)

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def asking(session: Session | None, expression: str) -> Callable[[], TimedAnswer] | None:
    """An expression of a session as a case of a comparison, which takes the seconds that the peer says; None where
    the peer is not there.
    """
    return None if session is None else lambda: session.timed(expression)


ASKS = f"""
import json, sys, time
import numpy as np
import pandas as pd
space = {{"np": np, "pd": pd}}
for line in sys.stdin:
    kind, text = json.loads(line)
    start = time.perf_counter()
    if kind == "run":
        exec(text, space)
        value = 0.0
    else:
        value = eval(text, space)
    seconds = time.perf_counter() - start
    print(*map(repr, np.asarray(value, dtype=float).ravel().tolist()), repr(seconds), "{END}", sep="\\n", flush=True)
"""
"""What the other process runs."""


class PythonSession(Session):
    """Python with arrays by name, `np`, `pd`, and `packages`: this one where it has them all, else one made by uv.

    Raises DomainError where there is neither.
    """

    def __init__(self, packages: Sequence[str], arrays: Mapping[str, ArrayLike], setup: str = "") -> None:
        self.called = " and ".join(packages)
        here = all(map(_installed, packages))
        command = [sys.executable] if here else [*isolated([*packages, "numpy", "pandas"]), "python"]
        super().__init__([*command, "-u", "-c", ASKS], arrays, f"from importlib.metadata import version\n{setup}")
        self.program = ", ".join(
            f"{one} {self.text(f'[ord(c) for c in version({one!r})]')}" for one in map(name_of, packages)
        )

    def reading(self, name: str, path: str, shape: tuple[int, ...]) -> str:
        """An array in Fortran's order."""
        return _line("run", f"{name} = np.fromfile({path!r}).reshape({shape!r}, order='F')")

    def afterwards(self, setup: str) -> str:
        """Any statements."""
        return _line("run", setup)

    def asked(self, expression: str) -> str:
        """An expression."""
        return _line("value", expression)


def python_session(packages: Sequence[str], arrays: Mapping[str, ArrayLike], setup: str = "") -> PythonSession | None:
    """A session with the packages; None where their environment cannot be made, as without uv or without a network."""
    try:
        return PythonSession(packages, arrays, setup)
    except DomainError:
        return None


def _line(kind: str, text: str) -> str:
    return json.dumps([kind, text])


def _installed(package: str) -> bool:
    try:
        version(name_of(package))
    except PackageNotFoundError:
        return False
    return True


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
