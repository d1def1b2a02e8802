"""A difference on third and fourth moments: which of their estimators is called skewness and kurtosis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

POINTS = [10.0, 17, 17, 18, 15, 10, 14, 13, 29, 25, 12, 30, 34, 12, 11]


def moments(kind: int) -> Callable[[], Sequence[float]]:
    """Skewness and kurtosis by the three types of Joanes and Gill (1998)."""

    def compute() -> Sequence[float]:
        n, apart = len(POINTS), np.subtract(POINTS, np.mean(POINTS))
        second, third, fourth = (float(np.mean(apart**power)) for power in (2, 3, 4))
        g1, g2 = third / second**1.5, fourth / second**2 - 3.0
        unbiased = np.sqrt(n * (n - 1.0)) / (n - 2.0) * g1, ((n + 1.0) * g2 + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
        by_sd = g1 * (1.0 - 1.0 / n) ** 1.5, (g2 + 3.0) * (1.0 - 1.0 / n) ** 2 - 3.0
        return {1: (g1, g2), 2: unbiased, 3: by_sd}[kind]

    return compute


MOMENTS = (
    Difference(
        "Skewness and kurtosis",
        "local_level",
        f"{SITE}r-sas_summary_skew_kurt.html",
        "15 numbers of points, from the page",
        ("skewness", "kurtosis"),
        "Type 1 divides moments by n, type 2 takes their bias under a normal distribution off, type 3 divides by the "
        "usual standard deviation. Jarque and Bera's test of the innovations of a series here has type 1, by its "
        "definition.",
        (
            Side(
                "SAS VARDEF=N, SciPy's default",
                "type 1, moments over n",
                ("0.9054442", "-0.5833411"),
                "scipy.stats.skew(x), scipy.stats.kurtosis(x)",
                moments(1),
            ),
            Side(
                "SAS's default, pandas",
                "type 2, without bias",
                ("1.0093179", "-0.2991564"),
                "scipy.stats.skew(x, bias=False), scipy.stats.kurtosis(x, bias=False)",
                moments(2),
            ),
            Side(
                "R e1071's default",
                "type 3, by the standard deviation",
                ("0.8164261", "-0.8948216"),
                "type 1 times (1 - 1 / n) ** 1.5, and so on",
                moments(3),
            ),
        ),
    ),
)
