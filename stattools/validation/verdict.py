"""How well a fit agrees with its reference: one row per coefficient, the log-likelihoods, and a verdict in a
sentence.

How well a posterior agrees with an independent computation: one row per parameter, and a verdict in a sentence.

A finding: what is wrong with somebody's numbers, the evidence for it, and what to do.

What an audit is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stattools.inference.fits.fit import Fit
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.text.columns import number
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

SECOND = "A second computation"
"""How the name of a reference begins that no other package has."""


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Agreement(Faces):
    """The verdict of `st.validate`.

    `rows` has one row per coefficient: [category,] term, estimate, reference, difference_in_se, digits, se,
    reference_se, se_digits. `decrement` and `reference_decrement` are the distances of the two points from the
    maximum of our log-likelihood, in standard errors; differences are missing where the reference has no numbers, and
    `reference_loglik` is -inf where it has none.
    `converged` is the reference's own word, `notes` holds what it warned of.
    """

    rows: pd.DataFrame
    loglik: float
    reference_loglik: float
    reference: str
    converged: bool
    decrement: float
    reference_decrement: float
    ok: bool
    sentence: str
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """The rows, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        agree = "agrees" if self.ok else "does not agree"
        return headline(self, "", self.reference, agree, f"{len(self.rows)} estimates, digits {fewest(self.rows)}")

    def _page(self) -> Page:
        labels = [name for name in ("category", "term") if name in self.rows]
        head = [*("" for _ in labels), "estimate", "reference", "digits", "se", "reference se", "digits"]
        body = [
            [
                *(str(row[name]) for name in labels),
                *(number(row[name], 8) for name in ("estimate", "reference")),
                counted(row["digits"]),
                *(number(row[name], 6) for name in ("se", "reference_se")),
                counted(row["se_digits"]),
            ]
            for row in self.rows.to_dict("records")
        ]
        theirs = f"{self.reference_loglik:.8f}" if np.isfinite(self.reference_loglik) else "none"
        logliks = f"log-likelihood {self.loglik:.8f}   reference {theirs}"
        notes = [f"Note: {note}" for note in self.notes]
        return Page(self.sentence, "", Grid(head, body, "l" * len(labels) + "rrrrrr"), "", logliks, *notes)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


def compared(
    labels: Mapping[str, object],
    estimate: Floats,
    reference: Floats,
    *,
    unit: Floats,
    se: Floats | float = np.nan,
    reference_se: Floats | float = np.nan,
    known: float = 16.0,
) -> pd.DataFrame:
    """The rows of an agreement: differences in units of standard errors, or as they are where a unit is 0 or none.

    The reference is good for `known` digits; standard errors that are NaN are not compared.

    >>> compared({"term": ["a"]}, np.array([1.5]), np.array([1.0]), unit=np.array([0.25]))["difference_in_se"].tolist()
    [2.0]
    """
    gap = estimate - reference
    return pd.DataFrame(
        {
            **labels,
            "estimate": estimate,
            "reference": reference,
            "difference_in_se": np.divide(gap, unit, out=gap.copy(), where=np.isfinite(unit) & (unit > 0)),
            "digits": np.minimum(agreeing_digits(estimate, reference), known),
            "se": se,
            "reference_se": reference_se,
            "se_digits": np.minimum(agreeing_digits(se, reference_se), known),
        }
    )


def with_deviations(
    fit: Fit, reference: Floats, reference_se: Floats, sds: Mapping[str, tuple[float, float]], known: float = 16.0
) -> pd.DataFrame:
    """Coefficients with standard errors, then standard deviations of effects, ours and the reference's by their name,
    which have none.
    """
    ours, theirs = np.array(list(sds.values())).reshape(-1, 2).T
    none = np.full(len(sds), np.nan)
    rows = compared(
        {"term": [*fit.names, *sds]},
        np.concatenate([fit.estimate, ours]),
        np.concatenate([reference, theirs]),
        unit=np.concatenate([fit.se, none]),
        se=np.concatenate([fit.se, none]),
        reference_se=np.concatenate([reference_se, none]),
        known=known,
    )
    rows.loc[len(fit.names) :, "difference_in_se"] = np.nan
    return rows


def fewest(rows: pd.DataFrame, column: str = "digits") -> str:
    """The fewest digits of any row, counted."""
    return counted(float(np.min(rows[column].to_numpy())))


