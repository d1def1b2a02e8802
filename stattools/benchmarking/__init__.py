"""Benchmarks: ours and the peers interleaved in one process, ratios of medians, and where we lose.

The scripts under `benchmarks/` say what is compared; this package times, prints and reports it.
"""

from stattools.benchmarking.comparison import SpeedComparison as SpeedComparison
from stattools.benchmarking.comparison import Timing as Timing
from stattools.benchmarking.comparison import interleaved as interleaved
from stattools.benchmarking.comparison import limit as limit
from stattools.benchmarking.comparison import peak as peak
from stattools.benchmarking.comparison import resident_peak as resident_peak
from stattools.benchmarking.comparison import with_certificate as with_certificate
from stattools.benchmarking.comparison import with_memory as with_memory
from stattools.benchmarking.printing import show as show
from stattools.benchmarking.session import asking as asking
from stattools.benchmarking.session import python_session as python_session
from stattools.benchmarking.session import r_session as r_session
from stattools.validation.recipes.points import decrement as decrement
