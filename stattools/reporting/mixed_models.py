"""What a report says of linear mixed models: fixed effects, what varies between groups, and what is proven."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.design.latent_terms import RandomTerm
from stattools.inference.estimates import lacks_rows
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.models.mixed.mixed_model import LinearMixed, MixedModel
from stattools.reporting import regressions
from stattools.reporting.document import Block, Math, Paragraph, Table, code, literal
from stattools.reporting.tables import between, coefficient_table, count, decimals, listed, number
from stattools.text.columns import number as rounded


def question(model: LinearMixed) -> str:
    """What the model asks of its data."""
    groups = listed(list(_groups(model)))
    terms = [name for name in model.names if name != "Intercept"]
    if not terms:
        return f"How much do levels of {groups} differ in {code(model.outcome_name)}?"
    on = f"How does {code(model.outcome_name)} depend on {listed(terms)}"
    return f"{on}, and how much do levels of {groups} differ?"


def facts(model: MixedModel) -> dict[str, str]:
    """Rows, outcome, and the sizes of groups."""
    told = regressions.facts(model.fixed)
    for group, term in _groups(model).items():
        told[f"levels of {code(group)}"] = count(term.n_levels)
        if model.summed is None:
            sizes = np.bincount(term.codes)
            few, most = count(int(sizes.min())), count(int(sizes.max()))
            told[f"rows of a level of {code(group)}"] = few if few == most else f"{few} to {most}"
    return told


def columns(model: MixedModel) -> tuple[Block, ...]:
    """The columns of the fixed effects."""
    return regressions.columns(model.fixed)


def likelihood(model: LinearMixed) -> tuple[Block, ...]:
    """Both levels of the model, and what is left when the effects are integrated out."""
    precise = r" / w_i" if model.precision is not None else ""
    each = " + ".join(rf"z_{{{k}i}}' u_{{{k}, g_{k}(i)}}" for k in range(1, len(model.random) + 1))
    terms = listed([term.name for term in model.random])
    return (
        Paragraph(
            f"A row $i$ has fixed effects $\\beta$ and those of its groups, $u$, which nobody saw. They are those of "
            f"{terms}, normal, and independent between levels:"
        ),
        Math(
            rf"y_i = x_i'\beta + {each} + e_i, \qquad u_{{kj}} \sim N(0, \Sigma_k), \qquad "
            rf"e_i \sim N(0, \sigma^2{precise})"
        ),
        Paragraph(
            "With the effects integrated out, $y$ is normal with mean $X\\beta$ and the covariance matrix $V$ that "
            "$\\Sigma$ and $\\sigma^2$ make, so that rows of a group are correlated:"
        ),
        Math(r"-2 \log L = \log|V| + (y - X\beta)' V^{-1} (y - X\beta) + n \log 2\pi"),
        Paragraph(
            "The restricted likelihood (REML) is that of the contrasts which $X$ leaves, and takes off the degrees of "
            "freedom that $\\beta$ costs. It depends on the variances alone, with $\\hat\\beta$ at the best place for "
            "them:"
        ),
        Math(r"-2 \log L_R = -2 \log L(\hat\beta) + \log|X'V^{-1}X| - p \log 2\pi"),
    )


def estimates(fit: MixedFit) -> tuple[Block, ...]:
    """Coefficients, and the standard deviations of effects."""
    return (
        coefficient_table(fit),
        Paragraph("What varies between groups, in units of the outcome, for a column in those per unit of it:"),
        *components(fit),
    )


def components(fit: MixedFit) -> tuple[Block, ...]:
    """Standard deviations and correlations of effects with their intervals, which need the rows, and why some of these
    were not found.
    """
    rows, interval, notes = [], None if lacks_rows(fit.model) else "profile", {}
    for row in fit.variance_components(interval=interval).to_dict("records"):
        beside = f" with {code(row['with'])}" if row["with"] else ""
        what = f"{code(row['term'])}{beside}" if row["term"] else ""
        group = code(row["group"]) if row["term"] else "residual"
        value = row["estimate"]
        cell = "—" if value is None or not np.isfinite(value) else rounded(value, 4)
        found = "not found" if row.get("note") else _interval(row)
        notes |= {literal(row["note"]): None} if row.get("note") else {}
        rows.append((group, what, row["what"].replace("sd", "standard deviation"), cell, found))
    header = ("group", "effect", "", "estimate", "interval")
    if not any(row[-1] for row in rows):
        return (Table(header[:-1], tuple(row[:-1] for row in rows), "lllr"),)
    return Table(header, tuple(rows), "lllrr"), *(Paragraph(f"An interval was not found: {note}.") for note in notes)


def _interval(row: dict[Any, Any]) -> str:
    low, high = (row.get(end, np.nan) for end in ("lower", "upper"))
    if low is None or high is None or not np.isfinite([low, high]).all():
        return ""
    return between(float(low), float(high), decimals(0.25 * float(high - low), digits=2))


def in_numbers(fit: MixedFit) -> str:
    """Log-likelihood, criteria, shares explained."""
    which = "Restricted log-likelihood" if fit.reml else "Log-likelihood"
    text = f"{which} {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}, residual standard deviation "
    return f"{text}{fit.scale:.5g}. Standard errors come from the covariance matrix of the rows at these variances."


def conclusion(fit: MixedFit, checked: str) -> str:
    """The coefficient farthest from 0, and how much of the variance lies between groups."""
    rows = [row for row in fit.table().to_dict("records") if row["term"] != "Intercept"]
    each = [
        f"{rounded(float(np.sqrt(cov[k, k])), 3)} ({code(name)} of {code(term.group)})"
        for term, cov in zip(fit.model.random, fit.found.covariances, strict=True)
        for k, name in enumerate(term.columns)
    ]
    spread = f"the standard deviations of effects are {', '.join(each)} and {rounded(fit.scale, 3)} (residual)"
    said = f"In {count(fit.n)} rows {spread}"
    if rows:
        row = max(rows, key=lambda one: abs(one["statistic"]))
        places = decimals(row["se"])
        said = (
            f"Per unit of {code(row['term'])}, {code(fit.model.outcome_name)} changes by "
            f"{number(row['estimate'], places)} (interval {between(row['lower'], row['upper'], places)}); {spread}"
        )
    return f"{said}{checked}."


def _groups(model: MixedModel) -> dict[str, RandomTerm]:
    """A term of each grouping, by its name."""
    return {term.group: term for term in model.random}
