"""What a report says of regressions with smooth curves: each curve, how much it bends, and whether it is a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.fits.mixed_fit import MixedFit
from stattools.inference.plots.predictions import smooth_curve
from stattools.models.mixed.mixed_model import LinearMixed, MixedModel
from stattools.reporting import mixed_models
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Figure, Math, Paragraph, Table, code
from stattools.reporting.tables import coefficient_table, count, listed, p_said
from stattools.text.columns import number, p_text

columns, in_numbers = mixed_models.columns, mixed_models.in_numbers


CURVES = (
    "The curves, with their effective degrees of freedom: 1 is a straight line. The tests are restricted likelihood "
    "ratios, of no effect at all and of a straight line:"
)


def question(model: LinearMixed) -> str:
    """What the model asks of its data."""
    curves, others = depends_on(model, model.names)
    on = listed([*curves, *others])
    groups = list(dict.fromkeys(term.group for term in model.random))
    said = f"How does {code(model.outcome_name)} depend on {on}, along a smooth curve of {listed(curves)}"
    return f"{said}, and how much do levels of {listed(groups)} differ?" if groups else f"{said}?"


def facts(model: MixedModel) -> dict[str, str]:
    """Rows, outcome, groups, and the coefficients of each curve."""
    told = mixed_models.facts(model)
    for term in model.smooths:
        told[f"coefficients of {code(term.name)}"] = count(term.k)
    return told


def likelihood(model: LinearMixed) -> tuple[Block, ...]:
    """The curves as a penalized spline, and as effects with a variance."""
    each = " + ".join(rf"B_{{{k}}}(x_{{{k}i}})' c_{{{k}}}" for k in range(1, len(model.smooths) + 1))
    beside = (Paragraph("Beside them there are effects of groups:"), *mixed_models.likelihood(model)[:2])
    return (
        Paragraph(
            f"A row $i$ has, beside the other columns, the values of {listed([term.name for term in model.smooths])}: "
            "combinations of cubic B-splines $B$ over equally spaced knots,"
        ),
        Math(rf"y_i = x_i'\beta + {each} + e_i, \qquad e_i \sim N(0, \sigma^2)"),
        Paragraph(
            "whose coefficients $c$ have second differences that are normal with a variance of their own. Where it is "
            "0 the curve is a straight line; the smaller it is, the less the curve bends:"
        ),
        Math(r"c_{j+1} - 2 c_j + c_{j-1} \sim N(0, \tau^2), \qquad \lambda = \sigma^2 / \tau^2"),
        *(beside if model.random else ()),
        Paragraph(
            "With these integrated out, $y$ is normal with mean $X\\beta$ and the covariance matrix $V$ that all "
            "variances make. They are where its restricted likelihood is highest, that of the contrasts which $X$ "
            "leaves:"
        ),
        mixed_models.likelihood(model)[-1],
    )


def estimates(fit: MixedFit) -> tuple[Block, ...]:
    """Coefficients, and what is found of each curve."""
    groups = mixed_models.components(fit) if fit.model.random else ()
    return (
        coefficient_table(fit),
        Paragraph(CURVES),
        curves(fit),
        *groups,
    )


def curves(fit: Fit) -> Table:
    """One row for each curve: degrees of freedom, penalty, and both tests."""
    rows = []
    for row in fit.smooths().to_dict("records"):
        name, penalty = row["smooth"], row["penalty"]
        tests = [p_text(fit.smooth_test(name, null).p_value) for null in ("flat", "line")]
        rows.append((code(name), number(row["edf"], 3), "∞" if np.isinf(penalty) else number(penalty, 3), *tests))
    return Table(("curve", "degrees of freedom", "penalty", "no effect: p", "a line: p"), tuple(rows), "lrrrr")


def diagnostics(fit: Fit) -> tuple[Figure, ...]:
    """A figure of each curve."""
    parts = dict.fromkeys(term.design.part.name for term in fit.model.smooths)
    return tuple(figure(f"curve_{k + 1}", smooth_curve(fit, name)) for k, name in enumerate(parts))


def conclusion(fit: Any, checked: str) -> str:
    """How each curve runs: whether it has an effect and is more than a line, and where it is highest."""
    said = []
    for term in (curve.term for curve in fit.found.of_curves):
        flat, line = (fit.smooth_test(term.name, null).p_value for null in ("flat", "line"))
        table = fit.smooth(term.name).table()
        low, high = (float(table[term.variable][find(table["curve"])]) for find in (np.argmin, np.argmax))
        bent = "is more than a straight line" if line < 0.05 else "is no more than a straight line"
        has = "has an effect" if flat < 0.05 else "has no effect that is seen"
        said.append(
            f"{code(term.name)} {has} ({p_said(flat)}) and {bent} ({p_said(line)}); it is lowest at "
            f"{code(term.variable)} = {number(low, 4)} and highest at {number(high, 4)}"
        )
    return f"{'. '.join(said)}{checked}."


def depends_on(model: MixedModel, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The variables of curves, and of these columns those that are no line of a curve."""
    lines = {term.design.part.line.text for term in model.smooths}
    others = [name for name in names if name != "Intercept" and name.split(":")[0] not in lines]
    return list(dict.fromkeys(term.variable for term in model.smooths)), others
