"""What a paper says of its tests: one-sided or two-sided, adjusted for comparisons, with other kinds of intervals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stattools.validation.papers.flat_text import SENTENCE_END, FlatText
from stattools.validation.papers.reported import writes_commas

SAID = {
    "one-sided": r"(?:\b|_)(?:one|1|single)[- ]?(?:tail|sid)|\beinseitig|"
    r"(?<!non-)(?<!bi)\bdirectional (?:test|hypothes|alternative)",
    "two-sided": r"(?:\b|_)(?:two|2)[- ]?(?:tail|sid)|\bzweiseitig|\bnon-?directional test",
    "multiplied": r"Bonferroni|\bHolm\b|_(?:bonf|holm|adj|corr)|adjusted for (?:multiple|multiplicity|the number)|"
    r"corrected for (?:multiple|the number)|(?:adjusted|corrected) [pP]\b|multiple[- ](?:testing|comparisons?) correct",
    "adjusted": r"Tukey|Scheff|Games-?\s?Howell|Dunnett|[SŠ]id[aá]k|Benjamini|Hochberg|false discovery|\bFDR\b|"
    r"_tukey|_fdr",
    "not asymptotic": r"bootstrap|permutation|Monte[- ]Carlo|randomi[sz]ation test|exact (?:test|p\b)|Fisher's exact",
    "another test": r"log-?rank|likelihood[- ]ratio|Bayes|posterior",
    "another interval": r"profile|median|Hodges|bootstrap|percentile|\bBCa\b|bias[- ]corrected|\bexact\b|Clopper|"
    r"Wilson|\bscore interval|credib|posterior|Bayes|highest density|Fisher|log-?rank|mid-?p|permutation|"
    r"back-?transformed|asymmetric",
    "rounded df": r"Welch|Satterthwaite|Kenward|unequal variance|mixed[- ](?:effects? )?model|multilevel|lmer|"
    r"Greenhouse|Huynh",
    "sphericity": r"Greenhouse|Huynh|sphericity|_(?:GG|HF)",
    "within": r"repeated[- ]measures?|within[- ](?:subjects?|participants?)|mixed[- ](?:effects? )?model|multilevel|"
    r"lmer",
    "repeated": r"repeated|within[- ](?:subjects?|participants?)|mixed[- ](?:effects? )?model|multilevel|hierarchical|"
    r"trials|observations|lmer|nested|longitudinal|panel|clustered|missing|exclu",
}
"""What is asked of sentences, and how it is said."""
EXPRESSIONS = {name: re.compile(words, re.IGNORECASE) for name, words in SAID.items()}
EVERY = re.compile(r"\b(?:all|every|alle)\b", re.IGNORECASE)
TESTS = re.compile(r"\b(?:tests?|p|p-values?)\b", re.IGNORECASE)
"""What a sentence has that speaks of all tests of a paper, the second behind the first."""
SIZE = re.compile(r"\b[nN](?:_\w+)?\s?=\s?(\d{1,3}(?:,\d{3})+|\d{1,15})(?!\d|\.\d)")


@dataclass(frozen=True)
class Setting:
    """What holds for the whole paper, and the level `alpha` at which it decides; `whole` where the caller says that all
    means are of whole numbers.
    """

    comma: bool
    alpha: float
    whole: bool
    sizes: tuple[int, ...]
    holds: frozenset[str]

    def said(self, what: str, sentence: str) -> bool:
        """Whether a sentence says it, or the paper as a whole."""
        return what in self.holds or bool(EXPRESSIONS[what].search(sentence))

    @property
    def least_df(self) -> float:
        """Degrees of freedom of a t that has none beside it: ten at least, fewer where the paper has fewer rows."""
        return float(max(1, min([10, *(size - 5 for size in self.sizes)])))


def setting(text: FlatText, *, alpha: float, whole: bool) -> Setting:
    """What the paper says of itself."""
    plain = text.text
    sizes = tuple(int(found[1].replace(",", "")) for found in SIZE.finditer(plain))
    holds = {
        name
        for name in ("multiplied", "adjusted", "rounded df", "sphericity", "within")
        if EXPRESSIONS[name].search(plain)
    }
    for sentence in SENTENCE_END.split(plain):
        if any((every := EVERY.search(part)) and TESTS.search(part, every.end()) for part in sentence.split(".")):
            holds |= {name for name in ("one-sided", "two-sided") if EXPRESSIONS[name].search(sentence)}
        if re.search(r"\bintervals?\b|\bCIs?\b", sentence) and not re.search(r"\d\s?[\])]", sentence):
            holds |= {name for name in ("another interval",) if EXPRESSIONS[name].search(sentence)}
    return Setting(writes_commas(plain), alpha, whole, sizes, frozenset(holds))
