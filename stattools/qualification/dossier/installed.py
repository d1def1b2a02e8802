"""The inspections of an installation as tests of a qualification, and what is installed: versions, files, data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path

import statsmodels.datasets

from stattools.qualification import installation
from stattools.qualification.dossier.procedure import Observation, Procedure
from stattools.reporting.provenance import code_version, environment

ROOT = Path(installation.__file__).parents[1]
SHIPPED = Path(statsmodels.datasets.__file__).parent
FOLDERS = {"couples": "fair"}
"""Data sets of checks that are made from one that statsmodels ships under another name."""


def procedures() -> tuple[Procedure, ...]:
    """A test for each question about the installation."""
    return tuple(
        Procedure(f"inspection: {question}", "installation", partial(observe, answer))
        for question, answer in installation.QUESTIONS.items()
    )


def observe(answer: Callable[[], tuple[bool, str]], effort: float = 1.0) -> Observation:
    """What the inspection found; nothing where there is no list of files to compare with."""
    ok, found = answer()
    return Observation(None if found == installation.EDITABLE else ok, found)


def dependencies() -> dict[str, str]:
    """By the name of each package that stattools requires or can use: its version here, beside its bounds."""
    found = {}
    for text in metadata.requires("stattools") or []:
        needed, _, extra = text.partition(";")
        name, bounds = re.match(r"([A-Za-z0-9_.-]+)(?:\[.*\])?\s*(.*)", needed).groups()  # type: ignore[union-attr]
        told = [bounds.strip(), *(["optional"] if "extra ==" in extra else [])]
        found[name] = f"{version(name)} ({', '.join(part for part in told if part)})"
    return found


def version(name: str) -> str:
    """The version of an installed package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def surroundings() -> dict[str, str]:
    """Everything that a number may depend on beside the data: versions, platform, linear algebra."""
    blas = installation.facts()["linear algebra"]
    return {"stattools": code_version(), **environment(), **dependencies(), "linear algebra": blas}


def code() -> dict[str, str]:
    """SHA-256 of each file of the package, by its path."""
    paths = sorted(path for path in ROOT.rglob("*") if path.is_file() and path.suffix in (".py", ".toml", ".typed"))
    return {path.relative_to(ROOT).as_posix(): digest(path) for path in paths}


def files_of_package() -> str:
    """Whether the files of the package can be compared with those that were shipped, and what came of it."""
    return installation.facts()["files of the package"]


def data(names: tuple[str, ...], nist: Path | None = None) -> dict[str, str]:
    """SHA-256 of the files of data sets, by path: those that statsmodels ships, and NIST's in a folder."""
    found = {}
    for name in names:
        found |= {f"{path.parent.name}/{path.name}": digest(path) for path in files_of(name, nist)}
    return dict(sorted(found.items()))


def files_of(name: str, nist: Path | None = None) -> list[Path]:
    """The files that a data set of a check is read from; none for one that is simulated or written in the check."""
    if name.startswith("NIST "):
        return [] if nist is None else sorted(nist.rglob(f"{name.removeprefix('NIST ')}.dat"))
    folder = SHIPPED / FOLDERS.get(name, name).lower()
    return sorted(folder.glob("*.csv")) if folder.is_dir() and re.fullmatch(r"\w+", name) else []


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
