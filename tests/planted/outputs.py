"""What analysts have in hand: numbers of a fit as a text, a table, a dict or a frame, rounded as they are printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from stattools.validation.claims.reading import read_claim
from stattools.validation.explaining.claim_audit import ClaimAudit, audit_claim


@dataclass(frozen=True, eq=False)
class Output:
    """Terms and the numbers beside them, (p,) each, before rounding; `z` is False where tests have `df` degrees."""

    terms: tuple[str, ...]
    estimate: Any
    se: Any
    df: float = np.inf
    n: int | None = None
    loglik: float | None = None

    @property
    def statistic(self) -> Any:
        return self.estimate / self.se

    @property
    def p(self) -> Any:
        z = -np.abs(self.statistic)
        return 2.0 * (special.ndtr(z) if np.isinf(self.df) else special.stdtr(self.df, z))

    def interval(self, level: float = 0.95) -> Any:
        tail = 0.5 * (1.0 - level)
        q = -(special.ndtri(tail) if np.isinf(self.df) else special.stdtrit(self.df, tail))
        return np.column_stack([self.estimate - q * self.se, self.estimate + q * self.se])

    def exponentiated(self) -> Output:
        """Ratios with the standard errors of the logarithms, as broom prints them."""
        return replace(self, estimate=np.exp(self.estimate))


def of(results: Any, *, df: float | None = None) -> Output:
    """The numbers of statsmodels' results."""
    names = tuple(str(name) for name in np.asarray(results.model.exog_names)[: len(np.ravel(results.params))])
    uses_t = bool(getattr(results, "use_t", False))
    df = (float(results.df_resid) if uses_t else np.inf) if df is None else df
    n = int(getattr(results, "nobs", len(results.model.endog)))
    return Output(names, np.ravel(results.params), np.ravel(results.bse), df, n, float(results.llf))


def numbers(values: Any, digits: int) -> list[str]:
    """Numbers with so many decimals; those of p-values that are less than the last digit are `<`."""
    return [f"{value:.{digits}f}" for value in values]


def p_values(values: Any) -> list[str]:
    return ["<0.001" if value < 0.001 else f"{value:.3f}" for value in values]


def columns(output: Output, digits: int) -> dict[str, list[str]]:
    """The usual columns of a table of coefficients."""
    low, high = output.interval().T
    return {
        "estimate": numbers(output.estimate, digits),
        "std.error": numbers(output.se, digits),
        "statistic": numbers(output.statistic, 2),
        "p.value": p_values(output.p),
        "conf.low": numbers(low, digits),
        "conf.high": numbers(high, digits),
    }


def delimited(output: Output, digits: int) -> str:
    """A CSV text with broom's headings."""
    made = columns(output, digits)
    lines = [",".join(["term", *made])]
    lines += [",".join([f'"{term}"', *row]) for term, *row in zip(output.terms, *made.values(), strict=True)]
    return "\n".join(lines) + "\n"


def markdown(output: Output, digits: int) -> str:
    """A table of Markdown with four columns."""
    made = columns(output, digits)
    test = "z" if np.isinf(output.df) else "t"
    some = {"Coef.": made["estimate"], "SE": made["std.error"], test: made["statistic"], "P": made["p.value"]}
    lines = [" | ".join(["", "Term", *some, ""]).strip(), "|---" * (len(some) + 1) + "|"]
    lines += [" | ".join(["", term, *row, ""]).strip() for term, *row in zip(output.terms, *some.values(), strict=True)]
    return "\n".join(lines) + "\n"


def frame(output: Output, digits: int) -> pd.DataFrame:
    """Rounded floats by term."""
    return pd.DataFrame(
        {"coef": np.round(output.estimate, digits), "std err": np.round(output.se, digits)}, index=list(output.terms)
    )


def mapping(output: Output, digits: int) -> dict[str, str]:
    """Estimates as texts by term."""
    return dict(zip(output.terms, numbers(output.estimate, digits), strict=True))


def errors(output: Output, digits: int) -> dict[str, str]:
    return dict(zip(output.terms, numbers(output.se, digits), strict=True))


FORMS: Mapping[str, Callable[[Output, int], Any]] = {
    "csv": delimited,
    "markdown": markdown,
    "frame": frame,
}


@dataclass(frozen=True, eq=False)
class Case:
    """A claim, the model that it is held against, and the words of which a cause must have one (none: it is right)."""

    name: str
    claim: Any
    model: Any
    given: Mapping[str, Any]
    causes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def audited(claim: Any, model: Any, given: Mapping[str, Any]) -> ClaimAudit:
    """The audit of a claim with a minute for causes, which a machine with much else to do may need."""
    options = {name: value for name, value in given.items() if name in ("terms", "cov", "level")}
    beside = {name: value for name, value in given.items() if name not in options}
    return audit_claim(read_claim(claim, **beside), model, **options, seconds=60.0)
