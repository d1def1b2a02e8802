"""Several fits side by side, as papers print them: one column per model, one row per term, the fits in numbers below.

An estimate is rounded by its standard error. A term that a model does not have is an empty cell; a coefficient at
infinity is ∞.

What a table of fits may show beside its numbers: words for terms, stars for p-values, ratios of draws.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from stattools.bayes.sampling.draws import Posterior
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import called, factors, require_ratios, whole_table
from stattools.interface.arguments import is_number, names_of, require_level, require_truth
from stattools.interface.names.answers import one_of
from stattools.reporting import html, latex, markdown
from stattools.reporting.document import Table, code, literal
from stattools.reporting.tables import between, between_factors, count, decimals, number
from stattools.text.columns import percent

LIMITS = (0.05, 0.01, 0.001)
"""The p-values that stars=True marks."""


def stars_of(stars: object) -> tuple[float, ...]:
    """The limits of p-values below which there is one star more, the largest first; none for False.

    >>> stars_of(True), stars_of((0.01, 0.1)), stars_of(False)
    ((0.05, 0.01, 0.001), (0.1, 0.01), ())
    """
    if isinstance(stars, bool | np.bool_):
        return LIMITS if stars else ()
    limits = list(stars) if isinstance(stars, Iterable) else []
    if not (0 < len(limits) <= 5 and all(is_number(limit) and 0 < limit < 1 for limit in limits)):
        raise DomainError(f"stars= is True, False or limits of p-values such as (0.05, 0.01); got {quoted(stars)}.")
    return tuple(sorted({float(limit) for limit in limits}, reverse=True))


def starred(p_value: float, limits: Sequence[float]) -> str:
    """A star for each limit that the p-value is below; none where there is no test.

    >>> print(starred(0.004, LIMITS), repr(starred(0.2, LIMITS)))
    \\*\\* ''
    """
    return literal("*" * sum(p_value < limit for limit in limits))


def legend(limits: Sequence[float]) -> str:
    """What the stars say.

    >>> print(legend((0.05, 0.01)))
    \\* p < 0.05, \\*\\* p < 0.01
    """
    return literal(", ".join(f"{'*' * k} p < {limit:g}" for k, limit in enumerate(limits, 1)))


def words_for(terms: Sequence[str], labels: Mapping[str, str] | None) -> dict[str, str]:
    """What each term is called in the table: its label, or itself as code. DomainError for labels of no term."""
    if labels is None:
        labels = {}
    if not isinstance(labels, Mapping) or not all(isinstance(word, str) for word in labels.values()):
        raise DomainError(f'labels= is a dict of words by term, {{"x": "Dose (mg)"}}; got {quoted(labels)}.')
    for name in labels:
        if name not in terms:
            close = difflib.get_close_matches(str(name), terms, n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            raise DomainError(
                f"labels= of report_table has {quoted(name)}, which is no term of the table.{meant} The terms are "
                f"{', '.join(map(repr, dict.fromkeys(terms)))}."
            )
    return {term: literal(labels[term]) if term in labels else code(term) for term in terms}


def as_ratios(posterior: Posterior) -> tuple[Posterior, tuple[str, ...]]:
    """The posterior of the ratios, exp of the draws of the coefficients, and what these are called; parameters that
    have draws of their own, such as alpha, are as they are.
    """
    require_ratios(posterior.model)
    names, draws = posterior.names, np.array(posterior.draws)
    logs = [k for k, name in enumerate(names) if name in posterior.model.names]
    new = dict(zip(posterior.model.names, called(posterior.model), strict=True))
    for k in logs:
        draws[..., k] = factors(draws[..., k].ravel(), [names[k]] * draws[..., k].size).reshape(draws.shape[:2])
    return replace(posterior, draws=draws), tuple(new.get(name) or name for name in names)


FACES: dict[str, Callable[[Table], str]] = {"markdown": markdown.table, "html": html.table, "latex": latex.table}

NUMBERS = ("model", "method", "n", "log-likelihood", "AIC", "R²", "McFadden R²", "penalty", "covariance")
"""The rows under the coefficients, in their order."""

type Term = tuple[str, ...]


@dataclass(frozen=True)
class _Column:
    """One model: a cell per term, the model in numbers."""

    title: str
    cells: dict[Term, str]
    numbers: dict[str, str]


@dataclass(frozen=True)
class _Shown:
    """What stands in a cell."""

    spread: str
    level: float
    exponentiate: bool
    limits: tuple[float, ...]


def report_table(
    *results: Any,
    format: Literal["markdown", "html", "latex"] = "markdown",
    names: Sequence[str] | None = None,
    spread: Literal["se", "interval"] | None = None,
    level: float = 0.95,
    exponentiate: bool = False,
    labels: Mapping[str, str] | None = None,
    stars: bool | Sequence[float] = False,
) -> str:
    """Fits or posteriors side by side: estimates with their uncertainty in brackets, then n, log-likelihood, AIC, R².

    `names` are the headings of the columns, numbers if none; `spread` is what stands in brackets, "se", the standard
    error, or "interval", the Wald interval at `level`; of a posterior, the posterior standard deviation or the interval
    of highest density. `exponentiate=True` shows ratios, exp of the coefficients, by default with the interval of the
    ratio; with `spread="se"` the bracket is the standard error of the logarithm, and the caption says so. `labels` are
    words for terms, {"x": "Dose (mg)"}; `stars=True` marks p < 0.05, 0.01 and 0.001, `stars=(0.1, 0.05)` other limits,
    never a posterior, which has no p-value. Every row of numbers says what it is, the covariance included. LaTeX needs
    booktabs. Names are escaped in every format. Raises DomainError for an unknown format, label or limit, or the wrong
    number of names, IncompatibleError for what is neither a fit nor a posterior that was drawn, and where exp of a
    coefficient is no ratio.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]}
    >>> print(st.report_table(st.fit(st.ols("y ~ 1", data)), st.fit(st.ols("y ~ x", data)), names=["mean", "line"]))
    | term           |       mean        |       line        |
    | :------------- | :---------------: | :---------------: |
    | `Intercept`    |    5.10 (1.44)    |   1.100 (0.490)   |
    | `x`            |                   |   2.000 (0.200)   |
    | model          | Linear regression | Linear regression |
    | n              |         5         |         5         |
    | log-likelihood |      -12.367      |      -3.527       |
    | AIC            |       26.73       |       11.05       |
    | R²             |      0.0000       |      0.9709       |
    | covariance     |    information    |    information    |
    <BLANKLINE>
    *Estimate (standard error).*
    """
    format = one_of(format, FACES, f"report_table needs format= one of {', '.join(FACES)}")
    face = FACES[format]
    require_truth(exponentiate, "exponentiate= of report_table")
    limits = stars_of(stars)
    spread = one_of(
        ("interval" if exponentiate else "se") if spread is None else spread,
        ("se", "interval"),
        'report_table needs spread="se" or "interval"',
    )
    require_level(level)
    if not results:
        raise DomainError("report_table needs one fit or more; got none.")
    given = names_of(results, names, "report_table")
    titles = [f"({name})" if names is None else literal(name) for name in given]
    show = _Shown(str(spread), level, exponentiate, limits)
    columns = [_column(result, title, show) for result, title in zip(results, titles, strict=True)]
    return face(_table(columns, _caption(results, show), labels))


def side_by_side(results: Sequence[Fit], titles: Sequence[str], level: float = 0.95) -> Table:
    """Estimates with standard errors in brackets, a column with its title for each fit, as a block of a report."""
    show = _Shown("se", level, False, ())
    columns = [_column(result, title, show) for result, title in zip(results, titles, strict=True)]
    return _table(columns, _caption(results, show), None)


def _table(columns: Sequence[_Column], caption: str, labels: Mapping[str, str] | None) -> Table:
    terms = list(dict.fromkeys(term for column in columns for term in column.cells))
    words = words_for([term[-1] for term in terms], labels)
    wide = max(map(len, terms))
    rows = [(*("",) * (wide - len(term)), *map(code, term[:-1]), words[term[-1]]) for term in terms]
    body = [(*row, *(column.cells.get(term, "") for column in columns)) for row, term in zip(rows, terms, strict=True)]
    told = {name for column in columns for name in column.numbers}
    for said in (name for name in NUMBERS if name in told):
        blank = ("",) * (wide - 1)
        body.append((said, *blank, *(column.numbers.get(said, "") for column in columns)))
    header = ("category", "term") if wide == 2 else ("term",)
    align = "l" * wide + "c" * len(columns)
    return Table((*header, *(column.title for column in columns)), tuple(body), align, caption)


def _caption(results: Sequence[object], show: _Shown) -> str:
    fits = [result for result in results if isinstance(result, Fit)]
    said, is_se = [], show.spread == "se"
    if fits:
        ratios = " or ".join(dict.fromkeys(require_ratios(fit.model) for fit in fits)) if show.exponentiate else ""
        bracket = "standard error" if is_se else f"{percent(show.level)} Wald interval"
        bracket = f"{bracket} of its logarithm" if is_se and ratios else bracket
        said.append(f"{ratios or 'estimate'} ({bracket})")
    if len(fits) < len(results):
        bracket = "standard deviation" if is_se else f"{percent(show.level)} HDI"
        said.append(f"of a posterior, mean {'of the ratio ' if show.exponentiate else ''}({bracket})")
    text = "; ".join(said)
    starred = f" {legend(show.limits)}." if show.limits and fits else ""
    return f"{text[0].upper()}{text[1:]}.{starred}"


def _column(result: object, title: str, show: _Shown) -> _Column:
    if isinstance(result, Fit):
        rows = whole_table(result, show.level, show.exponentiate).to_dict("records")
        cells = {
            tuple(str(row[name]) for name in ("category", "term") if name in row): _cell(row, show) for row in rows
        }
        return _Column(title, cells, _numbers(result))
    if isinstance(result, Posterior):
        result, names = as_ratios(result) if show.exponentiate else (result, result.names)
        ends = tuple(result.interval(show.level))
        rows = zip(names, result.mean, result.sd, *ends, strict=True)
        told = (dict(zip(("term", "estimate", "se", "lower", "upper"), row, strict=True)) for row in rows)
        cells = {(str(row["term"]),): _cell(row, replace(show, limits=())) for row in told}
        return _Column(title, cells, {"model": "posterior", "method": literal(result.method)})
    raise IncompatibleError(
        f"report_table takes fits of st.fit and posteriors that st.posterior drew, one by one: st.report_table(*fits); "
        f"got {type(result).__name__}. Pass st.fit(model) for a model; st.report shows everything else."
    )


def _cell(row: Mapping[Any, Any], show: _Shown) -> str:
    """The estimate, rounded by its standard error, with stars and with its spread."""
    estimate, lower, upper = (float(row[name]) for name in ("estimate", "lower", "upper"))
    se = float(row["se_log" if "se_log" in row else "se"])
    if not np.isfinite(se):
        return number(estimate, decimals(se))
    is_ratio = "se_log" in row
    own = decimals(se * estimate if is_ratio else se)
    marks = starred(float(row["p_value"]), show.limits) if show.limits else ""
    ends = between_factors(lower, upper, own) if is_ratio else between(lower, upper, own)
    return f"{number(estimate, own)}{marks} ({number(se, decimals(se)) if show.spread == 'se' else ends})"


def _numbers(fit: Fit) -> dict[str, str]:
    numbers = {
        "model": literal(fit.model.title),
        "n": count(fit.n) if fit.n is not None else "",
        "log-likelihood": number(fit.loglik, 3),
        "AIC": number(fit.aic, 2),
    }
    if np.isfinite(fit.r_squared):
        numbers["R²" if fit.model.has_scale else "McFadden R²"] = number(fit.r_squared, 4)
    if fit.penalty is not None:
        numbers["penalty"] = code(fit.penalty)
    return numbers | {"covariance": literal(fit.cov)}
