"""Which family an outcome asks for, when none is named, and why: the reason is printed and stands in the report.

| outcome | read as | family |
|---|---|---|
| `a + b ~ ...`, or trials given | successes among trials | logistic, of counts |
| two levels, 0 and 1, or true and false | yes and no | logistic |
| more than two levels of text | categories | softmax |
| whole numbers from 0, or from 1 to 10 up to 30; or an exposure given | counts | poisson |
| anything else that is a number | measurements | ols |

What else the same outcome could be is said beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from stattools.cli.families import KNOWN
from stattools.data.formula.formula import grouped_formula
from stattools.data.formula.parts import mixed_formula
from stattools.errors import DomainError, quoted

MOST_LEVELS = 30
"""Text with more different values than this is a name or a misread number, no category."""
LOWEST_COUNT, LARGEST = 10, 30
"""Whole numbers without a 0 are counts where the smallest and the largest are at most these; above, measurements:
prices, years, grams.
"""
GRADES = 7
"""Whole numbers of at most so many values may be grades."""
PLAIN = {
    "ols": "linear regression",
    "softmax": "multinomial logistic regression",
    "poisson": "Poisson regression",
    "beta_binomial": "beta-binomial regression",
}
"""What families are called in a sentence, where that is not their own name."""


@dataclass(frozen=True)
class Guess:
    """A family, what the outcome holds, what that is read as, and which other families it would be with which reading.

    Without `holds` nobody guessed: the family was asked for.
    """

    family: str
    holds: str = ""
    read: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def possible(self) -> tuple[tuple[str, str], ...]:
        """The other families that the command line has, each with when it would be the one."""
        return tuple((family, when) for family, when in self.others if family in KNOWN)

    @property
    def why(self) -> str:
        """The reason for the family, without the others."""
        return f"{self.holds}, read as {self.read}" if self.holds else "as asked"

    @property
    def flagged(self) -> str:
        """The reason and the others, as the command line says it, with its options.

        >>> Guess("ols", "whole numbers from 1 to 168", "measurements", (("poisson", "they are counts"),)).flagged
        'whole numbers from 1 to 168: read as measurements, --family ols; --family poisson if they are counts'
        """
        if not self.holds:
            return self.why
        others = "".join(f"; --family {family} if {when}" for family, when in self.possible)
        return f"{self.holds}: read as {self.read}, --family {self.family}{others}"

    def told(self, outcome: str) -> str:
        """The same for a reader of the report, in words: text with marks, in which `outcome` is the column.

        >>> Guess("ols", "whole numbers from 1 to 168", "measurements", (("poisson", "they are counts"),)).told("`y`")
        '`y` holds whole numbers from 1 to 168. Read as measurements, they ask for linear regression; Poisson \
regression would be the one if they are counts.'
        """
        if not self.holds:
            return ""
        others = "".join(f"; {in_words(family)} would be the one if {when}" for family, when in self.possible)
        return f"{outcome} holds {self.holds}. Read as {self.read}, they ask for {in_words(self.family)}{others}."


def in_words(family: str) -> str:
    """What a family is called in a sentence.

    >>> in_words("negative_binomial")
    'negative binomial regression'
    """
    return PLAIN.get(family) or f"{family.replace('_', ' ')} regression"


VARY = (("negative_binomial", "they vary more than Poisson counts do"),)
SHARES = (("beta_binomial", "the shares vary more than chance makes them"),)
EVENTS = (("poisson", "they are counts"),)


def guess(formula: str, data: pd.DataFrame, *, trials: str | None = None, exposure: str | None = None) -> Guess:
    """The family of the formula's outcome.

    >>> import pandas as pd
    >>> guess("visits ~ age", pd.DataFrame({"visits": [0, 4, 2], "age": [20, 30, 40]})).family
    'poisson'
    """
    if trials is not None or grouped_formula(formula)[1] is not None:
        return Guess("logistic", "numbers of successes among trials", "such", SHARES)
    if exposure is not None:
        return Guess("poisson", "numbers of events, as an exposure was given", "counts", VARY)
    names = [str(name) for name in data.columns]
    outcome = mixed_formula(formula, names).formula.outcome
    if outcome.call is not None or outcome.category is None:
        if outcome.compares:
            return Guess("logistic", "a condition, true or false", "yes and no")
        return Guess("ols", "computed numbers", "measurements")
    return _of_column(data.iloc[:, names.index(outcome.columns[0])], outcome.columns[0])


def _of_column(column: Any, name: str) -> Guess:
    values = column.dropna()
    levels = values.unique()
    if not len(levels):
        raise DomainError(f"the outcome {name!r} is missing in every row; nothing can be fitted to it.")
    if len(levels) == 1:
        raise DomainError(f"the outcome {name!r} has one value only, {levels[0]!r}; there is nothing to explain.")
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return _of_text(values, levels, name)
    if len(levels) == 2 and set(map(float, levels)) == {0.0, 1.0}:
        return Guess("logistic", "zeros and ones", "no and yes")
    return _of_numbers(values, levels)


def _of_text(values: Any, levels: Any, name: str) -> Guess:
    if len(levels) == 2:
        return Guess("logistic", "two levels", "no and yes")
    if len(levels) > min(MOST_LEVELS, 0.5 * len(values)) and not isinstance(values.dtype, pd.CategoricalDtype):
        raise DomainError(
            f"the outcome {name!r} is text with {len(levels)} different values, such as {quoted(str(levels[0]))}. "
            "If these are numbers, clean them in the file (no units, no thousands separators); if they are "
            "categories, say --family softmax."
        )
    return Guess("softmax", f"text with {len(levels)} levels", "categories", (("ordinal", "the levels have an order"),))


def _of_numbers(values: Any, levels: Any) -> Guess:
    low, high = float(values.min()), float(values.max())
    positive = (("gamma", "their spread grows with their size"),) if low > 0 else ()
    if not bool((values == values.round()).all()):
        return Guess("ols", f"numbers from {low:.6g} to {high:.6g}", "measurements", positive)
    holds = f"whole numbers from {low:.15g} to {high:.15g}"
    if len(levels) == 2:
        return Guess(
            "ols",
            f"two whole numbers, {low:.15g} and {high:.15g}",
            "measurements",
            (("logistic", "they are codes of no and yes, written as 0 and 1"),),
        )
    grades = (("ordinal", "they are grades"), ("softmax", "they are codes of categories")) * (len(levels) <= GRADES)
    if low == 0 or (0 < low <= LOWEST_COUNT and high <= LARGEST):
        return Guess("poisson", holds, "counts", (*VARY, *grades, ("ols", "they are measurements")))
    return Guess("ols", holds, "measurements", (*(EVENTS if low >= 0 else ()), *grades))
