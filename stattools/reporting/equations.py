"""The likelihood of a regression written out: the statement of the model, and its log-likelihood, in TeX of GitHub.

No formula here needs a backslash before punctuation, and every subscript follows a letter or digit, so Markdown leaves
all of them alone (see `Math`).
"""

from __future__ import annotations

import re
from typing import Any

from stattools.reporting.document import Block, Math, Paragraph, code, literal
from stattools.reporting.glm_equations import written
from stattools.reporting.zero_equations import with_zeros

INDEXED = 6
"""Up to so many coefficients are written out by name; more become a sum."""


def likelihood(model: Any) -> tuple[Block, ...]:
    """Paragraphs and formulas that say what one observation is given its parameters, and the log-likelihood of all."""
    moves = any(model.predictor.own)
    return (_of_family if moves or model.kind not in WRITTEN else WRITTEN[model.kind])(model)


def _ols(model: Any) -> tuple[Block, ...]:
    w, precise = _weight(model), model.rows.precision is not None
    variance, v = (r"\sigma^2 / v_i", "v_i ") if precise else (r"\sigma^2", "")
    constant = rf" + \frac{{1}}{{2}} \sum_{{i}} {w}\log v_i " if precise else " "
    known = ", with a precision $v_i$ that was given: twice the precision is half the variance" if precise else ""
    return (
        Paragraph(f"Each value of {code(model.outcome_name)} is normal around a linear predictor{known}:"),
        Math(rf"y_i \sim \mathrm{{Normal}}(\eta_i, {variance}), \qquad " + _predictor(model)),
        *_offset(model),
        Paragraph(f"The log-likelihood of all rows is{_weighted(model)}"),
        Math(
            rf"\ell(\beta, \sigma) = -\frac{{n}}{{2}} \log(2 \pi \sigma^2){constant}"
            rf"- \frac{{1}}{{2 \sigma^2}} \sum_{{i}} {w}{v}\left(y_i - \eta_i\right)^2"
        ),
        Paragraph(
            f"Its maximum over $\\beta$ is {'weighted ' if precise else ''}least squares, whatever $\\sigma$ is; "
            f"$\\sigma^2$ is estimated by the {'weighted ' if precise else ''}residual sum of squares over $n - p$."
        ),
    )


def _logistic(model: Any) -> tuple[Block, ...]:
    if "trials" in model.likelihood.parts:
        return _grouped(model)
    one = 1 if model.labels is None else model.labels[1]
    return (
        Paragraph(
            f"Let $y_i = 1$ where {code(model.outcome_name)} is {code(one)}, and 0 otherwise. "
            "The log odds of a 1 are a linear predictor:"
        ),
        Math(r"P(y_i = 1) = p_i, \qquad \log \frac{p_i}{1 - p_i} = \eta_i, \qquad " + _predictor(model)),
        *_summed(model, r"\beta", r"\left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]"),
    )


def _grouped(model: Any) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"Row $i$ counts $y_i$ successes, {code(model.outcome_name)}, in $n_i$ trials that are independent and "
            "alike. The log odds of a success are a linear predictor:"
        ),
        Math(
            r"y_i \sim \mathrm{Binomial}(n_i, p_i), \qquad \log \frac{p_i}{1 - p_i} = \eta_i, \qquad "
            + _predictor(model)
        ),
        *_summed(model, r"\beta", r"\left[ \log \binom{n_i}{y_i} + y_i \log p_i + (n_i - y_i) \log(1 - p_i) \right]"),
    )


def _probit(model: Any) -> tuple[Block, ...]:
    if "trials" in model.likelihood.parts:
        return _of_family(model)
    one = 1 if model.labels is None else model.labels[1]
    return (
        Paragraph(
            f"Let $y_i = 1$ where {code(model.outcome_name)} is {code(one)}, and 0 otherwise. The probability of a 1 "
            "is the standard normal distribution function $\\Phi$ of a linear predictor:"
        ),
        Math(r"P(y_i = 1) = \Phi(\eta_i), \qquad " + _predictor(model)),
        *_summed(model, r"\beta", r"\left[ y_i \log \Phi(\eta_i) + (1 - y_i) \log \Phi(-\eta_i) \right]"),
    )


