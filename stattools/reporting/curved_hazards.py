"""What a report says of Cox's regression with smooth curves."""

from __future__ import annotations

from stattools.inference.fits.cox_fit import CoxFit
from stattools.models.mixed.mixed_model import CurvedCox
from stattools.reporting import curved_models, survival
from stattools.reporting.document import Block, Math, Paragraph, code
from stattools.reporting.tables import coefficient_table, count, listed

diagnostics, conclusion = curved_models.diagnostics, curved_models.conclusion


def question(model: CurvedCox) -> str:
    """What the model asks of its data."""
    curves, others = curved_models.depends_on(model, model.names)
    within = " within strata" if model.fixed.strata else ""
    on = f"{listed([*curves, *others])}{within}, along a smooth curve of {listed(curves)}"
    return f"How does the hazard of {code(model.outcome_name)} depend on {on}?"


def facts(model: CurvedCox) -> dict[str, str]:
    """Rows, events, strata, and the coefficients of each curve."""
    told = survival.facts(model.fixed)
    return told | {f"coefficients of {code(term.name)}": count(term.k) for term in model.smooths}


def columns(model: CurvedCox) -> tuple[Block, ...]:
    """The columns of the table."""
    return survival.columns(model.fixed)


def likelihood(model: CurvedCox) -> tuple[Block, ...]:
    """The partial likelihood given the curves, and what is left when these are integrated out."""
    each = " + ".join(rf"B_{{{k}}}(x_{{{k}}})' c_{{{k}}}" for k in range(1, len(model.smooths) + 1))
    return (
        *survival.likelihood(model.fixed),
        Paragraph(
            f"The exponent $x \\beta$ of a row has {listed([one.name for one in model.smooths])} in it too, "
            "combinations of cubic B-splines $B$ over equally spaced knots, whose coefficients $c$ have second "
            "differences that are normal:"
        ),
        Math(rf"x \beta + {each}, \qquad c_{{j+1}} - 2 c_j + c_{{j-1}} \sim N(0, \tau^2)"),
        Paragraph(
            "What is maximized is the restricted likelihood, with these and the coefficients integrated out by "
            "Laplace's approximation:"
        ),
        Math(r"L_R(\tau) = \int\int L(\beta, c) p(c \mid \tau) dc d\beta"),
    )


def estimates(fit: CoxFit) -> tuple[Block, ...]:
    """Coefficients, and what is found of each curve."""
    return (coefficient_table(fit), Paragraph(curved_models.CURVES), curved_models.curves(fit))


def in_numbers(fit: CoxFit) -> str:
    """Log-likelihood, criteria, concordance, and the integral."""
    found = fit.concordance()
    text = f"Restricted log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}, concordance "
    text += f"{found.estimate:.3f} (standard error {found.se:.3f})."
    return f"{text} Standard errors take the variances of curves as known."
