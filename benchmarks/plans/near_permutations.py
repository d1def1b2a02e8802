"""How near the distributions of a permutation test are: uv run python benchmarks/plans/near_permutations.py [draws].

Scores of n rows beside those of a column or groups; p-values of the beta distribution with the moments of the
arrangements, where there is one column, and of the normal or chi-squared one, over those of so many random
arrangements, where these are 0.01, 0.001 and 0.0001.
"""

import sys

import numpy as np
from scipy.stats import rankdata

from stattools.inference.hypotheses.exact import Orders, SignArrangements, Standardized


def ratios(of: Orders | SignArrangements, draws: int) -> str:
    """The p-values by the distributions over those by random arrangements."""
    random, (_, spread, _) = np.random.default_rng(1), of.moments
    root = Standardized.of(np.linalg.cholesky(spread + 1e-9 * np.eye(len(spread)))[0], spread)
    gaps = of.drawn(draws, random) @ root.root
    far = np.abs(gaps[:, 0]) if root.is_z else (gaps**2).sum(axis=1)
    found = []
    for p in (1e-2, 1e-3, 1e-4):
        value = float(np.quantile(far, 1.0 - p))
        share = float(np.mean(far >= value * (1.0 - 1e-9)))
        seen = Standardized(value, root.root)
        near = seen.near(of, "two-sided") if seen.is_z else None
        beta = "" if near is None else f"beta {near / share:.2f} "
        found.append(f"{beta}asymptotic {seen.asymptotic('two-sided') / share:.2f} at {share:.1e}")
    return ", ".join(found)


if __name__ == "__main__":
    draws, g = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, np.random.default_rng(0)
    for n in (15, 20, 30, 60):
        every = (np.arange(n),)
        plain, tied = rankdata(g.normal(size=n)), rankdata(np.round(g.normal(size=n), 0))
        other = rankdata(g.poisson(2.0, n))
        groups, blocks = np.eye(3)[np.arange(n) % 3][:, 1:], tuple(np.arange(n).reshape(-1, 3 if n % 5 else 5))
        cases = {
            "Spearman": Orders(plain, np.arange(1.0, n + 1.0)[:, None], every),
            "Spearman, ties": Orders(tied, other[:, None], every),
            "Kruskal, 3 groups": Orders(plain, groups, every),
            "Kruskal, ties": Orders(tied, groups, every),
            "Friedman": Orders(
                np.concatenate([rankdata(plain[rows]) for rows in blocks]),
                np.eye(len(blocks[0]))[np.tile(np.arange(len(blocks[0])), len(blocks))][:, 1:], blocks),
            "values, exponential": Orders(g.exponential(size=n), groups[:, :1], every),
            "signed values": SignArrangements(g.exponential(size=n), np.ones(n)),
        }  # fmt: skip
        for name, of in cases.items():
            print(f"n = {n}  {name:20} {ratios(of, draws)}", flush=True)