def _softmax(model: Any) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"Each row belongs to one category $k$ of {code(model.outcome_name)}. Every category but the reference "
            f"{code(model.labels[0])} has its own linear predictor; the reference has $\\eta_{{i0}} = 0$:"
        ),
        Math(
            r"P(y_i = k) = \frac{e^{\eta_{ik}}}{\sum_{m} e^{\eta_{im}}}, \qquad "
            r"\eta_{ik} = \beta_{k0} + \sum_{j} \beta_{kj} x_{ij}"
        ),
        *_summed(model, r"\beta", r"\left[ \eta_{i y_i} - \log \sum_{m} e^{\eta_{im}} \right]"),
    )


def _poisson(model: Any) -> tuple[Block, ...]:
    return (
        Paragraph(f"Each count in {code(model.outcome_name)} is Poisson; the log of its mean is a linear predictor:"),
        Math(r"y_i \sim \mathrm{Poisson}(\mu_i), \qquad \log \mu_i = \eta_i, \qquad " + _predictor(model)),
        *_summed(model, r"\beta", r"\left[ y_i \eta_i - e^{\eta_i} - \log(y_i!) \right]"),
    )


def _negative_binomial(model: Any) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"Each count in {code(model.outcome_name)} is negative binomial: Poisson, with a mean that differs from "
            "row to row beyond what the columns say, by a gamma-distributed factor of mean 1 and variance $\\alpha$. "
            "The log of the mean is a linear predictor:"
        ),
        Math(
            r"y_i \sim \mathrm{NB2}(\mu_i, \alpha), \qquad \mathrm{Var}(y_i) = \mu_i + \alpha \mu_i^2, \qquad "
            r"\log \mu_i = \eta_i"
        ),
        Math(_predictor(model)),
        *_summed(
            model,
            r"\beta, \alpha",
            r"\left[ \log \frac{\Gamma(y_i + 1 / \alpha)}{\Gamma(1 / \alpha) \cdot y_i!} - \frac{1}{\alpha} "
            r"\log(1 + \alpha \mu_i) + y_i \log \frac{\alpha \mu_i}{1 + \alpha \mu_i} \right]",
        ),
        Paragraph(
            "$\\log \\alpha$ is estimated together with $\\beta$, as the last coefficient. As $\\alpha$ falls to 0 "
            "this becomes the Poisson log-likelihood."
        ),
    )


def _beta_binomial(model: Any) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"Each row is a group: $y_i$ successes ({code(model.outcome_name)}) out of $n_i$ trials. The group has a "
            "probability $\\theta_i$ of its own, drawn from a beta distribution. The log odds of its mean "
            "$p_i$ are a linear predictor:"
        ),
        Math(
            r"y_i \sim \mathrm{Binomial}(n_i, \theta_i), \qquad \theta_i \sim \mathrm{Beta}(s p_i, s (1 - p_i)), "
            r"\qquad \log \frac{p_i}{1 - p_i} = \eta_i"
        ),
        Math(_predictor(model)),
        *_offset(model),
        Paragraph(f"$\\theta_i$ integrates out, and the log-likelihood of all rows is{_weighted(model)}"),
        Math(
            rf"\ell(\beta, s) = \sum_{{i}} {_weight(model)}\left[ \log \binom{{n_i}}{{y_i}} + "
            r"\log B(s p_i + y_i, s (1 - p_i) + n_i - y_i) - \log B(s p_i, s (1 - p_i)) \right]"
        ),
        Paragraph(
            "$\\log s$ is estimated together with $\\beta$, as the last coefficient: the beta distribution is worth "
            "$s$ trials, and two trials of one group correlate by $1 / (1 + s)$. As $s$ rises without end this becomes "
            "the binomial log-likelihood."
        ),
    )


def _gamma(model: Any) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"Each value of {code(model.outcome_name)} has a gamma distribution whose standard deviation is the same "
            "share of the mean everywhere, the root of the dispersion $\\phi$. The log of the mean is a linear "
            "predictor:"
        ),
        Math(
            r"y_i \sim \mathrm{Gamma}(\mu_i, \phi), \qquad \mathrm{Var}(y_i) = \phi \mu_i^2, \qquad \log \mu_i = \eta_i"
        ),
        Math(_predictor(model)),
        *_summed(
            model,
            r"\beta, \phi",
            r"\left[ \frac{1}{\phi} \left(\log \frac{y_i}{\phi \mu_i} - \frac{y_i}{\mu_i}\right) "
            r"- \log \Gamma(1 / \phi) - \log y_i \right]",
        ),
        Paragraph(
            "$\\log \\phi$ is estimated together with $\\beta$, as the last coefficient; the maximum over $\\beta$ is "
            "the same whatever $\\phi$ is."
        ),
    )


