"""`audit(results, data)`: is somebody else's fit right? Our likelihood, score and information at their numbers.

Source of the certificate: Boyd & Vandenberghe, Convex Optimization (2004), 9.5; of existence Albert & Anderson (1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page
from stattools.validation.explaining.causes import gather
from stattools.validation.explaining.evidence import Evidence
from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.description import Foreign
from stattools.validation.foreign.reading import described


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Audit(Faces):
    """The verdict of `st.audit`.

    `ok` is True where the numbers are the maximum to 0.01 standard errors and the standard errors are what their
    label says. `findings` name what is wrong, with evidence and what to do. `distance` is how far the numbers are from
    the maximum in standard errors (infinite where there is none), `decrement` Newton's at their numbers, `gain` the
    log-likelihood that is missing. `rows` has [category,] term, estimate, maximum, difference_in_se, se, right_se,
    ratio.
    """

    name: str
    rows: pd.DataFrame
    ok: bool
    sentence: str
    findings: tuple[Finding, ...]
    distance: float
    decrement: float
    gain: float
    converged: bool | None
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row per coefficient, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        verdict = "right" if self.ok else "not right: " + "; ".join(one.cause for one in self.findings if one.serious)
        return headline(self, "", self.name, verdict, f"{self.distance:.1e} se from the maximum")

    def _page(self) -> Page:
        labels = [name for name in ("category", "term") if name in self.rows]
        head = [*("" for _ in labels), "estimate", "maximum", "off by (se)", "se", "right se", "ratio"]
        columns = (("estimate", 6), ("maximum", 6), ("difference_in_se", 2), ("se", 4), ("right_se", 4), ("ratio", 4))
        body = [
            [
                *(str(row[name]) for name in labels),
                *(number(_seen(name, row[name]), digits) for name, digits in columns),
            ]
            for row in self.rows.to_dict("records")
        ]
        told = [f"- {finding.sentence}" for finding in self.findings] + [f"Note: {note}" for note in self.notes]
        grid = Grid(head, body, "l" * len(labels) + "r" * len(columns))
        return Page(self.sentence, "", grid, *([""] if told else []), *told)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


def audit(
    results: Any, data: Any = None, /, *, X: Any = None, y: Any = None, weights: Any = None, offset: Any = None
) -> Audit:
    """Is this fit right? An `Audit` of a statsmodels results object, a scikit-learn estimator or a fit of our own.

    Our log-likelihood, score and information are evaluated at their numbers: Newton's decrement says how many standard
    errors they are from the maximum, existence checks whether there is one (rank, separation), and causes are proven
    by a refit: a hidden penalty with its strength, a column that the solver dropped, a loop that stopped early, a
    reversed outcome, standard errors of another kind than their label.

    statsmodels' results (OLS, WLS, GLM, Logit, Probit, MNLogit, Poisson, NegativeBinomial) carry their data; a table
    or `y=` given here is what the outcome should have been. A GLM with a dispersion, such as Gamma, takes it from
    moments: its coefficients are audited, and its standard errors at its own scale, which a finding names.
    scikit-learn's linear and generalized linear models, and pipelines of them, need `X=` and `y=`, or a table and `y=`
    the name of its column; `weights=` are the sample weights of their fit, `offset=` is for packages that take one.
    Raises IncompatibleError for other objects and models, DomainError for data of another shape.

    >>> import statsmodels.api as sm
    >>> x, y = [[1.0, 1], [1, 2], [1, 3], [1, 4], [1, 5], [1, 6]], [0, 0, 0, 1, 1, 1]
    >>> found = audit(sm.GLM(y, x, family=sm.families.Binomial()).fit(maxiter=8))
    >>> found.ok, found.findings[0].cause
    (False, 'separation')
    """
    return judged(described(results, data, X=X, y=y, weights=weights, offset=offset))


def judged(foreign: Foreign) -> Audit:
    """The verdict on what somebody's object or table says."""
    evidence = gather(foreign)
    serious = evidence.serious
    rows = _rows(foreign, foreign.numbers.estimate, foreign.numbers.se, evidence)
    return Audit(
        foreign.name,
        rows,
        not serious,
        _sentence(foreign.name, evidence, serious, len(rows) - (foreign.recipe.dispersion != "likelihood")),
        evidence.findings,
        evidence.distance,
        evidence.decrement,
        evidence.gain,
        foreign.converged,
        foreign.notes,
    )


def _rows(foreign: Foreign, theta: Floats, se: Floats, evidence: Evidence) -> Any:
    model: Any = foreign.model
    columns: dict[str, Any] = {"term": foreign.names}
    if model.categories is not None:
        columns = {
            "category": np.repeat(model.categories, len(model.terms)),
            "term": model.terms * (model.likelihood.width),
        }
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = theta - evidence.maximum
        columns |= {"estimate": theta, "maximum": evidence.maximum}
        columns |= {"difference_in_se": np.where(gap == 0, 0.0, gap / evidence.right_se)}
        columns |= {"se": se, "right_se": evidence.right_se, "ratio": se / evidence.right_se}
    return pd.DataFrame(columns)


def _seen(name: str, value: float) -> float:
    """Round-off is not shown as a distance."""
    return 0.0 if name == "difference_in_se" and abs(value) < 1e-6 else value


def _sentence(name: str, evidence: Evidence, serious: list[Finding], count: int) -> str:
    many = f"{count} coefficient{'s' * (count > 1)}"
    if not serious:
        errors = "and the standard errors are right" if evidence.has_se else "and no standard errors are reported"
        return (
            f"{name} is right: its {many} are the maximum within {max(evidence.distance, 1e-8):.1g} standard errors, "
            f"{errors}."
        )
    causes = "; ".join(finding.cause for finding in serious)
    if not evidence.exists and any(finding.cause == "penalty" for finding in serious):
        where = "its numbers are the maximum with a penalty, and without it there is no unique maximum"
    elif not evidence.exists:
        where = "there is no unique maximum"
    elif not np.isfinite(evidence.distance):
        where = "its numbers are nowhere near the maximum"
    elif evidence.distance > 0.01:
        where = f"its numbers are {evidence.distance:.2g} standard errors from the maximum"
    else:
        where = "its estimates are the maximum, its standard errors are not what they are called"
    return f"{name} is not right: {where}. Cause: {causes}."
