"""The likelihood of counts whose zeros have a parameter of their own, written out."""

from __future__ import annotations

from typing import Any

from stattools.reporting.document import code

EACH = {
    "ZeroInflated": (
        (
            "A row is an extra zero of {y} with probability $p_i$, and otherwise {a} count of mean $\\mu_i$, which may "
            "be zero too, with probabilities $f_i$. The log odds of $p_i$ and the log of $\\mu_i$ are linear "
            "predictors:"
        ),
        r"P(y_i = 0) = p_i + (1 - p_i) f_i(0), \qquad P(y_i = y) = (1 - p_i) f_i(y), \qquad \log \mu_i = \eta_i",
    ),
    "Hurdle": (
        (
            "A row of {y} is zero with probability $p_i$, and otherwise {a} count of mean $\\mu_i$ given that it is "
            "positive, with probabilities $f_i$. The log odds of $p_i$ and the log of $\\mu_i$ are linear predictors:"
        ),
        r"P(y_i = 0) = p_i, \qquad P(y_i = y) = (1 - p_i) \frac{f_i(y)}{1 - f_i(0)}, \qquad \log \mu_i = \eta_i",
    ),
}
"""By the class of the likelihood: what a row is, and its distribution."""


def with_zeros(model: Any) -> tuple[str, str, str, str, str] | None:
    """What a row is, its distribution, the parameters, what it adds to the log-likelihood, and words on the parameters
    beside the rate; None where zeros have no parameter.
    """
    if type(model.likelihood).__name__ not in EACH:
        return None
    each, distribution = EACH[type(model.likelihood).__name__]
    _, *alpha = own = model.predictor.own
    texts = iter(model.formulas[1:])
    symbols = [r"\log \frac{p_i}{1 - p_i}", r"\log \alpha_i" if any(alpha) else r"\log \alpha"]
    said = []
    for symbol, columns, called in zip(symbols, own, model.others, strict=False):
        made = (
            f"has the linear predictor {code(next(texts, called))}" if columns else f"is {code(called)}, a coefficient"
        )
        said.append(f"${symbol}$ {made}")
    variance = f" The variance of the count is $\\mu_i + {symbols[1][5:]} \\mu_i^2$." if alpha else ""
    return (
        each.format(y=code(model.outcome_name), a="a negative binomial" if alpha else "a Poisson"),
        distribution,
        r"\beta, \gamma" + r", \alpha" * bool(alpha),
        r"\log P(y_i)",
        f"{', and '.join(said)}.{variance}",
    )
