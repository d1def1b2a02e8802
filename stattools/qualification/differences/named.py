"""The other way round: from what a program prints, `st.reproduce` finds the convention that is named as the cause.

The model is written as it would be here, with our defaults; the claim is the program's own print. What comes back must
be the cause, and the only one. Differences of tests and of tables are none of a regression, and are not among these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import stattools as st
from stattools.interface.files import table_beside
from stattools.models.mixed.mixed_model import LinearMixed
from stattools.models.survival.cox import CoxRegression
from stattools.qualification.differences import public_data

type Texts = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class NamedCause:
    """What a program prints of a `subject` of `DIFFERENCES`, and the conventions that have to be found, in words."""

    subject: str
    program: str
    model: Callable[[], st.Model | CoxRegression | LinearMixed]
    claim: Texts
    conventions: tuple[str, ...]
    se: Texts | None = None
    ci: Texts | None = None

    def found(self) -> tuple[str, ...]:
        """The conventions that `st.reproduce` finds; none where the claim is not reproduced."""
        answer = st.reproduce(self.claim, self.model(), se=self.se, ci=self.ci)
        return answer.conventions if answer.ok else ()


def tumours() -> CoxRegression:
    """Times to recurrences of bladder tumours, by treatment, size and number."""
    return st.cox("survival(start, stop, event) ~ rx + size + number", public_data.bladder())


def by_sex() -> st.Model:
    """Weight loss by sex, whose codes are levels."""
    table = public_data.lung()
    return st.logistic("lost ~ sex", {"lost": table["lost"], "sex": [f"{int(one)}" for one in table["sex"]]})


def loss() -> st.Model:
    """Weight loss by age, sex, performance score and calories, with rows that have gaps."""
    return st.logistic("lost ~ age + sex + ecog + meal", public_data.lung())


def performance() -> st.Model:
    """Weight loss by sex and performance score."""
    return st.logistic("lost ~ sex + ecog", public_data.lung())


def absent() -> st.Model:
    """Days of absence from school by sex and group."""
    return st.negative_binomial("days ~ sex + group", public_data.absences())


def children() -> LinearMixed:
    """Growth of children with an intercept of each child."""
    return st.linear_mixed("distance ~ age * sex + (1 | child)", public_data.growth())


def grown() -> st.Model:
    """Growth of children as if all measurements were of different children."""
    return st.ols("distance ~ age * sex", public_data.growth())


def scores() -> st.Model:
    """Scores after a drug trial by those before and the drug."""
    return st.ols("post ~ pre + drug", public_data.drug_trial())


def _read(named: dict[str, Any]) -> NamedCause:
    return NamedCause(**{**named, "model": globals()[named["model"]], "conventions": tuple(named["conventions"])})


NAMED = tuple(map(_read, table_beside(__file__, "named.toml")["named"]))
