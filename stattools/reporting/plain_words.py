"""Text for a reader who does not program: what pages and errors say, without what they advise to type.

A clause with a call, an argument or an option is left out, with what introduces it: "Standard errors are too small:
st.fit(model, cov='robust')." keeps its first half.
"""

from __future__ import annotations

import re

HINT = re.compile(
    r"""
    (?<![\w/.])(?:st|fit|model|posterior|stattools|np|pd)\.[a-zA-Z_]\w*   # a name of ours
    | (?<![\w.])[a-z_]{2,}=(?:["'\[({]|[A-Za-z0-9_.-])                    # an argument
    | \b[a-z_]\w*\(\)                                                     # a call
    | (?<![\w-])--[a-z]                                                   # an option of the command line
    | \btry\ [A-Za-z]+\(                                                  # a term of a formula
    """,
    re.VERBOSE,
)
"""What only somebody who types it understands."""
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*(])")
CLAUSE = re.compile(r"(?::|;|,)\s+(?:(?:and|or|but|so)\s+)?")


def plain_words(text: str) -> str:
    """The text without clauses that say what to type.

    >>> plain_words("Errors are up to 1.3 times too small: st.fit(model, cov='robust'), or a model of the variance.")
    'Errors are up to 1.3 times too small.'
    >>> plain_words("It is so. Use penalty=st.Jeffreys().")
    'It is so.'
    """
    kept = (_without(sentence) for sentence in SENTENCE.split(text.strip()))
    return " ".join(sentence for sentence in kept if sentence)


def has_hints(text: str) -> bool:
    """Whether a text says what to type."""
    return HINT.search(text) is not None


def _without(sentence: str) -> str:
    """A sentence up to the clause before the first hint; nothing where no clause is whole."""
    hint = HINT.search(sentence)
    if hint is None:
        return sentence
    colons = [found.start() for found in CLAUSE.finditer(sentence, 0, hint.start()) if found[0][0] in ":;"]
    cut = sentence[: colons[-1]].rstrip() if colons else ""
    return f"{cut}." if cut and not has_hints(cut) else ""