def counted(digits: float) -> str:
    """Whole digits, up to "≥ 10": beyond that they are the computer's, not the model's.

    >>> counted(7.9), counted(14.2)
    ('7', '≥ 10')
    """
    return "—" if np.isnan(digits) else "≥ 10" if digits >= 10 else f"{int(digits)}"


def agreeing_digits(a: ArrayLike, b: ArrayLike) -> Floats:
    """-log10 of the relative difference (absolute where b is 0), between 0 and 16: the log relative error of NIST.

    >>> agreeing_digits([1.0, 1.001], [1.0, 1.0]).round(2).tolist()
    [16.0, 3.0]
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    with np.errstate(over="ignore"):  # an infinite difference has no digits in common
        relative = np.abs(a - b) / np.where(b == 0, 1.0, np.abs(b))
    return np.clip(-np.log10(np.maximum(relative, 1e-16)), 0.0, 16.0)


class PosteriorMoments(NamedTuple):
    """Names, means and standard deviations of parameters, the log evidence (None under an improper prior), and how."""

    terms: list[str]
    ours: Floats
    sd: Floats
    mean: Floats
    reference_sd: Floats
    evidence: float | None
    own_evidence: float | None
    how: str


def moments_beside(
    terms: Sequence[str], mean: Floats, sd: Floats, reference: Floats | float, reference_sd: Floats | float,
    gap: Floats | float, ratio: Floats | float, error: Floats | float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """The rows of an agreement: the means, `gap` standard deviations apart, and the standard deviations, in `ratio`."""
    return pd.DataFrame(
        {
            "term": terms,
            "mean": mean,
            "reference": reference,
            "difference_in_sd": gap,
            "monte_carlo_error": error,
            "sd": sd,
            "reference_sd": reference_sd,
            "sd_ratio": ratio,
        }
    )


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class PosteriorAgreement(Faces):
    """The verdict of `st.validate` on a posterior.

    `rows` has one row per parameter: term, mean, reference, difference_in_sd, monte_carlo_error (in standard
    deviations, 0 for exact ones), sd, reference_sd, sd_ratio; those of the reference are missing where the draws were
    not worth one. `log_evidence` and `reference_log_evidence` are those of
    exact posteriors under proper priors, None elsewhere. `findings` say of somebody else's draws what is wrong.
    """

    rows: pd.DataFrame
    reference: str
    ok: bool
    sentence: str
    log_evidence: float | None = None
    reference_log_evidence: float | None = None
    findings: tuple[Any, ...] = ()

    def table(self) -> pd.DataFrame:
        """The rows, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        agree = "agrees" if self.ok else "does not agree"
        return headline(self, "", self.reference, agree, f"{len(self.rows)} parameters")

    def _page(self) -> Page:
        if bool(np.isnan(self.rows["reference"].to_numpy(dtype=float)).all()):
            return Page(self.sentence)
        names = ("mean", "reference", "difference_in_sd", "sd", "reference_sd")
        head = ["", "mean", "reference", "difference / sd", "sd", "reference sd"]
        body = [
            [str(row["term"]), *(f"{row[n]:.1e}" if n == "difference_in_sd" else number(row[n], 6) for n in names)]
            for row in self.rows.to_dict("records")
        ]
        last = ["", *(f"- {one.sentence}" for one in self.findings)] if self.findings else []
        if self.log_evidence is not None:
            last += ["", f"log evidence {self.log_evidence:.8f}   reference {self.reference_log_evidence:.8f}"]
        return Page(self.sentence, "", Grid(head, body, "lrrrrr"), *last)


@answers_guesses
@dataclass(frozen=True, repr=False)
class Finding(Faces):
    """One cause. `cause` is a few words to look for, `evidence` has the numbers, `advice` says what to do.

    A finding with `serious=False` is worth knowing and leaves the numbers right.
    """

    cause: str
    evidence: str
    advice: str
    serious: bool = True

    def _headline(self) -> str:
        return headline(self, "", self.cause, "serious" if self.serious else "not serious")

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"{self.cause}: {self.evidence} {self.advice}"

    def _page(self) -> Page:
        return Page(self.sentence)


@record
class Evidence:
    """`maximum` and `right_se` are NaN where there is none, +-inf where separated."""

    findings: tuple[Finding, ...]
    exists: bool
    distance: float
    decrement: float
    gain: float
    maximum: Floats
    right_se: Floats
    has_se: bool

    @property
    def serious(self) -> list[Finding]:
        """The findings that make the numbers wrong."""
        return [finding for finding in self.findings if finding.serious]
