"""Investment of eleven firms: what firms share, how they differ, and how much of a difference is chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Figure, Paragraph, Section, Table, code
from stattools.reporting.sections import beside_mixed_lm
from stattools.reporting.tables import between, count, decimals, number, p_said
from stattools.text.columns import percent

FORMULA = "invest ~ value + capital + (capital | firm)"
SLOPE = "capital"
NAMED = ("General Electric", "IBM")
"""Firms whose last year is predicted."""


def document() -> Document:
    """The report."""
    firms = _firms()
    model = st.linear_mixed(FORMULA, firms)
    fit, alike = st.fit(model), st.fit(st.ols("invest ~ value + capital", firms))
    return Document(
        "Eleven firms: what they share, and how they differ",
        (
            sections.answer(_conclusion(fit, alike)),
            sections.question(model, (Paragraph(ASKED), Paragraph(sentences.question(model)))),
            sections.data(model, Paragraph(SOURCE)),
            Section("One line for all firms", _alike(fit, alike)),
            sections.likelihood(model),
            sections.maximum(fit),
            Section("Shrinkage", _shrunken(fit, firms)),
            Section("A firm that is known, and one that is not", _predicted(fit, firms)),
            Section("Which firms move the result?", _influence(fit)),
            beside_mixed_lm(st.validate(fit)),
            sections.provenance([model], command=command("groups")),
        ),
    )


ASKED = (
    "How does the investment of a firm follow its market value and its stock of capital? There are twenty years of "
    "each of eleven firms. Years of one firm are alike, so that they are not 220 independent rows; and firms may "
    "differ in how they follow their capital."
)
SOURCE = (
    "The firms are those of Grunfeld (1958) as statsmodels ships them (`statsmodels.datasets.grunfeld`), from 1935 to "
    "1954. `invest` is gross investment, `value` the market value and `capital` the stock of plant and equipment, here "
    "in hundreds of millions of dollars of 1947."
)


def _firms() -> pd.DataFrame:
    """One row per firm and year, amounts in hundreds of millions."""
    firms = shipped("grunfeld")
    return firms.assign(**{name: firms[name] / 100.0 for name in ("invest", "value", "capital")})


def _alike(fit: MixedFit, alike: st.Fit) -> tuple[Block, ...]:
    """Least squares, as if rows were independent, beside the mixed model."""
    clustered = st.fit(alike.model, cov=st.Cluster("firm"))
    rows = []
    for name, one in (("least squares", alike), ("the same, clustered by firm", clustered), ("mixed model", fit)):
        row = one.table().set_index("term").loc[SLOPE]
        places = decimals(float(row["se"]), digits=2)
        ends = between(row["lower"], row["upper"], places)
        rows.append((name, number(row["estimate"], places), number(row["se"], places), ends))
    ratio = float(fit.se[2] / alike.se[2])
    return (
        Paragraph(
            f"The coefficient of {code(SLOPE)} by least squares, which takes rows for independent, and otherwise:"
        ),
        Table(("", "estimate", "standard error", "95 % interval"), tuple(rows), "lrrr"),
        Paragraph(
            f"The mixed model's standard error is {number(ratio, 1)} times that of least squares: where firms differ "
            f"in their slopes, the mean slope is known from {count(fit.model.random[0].n_levels)} firms, however many "
            "years there are of each."
        ),
    )


def _own_slopes(fit: MixedFit, firms: pd.DataFrame) -> Any:
    """The slope of each firm by its own twenty rows, with its standard error at the residual of all firms."""
    rows = []
    for firm, part in firms.groupby("firm"):
        own = st.fit(st.ols("invest ~ value + capital", part))
        rows.append({"firm": firm, "estimate": own.estimate[2], "se": own.se[2] * fit.scale / own.scale})
    return pd.DataFrame(rows).set_index("firm")


def _shrunken(fit: Any, firms: Any) -> tuple[Block, ...]:
    """Slopes of firms by their own rows, and with what the others say."""
    own = _own_slopes(fit, firms)
    found = fit.random_effects("firm")
    effects = found[found["term"] == SLOPE].set_index("level")["estimate"].loc[own.index]
    mean, tau = float(fit.estimate[2]), float(np.sqrt(fit.found.covariances[0][1, 1]))
    before, after = own["estimate"].to_numpy(), mean + effects.to_numpy()
    error = own["se"].to_numpy()
    order = np.argsort(-error)
    rows = []
    for k in order:
        said = number(before[k], 2), number(error[k], 2), number(after[k], 2)
        rows.append((code(own.index[k]), *said))
    first, spread = int(order[0]), (float(np.std(before, ddof=1)), float(np.std(after, ddof=1)))
    return (
        Paragraph(
            "The slope of a firm by its own twenty rows is right on average, and noisy. The conditional mode is a "
            "compromise between these rows and what all firms say: the less the rows know, the closer it is drawn to "
            "the mean. Standard errors are those that the rows of a firm have with the residual of all firms."
        ),
        Figure(
            "shrinkage",
            lambda: figures.shrinkage(
                before,
                after,
                error**2 / (error**2 + tau**2),
                center=mean,
                xlabel="slope by the firm's own rows",
                ylabel="slope with what the others say",
            ),
            alt=f"Slopes of eleven firms: by own rows their standard deviation is {number(spread[0], 2)}, with what "
            f"the others say {number(spread[1], 2)}",
            caption="On the dashed line nothing is shrunken. Colors: the weight of the others in a slope, from its "
            "standard error and the standard deviation between firms.",
        ),
        Table(("firm", "by its own rows", "standard error", "with the others"), tuple(rows), "lrrr"),
        Paragraph(
            f"Least is known of {code(own.index[first])} by its own rows: its slope {number(before[first], 2)} becomes "
            f"{number(after[first], 2)}. The standard deviation of the eleven slopes falls from {number(spread[0], 2)} "
            f"to {number(spread[1], 2)}; the model's estimate of it, without the noise, is {number(tau, 2)}."
        ),
    )


def _predicted(fit: Any, firms: Any) -> tuple[Block, ...]:
    """The last year of two firms, as known ones and as new ones."""
    last = firms[(firms["year"] == firms["year"].max()) & firms["firm"].isin(NAMED)].reset_index(drop=True)
    rows = []
    for groups, said in (("known", "the firm is known"), ("new", "a firm nobody has seen")):
        found = fit.predict(last, groups=groups, kind="observation", interval=fit.level)
        for k, row in enumerate(found.to_dict("records")):
            ends = between(row["lower"], row["upper"], 1)
            rows.append(
                (code(last.loc[k, "firm"]), said, number(row["mean"], 1), ends, number(last.loc[k, "invest"], 1))
            )
    return (
        Paragraph(
            f"What is invested at the value and capital of {int(last['year'].iloc[0])}? Of a firm that is known its "
            "own effects are used; those of a new one have the variance of firms, and the interval has both variances "
            "in it."
        ),
        Table(
            ("value and capital of", "if", "prediction", f"{percent(fit.level)} interval", "invested"),
            tuple(rows),
            "llrrr",
        ),
    )


def _influence(fit: MixedFit) -> tuple[Block, ...]:
    """Firms left out one by one."""
    found = fit.group_influence("firm").sort_values("cooks_distance", ascending=False, ignore_index=True)
    moves = found[[f"se_{name}" for name in fit.names]]
    rows = [
        (code(row["level"]), number(row["cooks_distance"], 2), *(number(moves.loc[k, name], 2) for name in moves))
        for k, row in enumerate(found.head(4).to_dict("records"))
    ]
    most = found.loc[0]
    term = max(fit.names, key=lambda name: abs(most[f"se_{name}"]))
    return (
        Paragraph(
            "Each firm left out in turn, the variances held: Cook's distance, and by how many standard errors a "
            "coefficient falls without it. The four that move most:"
        ),
        Table(
            ("firm", "Cook's distance", *(code(name) for name in fit.names)), tuple(rows), "lr" + "r" * len(fit.names)
        ),
        Paragraph(
            f"Without {code(most['level'])} the coefficient of {code(term)} changes by "
            f"{number(abs(float(most[f'se_{term}'])), 1)} standard errors: eleven firms are few, and this one is far "
            "from the others."
        ),
    )


def _conclusion(fit: st.LinearMixedFit, alike: st.Fit) -> str:
    row = fit.table().set_index("term").loc[SLOPE]
    tau = float(np.sqrt(fit.found.covariances[0][1, 1]))
    places = decimals(float(row["se"]), digits=2)
    before = alike.table().set_index("term").loc[SLOPE]
    ends = between(row["lower"], row["upper"], places)
    longer = float((row["upper"] - row["lower"]) / (before["upper"] - before["lower"]))
    return (
        f"A firm's investment rises with its capital by {number(row['estimate'], places)} per dollar on average over "
        f"firms ({percent(fit.level)} interval {ends}, {p_said(row['p_value'])}), and firms differ in that with a "
        f"standard deviation of {number(tau, 2)}. The interval is {number(longer, 1)} times as long as that of least "
        f"squares, which takes the {count(fit.n)} rows for independent."
    )
