"""Does the maximum exist and is it unique? Before a climb the columns and labels are looked at (`rank.py`,
`boundaries.py`), after it what its end says, in the order of `AT_END`; a solver that fails has the reason looked for.
"""

from collections.abc import Callable

from stattools.inference.existence.boundaries import (
    check_crossing,
    check_dispersion,
    check_edge,
    check_extra_zeros,
    check_late_entry,
    check_levels,
    check_times,
    check_wide,
)
from stattools.inference.existence.overlap import SeparationError, check_columns_of, check_solution
from stattools.inference.existence.separated import separation
from stattools.inference.existence.separation import Separation
from stattools.models.model import Model
from stattools.solvers.solution import Solution

__all__ = ["Separation", "SeparationError", "separation"]

AT_END: tuple[Callable[[Model, Solution], None], ...] = (
    check_columns_of,
    check_edge,
    lambda model, solution: check_dispersion(model, solution.estimate),
    check_levels,
    check_times,
    check_late_entry,
    check_crossing,
    check_extra_zeros,
    check_solution,
    check_wide,
)
"""What is asked of the end of a climb of a regression; each passes models that it does not speak of."""
