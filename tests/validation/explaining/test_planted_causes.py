"""Every cause, and every pair of causes, planted between two fits: the explanation names these and no other."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import stattools as st

n = 160
RNG = np.random.default_rng(8)
T = pd.DataFrame({"x": RNG.normal(size=n), "z": RNG.normal(size=n), "g": RNG.choice(list("abc"), n)})
ETA = 0.3 + 0.6 * T.x - 0.5 * T.z + 0.7 * (T.g == "b") - 0.4 * (T.g == "c")
T["w"] = RNG.integers(1, 4, n)
T["off"] = 0.4 * RNG.normal(size=n)
T["group"] = np.repeat(np.arange(16), 10)
T["yes"] = (RNG.random(n) < 1 / (1 + np.exp(-ETA))).astype(int)
T["size"] = ETA + RNG.normal(size=n) + 0.5 * RNG.normal(size=16)[T.group]
T["count"] = RNG.negative_binomial(3, 3 / (3 + np.exp(0.8 * ETA)))
T["time"] = np.ceil(6 * RNG.exponential(np.exp(-0.5 * ETA))) / 6
T["died"] = (RNG.random(n) < 0.8).astype(int)


@dataclass(frozen=True)
class Spec:
    """What a fit is made of."""

    make: Callable[..., Any]
    formula: str
    table: pd.DataFrame = field(default_factory=lambda: T)
    options: dict[str, Any] = field(default_factory=dict)
    fitted: dict[str, Any] = field(default_factory=dict)

    def fit(self) -> Any:
        return st.fit(self.make(self.formula, self.table, **self.options), **self.fitted)

    def of(self, **columns: Any) -> Spec:
        return replace(self, table=self.table.assign(**columns))

    def opt(self, **options: Any) -> Spec:
        return replace(self, options=self.options | options)

    def how(self, **fitted: Any) -> Spec:
        return replace(self, fitted=self.fitted | fitted)


Plant = Callable[[Spec], Spec]
TURNED = {"a": "b", "b": "c", "c": "a"}
EVERYWHERE: dict[str, tuple[Plant, set[str], str]] = {
    "rounded": (lambda s: s.of(x=s.table.x.round(1)), {"other values"}, "the column x has other values"),
    "misaligned": (lambda s: s.of(z=np.roll(s.table.z, 10)), {"other values"}, "the column z has other values"),
    "levels exchanged": (lambda s: s.of(g=s.table.g.map(TURNED)), {"other values"}, "the factor g has other values"),
    "rows dropped": (lambda s: replace(s, table=s.table[7:]), {"rows dropped"}, ""),
    "rows repeated": (lambda s: replace(s, table=pd.concat([s.table, s.table[20:45]])), {"rows repeated"}, ""),
    "units": (lambda s: s.of(x=10 * s.table.x), {"scaling"}, "x"),
    "centered": (lambda s: s.of(z=s.table.z - 3.0), {"scaling"}, "z"),
    "reference": (
        lambda s: replace(s, formula=s.formula.replace(" g", " C(g, contr.treatment('b'))")),
        {"reference level"},
        "",
    ),
}
WEIGHTS = {"weights": (lambda s: s.opt(weights="w"), {"weights"}, "")}
OFFSET = {"offset": (lambda s: s.opt(offset="off"), {"offset"}, "")}
PENALTY = {"penalty": (lambda s: s.how(penalty=st.Ridge(2.0)), {"penalty"}, "")}
ROBUST = {"robust": (lambda s: s.how(cov="HC3"), {"covariance"}, "")}
LEVEL = {"level": (lambda s: s.how(level=0.9), {"level"}, "")}
MODELS: dict[str, tuple[Spec, dict[str, tuple[Plant, set[str], str]]]] = {
    "logistic": (
        Spec(st.logistic, "yes ~ x + z + g"),
        EVERYWHERE | WEIGHTS | OFFSET | PENALTY | ROBUST | LEVEL
        | {
            "recoded": (lambda s: s.of(yes=1 - s.table.yes), {"sign of the outcome"}, ""),
            "link": (lambda s: replace(s, make=st.probit), {"likelihood"}, "Probit"),
        },
    ),
    "poisson": (
        Spec(st.poisson, "count ~ x + z + g"),
        EVERYWHERE | WEIGHTS | OFFSET | PENALTY | ROBUST
        | {
            "recoded": (lambda s: s.of(count=np.minimum(s.table["count"], 3)), {"other outcome"}, ""),
            "family": (lambda s: replace(s, make=st.negative_binomial), {"likelihood"}, "Negative binomial"),
            "dispersion": (lambda s: s.how(cov="quasi"), {"covariance", "normal or t"}, "quasi"),
        },
    ),
    "least squares": (
        Spec(st.ols, "size ~ x + z + g"),
        EVERYWHERE | WEIGHTS | ROBUST | LEVEL
        | {
            "recoded": (lambda s: s.of(size=np.exp(s.table["size"])), {"other outcome"}, ""),
            "outcome in other units": (lambda s: s.of(size=100 * s.table["size"]), {"scaling"}, "the outcome in other"),
        },
    ),
    "ordinal": (
        Spec(st.ordinal, "rank ~ x + z + g", T.assign(rank=T["count"].clip(0, 2))),
        EVERYWHERE | WEIGHTS
        | {"link": (lambda s: s.opt(link="probit"), {"likelihood"}, "probit")},
    ),
    "times": (
        Spec(st.cox, "survival(time, died) ~ x + z + g"),
        {name: it for name, it in EVERYWHERE.items() if name != "centered"} | WEIGHTS | LEVEL
        | {
            "ties": (lambda s: s.opt(ties="breslow"), {"ties"}, "Breslow"),
            "strata": (lambda s: s.opt(strata="w"), {"strata"}, ""),
            "recoded": (lambda s: s.of(died=1), {"other outcome"}, ""),
        },
    ),
    "groups": (
        Spec(st.linear_mixed, "size ~ x + z + g + (1 | group)"),
        EVERYWHERE
        | {
            "reml": (lambda s: s.how(reml=False), {"REML or ML"}, "restricted"),
            "recoded": (lambda s: s.of(size=np.exp(s.table["size"] / 3)), {"other outcome"}, ""),
        },
    ),
}  # fmt: skip
JOINED = {"recoded", "outcome in other units"}
"""Two changes of one column, which are one."""
MATCHED = {"levels exchanged", "reference"}
"""Two that are one: under another reference exchanged levels have the columns of the first fit, as a note tells."""
ONES = [(model, (name,)) for model, (_, causes) in MODELS.items() for name in causes]
PAIRS = [(model, pair) for model, (_, causes) in MODELS.items() for pair in combinations(causes, 2)]


def planted(model: str, names: tuple[str, ...]) -> tuple[Any, Any]:
    spec, causes = MODELS[model]
    other = spec
    for name in names:
        other = causes[name][0](other)
    return spec.fit(), other.fit()


def require_named(model: str, names: tuple[str, ...]) -> None:
    try:
        a, b = planted(model, names)
    except st.StattoolsError:
        pytest.skip("there is no such fit")
    causes = MODELS[model][1]
    for one, two in ((a, b), (b, a)):
        why = st.explain(one, two)
        found = {cause for joined in why.table()["cause"] for cause in joined.split(" and ")}
        right = set().union(*(causes[name][1] for name in names))
        if "penalty" in names:  # which has no standard errors
            right -= {"covariance", "normal or t", "level"}
            found -= {"level"}
        if MATCHED.issubset(names):
            assert why.notes or model == "times"
            assert found <= right | {"other values"}
            continue
        if JOINED.issubset(names):
            assert found == {"other outcome"}
            continue
        assert found == right, why
        text = " ".join(why.table()["words"])
        assert all(causes[name][2] in text for name in names if one is a or name != "reference"), text
        shares = why.table()["estimates"].dropna()
        assert not len(shares) or np.isclose(shares.sum(), 1.0, atol=2e-3)
        assert why.ok


@pytest.mark.parametrize(("model", "names"), ONES, ids=str)
def test_a_cause_that_was_planted_is_named_alone(model, names):
    require_named(model, names)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "names"), PAIRS, ids=str)
def test_two_causes_that_were_planted_are_both_named(model, names):
    require_named(model, names)


def test_rows_are_paired_where_values_and_rows_differ_together():
    """Row numbers say nothing of tables from which rows were taken before: values do."""
    spec = MODELS["logistic"][0]
    gaps = spec.of(x=spec.table.x.where(spec.table.index != 40))
    for table in (spec.table[5:], spec.table[:-5], spec.table.sample(frac=1, random_state=1)[:150]):
        why = st.explain(gaps.fit(), replace(spec, table=table).of(yes=lambda t: 1 - t.yes).fit())
        assert set(why.table()["cause"]) == {"rows dropped", "sign of the outcome"}, why


def test_what_no_cause_has_is_unknown_with_what_was_tried():
    fit = MODELS["logistic"][0].fit()
    other = replace(fit, estimate=np.asarray(fit.estimate) + 0.3)
    why = st.explain(fit, other)
    assert not why.ok
    (row,) = why.table().itertuples()
    assert row.cause == "unknown"
    assert row.estimates == pytest.approx(1.0)


def test_another_basis_of_the_same_functions_is_no_reference_level():
    spec = MODELS["least squares"][0]
    pair = [replace(spec, formula=f"size ~ {right}").fit() for right in ("x + I(x ** 2)", "poly(x, 2)")]
    assert st.explain(*pair).table()["cause"].tolist() == ["another basis"]


def test_random_effects_are_a_cause():
    spec = MODELS["groups"][0]
    slopes = replace(spec, formula="size ~ x + z + g + (1 + x | group)")
    why = st.explain(spec.fit(), slopes.fit())
    assert why.table()["cause"].tolist() == ["random effects"]
    assert why.ok


FAMILIES = {
    "logistic": Spec(st.logistic, "yes ~ x + z + (1 | group)"),
    "poisson": Spec(st.poisson, "count ~ x + z + (1 | group)"),
    "curve": Spec(st.poisson, "count ~ s(x, k=8) + z"),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_fits_with_groups_are_explained_for_every_family(name):
    spec = FAMILIES[name]
    fit = spec.fit()
    assert st.explain(fit, fit).same
    for cause in ("misaligned", "rows dropped"):
        plant, right, _ = EVERYWHERE[cause]
        for one, two in ((fit, plant(spec).fit()), (plant(spec).fit(), fit)):
            why = st.explain(one, two)
            found = {cause for joined in why.table()["cause"] for cause in joined.split(" and ")}
            assert right <= found, why
            assert found <= right | (
                {"scaling", "another basis"} if name == "curve" else set()
            )  # knots that are learned
            assert why.ok


def test_a_mixed_model_and_one_without_groups_are_not_compared():
    groups, alone = MODELS["groups"][0].fit(), MODELS["least squares"][0].fit()
    with pytest.raises(st.StattoolsError, match="compares Wald intervals"):
        st.explain(groups, groups, intervals=("wald", "profile"))
    with pytest.raises(st.StattoolsError, match="of one kind"):
        st.explain(groups, alone)


def test_results_of_statsmodels_differ_by_ties_and_by_the_likelihood_of_variances():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hazards = smf.phreg("time ~ x + z", T, status=T.died.to_numpy(), ties="breslow").fit()
        means = smf.mixedlm("size ~ x + z", T, groups=T.group).fit(reml=False)
    ours = replace(MODELS["times"][0], formula="survival(time, died) ~ x + z").fit()
    assert st.explain(ours, hazards).table()["cause"].tolist() == ["ties"]
    why = st.explain(replace(MODELS["groups"][0], formula="size ~ x + z + (1 | group)").fit(), means)
    assert "REML or ML" in set(why.table()["cause"])
    assert not {"random effects", "unknown", "not converged"} & set(why.table()["cause"]), why
