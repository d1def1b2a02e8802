"""What a report says of regressions of other outcomes with smooth curves, which are integrated out by Laplace."""

from __future__ import annotations

from stattools.inference.fits.mixed_fit import MixedFit
from stattools.models.mixed.mixed_model import MixedRegression
from stattools.reporting import curved_models, mixed_regressions, regressions
from stattools.reporting.document import Block, Math, Paragraph
from stattools.reporting.stories import Story
from stattools.reporting.tables import coefficient_table, listed

facts, diagnostics, conclusion = curved_models.facts, curved_models.diagnostics, curved_models.conclusion
columns = mixed_regressions.columns


def question(model: MixedRegression) -> str:
    """What the model asks of its data."""
    curves, others = curved_models.depends_on(model, model.fixed.first_terms)
    asked = Story(model.fixed).asked
    do = "do" if asked.startswith(("the odds", "the log odds")) else "does"
    said = f"How {do} {asked} depend on {listed([*curves, *others])}, along a smooth curve of {listed(curves)}"
    groups = list(dict.fromkeys(term.group for term in model.random))
    return f"{said}, and how much do levels of {listed(groups)} differ?" if groups else f"{said}?"


def likelihood(model: MixedRegression) -> tuple[Block, ...]:
    """The likelihood of rows given the curves, and what is left when these are integrated out."""
    each = " + ".join(rf"B_{{{k}}}(x_{{{k}i}})' c_{{{k}}}" for k in range(1, len(model.smooths) + 1))
    groups = " Effects of groups are beside them, normal too." if model.random else ""
    return (
        *regressions.likelihood(model.fixed),
        Paragraph(
            f"The linear predictor $\\eta_i$ of a row has {listed([one.name for one in model.smooths])} in it too, "
            "combinations of cubic B-splines $B$ over equally spaced knots, whose coefficients $c$ have second "
            f"differences that are normal:{groups}"
        ),
        Math(rf"\eta_i = x_i'\beta + {each}, \qquad c_{{j+1}} - 2 c_j + c_{{j-1}} \sim N(0, \tau^2)"),
        Paragraph(
            "What is maximized is the restricted likelihood, with these and the coefficients integrated out by "
            "Laplace's approximation:"
        ),
        Math(r"L_R(\tau) = \int\int p(y \mid \beta, c) p(c \mid \tau) dc d\beta"),
    )


def estimates(fit: MixedFit) -> tuple[Block, ...]:
    """Coefficients, what is found of each curve, and the standard deviations of effects."""
    groups = mixed_regressions.components(fit) if fit.model.random else ()
    return (coefficient_table(fit), Paragraph(curved_models.CURVES), curved_models.curves(fit), *groups)


def in_numbers(fit: MixedFit) -> str:
    """Log-likelihood, criteria, and the integral."""
    text = f"Restricted log-likelihood {fit.loglik:.4f}, AIC {fit.aic:.2f}, BIC {fit.bic:.2f}. "
    return f"{text}Standard errors take the variances of curves as known."
