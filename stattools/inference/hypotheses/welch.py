"""Linear hypotheses about means of arms whose variances differ: the test of Welch and James.

    W = (R m - q)^T (R V R^T)^-1 (R m - q),   V = diag(s_j^2 / n_j),   W / c ~ F(k, k (k + 2) / (3 A))
    A = sum_j (tr(Q_j)^2 + tr(Q_j^2)) / (2 (n_j - 1)),   c = k + 2 A - 6 A / (k + 2)

Q_j = V R^T (R V R^T)^-1 R in the column of arm j. For one hypothesis this is Welch's t with Satterthwaite's degrees of
freedom, for one arm Student's t, for the equality of all means Welch's analysis of variance (R's `oneway.test`). The
variances are the unbiased ones, which maximize the restricted likelihood. Source: Welch, Biometrika 38 (1951), 330-336;
Johansen, Biometrika 67 (1980), 85-92.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arrays import Floats
from stattools.text.columns import number


def welch_james(
    difference: Floats, R: Floats, variance: Floats, df: Floats, labels: tuple[str, ...], level: float
) -> TestResult:
    """The test of R m = q, `difference` = R m - q (k,), for means with these variances and their degrees of freedom.

    >>> found = welch_james(np.array([1.0]), np.array([[1.0, -1.0]]), np.array([0.2, 0.1]), np.array([9.0, 4.0]),
    ...                     ("a = b",), 0.95)
    >>> round(found.statistic, 4), round(found.df_residual, 4)
    (3.3333, 12.96)
    """
    k = len(R)
    spread = (R * variance) @ R.T
    inner = np.linalg.solve(spread, R)
    statistic = float(difference @ np.linalg.solve(spread, difference))
    share = variance * np.einsum("kj,kj->j", R, inner)  # the diagonal of V R^T (R V R^T)^-1 R: Q_j has rank 1
    A = float((share * share / df).sum())
    F = statistic / (k + 2.0 * A - 6.0 * A / (k + 2.0))
    residual = k * (k + 2.0) / (3.0 * A)
    se = np.sqrt(np.diagonal(spread))
    note = "Each arm has its own variance, the unbiased one (Welch)."
    if k == 1:
        half = -float(special.stdtrit(residual, 0.5 * (1.0 - level))) * float(se[0])
        ends = f"{number(float(difference[0]) - half)} to {number(float(difference[0]) + half)}"
        note += f" The {level:.4g} interval of the difference is {ends}."
    return TestResult(
        "Welch",
        F,
        k,
        float(special.fdtrc(k, residual, F)),
        labels,
        distribution="F",
        df_residual=residual,
        cov="each arm its own",
        note=note,
        difference=difference,
        se=se,
    )
