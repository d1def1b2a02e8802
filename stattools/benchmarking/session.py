"""A peer in a process of its own, which holds the data: it answers expressions with numbers, and times them itself."""

from __future__ import annotations

import os
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

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
