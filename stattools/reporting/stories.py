"""What is told of each kind of regression: the words that stand around its numbers, one row of a table per kind.

A regression that is not in the table is told in the words of its likelihood, never in those of another kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stattools.errors import IncompatibleError
from stattools.models.model import Model
from stattools.reporting.document import code


@dataclass(frozen=True)
class Story:
    """The words of a kind of regression, made from its model and, where there is one, the row of the coefficient.

    `asked` is what depends on the columns, `moved` what one unit of a column does to it; `subject` is what a
    coefficient moves, as plain text that begins a sentence. `ratio` is what its
    exponential is called where that is a factor, `beside` why there is a maximum, beside independent columns.
    """

    asked: Callable[[Any], str]
    moved: Callable[[Any, Any], str]
    subject: Callable[[Any, Any], str]
    beside: str = ""
    ratio: str | None = None


def story(model: Any) -> Story:
    """The words for a regression; IncompatibleError for what is none."""
    if not isinstance(model, Model):
        raise no_words(model)
    return STORIES[model.kind] if model.kind in STORIES else _of_likelihood(model)


def _of_likelihood(model: Model) -> Story:
    """What the words of a likelihood say of its linear predictor."""
    words, is_event = model.likelihood.words, model.likelihood.is_event
    named = f"{words.subject} that {event(model)}" if is_event else f"{words.subject} of {code(model.outcome_name)}"
    plain = f"{words.subject} {_event_in_plain_words(model) if is_event else f'of {model.outcome_name}'}"
    return Story(
        asked=lambda model: named,
        moved=lambda model, row: f"{'multiplies' if words.ratio else 'changes'} {named}",
        subject=lambda model, row: plain[0].upper() + plain[1:],
        ratio=words.ratio,
    )


def no_words(model: Any) -> IncompatibleError:
    """What is said of a model that nothing is told of."""
    return IncompatibleError(
        f"reports and sentences have no words for {model.title}. print(fit), fit.table() and st.report_table(fit) "
        "have its numbers."
    )


def event(model: Any) -> str:
    """`admit` is `yes`: the outcome that a binary regression counts as 1; of grouped data, what a success is."""
    if "trials" in model.likelihood.parts:
        return f"a trial is a success ({code(model.outcome_name)})"
    return f"{code(model.outcome_name)} is {code(_one(model))}"


def _one(model: Any) -> Any:
    return 1 if model.labels is None else model.labels[1]


def _event_in_plain_words(model: Any) -> str:
    return "of a success" if "trials" in model.likelihood.parts else f"that {model.outcome_name} is {_one(model)}"


_COUNTS: dict[str, Any] = {
    "asked": lambda model: f"the expected count of {code(model.outcome_name)}",
    "moved": lambda model, row: f"multiplies the expected count of {code(model.outcome_name)}",
    "subject": lambda model, row: f"The expected count of {model.outcome_name}",
    "ratio": "rate ratio",
}

STORIES: dict[str, Story] = {
    "ols": Story(
        asked=lambda model: f"the mean of {code(model.outcome_name)}",
        moved=lambda model, row: f"changes the mean of {code(model.outcome_name)}",
        subject=lambda model, row: f"The mean of {model.outcome_name}",
    ),
    "logistic": Story(
        asked=lambda model: f"the odds that {event(model)}",
        moved=lambda model, row: f"multiplies the odds that {event(model)}",
        subject=lambda model, row: f"The odds {_event_in_plain_words(model)}",
        beside=" and the outcomes overlap",
        ratio="odds ratio",
    ),
    "probit": Story(
        asked=lambda model: f"the probability that {event(model)}",
        moved=lambda model, row: f"moves the probability that {event(model)} on the normal scale, $\\Phi^{{-1}}(p)$,",
        subject=lambda model, row: f"The normal score of the probability {_event_in_plain_words(model)}",
        beside=" and the outcomes overlap",
    ),
    "softmax": Story(
        asked=lambda model: f"the odds of each category of {code(model.outcome_name)}",
        moved=lambda model, row: f"multiplies the odds of {code(row['category'])} against {code(model.labels[0])}",
        subject=lambda model, row: f"The odds of {row.get('category')} against {model.labels[0]}",
        beside=" and the outcomes overlap",
        ratio="odds ratio",
    ),
    "poisson": Story(**_COUNTS, beside=" and no combination of them separates the zeros"),
    "negative_binomial": Story(**_COUNTS, beside=" and the counts vary more than Poisson counts"),
    "zero_inflated": Story(
        asked=lambda model: f"the expected count of {code(model.outcome_name)} beside its extra zeros",
        moved=lambda model, row: f"multiplies the expected count of {code(model.outcome_name)} beside its extra zeros",
        subject=lambda model, row: f"The expected count of {model.outcome_name} beside its extra zeros",
        beside=" and there are extra zeros",
        ratio="rate ratio",
    ),
    "hurdle": Story(
        asked=lambda model: f"the rate of the positive counts of {code(model.outcome_name)}",
        moved=lambda model, row: f"multiplies the rate of the positive counts of {code(model.outcome_name)}",
        subject=lambda model, row: f"The rate of the positive counts of {model.outcome_name}",
        beside=", no combination of them separates the zeros, and positive counts differ",
        ratio="rate ratio",
    ),
    "beta_binomial": Story(
        asked=lambda model: f"the mean share of successes ({code(model.outcome_name)})",
        moved=lambda model, row: f"multiplies the odds of the mean share of successes ({code(model.outcome_name)})",
        subject=lambda model, row: f"The odds of the mean share of successes ({model.outcome_name})",
        beside=" and the shares vary more than binomial shares",
        ratio="odds ratio",
    ),
}
