"""Benchmarks: ours and the peers interleaved in one process, ratios of medians, and where we lose.

The scripts under `benchmarks/` say what is compared; this package times, prints and reports it.
"""

from stattools.benchmarking.comparison import Comparison as Comparison
from stattools.benchmarking.comparison import Timing as Timing
from stattools.benchmarking.comparison import interleaved as interleaved
from stattools.benchmarking.printing import show as show
