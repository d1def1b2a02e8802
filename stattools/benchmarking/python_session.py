"""A Python package as a peer in a process of its own, in an environment of its own where it is not installed here."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from numpy.typing import ArrayLike

from stattools.benchmarking.session import END, Session
from stattools.errors import DomainError
from stattools.qualification.exam.environments import isolated, name_of

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