def _of_family(model: Any) -> tuple[Block, ...]:
    """Of a family and a link by the rows of `glm_equations.py`; of others by the name of the density."""
    found = with_zeros(model) or written(model)
    if found is None:
        return _of_likelihood(model)
    each, distribution, of, term, beside = found
    words = (Paragraph(beside),) if beside else ()
    return (Paragraph(each), Math(distribution), Math(_predictor(model)), *_summed(model, of, term), *words)


def _of_likelihood(model: Any) -> tuple[Block, ...]:
    """Of a regression that has no formulas of its own: its density by name."""
    what = "the probability" if model.likelihood.outcome.is_whole else "a distribution of density"
    own = model.predictor.own
    tau = r", \tau" * (len(own) > 0) + "_i" * any(own)
    shared = [called for called, columns in zip(model.others, own, strict=True) if not columns]
    words = [f"{code(called)} is a constant, $\\tau$, that all rows share." for called in shared]
    if any(own):
        each = ", ".join(map(code, (*model.formulas[1:], *shared)))
        words = [f"$\\tau_i$ are the other parameters of row $i$, {each}: coefficients of their own, or constants."]
    return (
        Paragraph(
            f"{literal(model.title)}: each value of {code(model.outcome_name)} has {what} $p$, in which "
            f"{model.likelihood.words.predictor} is a linear predictor:"
        ),
        Math(rf"y_i \sim p(y_i \mid \eta_i{tau}), \qquad " + _predictor(model)),
        *_summed(model, rf"\beta{tau}", rf"\log p(y_i \mid \eta_i{tau})"),
        *map(Paragraph, words),
    )


def _predictor(model: Any) -> str:
    """eta written out by column names where they are few and plain words, as a sum otherwise."""
    offset = "" if model.rows.offset is None else " + o_i"
    terms = model.first_terms
    plain = len(terms) <= INDEXED and all(re.fullmatch(r"[A-Za-z][A-Za-z0-9.]*", name) for name in terms)
    if not plain:
        first, start = (r"\beta_0 + ", 1) if terms[0] == "Intercept" else ("", 0)
        return rf"\eta_i = {first}\sum_{{j={start}}}^{{{len(terms) - 1}}} \beta_j x_{{ij}}{offset}"
    shift = 0 if "Intercept" in terms else 1
    parts = [
        rf"\beta_{j + shift}" + ("" if name == "Intercept" else rf" \cdot \mathrm{{{name}}}")
        for j, name in enumerate(terms)
    ]
    return r"\eta_i = " + " + ".join(parts) + offset


def _offset(model: Any) -> tuple[Block, ...]:
    """What o_i is, where there is one."""
    if model.rows.offset is None:
        return ()
    offset, exposure = model.extras.get("offset"), model.extras.get("exposure")
    parts = [f"{code(offset)}"] * bool(offset) + [f"the logarithm of the exposure {code(exposure)}"] * bool(exposure)
    what = " plus ".join(parts) or "the given offset of the row (of an exposure, its logarithm)"
    return (Paragraph(f"Here $o_i$ is {what}, whose coefficient is held at 1."),)


def _summed(model: Any, of: str, term: str) -> tuple[Block, ...]:
    """What o_i is, and the log-likelihood of `of` as a sum of what one row adds."""
    return (
        *_offset(model),
        Paragraph(f"The log-likelihood of all rows is{_weighted(model)}"),
        Math(rf"\ell({of}) = \sum_{{i}} {_weight(model)}{term}"),
    )


def _weight(model: Any) -> str:
    return "" if model.rows.weight is None else r"w_i "


def _weighted(model: Any) -> str:
    return ":" if model.rows.weight is None else ", with the frequency $w_i$ of each row:"


WRITTEN = {
    "ols": _ols,
    "logistic": _logistic,
    "softmax": _softmax,
    "probit": _probit,
    "poisson": _poisson,
    "negative_binomial": _negative_binomial,
    "gamma": _gamma,
    "beta_binomial": _beta_binomial,
}
"""The likelihood of each kind of regression."""
