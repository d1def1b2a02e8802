"""The example in the documentation of each public name, run: does it print what stands there?"""

from __future__ import annotations

import doctest
import inspect
import io
import re
import sys
import warnings
from functools import partial
from importlib.util import find_spec
from typing import Any

import stattools as st
from stattools.qualification.dossier.procedure import Observation, Procedure

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples() -> list[str]:
    """The public names that have an example."""
    return sorted(name for name in st._MODULE_OF if _tests(name))


def procedures() -> tuple[Procedure, ...]:
    """A test for each public name with an example."""
    return tuple(Procedure(f"example: {name}", "operation", partial(observe, name)) for name in examples())


def observe(name: str, effort: float = 1.0) -> Observation:
    """Run the examples of a name, and of the methods of a class; what they printed is not kept."""
    said, tried, failed = io.StringIO(), 0, 0
    for test in _tests(name):
        test.globs = dict(vars(sys.modules[_thing(name).__module__]))
        runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = runner.run(test, out=said.write)
        tried, failed = tried + found.attempted, failed + found.failed
    if failed:
        return Observation(False, f"{failed} of {tried} lines: {' '.join(said.getvalue().split())[:300]}")
    lines = "1 line prints" if tried == 1 else f"{tried} lines print"
    return Observation(True, f"{lines} what is documented")


def _thing(name: str) -> Any:
    """The class of a public name, or the function as it stands in its file."""
    return inspect.unwrap(getattr(st, name))


def _tests(name: str) -> list[Any]:
    """The examples of a name, none where they need a package that is not installed."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for test in finder.find(_thing(name), name, module=False) if test.examples]
    lines = "\n".join(example.source for test in found for example in test.examples)
    needed = {word for line in re.findall(r"^(?:import|from) ([\w, ]+)", lines, re.MULTILINE) for word in _roots(line)}
    return [] if any(find_spec(word) is None for word in needed) else found


def _roots(line: str) -> list[str]:
    """The packages of a line of imports.

    >>> _roots("tempfile, pyarrow"), _roots("numpy as np")
    (['tempfile', 'pyarrow'], ['numpy'])
    """
    return [part.split()[0] for part in line.split(" import ")[0].split(",") if part.split()]
