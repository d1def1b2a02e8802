"""Is a variance 0? The likelihood ratio, by a mixture of chi-squared, its exact distribution, or a bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.variance_null import bootstrapped_ratios, mixture_tail, simulated_ratios, without
from stattools.solvers.solution import require_choice

METHODS = {"mixture": 0, "exact": 9999, "bootstrap": 999}
"""How the p-value is made, and how many draws it takes unless they are given."""


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


def variance_test(
    fit: Any, term: str, effect: str | None, method: str, draws: int | None, seed: Any, nulls: Nulls = LINEAR
) -> TestResult:
    """See `LinearMixedFit.variance_test`."""
    who = "fit.variance_test"
    require_choice(who, "method", method, tuple(METHODS))
    fit.model.require_groups_alone(who)
    k, i = _place(fit, term, effect)
    q = len(fit.model.random[k].columns)
    if not nulls.exact and method == "exact":
        raise IncompatibleError(
            f'{who}: the exact distribution is known of a normal outcome. Use method="mixture" or method="bootstrap".'
        )
    if fit.model.summed is not None:
        raise IncompatibleError(
            f"{who} fits the model without the variance, for which rows in files are not read again."
        )
    whole = effect is None and q > 1
    if method == "mixture" and whole:
        raise IncompatibleError(
            f"{who}: without all {q} effects of {term} the likelihood ratio is no mixture of two chi-squared. Test one "
            f'by effect={quoted(fit.model.random[k].columns[-1])}, or use method="bootstrap".'
        )
    if method == "exact" and fit.found.structure.widths != (1,):
        raise IncompatibleError(
            f"{who}: the exact distribution is known of the only variance of a model; "
            f'{fit.model.formula} has more. Use method="bootstrap".'
        )
    if method == "mixture" and not (draws is None and seed is None):
        raise IncompatibleError(f'{who}: method="mixture" draws nothing; leave draws= and seed= out.')
    if method != "mixture" and seed is None:
        raise DomainError(f"{who}: method={quoted(method)} draws at random and needs seed=, such as seed=1.")
    count = METHODS[method] if draws is None else whole_number(draws, "draws", at_least=1)
    with one_blas_thread():
        null = nulls.without(fit, k, i)
        statistic = max(null.deviance - fit.deviance, 0.0)
        if method == "mixture":
            p_value = mixture_tail(statistic, null.lost)
        else:
            random = generator(seed)
            if method == "exact":
                drawn = simulated_ratios(fit.found.deviance, count, random)
            else:
                drawn = np.fromiter(nulls.ratios(fit, null, count, random), float, count)
            p_value = (1.0 + float((drawn >= statistic - 1e-8).sum())) / (1.0 + count)
    names = [fit.model.random[k].columns[i]] if i is not None and q > 1 else []
    hypothesis = " ".join(["variance of", *names, *(["in"] if names else []), fit.model.random[k].name, "= 0"])
    kind = "restricted likelihood ratio" if fit.reml else "likelihood ratio"
    law = "chibar2" if method == "mixture" else "draws"
    return TestResult(
        kind, statistic, null.lost + 1, p_value, (hypothesis,), distribution=law, note=_note(method, count, null)
    )


def _note(method: str, count: int, null: Any) -> str:
    if method == "mixture":
        return (
            f"chibar2: half chi2({null.lost}), half chi2({null.lost + 1}), since 0 is the edge of the range; of few "
            "groups its p-values are too large."
        )
    if method == "exact":
        return f"p-value by {count:,} draws of the exact distribution (Crainiceanu and Ruppert)."
    return f"p-value by {count:,} outcomes drawn from the model without it, both models fitted to each."


def _place(fit: Any, term: str, effect: str | None) -> tuple[int, int | None]:
    """The numbers of a term, by its name or that of its group, and of its effect."""
    terms = fit.model.random
    found = [k for k, one in enumerate(terms) if term == one.name] or [
        k for k, one in enumerate(terms) if term == one.group
    ]
    if len(found) != 1:
        raise DomainError(
            f"fit.variance_test needs the name of a random term, {', '.join(repr(one.name) for one in terms)}; got "
            f"{quoted(term)}."
        )
    columns = terms[found[0]].columns
    if effect is None:
        return found[0], 0 if len(columns) == 1 else None
    if effect not in columns:
        raise DomainError(
            f"fit.variance_test: the effects of {terms[found[0]].name} are {', '.join(map(repr, columns))}; got "
            f"effect={quoted(effect)}."
        )
    return found[0], columns.index(effect)
