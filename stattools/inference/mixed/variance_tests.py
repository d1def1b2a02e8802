"""Is a variance 0? The likelihood ratio, by a mixture of chi-squared, its exact distribution, or a bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import is_one_of
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.variance_null import bootstrapped_ratios, mixture_tail, simulated_ratios, without
from stattools.solvers.solution import require_choice

WHO = "fit.variance_test"


class Nulls(NamedTuple):
    """How a model is fitted `without` an effect of a term, how likelihood ratios are drawn there, `ratios`, and whether
    their `exact` distribution is known of a single variance.
    """

    without: Callable[[Any, int, int | None], Any]
    ratios: Callable[[Any, Any, int, np.random.Generator], Iterable[float]]
    exact: bool


def _ratios(fit: Any, null: Any, count: int, random: np.random.Generator) -> Iterable[float]:
    return bootstrapped_ratios(fit.found, null, count, random)


LINEAR = Nulls(lambda fit, k, effect: without(fit.found, k, effect), _ratios, True)
"""Those of a normal outcome."""


class AskedVariance(NamedTuple):
    """What is tested: the variance of the effect `i` of the term `k` of a fit, of all its effects where `i` is None."""

    fit: Any
    k: int
    i: int | None
    nulls: Nulls
    draws: int | None
    seed: Any


class Mixture:
    """By a mixture of two chi-squared, which is exact with many groups."""

    law = "chibar2"

    def check(self, asked: AskedVariance) -> None:
        """IncompatibleError for all effects of a term at once, and for draws."""
        term = asked.fit.model.random[asked.k]
        if asked.i is None:
            raise IncompatibleError(
                f"{WHO}: without all {len(term.columns)} effects of {term.name} the likelihood ratio is no mixture of "
                f"two chi-squared. Test one by effect={quoted(term.columns[-1])}, or use "
                'method="bootstrap".'
            )
        if not (asked.draws is None and asked.seed is None):
            raise IncompatibleError(f'{WHO}: method="mixture" draws nothing; leave draws= and seed= out.')

    def tail(self, asked: AskedVariance, null: Any, statistic: float) -> tuple[float, str]:
        """The p-value, and what is said of it."""
        note = (
            f"chibar2: half chi2({null.lost}), half chi2({null.lost + 1}), since 0 is the edge of the range; of few "
            "groups its p-values are too large."
        )
        return mixture_tail(statistic, null.lost), note


@dataclass(frozen=True)
class Bootstrapped:
    """By likelihood ratios drawn without the variance, `usual` of them unless it is said how many."""

    method: str
    usual: int
    law: ClassVar[str] = "draws"

    def check(self, asked: AskedVariance) -> None:
        """DomainError without a seed, or for a number of draws below 1."""
        if asked.seed is None:
            raise DomainError(f"{WHO}: method={quoted(self.method)} draws at random and needs seed=, such as seed=1.")
        self.count(asked)

    def count(self, asked: AskedVariance) -> int:
        """How many ratios are drawn."""
        return self.usual if asked.draws is None else whole_number(asked.draws, "draws", at_least=1)

    def tail(self, asked: AskedVariance, null: Any, statistic: float) -> tuple[float, str]:
        """The p-value, and what is said of it."""
        count = self.count(asked)
        ratios = self.ratios(asked, null, count)
        return (1.0 + float((ratios >= statistic - 1e-8).sum())) / (1.0 + count), self.note(count)

    def ratios(self, asked: AskedVariance, null: Any, count: int) -> Floats:
        """Likelihood ratios, (count,)."""
        return np.fromiter(asked.nulls.ratios(asked.fit, null, count, generator(asked.seed)), float, count)

    def note(self, count: int) -> str:
        """How the p-value was made."""
        return f"p-value by {count:,} outcomes drawn from the model without it, both models fitted to each."


class ExactDraws(Bootstrapped):
    """By draws of the exact distribution, which is known of the only variance of a normal outcome."""

    def check(self, asked: AskedVariance) -> None:
        """IncompatibleError where it is not known, DomainError without a seed."""
        if not asked.nulls.exact:
            raise IncompatibleError(
                f"{WHO}: the exact distribution is known of a normal outcome. Use "
                'method="mixture" or method="bootstrap".'
            )
        if asked.fit.found.structure.widths != (1,):
            raise IncompatibleError(
                f"{WHO}: the exact distribution is known of the only variance of a model; "
                f'{asked.fit.model.formula} has more. Use method="bootstrap".'
            )
        Bootstrapped.check(self, asked)

    def ratios(self, asked: AskedVariance, null: Any, count: int) -> Floats:
        return simulated_ratios(asked.fit.found.deviance, count, generator(asked.seed))

    def note(self, count: int) -> str:
        return f"p-value by {count:,} draws of the exact distribution (Crainiceanu and Ruppert)."


METHODS: dict[str, Mixture | Bootstrapped] = {
    "mixture": Mixture(),
    "exact": ExactDraws("exact", 9999),
    "bootstrap": Bootstrapped("bootstrap", 999),
}
"""How the p-value is made."""


def variance_test(
    fit: Any, term: str, effect: str | None, method: str, draws: int | None, seed: Any, nulls: Nulls = LINEAR
) -> TestResult:
    """See `LinearMixedFit.variance_test`."""
    require_choice(WHO, "method", method, tuple(METHODS))
    fit.model.require_groups_alone(WHO)
    k, i = _place(fit, term, effect)
    if fit.model.summed is not None:
        raise IncompatibleError(
            f"{WHO} fits the model without the variance, for which rows in files are not read again."
        )
    by, asked = METHODS[method], AskedVariance(fit, k, i, nulls, draws, seed)
    by.check(asked)
    with one_blas_thread():
        null = nulls.without(fit, k, i)
        statistic = max(null.deviance - fit.deviance, 0.0)
        p_value, note = by.tail(asked, null, statistic)
    columns = fit.model.random[k].columns
    names = [columns[i]] if i is not None and len(columns) > 1 else []
    hypothesis = " ".join(["variance of", *names, *(["in"] if names else []), fit.model.random[k].name, "= 0"])
    kind = "restricted likelihood ratio" if fit.reml else "likelihood ratio"
    return TestResult(kind, statistic, null.lost + 1, p_value, (hypothesis,), distribution=by.law, note=note)


def _place(fit: Any, term: str, effect: str | None) -> tuple[int, int | None]:
    """The numbers of a term, by its name or that of its group, and of its effect."""
    terms = fit.model.random
    found = [k for k, one in enumerate(terms) if is_one_of(term, (one.name,))] or [
        k for k, one in enumerate(terms) if is_one_of(term, (one.group,))
    ]
    if len(found) != 1:
        raise DomainError(
            f"fit.variance_test needs the name of a random term, {', '.join(repr(one.name) for one in terms)}; got "
            f"{quoted(term)}."
        )
    columns = terms[found[0]].columns
    if effect is None:
        return found[0], 0 if len(columns) == 1 else None
    if not is_one_of(effect, columns):
        raise DomainError(
            f"fit.variance_test: the effects of {terms[found[0]].name} are {', '.join(map(repr, columns))}; got "
            f"effect={quoted(effect)}."
        )
    return found[0], columns.index(effect)
