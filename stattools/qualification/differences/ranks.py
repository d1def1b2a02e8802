"""Differences on ranks: exact or by the normal distribution, with a continuity correction or without."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy import stats

import stattools as st
from stattools.qualification.differences.difference import Difference, Side
from stattools.qualification.differences.means import SITE

BIRTHS = {
    "weight": [3.99, 3.89, 3.6, 3.73, 3.31, 3.7, 4.08, 3.61, 3.83, 3.41, 4.13, 3.36, 3.54, 3.51, 2.71]
    + [3.18, 2.74, 2.9, 3.27, 3.65, 3.42, 3.23, 2.86, 3.6, 3.65, 3.69, 3.53, 2.38, 2.34],
    "mother": ["no smoker"] * 15 + ["smoker"] * 14,
}
FLOWERS = {
    "width": [3.4, 3.0, 3.4, 3.2, 3.5, 3.1, 2.7, 2.9, 2.7, 2.6, 2.5, 2.5, 3.0, 3.0, 3.1, 3.8, 2.7, 3.3],
    "species": ["setosa"] * 6 + ["versicolor"] * 6 + ["virginica"] * 6,
}


def rank_sum(method: str) -> Sequence[float]:
    """The p-value of a rank sum over all arrangements, or by the normal distribution."""
    return (st.permutation_test("weight ~ mother", BIRTHS, method=method).p_value,)  # type: ignore[arg-type]


def corrected_rank_sum() -> Sequence[float]:
    """The same with 1/2 off the distance of the rank sum from its mean."""
    test = st.permutation_test("weight ~ mother", BIRTHS, method="asymptotic")
    ranks = stats.rankdata(BIRTHS["weight"])
    distance = abs(float(ranks[15:].sum()) - 14 * float(ranks.mean()))
    return (float(2.0 * stats.norm.sf(abs(test.statistic) * (distance - 0.5) / distance)),)


def kruskal_wallis(method: str) -> Sequence[float]:
    """The p-value of three samples' ranks by chi-squared, or over 200,000 arrangements."""
    if method == "asymptotic":
        return (st.permutation_test("width ~ species", FLOWERS, method="asymptotic").p_value,)
    drawn = st.permutation_test("width ~ species", FLOWERS, method="draws", draws=200_000, seed=1)
    return (drawn.p_value,)


def signed_ranks(correction: float) -> Sequence[float]:
    """Wilcoxon's signed ranks by the normal distribution, its statistic moved towards its mean."""
    difference = np.subtract(AFTER, BEFORE)
    test = st.permutation_test("I(after - before) ~ 1", {"after": AFTER, "before": BEFORE}, method="asymptotic")
    kept = difference[difference != 0.0]
    ranks = stats.rankdata(np.abs(kept))
    distance = abs(float(ranks[kept > 0.0].sum()) - 0.5 * float(ranks.sum()))
    return (float(2.0 * stats.norm.sf(abs(test.statistic) * (distance - correction) / distance)),)


BEFORE = [120.0, 124, 130, 118, 140, 128, 140, 135, 126, 130, 126, 127]
AFTER = [128.0, 131, 131, 127, 132, 125, 141, 137, 118, 132, 129, 135]

RANKS = (
    Difference(
        "Wilcoxon's rank sum",
        "permutation_test",
        f"{SITE}r-sas-wilcoxon-ranksum_hl.html",
        "29 birth weights with ties (Kirkwood & Sterne), from the page",
        ("p",),
        "With ties R's stats has no exact test and takes the normal distribution with 1/2 off the distance; coin, SAS"
        " and st.permutation_test add up all arrangements where they can.",
        (
            Side(
                "SAS EXACT, R coin",
                "over all arrangements",
                ("0.008181",),
                'st.permutation_test("weight ~ mother", table)',
                partial(rank_sum, "exact"),
            ),
            Side(
                "R coin's default, SAS CORRECT=NO",
                "normal distribution",
                ("0.009392",),
                'st.permutation_test("weight ~ mother", table, method="asymptotic")',
                partial(rank_sum, "asymptotic"),
            ),
            Side(
                "R's and SAS's default",
                "normal, continuity correction",
                ("0.01001",),
                "the same with 1/2 off the distance of the rank sum from its mean",
                corrected_rank_sum,
            ),
        ),
    ),
    Difference(
        "Kruskal and Wallis's test",
        "permutation_test",
        f"{SITE}r-sas_kruskalwallis.html",
        "18 widths of flowers of three species, from the page",
        ("p",),
        "SAS's EXACT statement adds up all arrangements, which R's kruskal.test cannot; here they are drawn.",
        (
            Side(
                "R, SAS's asymptotic",
                "chi-squared",
                ("0.004249",),
                'st.permutation_test("width ~ species", table, method="asymptotic")',
                partial(kruskal_wallis, "asymptotic"),
            ),
            Side(
                "SAS EXACT",
                "over the arrangements",
                ("0.0008",),
                'st.permutation_test("width ~ species", table, method="draws", draws=200_000, seed=1)',
                partial(kruskal_wallis, "draws"),
            ),
        ),
    ),
    Difference(
        "Wilcoxon's signed ranks",
        "permutation_test",
        f"{SITE}r-sas-wilcoxonsr_HL.html",
        "12 blood pressures before and after",
        ("p",),
        "R takes 1/2 off the distance of the sum of ranks from its mean unless it is told not to.",
        (
            Side(
                "R correct=FALSE",
                "normal distribution",
                ("0.2529539",),
                'st.permutation_test("I(after - before) ~ 1", table, method="asymptotic")',
                partial(signed_ranks, 0.0),
                "run",
            ),
            Side(
                "R exact=FALSE",
                "normal, continuity correction",
                ("0.2696872",),
                "the same with 1/2 off the distance",
                partial(signed_ranks, 0.5),
                "run",
            ),
        ),
    ),
)
