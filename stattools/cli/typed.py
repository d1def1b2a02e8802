"""What pages and errors advise to type in Python, as the command line has it: `--cov quasi` for `cov="quasi"`."""

from __future__ import annotations

import re

from stattools.cli.families import KNOWN

WRITTEN: tuple[tuple[str, str], ...] = (
    (r'\bcov="(\w+)"', r"--cov \1"),
    (r"\bcov='(\w+)'", r"--cov \1"),
    (r"\bpenalty=st\.Jeffreys\(\)", "--penalty jeffreys"),
    (r"\bpenalty=st\.Ridge\(([\d.]+)\)", r"--penalty ridge(\1)"),
    (r"\bprior=st\.(Normal|Cauchy|StudentT)\(([\d., ]+)\)", r'--prior "\1(\2)"'),
    (r"\bst\.fit\(model, (--\w+ \S+?)\)", r"\1"),
    (rf"\bst\.({'|'.join(KNOWN)})\b(?!\()", r"--family \1"),
    (r"\b(weights|offset|exposure|trials|precision)=(?=[\s.,;:)]|$)", r"--\1"),
)
"""Words of Python and those of the command line, in the order in which they are replaced."""


def typed(text: str) -> str:
    """The text with options in the place of arguments.

    >>> typed('Use cov="quasi", or st.negative_binomial, which has a variance of its own.')
    'Use --cov quasi, or --family negative_binomial, which has a variance of its own.'
    """
    for python, ours in WRITTEN:
        text = re.sub(python, ours, text)
    return text
