"""The analyses of these studies by statsmodels and scikit-learn, right and otherwise, and our models of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

import stattools as st
from tests.planted.outputs import Output, columns, errors, mapping, of
from tests.planted.tables import accidents, births, patients, wages

Made = tuple[Any, dict[str, Any]]
"""A claim, and what is given beside it."""
EXPOSED: dict[str, Any] = {"exposure": "traffic"}

LOW = "low ~ age + lwt + C(race) + smoke"
COUNT = "accidents ~ speed + lit + C(region)"
WAGE = "wage ~ school + years + sex"
SECTOR = "wage ~ school + years + sex + C(sector)"
DIED = "survival(months, died) ~ age + C(sex) + stage"


def logit(formula: str = LOW, table: Any = None, **options: Any) -> Output:
    return of(smf.logit(formula, births() if table is None else table).fit(disp=0, **options))


def probit(formula: str = LOW) -> Output:
    return of(smf.probit(formula, births()).fit(disp=0))


def binomial(formula: str = LOW, link: Any = None, **options: Any) -> Output:
    return of(smf.glm(formula, births(), family=sm.families.Binomial(link), **options).fit())


def poisson(formula: str = COUNT, table: Any = None, **options: Any) -> Output:
    options = EXPOSED | options
    table = accidents() if table is None else table
    chosen = options.pop("exposure")
    fit = {name: options.pop(name) for name in ("cov_type", "cov_kwds", "scale") if name in options}
    exposure = table[chosen] if isinstance(chosen, str) else chosen
    return of(smf.glm(formula, table, family=sm.families.Poisson(), exposure=exposure, **options).fit(**fit))


def ols(formula: str = WAGE, table: Any = None, **options: Any) -> Output:
    return of(smf.ols(formula, wages() if table is None else table).fit(**options))


def wls(weights: Any, formula: str = WAGE) -> Output:
    return of(smf.wls(formula, wages(), weights=weights).fit())


def cox(table: Any = None, **options: Any) -> Output:
    table = patients() if table is None else table
    X = pd.DataFrame({"age": table["age"], "C(sex)[T.male]": (table["sex"] == "male") * 1.0, "stage": table["stage"]})
    results = sm.PHReg(table["months"], X, status=table["died"], **options).fit()
    return Output(tuple(X), np.asarray(results.params), np.asarray(results.bse), n=len(table))


def iterated(formula: str, data: Any, steps: int, **options: Any) -> Output:
    """So many steps of iteratively reweighted least squares."""
    return of(smf.glm(formula, data, **options).fit(maxiter=steps))


def gamma(link: Any) -> Output:
    return of(smf.glm(WAGE, wages(), family=sm.families.Gamma(link)).fit())


def negative_binomial() -> Output:
    results = smf.negativebinomial(COUNT, accidents(), exposure=accidents()["traffic"]).fit(disp=0, maxiter=200)
    return without(of(results), "alpha")


def low(formula: str = LOW, table: Any = None) -> Any:
    return st.logistic(formula, births() if table is None else table)


def counts(**options: Any) -> Any:
    return st.poisson(COUNT, accidents(), **(EXPOSED | options))


def wage(formula: str = WAGE, **options: Any) -> Any:
    return st.ols(formula, wages(), **options)


def only(output: Output, keep: Any) -> Output:
    keep = np.asarray(keep)
    terms = tuple(np.asarray(output.terms, dtype=object)[keep])
    return replace(output, terms=terms, estimate=output.estimate[keep], se=output.se[keep])


def without(output: Output, term: str) -> Output:
    return only(output, [name != term for name in output.terms])


def stated(output: Output, digits: int = 4, **more: Any) -> tuple[Any, dict[str, Any]]:
    """Estimates and standard errors as dicts of texts."""
    return mapping(output, digits), {"se": errors(output, digits)} | more


def table(text: Any) -> tuple[Any, dict[str, Any]]:
    return text, {}


def exchanged(output: Output, one: str, two: str) -> str:
    """A CSV in which two columns stand under each other's headings."""
    made = columns(output, 4)
    made[one], made[two] = made[two], made[one]
    lines = [",".join(["term", *made])]
    lines += [",".join([f'"{term}"', *row]) for term, *row in zip(output.terms, *made.values(), strict=True)]
    return "\n".join(lines) + "\n"


def complete(data: pd.DataFrame) -> pd.DataFrame:
    """What is left where every row with any missing value is dropped."""
    return data.dropna().reset_index(drop=True)


def reference(formula: str, name: str, level: str) -> str:
    return formula.replace(f"C({name})", f"C({name}, Treatment(reference='{level}'))")


def plain(output: Output) -> Output:
    """Terms without the words of another reference."""
    return replace(output, terms=tuple(re.sub(r", Treatment\(reference='\w+'\)", "", name) for name in output.terms))


def changed(output: Output, place: int, estimate: float) -> Output:
    made = np.array(output.estimate)
    made[place] = estimate
    return replace(output, estimate=made)


def small() -> Output:
    return ols(table=wages().head(25))


def ridge() -> Output:
    from sklearn.linear_model import LogisticRegression

    X = births()[["age", "lwt", "smoke"]]
    made = LogisticRegression(C=0.05, tol=1e-10, max_iter=10_000).fit(X, births()["low"])
    estimate = np.concatenate([made.intercept_, made.coef_[0]])
    return Output(("Intercept", *X), estimate, np.ones(4))
