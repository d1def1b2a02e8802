"""Where the exam runs: in an environment of the package alone, made by uv; this package and R in the one at hand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stattools.errors import DomainError
from stattools.qualification.exam import harness

HERE = ("stattools", "R")
"""What runs with this Python."""
SECONDS = 900
"""The longest that a package may take for all questions."""


def name_of(package: str) -> str:
    """The name of a package without a version that is asked for.

    >>> name_of("statsmodels==0.14.4")
    'statsmodels'
    """
    return re.split(r"[=<>!~\[ ]", package.strip(), maxsplit=1)[0]


def answers(package: str, codes: Iterable[str]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The versions of an environment, and what the package in it answers to lines of Python.

    Raises DomainError where the environment cannot be made.
    """
    name = name_of(package)
    script = [str(Path(harness.__file__)), name]
    if name == "R":
        _require("Rscript", "Install R, whose command it is.")
    command = [sys.executable, *script]
    if name not in HERE:
        command = [*isolated([package, "numpy", "pandas"]), "python", *script]
    text = "".join(json.dumps({"code": code}) + "\n" for code in codes)
    try:
        run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise DomainError(f"the exam of {package} took more than {SECONDS} seconds and was ended.") from None
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    if len(lines) != 1 + text.count("\n"):
        said = (run.stderr.strip() or "nothing").splitlines()[-1]
        raise DomainError(f"the exam of {package} ended before its last question; its environment said: {said}")
    return lines[0], lines[1:]


def isolated(packages: Iterable[str]) -> list[str]:
    """The beginning of a command that runs in an environment of these packages alone; DomainError without uv."""
    uv = _require("uv", "Install uv: pip install uv.")
    return [uv, "run", "--isolated", "--no-project", "--quiet", *(part for one in packages for part in ("--with", one))]


def _require(command: str, remedy: str) -> str:
    found = shutil.which(command)
    if found is None:
        raise DomainError(f"exam needs the command {command}, which is not found. {remedy}")
    return found
