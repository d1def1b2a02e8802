"""How well a posterior agrees with an independent computation: one row per parameter, and a verdict in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.columns import number
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page


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
