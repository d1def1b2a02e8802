"""How much of the variance fixed effects and groups explain, and how alike two rows of a group are.

    V_f = variance of X beta_hat over the rows,   V_k = mean of z'Sigma_k z,   V_e = mean of sigma^2 / precision
    marginal R^2 = V_f / (V_f + sum V_k + V_e),   conditional R^2 = (V_f + sum V_k) / (the same)
    intraclass correlation = V_k / (sum V_k + V_e)

Source: Nakagawa & Schielzeth, Methods Ecol. Evol. 4 (2013), 133-142; Johnson, the same 5 (2014), 944-946, for slopes.
"""

from __future__ import annotations

import numpy as np

from stattools.inference.mixed.random_effects import wiggles
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.solvers.mixed.mixed_maximum import MixedMaximum


def variances_of_groups(found: MixedMaximum) -> dict[str, float]:
    """The mean variance of what each grouping adds to a row."""
    sizes: dict[str, float] = {}
    for term, root in zip(found.model.random, found.roots, strict=False):  # curves come last, and are no groups
        sizes[term.group] = sizes.get(term.group, 0.0) + float(((term.z @ root) ** 2).sum(axis=1).mean())
    return sizes


def variance_of_rows(found: MixedMaximum) -> float:
    """The mean variance of the residual."""
    precision = found.model.precision
    return found.s2 * (1.0 if precision is None else float(np.mean(1.0 / precision)))


def goodness(found: MixedMaximum) -> pd.DataFrame:
    """One row: sigma, r2_marginal, r2_conditional, icc, deviance."""
    fixed: Floats = found.model.X @ found.beta + wiggles(found, found.model.smooths)
    groups, rows = sum(variances_of_groups(found).values()), variance_of_rows(found)
    explained = float(fixed.var(ddof=1))
    whole = explained + groups + rows
    return pd.DataFrame(
        {
            "sigma": [float(np.sqrt(found.s2))],
            "r2_marginal": [explained / whole],
            "r2_conditional": [(explained + groups) / whole],
            "icc": [groups / (groups + rows)],
            "deviance": [-2.0 * found.loglik],
        }
    )


def intraclass(found: MixedMaximum) -> pd.DataFrame:
    """One row for each grouping and the residual: group, variance, share."""
    sizes = variances_of_groups(found) | {"Residual": variance_of_rows(found)}
    whole = sum(sizes.values())
    return pd.DataFrame(
        {"group": list(sizes), "variance": list(sizes.values()), "share": [v / whole for v in sizes.values()]}
    )
