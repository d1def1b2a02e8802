"""The block of random effects that lme4 prints: variances, standard deviations and correlations by group."""

from __future__ import annotations

from stattools.validation.claims.headings import one
from stattools.validation.claims.printed import Printed, is_number

HEADS = {"Variance": "variance", "Std.Dev.": "sd"}


def random_effects(notes: str) -> dict[str, Printed]:
    """Facts such as "sd of x in g", "correlation of x and (Intercept) in g", "variance of Residual".

    >>> sorted(random_effects(" Groups Name        Variance Std.Dev.\\n g      (Intercept) 0.25     0.50\\n"))
    ['sd of (Intercept) in g', 'variance of (Intercept) in g']
    """
    found: dict[str, Printed] = {}
    lines = notes.splitlines()
    heads = [at for at, line in enumerate(lines) if line.split()[:2] == ["Groups", "Name"]]
    for at in heads:
        kinds = [HEADS[word] for word in lines[at].split()[2:] if word in HEADS]
        start, group, before = lines[at].index("Name"), "", []
        for line in lines[at + 1 :]:
            label, words = line[:start].strip(), line[start:].split()
            group, before = (label, []) if label else (group, before)
            name = words.pop(0) if words and not is_number(words[0]) else ""
            if not words or not all(map(is_number, words)) or not group:
                break
            where = f"{name} in {group}" if name else group
            for kind, text in zip(kinds, words, strict=False):
                found[f"{kind} of {where}"] = one(text)
            for other, text in zip(before, words[len(kinds) :], strict=False):
                found[f"correlation of {name} and {other} in {group}"] = one(text)
            before = [*before, name]
    return found
