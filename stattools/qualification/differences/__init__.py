"""The known differences between SAS, R and Python, each recomputed here, with the convention that is its cause.

`DIFFERENCES` are those of the public comparisons of CAMIS that touch a model of ours, `PAGES` all of its comparison
pages with what they are to us, and `reproduced` computes every side of every difference.
"""

from stattools.qualification.differences.coding import CODING
from stattools.qualification.differences.difference import Difference, Reproduced, Side, reproduce
from stattools.qualification.differences.failure_times import FAILURE_TIMES
from stattools.qualification.differences.groups import GROUPS
from stattools.qualification.differences.means import MEANS
from stattools.qualification.differences.moments import MOMENTS
from stattools.qualification.differences.named import NAMED, NamedCause
from stattools.qualification.differences.pages import PAGES, ComparisonPage
from stattools.qualification.differences.proportions import PROPORTIONS
from stattools.qualification.differences.ranks import RANKS
from stattools.qualification.differences.regressions import REGRESSIONS
from stattools.qualification.differences.tables import TABLES
from stattools.qualification.differences.times import TIMES

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

DIFFERENCES: tuple[Difference, ...] = (
    *MEANS,
    *MOMENTS,
    *TABLES,
    *PROPORTIONS,
    *RANKS,
    *REGRESSIONS,
    *CODING,
    *TIMES,
    *FAILURE_TIMES,
    *GROUPS,
)


def reproduced() -> tuple[Reproduced, ...]:
    """Every difference, recomputed."""
    return tuple(reproduce(difference) for difference in DIFFERENCES)
