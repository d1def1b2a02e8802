"""Pages that R prints of fits to `pages/data.csv`, and the models that they are of.

`pages/pages.R` made them (R 4.5, lme4 1.1-38, survival 3.8, MASS 7.3, ordinal 2023.12-4.1), and the data.
"""

import re
from functools import cache
from pathlib import Path

import pandas as pd

import stattools as st

FOLDER = Path(__file__).parent / "pages"
DATA = pd.read_csv(FOLDER / "data.csv")
DATA["o"] = pd.Categorical(DATA.o, ["low", "mid", "high"], ordered=True)
MODELS = {
    "lm": lambda: st.ols("y ~ x + z", DATA),
    "glm": lambda: st.logistic("b ~ x + z", DATA),
    "poisson": lambda: st.poisson("k ~ x", DATA),
    "glm_nb": lambda: st.negative_binomial("k ~ x + z", DATA),
    "polr": lambda: st.ordinal("o ~ x + z", DATA),
    "clm": lambda: st.ordinal("o ~ x + z", DATA),
    "lmer": lambda: st.linear_mixed("y ~ x + (x | g)", DATA),
    "lmer_ml": lambda: st.linear_mixed("y ~ x + z + (1 | g)", DATA),
    "coxph": lambda: st.cox("survival(t, e) ~ x + z", DATA),
    "coxph_print": lambda: st.cox("survival(t, e) ~ x + z", DATA),
    "survreg": lambda: st.aft("survival(t, e) ~ x + z", DATA),
    "survreg_print": lambda: st.aft("survival(t, e) ~ x + z", DATA),
}
NUMBER = re.compile(r"(?<![\w.(^])-?\d+(?:\.\d+)?(?:e[+-]\d+)?(?![\w.]*[A-Za-z]| x log)|(?<=\()\d+\.?\d*(?=\))")
NO_RESULTS = re.compile(
    r"Call:|formula|Formula|data:|glm|lm\(|link = |coxph\(|survreg\(|polr\(|Signif|lower .95|-2\*log"
)
"""Lines without results: the call, the legend of stars, and headings."""


@cache
def page(name):
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def numbers(text):
    """Where the results of a page begin and end."""
    place = 0
    for line in text.splitlines(keepends=True):
        if not NO_RESULTS.search(line):
            yield from ((place + one.start(), place + one.end()) for one in NUMBER.finditer(line))
        place += len(line)


def changed(text, start, end, digit, by):
    """The page with one digit of a number changed, of those before its exponent; the number that then stands there."""
    number = text[start:end]
    body = number.partition("e")[0]
    digits = [at for at, mark in enumerate(body) if mark.isdigit()]
    first = next((k for k, at in enumerate(digits) if body[at] != "0"), 0)
    at = digits[min(first + digit, len(digits) - 1)]
    new = f"{number[:at]}{(int(number[at]) + by) % 10}{number[at + 1 :]}"
    return text[:start] + new + text[end:], new
