"""Is the installation as it was shipped, and does its arithmetic do what statistics needs? Installation qualification.

Each question is answered by a computation whose answer is known. The linear algebra library and how the
package was installed are facts beside them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
from scipy import linalg, special
from threadpoolctl import threadpool_info

EDITABLE = "installed from its source folder: there is no list of files to compare with"


@dataclass(frozen=True)
class Inspection:
    """One question about the installation, whether it was answered well, and what was found."""

    question: str
    ok: bool
    found: str


def inspect() -> tuple[Inspection, ...]:
    """Every question, asked."""
    return tuple(Inspection(question, *answer()) for question, answer in QUESTIONS.items())


def facts() -> dict[str, str]:
    """The linear algebra libraries that NumPy and SciPy call, and how the package was installed."""
    factorizations()  # SciPy brings a library of its own, which is listed once it is loaded
    libraries: list[dict[str, Any]] = [entry for entry in threadpool_info() if entry["user_api"] == "blas"]
    named = sorted({f"{one['internal_api']} {one['version']} ({one.get('architecture', 'any')})" for one in libraries})
    return {"linear algebra": ", ".join(named) or "unknown", "files of the package": files_unchanged()[1]}


def files_unchanged() -> tuple[bool, str]:
    """The files of the package against the hashes that the wheel came with."""
    try:
        files = metadata.files("stattools") or []
    except metadata.PackageNotFoundError:
        return True, EDITABLE
    hashed = [file for file in files if file.hash is not None and file.parts[0] == "stattools"]
    if not hashed:
        return True, EDITABLE
    changed = [str(file) for file in hashed if not _same(file)]
    return (
        not changed,
        f"changed or missing: {', '.join(changed[:5])}" if changed else f"{len(hashed)} files, all as shipped",
    )


def dependencies_installed() -> tuple[bool, str]:
    """Every package that stattools requires, present in a version that it takes."""
    wanted = [text for text in metadata.requires("stattools") or [] if "extra ==" not in text]
    wrong = []
    for text in wanted:
        name = re.split(r"[^A-Za-z0-9_.-]", text, maxsplit=1)[0]
        least, below = (re.search(rf"{sign}\s*([\d.]+)", text) for sign in (">=", "<"))
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if least and _numbers(version) < _numbers(least[1]):
            wrong.append(f"{name} {version} is older than {least[1]}")
        if below and _numbers(version) >= _numbers(below[1]):
            wrong.append(f"{name} {version} is not below {below[1]}")
    return not wrong, "; ".join(wrong) or f"{len(wanted)} required packages, none too old or too new"


def double_precision() -> tuple[bool, str]:
    """IEEE 754 double precision: 53 bits, rounded to nearest even, with subnormal numbers."""
    info = np.finfo(np.float64)
    half = float(2.0**-53)
    right = (
        sys.float_info.mant_dig == 53
        and float(info.eps) == 2.0**-52
        and 1.0 + half == 1.0
        and (1.0 + 2.0**-52) + half == 1.0 + 2.0**-51
        and float(np.float64(5e-324)) > 0.0
        and float(np.float64(2.0**-1074) * np.float64(0.5)) == 0.0
    )
    return right, "53 bits, rounded to nearest, ties to even, gradual underflow" if right else "another arithmetic"


def matrix_products() -> tuple[bool, str]:
    """Products of matrices of whole numbers are exact: 200 x 150 by 150 x 90."""
    rng = np.random.default_rng(1)
    A, B = rng.integers(-999, 1000, size=(200, 150)), rng.integers(-999, 1000, size=(150, 90))
    same = bool(np.array_equal(A.astype(float) @ B.astype(float), (A @ B).astype(float)))
    return same, "equal to whole-number arithmetic" if same else "a product of whole numbers is wrong"


def factorizations() -> tuple[bool, str]:
    """Cholesky, QR and eigenvalues give a matrix back."""
    solvers: Any = linalg
    rng = np.random.default_rng(2)
    X = rng.normal(size=(120, 30))
    S = X.T @ X
    L = linalg.cholesky(S, lower=True)
    Q, R = solvers.qr(X, mode="economic")
    values, vectors = linalg.eigh(S)
    gaps = (abs(L @ L.T - S).max(), abs((vectors * values) @ vectors.T - S).max(), abs(Q @ R - X).max())
    good = bool(max(gaps) < 1e-11)
    return good, "residuals below 1e-11" if good else f"a residual of {max(gaps):.1g}"


def special_functions() -> tuple[bool, str]:
    """log Gamma, the incomplete Beta, the normal distribution in its tail, against values with 15 digits."""
    pairs = (
        (special.gammaln(0.5), 0.5723649429247001),
        (special.betainc(2.0, 3.0, 0.5), 0.6875),
        (special.log_ndtr(-10.0), -53.23128515051247),
        (special.ndtri(0.975), 1.959963984540054),
        (special.stdtr(1.0, 1.0), 0.75),
    )
    worst = max(abs(float(found) / exact - 1.0) for found, exact in pairs)
    return bool(worst < 1e-12), "12 digits or more" if worst < 1e-12 else f"off by {worst:.1g}"


def random_numbers() -> tuple[bool, str]:
    """The generator repeats the stream of its seed."""
    drawn = np.random.Generator(np.random.PCG64(12345)).integers(0, 1_000_000, size=4).tolist()
    return drawn == STREAM, "the stream of seed 12345 is the known one" if drawn == STREAM else f"drew {drawn}"


STREAM = [699215, 227336, 788646, 316758]
"""np.random.Generator(np.random.PCG64(12345)).integers(0, 1_000_000, size=4)."""

QUESTIONS: dict[str, Callable[[], tuple[bool, str]]] = {
    "The files of the package are those that were shipped": files_unchanged,
    "The packages that it needs are installed": dependencies_installed,
    "Arithmetic is IEEE 754 double precision": double_precision,
    "Products of matrices are right": matrix_products,
    "Factorizations are right": factorizations,
    "Special functions are right": special_functions,
    "Random numbers repeat": random_numbers,
}


def _same(file: Any) -> bool:
    path = file.locate()
    if file.hash is None or not path.is_file():
        return False
    digest = hashlib.new(file.hash.mode, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == file.hash.value


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
