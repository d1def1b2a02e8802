"""Two maxima: a mixed model of which a package reports the lower one as converged, and the proof that it is lower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Figure, Math, Paragraph, Section, Table, literal
from stattools.reporting.sections import beside_mixed_lm
from stattools.reporting.tables import count, decimals, number
from stattools.validation.references.statsmodels import mixed_lm
from stattools.validation.verdict import Agreement

FORMULA = "y ~ x + (1 | clinic)"
SEED, SIZES = 10570, (27, 6, 5, 2, 4)
CUT = -1.92
POINTS = 301
MOST = 6.0
"""The largest ratio of standard deviations that is drawn."""


def document() -> Document:
    """The report."""
    model = st.linear_mixed(FORMULA, clinics())
    fit = st.fit(model)
    agreement = st.validate(fit)
    return Document(
        "Converged, and not the maximum",
        (
            sections.answer(_conclusion(fit, agreement)),
            sections.question(model, (Paragraph(ASKED), Paragraph(sentences.question(model)))),
            sections.data(model, Paragraph(SOURCE)),
            sections.likelihood(model),
            Section("The likelihood along the ratio", _curve(fit)),
            Section("Why no other maximum can hide", _proof(fit)),
            sections.maximum(fit),
            Section("What it changes", _changes(fit)),
            beside_mixed_lm(agreement),
            sections.provenance([model], command=command("certificate"), seeds=[SEED]),
        ),
    )


ASKED = (
    "A climb that has converged stands on a maximum. Whether it is the highest one, the climb cannot say: the "
    "likelihood of a mixed model may have several."
)
SOURCE = (
    f"Simulated, so that anyone can make them again (seed {SEED}): an outcome of {sum(SIZES)} patients of {len(SIZES)} "
    f"clinics, one of which has {max(SIZES)} of them, and a column that differs more between clinics than within. Such "
    "unequal groups are where two explanations fit about as well: clinics that differ, or a slope."
)


def clinics() -> dict[str, NDArray[np.float64] | list[str]]:
    """Patients of five clinics, rounded to one decimal as measurements are."""
    random = np.random.default_rng(SEED)
    J = int(random.integers(4, 9))
    sizes = random.integers(2, 7, J)
    sizes[0] = random.integers(12, 30)
    clinic = np.repeat(np.arange(J), sizes)
    x = np.round(random.normal(size=len(clinic)) + random.normal(size=J)[clinic] * 4.0, 1)
    own = random.normal(size=J) * random.choice([0.5, 1.0, 2.0])
    y = np.round(own[clinic] + 0.3 * x * random.choice([0, 1]) + random.normal(size=len(clinic)), 1)
    return {"y": y, "x": x, "clinic": [f"clinic {chr(65 + k)}" for k in clinic]}


def _curve(fit: st.LinearMixedFit) -> tuple[Block, ...]:
    """The profile of the restricted likelihood over the ratio of standard deviations."""
    maxima = fit.local_maxima()
    ratio = np.linspace(0.0, MOST, POINTS)
    height = np.array([-0.5 * fit.found.deviance.at(np.array([one])).value for one in ratio]) - fit.loglik
    at = {name: float(row["sd"] / row["residual"]) for name, row in zip(NAMES, maxima.to_dict("records"), strict=True)}
    rows = tuple(
        (name, number(row["sd"], 2), number(row["residual"], 2), number(-0.5 * row["deviance"], 4))
        for name, row in zip(NAMES, maxima.to_dict("records"), strict=True)
    )
    return (
        Paragraph(
            "For a given ratio of the standard deviation between clinics to that of the residual, all else has a "
            "formula. What is left is a function of one number:"
        ),
        Figure(
            "two_maxima",
            lambda: figures.profile(ratio, height, cut=CUT, marks=at, xlabel="sd between clinics / sd of the residual"),
            alt=f"The restricted log-likelihood over the ratio of standard deviations has two maxima, at "
            f"{number(at[NAMES[1]], 1)} and, higher, at {number(at[NAMES[0]], 1)}",
            caption="The restricted log-likelihood less its maximum, which has a height of 0. Points: its maxima.",
        ),
        Table(("maximum", "sd between clinics", "sd of the residual", "restricted log-likelihood"), rows, "lrrr"),
        Paragraph(
            "At both the slope is 0 and the curve bends down, which is all that a climb can see: it ends at the one to "
            "which its start leads."
        ),
    )


NAMES = ("highest", "lower")


def _proof(fit: st.LinearMixedFit) -> tuple[Block, ...]:
    proof = fit.found.proof
    return (
        Paragraph(
            "Along $u = 1 + a \\tau$ of the ratio $\\tau$ of the variances, with $a$ at most the number of rows of any "
            "clinic, the slope of $-2 \\log L$ is a difference of two functions, each positive, falling and convex "
            "in $u$:"
        ),
        Math(r"u \frac{d(-2 \log L)}{du} = u h'(u) - \left|u \frac{d}{du} (n - p) \log r^2(u)\right|"),
        Paragraph(
            "Such functions lie below their chords and above their tangents, so that values at two ends bound them in "
            "between: a piece of the line on which the bounds of the slope have one sign has no maximum in it. Pieces "
            f"that are not decided are halved. After {count(proof.points)} points none was left: **no ratio from 0 to "
            f"infinity has a −2 log L that is lower by more than {proof.gap:.0e}**, up to round-off, and the list of "
            "local maxima above is complete."
        ),
    )


def _changes(fit: st.LinearMixedFit) -> tuple[Block, ...]:
    """The slope and its standard error at both maxima."""
    rows, sds = [], fit.local_maxima()["sd"].to_numpy()
    found = fit.found
    for name, one in zip(NAMES, found.proof.maxima, strict=True):
        at = found.deviance.at(np.array([np.sqrt(one.ratio)]))
        c = found.coordinates
        beta = c.beta + c.to_beta @ at.b * c.unit
        cov = c.to_beta @ at.inverse_gram @ c.to_beta.T * at.s2 * c.unit**2
        se = np.sqrt(cov.diagonal())
        places = decimals(float(se[1]), digits=2)
        rows.append((name, number(beta[1], places), number(se[1], places), number(beta[1] / se[1], 2)))
    return (
        Paragraph("The slope of `x` is another at the two maxima, even in its sign:"),
        Table(("at", "slope", "standard error", "ratio"), tuple(rows), "lrrr"),
        Paragraph(
            f"At the highest, clinics differ by a standard deviation of {number(sds[0], 1)}, at the lower by "
            f"{number(sds[1], 1)}. Neither is far behind the other: data such as these leave both open, and who "
            "reports one number should know of the other."
        ),
    )


def _conclusion(fit: st.LinearMixedFit, agreement: Agreement) -> str:
    reference = mixed_lm(fit.model, fit.reml)
    name = literal(sentences.unversioned(agreement.reference))
    word = "says that it converged" if reference is not None and reference.converged else "does not converge"
    lead = fit.loglik - agreement.reference_loglik
    first, second = fit.local_maxima()["sd"]
    return (
        f"The restricted likelihood of these {count(fit.n)} rows has two maxima, with a standard deviation between "
        f"clinics of {number(first, 2)} and of {number(second, 2)}. {name} {word} at a point whose log-likelihood is "
        f"lower by {number(lead, 2)}; this fit is proven to be the highest, to 1e-6 in $-2 \\log L$."
    )
