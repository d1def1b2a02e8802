"""The words that stand around the numbers of a regression: those of its likelihood, said of the model's outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stattools.errors import IncompatibleError
from stattools.likelihoods.words import Words
from stattools.models.model import Model
from stattools.reporting.document import code


@dataclass(frozen=True)
class Story:
    """The words of a regression. Coefficients are rows of its table: those of several categories have one each."""

    model: Model

    @property
    def words(self) -> Words:
        """The words of the likelihood."""
        return self.model.likelihood.facts.words

    @property
    def ratio(self) -> str | None:
        """What the exponential of a coefficient is called where that is a factor that sentences speak of."""
        return self.words.ratio

    @property
    def asked(self) -> str:
        """What depends on the columns."""
        return self._marked(self.words.asked or self._made)

    def moved(self, row: object) -> str:
        """What one unit of a column does to it."""
        verb = "multiplies" if self.ratio else "changes"
        return self._marked(self.words.moved or f"{verb} {self._effect}", row)

    def subject(self, row: object) -> str:
        """What a coefficient moves, as plain text that begins a sentence."""
        y, event = self.model.outcome_name, _plain_event(self.model)
        plain = self._filled(self._effect, str, row, y=str(y), event=event)
        return plain[0].upper() + plain[1:]

    @property
    def _made(self) -> str:
        """What is asked of a likelihood that does not say it."""
        return f"{self.words.subject} {'{event}' if self.model.likelihood.facts.is_event else 'of {y}'}"

    @property
    def _effect(self) -> str:
        return self.words.effect or self.words.asked or self._made

    def _marked(self, text: str, row: object = None) -> str:
        model = self.model
        return self._filled(text, code, row, y=code(model.outcome_name), event=f"that {event(model)}")

    def _filled(self, text: str, mark: Callable[[str], str], row: Any, **words: str) -> str:
        """The text with the words in place of their names in braces."""
        if "{category}" in text and self.model.labels is not None:
            words |= {"category": mark(row["category"]), "reference": mark(self.model.labels[0])}
        for name, word in words.items():
            text = text.replace(f"{{{name}}}", word)
        return text


def story(model: object) -> Story:
    """The words for a regression; IncompatibleError for what is none."""
    if not isinstance(model, Model):
        raise no_words(model)
    return Story(model)


def no_words(model: Any) -> IncompatibleError:
    """What is said of a model that nothing is told of."""
    return IncompatibleError(
        f"reports and sentences have no words for {model.title}. print(fit), fit.table() and st.report_table(fit) "
        "have its numbers."
    )


def event(model: Model) -> str:
    """`admit` is `yes`: the outcome that a binary regression counts as 1; of grouped data, what a success is."""
    if "trials" in model.likelihood.parts:
        return f"a trial is a success ({code(model.outcome_name)})"
    return f"{code(model.outcome_name)} is {code(label(model))}"


def label(model: Model) -> object:
    """The label of the outcome that counts as 1."""
    return 1 if model.labels is None else model.labels[1]


def _plain_event(model: Model) -> str:
    return "of a success" if "trials" in model.likelihood.parts else f"that {model.outcome_name} is {label(model)}"
