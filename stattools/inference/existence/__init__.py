"""Does the maximum exist and is it unique? Rank of the columns (`rank.py`), separation of the outcomes
(`separated_rows.py`, `overlap.py`), parameters without end (`boundary.py`, `levels.py`), log-likelihoods without
derivatives (`summit.py`), on a bound or turned (`on_a_bound.py`), zeros of which there are none too many
(`extra_zeros.py`), other maxima (`second_start.py`), effects of groups that grow without end (`groups.py`). The first
two run only when a solver's own numbers leave a doubt.
"""

from stattools.inference.existence.boundary import check_dispersion, check_end, check_exact
from stattools.inference.existence.crossing import check_crossing, check_labels
from stattools.inference.existence.domain_edge import check_edge, has_edges, inside
from stattools.inference.existence.extra_zeros import check_extra_zeros, check_flat_end
from stattools.inference.existence.extremes import check_extremes
from stattools.inference.existence.late_entry import check_late_entry
from stattools.inference.existence.levels import check_levels, check_wide, no_end
from stattools.inference.existence.on_a_bound import certified_within
from stattools.inference.existence.overlap import SeparationError, check_columns_of, check_overlap, check_solution
from stattools.inference.existence.rank import check_rank, check_size
from stattools.inference.existence.second_start import from_two_starts
from stattools.inference.existence.separated import separation
from stattools.inference.existence.separated_rows import Separation
from stattools.inference.existence.times_in_line import check_times

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
