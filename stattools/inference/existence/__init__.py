"""Does the maximum exist and is it unique? Rank of the columns (`rank.py`), separation of the outcomes
(`separated_rows.py`, `overlap.py`), parameters without end (`boundary.py`, `levels.py`), log-likelihoods without
derivatives (`summit.py`), on a bound or turned (`on_a_bound.py`), zeros of which there are none too many
(`extra_zeros.py`), other maxima (`second_start.py`), effects of groups that grow without end (`groups.py`). The first
two run only when a solver's own numbers leave a doubt.
"""

from stattools.inference.existence.boundaries import (
    check_crossing,
    check_dispersion,
    check_edge,
    check_end,
    check_exact,
    check_extra_zeros,
    check_flat_end,
    check_labels,
    check_late_entry,
    check_levels,
    check_times,
    check_wide,
    has_edges,
    inside,
    no_end,
)
from stattools.inference.existence.overlap import SeparationError, check_columns_of, check_overlap, check_solution
from stattools.inference.existence.rank import check_rank, check_size
from stattools.inference.existence.recession import check_extremes
from stattools.inference.existence.second_order import certified_within, from_two_starts
from stattools.inference.existence.separated import separation
from stattools.inference.existence.separation import Separation

__all__ = [
    "Separation",
    "SeparationError",
    "certified_within",
    "check_columns_of",
    "check_crossing",
    "check_dispersion",
    "check_edge",
    "check_end",
    "check_exact",
    "check_extra_zeros",
    "check_extremes",
    "check_flat_end",
    "check_labels",
    "check_late_entry",
    "check_levels",
    "check_overlap",
    "check_rank",
    "check_size",
    "check_solution",
    "check_times",
    "check_wide",
    "from_two_starts",
    "has_edges",
    "inside",
    "no_end",
    "separation",
]
