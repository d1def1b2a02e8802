"""The other way round: from what a program prints, `st.reproduce` finds the convention that is named as the cause.

The model is written as it would be here, with our defaults; the claim is the program's own print. What comes back must
be the cause, and the only one. Differences of tests and of tables are none of a regression, and are not among these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import stattools as st
from stattools.qualification.differences import public_data

type Texts = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class NamedCause:
    """What a program prints of a `subject` of `DIFFERENCES`, and the conventions that have to be found, in words."""

    subject: str
    program: str
    model: Callable[[], Any]
    claim: Texts
    conventions: tuple[str, ...]
    se: Texts | None = None
    ci: Texts | None = None

    def found(self) -> tuple[str, ...]:
        """The conventions that `st.reproduce` finds; none where the claim is not reproduced."""
        answer = st.reproduce(self.claim, self.model(), se=self.se, ci=self.ci)
        return answer.conventions if answer.ok else ()


def tumours() -> Any:
    """Times to recurrences of bladder tumours, by treatment, size and number."""
    return st.cox("survival(start, stop, event) ~ rx + size + number", public_data.bladder())


def by_sex() -> Any:
    """Weight loss by sex, whose codes are levels."""
    table = public_data.lung()
    return st.logistic("lost ~ sex", {"lost": table["lost"], "sex": [f"{int(one)}" for one in table["sex"]]})


def loss() -> Any:
    """Weight loss by age, sex, performance score and calories, with rows that have gaps."""
    return st.logistic("lost ~ age + sex + ecog + meal", public_data.lung())


def performance() -> Any:
    """Weight loss by sex and performance score."""
    return st.logistic("lost ~ sex + ecog", public_data.lung())


def absent() -> Any:
    """Days of absence from school by sex and group."""
    return st.negative_binomial("days ~ sex + group", public_data.absences())


def children() -> Any:
    """Growth of children with an intercept of each child."""
    return st.linear_mixed("distance ~ age * sex + (1 | child)", public_data.growth())


def grown() -> Any:
    """Growth of children as if all measurements were of different children."""
    return st.ols("distance ~ age * sex", public_data.growth())


def scores() -> Any:
    """Scores after a drug trial by those before and the drug."""
    return st.ols("post ~ pre + drug", public_data.drug_trial())


GROWN = {"(Intercept)": "17.372727", "age": "0.479545", "sexmale": "-1.032102", "age:sexmale": "0.304830"}

NAMED = (
    NamedCause(
        "Tied times of Cox's regression",
        "SAS, R ties=breslow",
        tumours,
        {"rx": "-0.45979", "size": "-0.04256", "number": "0.17164"},
        ("Breslow's ties",),
        se={"rx": "0.19996", "size": "0.06903", "number": "0.04733"},
    ),
    NamedCause(
        "Robust errors by rows or by persons",
        "R cluster=id, hazard ratios",
        tumours,
        {"rx": "0.6314", "size": "0.9583", "number": "1.1873"},
        ("Breslow's ties", "hazard ratios", "clustered by id"),
        ci={"rx": ["0.3808", "1.047"], "size": ["0.8264", "1.111"], "number": ["1.0528", "1.339"]},
    ),
    NamedCause(
        "How a factor is coded, and which level is the reference",
        "R relevel, SAS PARAM=REF",
        by_sex,
        {"(Intercept)": "0.5355", "sex1": "0.6809"},
        ("2 is the reference level of sex",),
    ),
    NamedCause(
        "How a factor is coded, and which level is the reference",
        "R contr.sum, SAS's default",
        by_sex,
        {"(Intercept)": "0.8760", "sex1": "0.3404"},
        ("sum to zero",),
    ),
    NamedCause(
        "Which outcome is the event",
        "SAS's default",
        by_sex,
        {"(Intercept)": "-1.2164", "sex2": "0.6809"},
        ("P(lost = 0) is modelled",),
    ),
    NamedCause(
        "A logistic regression that is penalized unless it is told not to",
        "scikit-learn",
        performance,
        {"Intercept": "1.4496876", "sex": "-0.6189431", "ecog": "0.38850967"},
        ("ridge (L2) penalty",),
    ),
    NamedCause(
        "Standard errors and tests of Firth's regression",
        "SAS",
        loss,
        {"Intercept": "3.153", "age": "-0.00981", "sex": "-0.8456", "ecog": "0.4018", "meal": "-0.0008495"},
        ("Firth's penalty",),
        se={"Intercept": "1.635", "age": "0.02065", "sex": "0.3685", "ecog": "0.2564", "meal": "0.0004436"},
    ),
    NamedCause(
        "The interval of a coefficient of a logistic regression",
        "R confint",
        loss,
        {"Intercept": "3.2632", "age": "-0.0102", "sex": "-0.8717", "ecog": "0.4180", "meal": "-0.000887"},
        ("profile likelihood",),
        ci={
            "Intercept": ["0.0921", "6.5936"],
            "age": ["-0.0518", "0.0303"],
            "sex": ["-1.6110", "-0.1488"],
            "ecog": ["-0.0840", "0.9358"],
            "meal": ["-0.001791", "-0.0000163"],
        },
    ),
    NamedCause(
        "Standard errors of a negative binomial regression",
        "R glm.nb",
        absent,
        {"(Intercept)": "2.96299", "sexM": "0.21348", "groupN": "-0.57381"},
        ("expected information of the coefficients as if the dispersion were known",),
        se={"(Intercept)": "0.13507", "sexM": "0.15937", "groupN": "0.15884"},
    ),
    NamedCause(
        "Standard errors of estimating equations",
        "R geeglm",
        grown,
        GROWN,
        ("clustered by child (27 groups, no correction)",),
        se={"(Intercept)": "0.72520626", "age": "0.0631326", "sexmale": "1.37778506", "age:sexmale": "0.1168673"},
    ),
    NamedCause(
        "Standard errors of estimating equations",
        "statsmodels",
        grown,
        GROWN,
        ("clustered by child (27 groups, G / (G - 1) (n - 1) / (n - p))",),
        se={"(Intercept)": "0.749604", "age": "0.065257", "sexmale": "1.424137", "age:sexmale": "0.120799"},
    ),
    NamedCause(
        "Restricted maximum likelihood or not",
        "R REML=FALSE",
        children,
        GROWN,
        ("maximum likelihood (ML)",),
        se={"(Intercept)": "1.1615", "age": "0.0923", "sexmale": "1.5089", "age:sexmale": "0.1199"},
    ),
    NamedCause(
        "The scale of a contrast",
        "R contr.helmert",
        scores,
        {"(Intercept)": "-2.69577291", "pre": "0.98718381", "drug1": "0.05448567", "drug2": "1.13055087"},
        ("Helmert",),
    ),
)
