"""What a regression found, term by term: each effect with its interval, and one test of a term of several columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.data.design.design import Term
from stattools.errors import StattoolsError
from stattools.inference.estimates import against_zero, df_along, quantile_of
from stattools.inference.fits.fit import Fit
from stattools.inference.hypotheses.wald import Unit, units_of
from stattools.inference.intervals.coefficients import whole_table
from stattools.inference.plots.drawing import summary
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.reporting import comparisons
from stattools.reporting.answer.changes import Change, change
from stattools.reporting.comparisons import Compared
from stattools.reporting.document import code
from stattools.reporting.stories import story
from stattools.reporting.tables import have_factors, number


@dataclass(frozen=True)
class Effect:
    """One coefficient `k`, in words: what it moves (`subject`), what it compares, and by how much; `numbers` are
    estimate, standard error, ends and statistic. Of levels `high` is the one that is compared, and `base` the
    coefficient of the other, None where the formula has it as reference.
    """

    k: int
    subject: str
    compared: str
    change: Change
    numbers: Mapping[str, float]
    factor: bool
    held: str = ""
    category: str = ""
    modified: str = ""
    by_level: bool = False
    high: str = ""
    base: int | None = None

    @property
    def strength(self) -> float:
        """How far it is from nothing, in standard errors, or as it is where there are none."""
        statistic = abs(self.numbers["statistic"])
        return statistic if np.isfinite(statistic) else abs(self.numbers["estimate"])

    @property
    def verb(self) -> str:
        """`is`, or `are` of odds."""
        return "are" if self.subject.removeprefix("the logarithm of ").startswith("the odds") else "is"


@dataclass(frozen=True)
class TermFinding:
    """A term: its effects, and its test; `tested` is that of several coefficients in words, "" of one."""

    term: str
    unit: Unit
    effects: tuple[Effect, ...]
    p_value: float
    tested: str = ""
    alone_means_little: bool = False

    @property
    def lead(self) -> Effect:
        """The effect that is farthest from nothing."""
        return max(self.effects, key=lambda effect: effect.strength)

    @property
    def is_curve(self) -> bool:
        """Whether its coefficients mean nothing one by one: those of a spline, and of a variable that is in functions
        beside.
        """
        many = len({effect.k for effect in self.effects if not effect.category}) > 1
        return self.alone_means_little or (many and not any(each.by_level for each in self.effects))

    @property
    def is_factor(self) -> bool:
        """Whether it compares levels."""
        return any(each.by_level for each in self.effects)

    @property
    def is_product(self) -> bool:
        """Whether it says how effects depend on each other."""
        return self.lead.subject.startswith(("the factor by which", "the effect of"))

    def is_clear(self, level: float) -> bool:
        """Whether the data tell the term from nothing at this level; without standard errors nobody can say."""
        return not self.p_value >= 1.0 - level


def findings(fit: Fit) -> tuple[TermFinding, ...]:
    """The terms of the first parameter in the order of the formula, those that vary."""
    model, rows = fit.model, whole_table(fit).to_dict("records")
    varies = model.predictor.of_columns(summary(model).sd, 0.0) > 0
    units = [unit for unit in units_of(model) if any(varies[k] for k in unit.coefficients)]
    tests = _tests(fit) if fit.kinds and any(len(unit.coefficients) > 1 for unit in units) else {}
    found, beside = [], comparisons.TermsBeside(model)
    for unit in units:
        effects = tuple(effect(model, k, rows[k], beside=beside) for k in unit.coefficients if varies[k])
        if means_of_levels(model, unit):
            found.append(against_first(fit, unit, effects))
            continue
        tested, p_value = tests.get(unit.name, ("", np.nan)) if len(unit.coefficients) > 1 else ("", np.nan)
        if len(effects) == 1 or not tested:
            p_value = min(float(rows[each.k]["p_value"]) for each in effects)
        bent = any("in other terms too" in each.held for each in effects)
        found.append(TermFinding(called(unit.name), unit, effects, float(p_value), tested, bent))
    return tuple(found)


def of_term(fit: Fit, term: Term, own: tuple[int, ...], effects: tuple[Effect, ...]) -> TermFinding:
    """What was found of a term of a formula whose coefficients are `own`; of several there is one test of all."""
    tested, p_value = "", effects[0].numbers["p_value"]
    if len(own) > 1 and fit.kinds:
        tested, p_value = tested_together(fit, np.eye(len(fit.estimate))[list(own)])
    bent = any("in other terms too" in one.held for one in effects)
    unit = Unit(term.text, frozenset(term.factors), own, own, False, False)
    return TermFinding(called(term.text), unit, effects, p_value, tested, bent)


def called(term: str) -> str:
    """A term without the marks of a formula that say it has levels.

    >>> called("C(race):smoke")
    'race:smoke'
    """
    return re.sub(r"\bC\((\w+)\)", r"\1", term)


def effect(
    model: Compared, k: int, row: Mapping[Any, Any], words: Any = None, beside: comparisons.TermsBeside | None = None
) -> Effect:
    """Coefficient k with its row of the table; `words` are those of its model where these are no regression's story,
    and `beside` the terms of the model, which the effects of all may share.
    """
    words = story(model) if words is None else words
    term, category = str(row["term"]), str(row.get("category", ""))
    subject = words.moved(row).split(" ", 1)[1].rstrip(",")
    *others, last = comparisons.parts_of(model, term)
    numbers = {name: float(row[name]) for name in ("estimate", "se", "lower", "upper", "statistic", "p_value")}
    ends = [numbers[name] for name in ("estimate", "lower", "upper") if not np.isnan(numbers[name])]
    factor = bool(words.ratio) and have_factors(*ends)
    compared = last.compared(code)
    at = [part for part in others if part.low == comparisons.ANOTHER]
    if at:  # each level has an effect of its own
        compared += " where " + " and ".join(f"{code(part.name)} is {code(part.high)}" for part in at)
        others = [part for part in others if part not in at]
    whose = ""
    if others:
        whose = " times ".join(part.owner(code) for part in others)
        how = f"the factor by which {whose} multiplies" if words.ratio else f"the effect of {whose} on"
        subject = f"{how} {subject}"
    if words.ratio and not factor:
        subject = f"the logarithm of {subject}"
    held = (comparisons.TermsBeside(model) if beside is None else beside).held(term, code)
    alone = held.removesuffix(", the other columns held fixed")
    told = changed(numbers, factor)
    high = f"{code(last.name)} {code(last.high)}" if last.high else ""
    return Effect(k, subject, compared, told, numbers, factor, alone, category, whose, bool(high or at), high)


def at_estimate(one: Effect, estimate: float, se: float) -> Effect:
    """The same effect at another estimate, such as that without some rows; its interval is as wide as the standard
    errors are apart.
    """
    old = one.numbers
    reach = (old["upper"] - old["estimate"]) / old["se"] if old["se"] > 0 else np.nan
    new = {"estimate": estimate, "se": se, "lower": estimate - reach * se, "upper": estimate + reach * se}
    numbers = {**old, **new, "statistic": estimate / se}
    return Effect(one.k, one.subject, one.compared, changed(numbers, one.factor), numbers, one.factor)


def means_of_levels(model: Compared, unit: Unit) -> bool:
    """Whether each coefficient of a factor is that of a level by itself, as where a formula has no intercept."""
    parts = [comparisons.parts_of(model, str(model.terms[column])) for column in unit.columns]
    return len(unit.variables) == 1 and all(len(one) == 1 and one[0].low == comparisons.ANOTHER for one in parts)


def against_first(fit: Fit, unit: Unit, effects: tuple[Effect, ...]) -> TermFinding:
    """The differences of such coefficients from the first of them, which is what a factor does."""
    width, found, rows = len(unit.columns), list[Effect](), list[Floats]()
    for j, one in enumerate(effects):
        base = effects[j - j % width]
        if one is base:
            continue
        along = np.zeros(len(fit.estimate))
        along[one.k], along[base.k] = 1.0, -1.0
        numbers = along_numbers(fit, along)
        low = base.compared.removeprefix("for ").removesuffix(" against the others")
        compared = f"{one.compared.removesuffix(' against the others')} against {low}"
        factor = one.factor and have_factors(*(numbers[name] for name in ("estimate", "lower", "upper")))
        told = changed(numbers, factor)
        found.append(replace(one, compared=compared, change=told, numbers=numbers, factor=factor, base=base.k))
        rows.append(along)
    if not fit.kinds or len(found) == 1:
        return TermFinding(called(unit.name), unit, tuple(found), found[0].numbers["p_value"])
    said, p_value = tested_together(fit, np.array(rows))
    return TermFinding(called(unit.name), unit, tuple(found), p_value, said)


def tested_together(fit: Fit, R: Floats) -> tuple[str, float]:
    """What the test of R theta = 0 says, and its p-value; where it cannot be made nothing, and the smallest p-value of
    one of its rows.
    """
    try:
        test = fit.test((R, np.zeros(len(R))))
    except StattoolsError:  # as where clusters are fewer than levels
        return "", min(along_numbers(fit, row)["p_value"] for row in R)
    law, rest = ("F", test.df_residual) if np.isfinite(test.df_residual) else ("χ²", np.inf)
    return test_said(law, {"df": test.df, "statistic": test.statistic}, float(rest)), float(test.p_value)


def along_numbers(fit: Fit, along: Floats) -> dict[str, float]:
    """A combination of the coefficients, as a row of the table has one of them."""
    estimate = float(along @ fit.estimate)
    if not fit.kinds:
        return {"estimate": estimate} | dict.fromkeys(("se", "lower", "upper", "statistic", "p_value"), np.nan)
    se, df = float(np.sqrt(along @ fit.covariance @ along)), df_along(fit, along)
    reach = float(np.asarray(quantile_of(df, fit.level))) * se
    statistic, p_value = against_zero(np.array([estimate]), np.array([se]), df)
    ends = {"lower": estimate - reach, "upper": estimate + reach}
    return {"estimate": estimate, "se": se, **ends, "statistic": float(statistic[0]), "p_value": float(p_value[0])}


def over_quartiles(fit: Fit, finding: TermFinding) -> tuple[float, tuple[Effect, ...]] | None:
    """The effects of a number from its first quartile to its third, and how far these are apart; None of what is no
    plain column, and where they are the same.
    """
    unit, model = finding.unit, fit.model
    if not unit.is_plain or len(unit.columns) != 1 or summary(model).binary[unit.columns[0]]:
        return None
    if comparisons.parts_of(model, str(model.terms[unit.columns[0]]))[-1].high:
        return None
    low, high = quartiles(model, unit.columns[0])
    width = high - low
    if not width > 0.0:
        return None
    scaled = []
    for one in finding.effects:
        numbers = {name: value * width for name, value in one.numbers.items() if name in SCALED} | {
            name: one.numbers[name] for name in ("statistic", "p_value")
        }
        factor = one.factor and have_factors(*(v for v in numbers.values() if not np.isnan(v)))
        told = changed(numbers, factor)
        compared = f"per {number(width, _places(width))} of {code(finding.term)}, its interquartile range"
        scaled.append(Effect(one.k, one.subject, compared, told, numbers, factor, one.held, one.category))
    return width, tuple(scaled)


SCALED = ("estimate", "se", "lower", "upper")


def quartiles(model: Model, column: int) -> tuple[float, float]:
    """The quartiles of a column, of rows in files those of the sample."""
    rows = model.rows.sampled
    x = np.asarray(rows.X[:, column], dtype=float)
    weight = np.ones(len(x)) if rows.weight is None else np.asarray(rows.weight, dtype=float)
    return _weighted(x, weight, 0.25), _weighted(x, weight, 0.75)


def _weighted(x: Floats, weight: Floats, share: float) -> float:
    if (weight == weight[0]).all():
        return float(np.quantile(x, share))
    order = np.argsort(x, kind="stable")
    upto = np.cumsum(weight[order])
    return float(x[order][np.searchsorted(upto, share * upto[-1])])


def _places(value: float) -> int:
    return 0 if float(value).is_integer() else max(0, 2 - int(np.floor(np.log10(value))))


def changed(numbers: Mapping[str, float], factor: bool) -> Change:
    """The change that a coefficient says, of its numbers."""
    return change(numbers["estimate"], numbers["se"], numbers["lower"], numbers["upper"], factor=factor)


def _tests(fit: Fit) -> dict[str, tuple[str, float]]:
    """The test of each term, in words and as a p-value; of none where the fit has no such tests."""
    try:
        table = fit.anova()
    except StattoolsError:
        return {}
    law = "F" if "F" in str(table.attrs["distribution"]) else "χ²"
    rest = float(table.attrs.get("df_residual", np.inf))
    return {
        str(row["term"]): (test_said(law, row, float(row.get("df_residual", rest))), float(row["p_value"]))
        for row in table.to_dict("records")
    }


def test_said(law: str, row: Mapping[Any, Any], rest: float) -> str:
    """The test of a term with its degrees of freedom, `rest` those of the residuals."""
    df = f"{row['df']}, {number(rest, 0 if rest >= 30 or float(rest).is_integer() else 1)}"
    return f"{law}({df if np.isfinite(rest) else row['df']}) = {number(float(row['statistic']), 2)}"
