"""Are the draws to be trusted? Every number that says so, and in words what failed and what to do about it.

R-hat compares chains with each other; the effective sample sizes say how many independent draws the centre and the
tails are worth; E-BFMI how freely the sampler moves between energies; a divergence is a place that it could not enter;
the Pareto k says how far an approximation can be corrected. Source: Vehtari et al., Bayesian Analysis 16 (2021);
Betancourt, "A conceptual introduction to Hamiltonian Monte Carlo" (2017).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from stattools.inference.arviz.datatree import convergence, energy_fraction
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.one_line import headline
from stattools.text.page import Faces, Page

METHODS = {
    "nuts": "NUTS",
    "laplace": "Laplace's approximation",
    "importance": "Pareto-smoothed importance sampling",
}
"""How draws can be made."""

LARGEST_R_HAT = 1.01
LEAST_ESS = 100
"""Effective draws per chain, in the centre and in the tails."""
LEAST_E_BFMI = 0.3
LARGEST_K = 0.7


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Diagnostics(Faces):
    """What the draws say about themselves.

    `r_hat, ess_bulk, ess_tail, mcse` have one entry per parameter; `divergences` is a count, `e_bfmi` has one entry per
    chain; `pareto_k` belongs to "laplace" and "importance". What does not apply to the method is NaN, None or empty.
    """

    names: tuple[str, ...]
    method: str
    draws: int
    chains: int
    r_hat: Floats
    ess_bulk: Floats
    ess_tail: Floats
    mcse: Floats
    divergences: int | None = None
    deepest: int | None = None
    e_bfmi: Floats = field(default_factory=lambda: np.empty(0))
    pareto_k: float | None = None
    shift: float | None = None

    @property
    def ok(self) -> bool:
        """True where nothing failed."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each thing that failed: what, how badly, and what to do."""
        found: list[str] = []
        if self.divergences:
            found.append(
                f"{_counted(self.divergences, 'divergent transition')} of {self.draws * self.chains:,}: the sampler "
                "could not follow the density there, and the draws miss a part of it. Take shorter steps, "
                "target_accept=0.95; if it stays, give narrower priors to the parameters that the data hardly "
                "determine, or write the model in other parameters."
            )
        worst = int(np.nanargmax(self.r_hat)) if np.isfinite(self.r_hat).any() else 0
        if self.chains > 1 and not (np.isfinite(self.r_hat).all() and self.r_hat[worst] <= LARGEST_R_HAT):
            found.append(
                f"R-hat is {self.r_hat[worst]:.3f} for {self.names[worst]}, above {LARGEST_R_HAT}: the chains "
                "disagree, and none of them has seen the whole posterior. Draw more (draws=, tune=); if it stays, the "
                "posterior has several modes or is not determined by data and priors."
            )
        if self.method == "nuts":
            for label, size in (("bulk", self.ess_bulk), ("tail", self.ess_tail)):
                least = int(np.argmin(np.where(np.isfinite(size), size, 0.0)))
                if not size[least] >= LEAST_ESS * self.chains:
                    found.append(
                        f"The {label} effective sample size of {self.names[least]} is {size[least]:.0f}, below "
                        f"{LEAST_ESS} per chain: {'averages' if label == 'bulk' else 'ends of intervals'} are too "
                        f"rough. Draw more: draws={2 * self.draws}."
                    )
        if self.deepest:
            found.append(
                f"{_counted(self.deepest, 'transition')} stopped at the largest tree: the chains move slowly. Draw "
                "more, or give narrower priors."
            )
        if self.e_bfmi.size and not self.e_bfmi.min() >= LEAST_E_BFMI:
            found.append(
                f"E-BFMI is {self.e_bfmi.min():.2f}, below {LEAST_E_BFMI}: the tails are so heavy that the sampler "
                "hardly reaches them. Use priors with lighter tails, such as st.Normal or st.StudentT(7, ...)."
            )
        if self.pareto_k is not None and not self.pareto_k <= LARGEST_K:
            found.append(
                f"The Pareto k-hat is {self.pareto_k:.2f}, above {LARGEST_K}: the approximation is too far from the "
                'posterior to be corrected. Use method="nuts".'
            )
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """One row per parameter: term, r_hat, ess_bulk, ess_tail, mcse."""
        return pd.DataFrame(
            {
                "term": self.names,
                "r_hat": self.r_hat,
                "ess_bulk": self.ess_bulk,
                "ess_tail": self.ess_tail,
                "mcse": self.mcse,
            }
        )

    def _headline(self) -> str:
        found = f"{len(self.problems)} problems" if self.problems else "nothing failed"
        return headline(self, self.method, "", f"{self.chains} x {self.draws:,} draws", found)

    def _page(self) -> Page:
        return Page(self.sentence)

    @property
    def sentence(self) -> str:
        """What was found, a line for each problem."""
        if self.problems:
            return "\n".join(["The draws are not to be trusted:", *(f"- {problem}" for problem in self.problems)])
        if self.method == "nuts":
            agree = f"R-hat at most {self.r_hat.max():.3f}, " if self.chains > 1 else "one chain, so no R-hat; "
            return (
                f"Nothing failed: no divergences, {agree}effective sample sizes at least {self.ess_bulk.min():.0f} "
                f"(bulk) and {self.ess_tail.min():.0f} (tail), E-BFMI at least {self.e_bfmi.min():.2f}."
            )
        off = (
            f" Its means are within {max(self.shift, 0.01):.2f} standard deviations." if self.shift is not None else ""
        )
        return f"Pareto k-hat {self.pareto_k:.2f}, below {LARGEST_K}: the approximation can be trusted.{off}"


def diagnostics(
    names: tuple[str, ...],
    draws: Floats,
    method: str,
    statistics: dict[str, np.ndarray],
    pareto_k: float | None = None,
    shift: float | None = None,
) -> Diagnostics:
    """Measure the draws, (chains, draws, q), of parameters on their own scale.

    >>> print(diagnostics(("a",), np.random.default_rng(0).standard_normal((1, 500, 1)), "laplace", {}, 0.1))
    Pareto k-hat 0.10, below 0.7: the approximation can be trusted.
    """
    measured = convergence(draws)
    sampled = "diverging" in statistics
    return Diagnostics(
        names,
        method,
        draws.shape[1],
        draws.shape[0],
        **measured,
        divergences=int(statistics["diverging"].sum()) if sampled else None,
        deepest=int(statistics["reached_max_treedepth"].sum()) if sampled else None,
        e_bfmi=energy_fraction(statistics["energy"]) if sampled else np.empty(0),
        pareto_k=pareto_k,
        shift=shift,
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
