"""What runs in the environment of a package: reads questions, a JSON object with `code` in each line, runs the lines,
and writes an answer for each: `b`, `se`, `said`, `warnings`, or an `error`. It imports nothing of stattools.

Warnings about code (a call that will change, a file left open, and whatever descends from them) are no answer, and are
left out by the classes that they descend from. Printed lines are words too: some packages print what others warn of.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

ABOUT_CODE = (
    DeprecationWarning,
    PendingDeprecationWarning,
    FutureWarning,
    SyntaxWarning,
    ImportWarning,
    ResourceWarning,
    UnicodeWarning,
    BytesWarning,
    EncodingWarning,
)
"""Warnings of Python that say nothing of an answer, nor do those that descend from them."""
LONGEST, PRINTED = 160, 20
"""Letters of a word that is kept, and how many of the lines that were printed last."""


R_VERSIONS = """
asked <- Filter(function(p) requireNamespace(p, quietly = TRUE), c("lme4", "survival"))
with <- paste(asked, sapply(asked, function(p) as.character(packageVersion(p))), collapse = ", ")
cat(as.character(getRversion()), if (length(asked)) paste0(" with ", with), sep = "")
"""
"""Prints them."""


def plain(value: ArrayLike | None) -> object:
    """Numbers as lists; null for what is no number."""
    if value is None or isinstance(value, str):
        return value
    return _finite(np.asarray(value, dtype=float).tolist())


def _finite(value: Any) -> object:
    return [_finite(one) for one in value] if isinstance(value, list) else value if math.isfinite(value) else None


def answer(code: str) -> dict[str, Any]:
    """What the lines make."""
    space: dict[str, Any] = {"rscript": rscript}
    printed = io.StringIO()
    with (
        warnings.catch_warnings(record=True) as told,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("always")
        try:
            exec(code, space)
            found = {name: plain(space.get(name)) for name in ("b", "se", "said")}
        except Exception as error:  # whatever a package says is its answer
            found = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:200]}
    words = [f"{one.category.__name__}: {one.message}" for one in told if not issubclass(one.category, ABOUT_CODE)]
    words += [f"printed: {line}" for line in printed.getvalue().splitlines()[-PRINTED:] if line.strip()]
    return found | {"warnings": list(dict.fromkeys(" ".join(one.split())[:LONGEST] for one in words))}


def rscript(code: str, space: dict[str, Any], names: str) -> tuple[list[float], list[float], str]:
    """Coefficients and standard errors of R's lines, a matrix `b` of both made from a table `d`, and its words."""
    columns: dict[str, list[float]] = {}
    for name in names.split():
        value = space[name]
        each = {f"x{k}": x for k, x in enumerate(value.T)} if value.ndim == 2 else {name: value}
        columns |= {key: [float(one) for one in part] for key, part in each.items()}
    with tempfile.TemporaryDirectory() as folder:
        rows = zip(*columns.values(), strict=True)
        text = "\n".join([",".join(columns), *(",".join(map(repr, row)) for row in rows)])
        Path(folder, "d.csv").write_text(text)
        script = f"d <- read.csv('d.csv')\n{code}\nwrite.table(b[, 1:2, drop = FALSE], 'b.txt', col.names = FALSE)"
        run = subprocess.run(["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, timeout=120)
        if run.returncode:
            raise RuntimeError(run.stderr.strip()[-400:])
        lines = [line.rsplit(" ", 2)[1:] for line in Path(folder, "b.txt").read_text().splitlines()]
    numbers = [[float("nan") if one == "NA" else float(one) for one in line] for line in lines]
    return [line[0] for line in numbers], [line[1] for line in numbers], " ".join(run.stderr.split())[:160]


def version(name: str) -> str:
    """The version of a package in this environment, or of R and its packages that are asked."""
    if name == "R":
        run = subprocess.run(["Rscript", "--vanilla", "-e", R_VERSIONS], capture_output=True, text=True, timeout=120)
        return run.stdout.strip()
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    print(json.dumps({"version": version(sys.argv[1]), "python": sys.version.split()[0]}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)["code"])), flush=True)
