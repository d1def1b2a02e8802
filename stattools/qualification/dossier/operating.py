"""What has no answer is refused by name: the error says which column, which level, which label.

The tests of what the package answers, from the tables of `operation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.util import find_spec

import numpy as np

import stattools as st
from stattools.errors import StattoolsError
from stattools.qualification.dossier.operation import (
    answers,
    densities,
    errors_and_tests,
    keeping,
    samples_and_beliefs,
    series,
    times_and_groups,
)
from stattools.qualification.dossier.procedure import Observation, Procedure, SideBySide, judged

TABLE = {
    "y": [0, 0, 0, 1, 1, 1, 0, 1],
    "n": [0, 2, 1, 3, 0, 4, 2, 5],
    "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 2.5, 3.5],
    "v": [0.3, -1.0, 0.8, 0.1, -0.7, 0.4, 1.1, -0.2],
    "g": list("aabbccab"),
    "t": [5.0, 3.0, 8.0, 2.0, 7.0, 9.0, 4.0, 6.0],
}
DOUBLE = TABLE | {"w": [2 * x + 1 for x in TABLE["x"]]}
CUT = TABLE | {"x": [1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 2.5, 4.5]}


def _gap(column: str, value: object) -> dict[str, list[object]]:
    return TABLE | {column: [value, *TABLE[column][1:]]}


REFUSALS: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "separated outcomes": (lambda: st.fit(st.logistic("y ~ x", CUT)), ("x", "separat")),
    "a Cox regression without a maximum": (
        lambda: st.fit(st.cox("survival(t, d) ~ x", {"t": [1, 2, 3, 4], "d": [1, 1, 0, 0], "x": [4, 3, 2, 1]})),
        ("x",),
    ),
    "columns that say the same": (lambda: st.fit(st.ols("v ~ x + w", DOUBLE)), ("w",)),
    "an outcome of one class": (lambda: st.fit(st.logistic("y ~ x", TABLE | {"y": [1] * 8})), ("y", "one class")),
    "an outcome that is no count": (lambda: st.poisson("v ~ x", TABLE), ("v",)),
    "an outcome that is not positive": (lambda: st.gamma("v ~ x", TABLE), ("v",)),
    "an infinite value": (lambda: st.ols("v ~ x", _gap("x", np.inf)), ("x",)),
    "a column that is not there": (lambda: st.ols("v ~ nonesuch", TABLE), ("nonesuch",)),
    "a level that was not seen": (
        lambda: st.fit(st.ols("v ~ x + g", TABLE)).predict({"x": [1.0], "g": ["q"]}),
        ("g", "q"),
    ),
    "a missing value in new rows": (
        lambda: st.fit(st.ols("v ~ x", TABLE)).predict({"x": [float("nan")]}),
        ("x",),
    ),
    "more coefficients than rows": (lambda: st.fit(st.ols("y ~ x", {"y": [1.0, 2.0], "x": [0.0, 1.0]})), ()),
    "one row for each group": (
        lambda: st.fit(st.linear_mixed("v ~ x + (1 | h)", TABLE | {"h": list("abcdefgh")})),
        ("h",),
    ),
    "negative weights": (lambda: st.ols("v ~ x", TABLE | {"w": [-1] + [1] * 7}, weights="w"), ("w",)),
    "a level outside 0 and 1": (lambda: st.fit(st.ols("v ~ x", TABLE)).interval(95), ("95",)),
    "a link that a family has not": (lambda: st.glm("n ~ x", TABLE, family="poisson", link="probit"), ("probit",)),
    "a file of a fit that is none": (lambda: st.load(__file__), ()),
}
"""By what is refused: a call, and words of its error."""


def observe_refusal(call: Callable[[], object], words: tuple[str, ...], effort: float = 1.0) -> Observation:
    """Whether the call raises an error of the package that has the words; what it says."""
    try:
        call()
    except StattoolsError as error:
        told = " ".join(str(error).split())
        lacking = [word for word in words if word not in told]
        return Observation(not lacking, f"does not name {', '.join(lacking)}: {told}" if lacking else told)
    return Observation(False, "an answer where there is none")


def of_refusals() -> tuple[Procedure, ...]:
    """A test for each refusal."""
    return tuple(
        Procedure(f"refusal: {what}", "operation", partial(observe_refusal, call, words))
        for what, (call, words) in REFUSALS.items()
    )


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
    return (*compared, *of_refusals())


def observe(pairs: Callable[[], Iterable[SideBySide]], effort: float = 1.0) -> Observation:
    """Our numbers beside those that are right."""
    return judged(pairs())
