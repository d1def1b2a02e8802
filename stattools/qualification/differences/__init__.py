"""The known differences between SAS, R and Python, each recomputed here, with the convention that is its cause.

`DIFFERENCES`, read from `differences.toml`, are those of the public comparisons of CAMIS that touch a model of ours,
`PAGES` all of its comparison pages with what they are to us, and `reproduced` computes every side of every difference.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from stattools.qualification.differences import regressions, samples, times
from stattools.qualification.differences.difference import Difference, Reproduced, Side, reproduce
from stattools.qualification.differences.named import NAMED, NamedCause
from stattools.qualification.differences.pages import PAGES, ComparisonPage

__all__ = [
    "DIFFERENCES",
    "NAMED",
    "PAGES",
    "ComparisonPage",
    "Difference",
    "NamedCause",
    "Reproduced",
    "Side",
    "reproduce",
    "reproduced",
]

from stattools.interface.files import table_beside

COMPUTATIONS = {"samples": samples, "regressions": regressions, "times": times}
"""The files whose functions compute the sides."""


def _computation(name: str, *given: Any) -> Callable[[], Sequence[float]]:
    file, _, function = name.partition(".")
    return partial(getattr(COMPUTATIONS[file], function), *given)


def _side(said: dict[str, Any]) -> Side:
    return Side(**{**said, "printed": tuple(said["printed"]), "compute": _computation(*said["compute"])})


def _difference(said: dict[str, Any]) -> Difference:
    sides = tuple(map(_side, said["sides"]))
    return Difference(**{**said, "quantities": tuple(said["quantities"]), "sides": sides})


DIFFERENCES: tuple[Difference, ...] = tuple(map(_difference, table_beside(__file__, "differences.toml")["difference"]))


def reproduced() -> tuple[Reproduced, ...]:
    """Every difference, recomputed."""
    return tuple(reproduce(difference) for difference in DIFFERENCES)
