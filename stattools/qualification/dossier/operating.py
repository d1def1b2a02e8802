"""The tests of what the package answers, from the tables of `operation`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.util import find_spec

from stattools.qualification.dossier.operation import (
    answers,
    densities,
    errors_and_tests,
    keeping,
    refusals,
    samples_and_beliefs,
    series,
    times_and_groups,
)
from stattools.qualification.dossier.procedure import Observation, Procedure, SideBySide, judged

TABLES: tuple[tuple[Mapping[str, Callable[[], Iterable[SideBySide]]], tuple[str, ...]], ...] = (
    (densities.TESTS, ()),
    (errors_and_tests.TESTS, ("fair", "ccard", "grunfeld")),
    (answers.TESTS, ("fair", "ccard", "grunfeld", "randhie", "anes96")),
    (times_and_groups.TESTS, ("grunfeld", "fair")),
    (samples_and_beliefs.TESTS, ("statecrime",)),
    (series.TESTS, ("nile",)),
    (keeping.TESTS, ("spector", "ccard", "randhie", "fair")),
)
"""The tests of each file, and the data sets that they read."""
NEEDED = {"kept: files": "pyarrow"}
"""Packages beyond the required ones that a test is about: it is left out where there is none."""


def procedures() -> tuple[Procedure, ...]:
    """A test for each comparison, and for each refusal."""
    compared = [
        Procedure(name, "operation", partial(observe, pairs), data)
        for tests, data in TABLES
        for name, pairs in tests.items()
        if name not in NEEDED or find_spec(NEEDED[name]) is not None
    ]
    return (*compared, *refusals.procedures())


def observe(pairs: Callable[[], Iterable[SideBySide]], effort: float = 1.0) -> Observation:
    """Our numbers beside those that are right."""
    return judged(pairs())
