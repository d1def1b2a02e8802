"""What a report says of regressions with random effects: coefficients within a group, averages over groups, what varies
between them, and how good the integral over effects is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import StattoolsError
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.models.mixed.mixed_model import MixedRegression
from stattools.reporting import regressions
from stattools.reporting.document import Block, Math, Paragraph, code
from stattools.reporting.mixed_models import components
from stattools.reporting.mixed_models import facts as facts
from stattools.reporting.stories import Story
from stattools.reporting.tables import between, coefficient_table, count, decimals, frame, listed, number
from stattools.text.columns import number as rounded
from stattools.text.columns import percent


def question(model: MixedRegression) -> str:
    """What the model asks of its data."""
    groups = listed(list(dict.fromkeys(term.group for term in model.random)))
    terms = [name for name in model.fixed.first_terms if name != "Intercept"]
    asked = Story(model.fixed).asked
    if not terms:
        return f"How much do levels of {groups} differ in {asked}?"
    do = "do" if asked.startswith(("the odds", "the log odds")) else "does"
    return f"How {do} {asked} depend on {listed(terms)}, and how much do levels of {groups} differ?"


def columns(model: MixedRegression) -> tuple[Block, ...]:
    """The columns of the fixed effects."""
    return regressions.columns(model.fixed)


def likelihood(model: MixedRegression) -> tuple[Block, ...]:
    """The likelihood of rows given the effects, and what is left when these are integrated out."""
    terms = listed([term.name for term in model.random])
    each = " + ".join(rf"z_{{{k}i}}' u_{{{k}, g_{k}(i)}}" for k in range(1, len(model.random) + 1))
    return (
        *regressions.likelihood(model.fixed),
        Paragraph(
            "All this is given the effects $u$ of the groups of a row, which nobody saw and which stand in its linear "
            f"predictor $\\eta_i$ too. They are those of {terms}, normal, and independent between levels:"
        ),
        Math(rf"\eta_i = x_i'\beta + {each}, \qquad u_{{kj}} \sim N(0, \Sigma_k)"),
        Paragraph("What is maximized is the likelihood with the effects integrated out:"),
        Math(r"L(\beta, \Sigma) = \int p(y \mid \beta, u) p(u \mid \Sigma) du"),
    )


def estimates(fit: MixedFit) -> tuple[Block, ...]:
    """Coefficients within a group and of averages over groups, and the standard deviations of effects."""
    fixed = fit.model.fixed
    ratio = fixed.likelihood.facts.words.ratio
    shared = len(fixed.predictor.own)
    said = "Coefficients are conditional: what a unit of a column changes within a group, its effects held."
    parts: list[Block] = [
        coefficient_table(fit, ratio=f"conditional {ratio}" if ratio else None, shared=shared),
        Paragraph(said),
    ]
    if (averaged := _averaged(fit)) is not None:
        shown = averaged[["term", "estimate", "se", "lower", "upper"]]
        parts += [Paragraph("Of averages over groups they are, effects integrated out:"), frame(shown)]
    between_groups = "What varies between groups, on the scale of the linear predictor, for a column per unit of it:"
    return (*parts, Paragraph(between_groups), *components(fit))


def _averaged(fit: MixedFit) -> Any:
    """The coefficients of averages, None where there are none."""
    try:
        return fit.averaged_coefficients()
    except StattoolsError:  # labels in order, curves, a link with an end
        return None


def in_numbers(fit: MixedFit) -> str:
    """Log-likelihood, criteria, and the integral."""
    text = f"Log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}."
    return f"{text} Standard errors come from the inverse information of coefficients and variances together."


def conclusion(fit: MixedFit, checked: str) -> str:
    """The coefficient farthest from 0, within a group and averaged over groups, and the spread between groups."""
    model, story = fit.model, Story(fit.model.fixed)
    groups = listed(list(dict.fromkeys(term.group for term in model.random)))
    each = [
        f"{rounded(float(np.sqrt(cov[k, k])), 3)} ({code(name)} of {code(term.group)})"
        for term, cov in zip(model.random, fit.found.covariances, strict=True)
        for k, name in enumerate(term.columns)
    ]
    spread = f"the standard deviations of effects are {', '.join(each)} on the scale of {story.words.predictor}"
    rows = fit.table(exponentiate=bool(story.ratio)).to_dict("records")[: model.fixed.predictor.size_first]
    rows = [row for row in rows if row["term"] != "Intercept"]
    if not rows:
        return f"In {count(fit.n)} observations {spread}{checked}."
    row = max(rows, key=lambda one: abs(one["statistic"]))
    se = row.get("se", row["estimate"] * row.get("se_log", 0.0))
    places = decimals(se)
    what = f"conditional {story.ratio}, " if story.ratio else ""
    moved = story.moved(row) if story.ratio else f"changes {story.words.predictor}"
    said = (
        f"Within a level of {groups}, a unit of {code(row['term'])} {moved} by "
        f"{number(row['estimate'], places)} ({what}{percent(fit.level)} interval: "
        f"{between(row['lower'], row['upper'], places)})"
    )
    if (averaged := _averaged(fit)) is not None:
        value = float(averaged.set_index("term").estimate[row["term"]])
        value = float(np.exp(value)) if story.ratio else value
        said += f"; averaged over levels, by {number(value, places)}"
    return f"{said}; {spread}{checked}."
