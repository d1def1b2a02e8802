"""What is said of numbers that no cause explains: whether the loop says that it converged, and after how many steps."""

from __future__ import annotations

from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.description import Foreign


def on_the_way(foreign: Foreign, away: str, unexplained: str, remedy: str, more: str = "") -> Finding:
    """The finding of numbers that are `away` from the maximum: their loop stopped early, or no cause is known, which
    `unexplained` says; `remedy` is what makes the loop go on, `more` what is known beside.
    """
    steps, after = foreign.steps, after_steps(foreign)
    if foreign.converged is False or (steps is not None and steps == foreign.limit):
        evidence = f"It stopped{after} without convergence, {away}.{more}"
        return Finding("stopped early", evidence, f"Allow more steps and a tighter tolerance, {remedy}.")
    word = "reports that it converged" if foreign.converged else "does not say whether it converged"
    return Finding(
        "not the maximum",
        f"It {word}{after}, is {away}, and {unexplained}.{more}",
        "Tighten the tolerance; if that changes nothing, the rows, weights or columns given here are not those of the "
        "fit.",
    )


def converged_though_it_says_not(distance: float) -> Finding:
    """The finding of numbers that are the maximum, of a loop that reports no convergence."""
    return Finding(
        "converged, though it says not",
        f"It reports no convergence, and its numbers are {distance:.1g} standard errors from the maximum.",
        "They can be used.",
        serious=False,
    )


def where_the_loop_stopped(foreign: Foreign) -> str:
    """What is said of numbers where there is no maximum: when their loop stopped, and what it reports."""
    said = {None: "", True: "; it reports that it converged", False: "; it reports that it did not converge"}
    return f"numbers are where the loop stopped{after_steps(foreign)}{said[foreign.converged]}"


def after_steps(foreign: Foreign) -> str:
    """After how many steps, where that is known."""
    return "" if foreign.steps is None else f" after {foreign.steps} steps"
