"""NIST's Statistical Reference Datasets: .dat files with certified values, linear least squares and one sample.

A file has a header with the certified values and ends in the data, one row per line: y, then the predictors. Certified
are 15 digits; powers of a predictor are rounded to double precision before any fit, which costs digits where they are
nearly dependent: five are asked for, of whichever set.

Source: https://www.itl.nist.gov/div898/strd/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import stattools as st
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.qualification.reading import Measured, PromisedDigits, digits, readings

NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][-+]?\d+)?)"
COEFFICIENT = re.compile(rf"^\s*B(\d+)\s+{NUMBER}\s+{NUMBER}\s*$", re.MULTILINE)
MEAN = re.compile(rf"(?:^Sample Mean[^:\n]*:|^mean\s*=)\s*{NUMBER}", re.MULTILINE)
SPREAD = re.compile(rf"(?:^Sample Standard Dev[^:\n]*:|^standardDeviation\s*=)\s*{NUMBER}", re.MULTILINE)
PROMISE = (5.0, 5.0, None)


@dataclass(frozen=True, eq=False)
class CertifiedSet:
    """The data of a file (y first), and its certified estimates and standard errors. A sample has one estimate, its
    mean, and `se` holds its standard deviation.
    """

    name: str
    rows: Floats
    estimate: tuple[float, ...]
    se: tuple[float, ...]
    is_sample: bool
    has_intercept: bool = True
    is_polynomial: bool = False

    @property
    def design(self) -> Floats:
        """X (n, p): an intercept if there is one, then the predictors or the powers of the only one."""
        x = self.rows[:, 1:]
        first = [np.ones(len(x))] if self.has_intercept else []
        if self.is_polynomial:
            return np.column_stack([x[:, 0] ** power for power in range(len(self.estimate))])
        return np.column_stack([*first, x])


def read_certified(path: Path) -> CertifiedSet:
    """Read one file; DomainError where it has no certified values or no rows of numbers at its end."""
    try:
        text = path.read_text(encoding="latin-1").replace("\r\n", "\n")
    except OSError as error:
        raise DomainError(f"--nist needs .dat files that can be read; {path.name}: {error}") from None
    rows = _rows(text)
    found = sorted((int(number), estimate, se) for number, estimate, se in COEFFICIENT.findall(text))
    mean, spread = MEAN.search(text), SPREAD.search(text)
    if not len(rows) or not (found or (mean and spread)):
        raise DomainError(
            f"--nist needs NIST's .dat files, with certified values and rows of data; {path.name} has "
            f"{'none' if not found and not mean else 'no rows'}."
        )
    if found:
        estimate, se = (tuple(float(row[i]) for row in found) for i in (1, 2))
        many = len(found) > rows.shape[1]
        return CertifiedSet(path.stem, rows, estimate, se, False, found[0][0] == 0, many)
    if not (mean and spread):
        raise DomainError(f"--nist needs a certified mean and standard deviation; {path.name} lacks one.")
    return CertifiedSet(path.stem, rows, (float(mean[1]),), (float(spread[1]),), True)


def measure(certified: CertifiedSet, effort: float = 1.0) -> Measured:
    """Digits of our estimates and standard errors against the certified ones."""
    if certified.is_sample:
        y = certified.rows[:, 0]
        fit = st.fit(st.normal(y))
        spread = float(fit.se[0]) * np.sqrt(len(y)) * np.sqrt(len(y) / (len(y) - 1.0))
        return Measured(
            digits(fit.estimate[0], certified.estimate[0]),
            digits(spread, certified.se[0]),
            readings=readings("mean", fit.estimate[0]),
        )
    fit = st.fit(st.ols(certified.rows[:, 0], certified.design, intercept=False))
    exact = not any(certified.se)  # a perfect fit, whose standard errors are 0: no digits to count
    found = digits(fit.estimate, certified.estimate), None if exact else digits(fit.se, certified.se)
    return Measured(*found, readings=readings("estimate", fit.estimate, 1e-4))


def certified_checks(folder: Path) -> tuple[PromisedDigits, ...]:
    """One check per .dat file of a folder and those in it; DomainError where there is none."""
    paths = sorted(folder.rglob("*.dat"))
    if not paths:
        raise DomainError(f"--nist needs a folder with NIST's .dat files; {folder} has none.")
    return tuple(_check(read_certified(path)) for path in paths)


def _check(certified: CertifiedSet) -> PromisedDigits:
    model = "normal sample" if certified.is_sample else "linear regression"
    return PromisedDigits(
        "accuracy", model, f"NIST {certified.name}", "certified", partial(measure, certified), PROMISE
    )


def _rows(text: str) -> Floats:
    """The last lines that hold numbers only, as many in each."""
    found: list[list[float]] = []
    for line in reversed(text.rstrip().splitlines()):
        try:
            row = [float(word) for word in line.split()]
        except ValueError:
            break
        if not row or (found and len(row) != len(found[0])):
            break
        found.append(row)
    return np.array(found[::-1])
