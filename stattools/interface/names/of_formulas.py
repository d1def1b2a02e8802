"""What others write in formulas, and how it is written here: a pattern of text, what stands for it, and what is said.

`INSIDE` is an argument of a call with at most one more bracket in it. The rewrites are made in their order.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NO_MIXED = (
    'effects of groups, (1 | g), are for st.linear_mixed("y ~ x + (1 | g)", table), whose outcome is a number with '
    'normal errors, which st.glm(..., family="normal") takes too, and stand in the formulas of st.logistic, st.probit, '
    "st.poisson, st.negative_binomial, st.gamma, st.ordinal and st.regression; elsewhere "
    "st.fit(model, cov=st.Cluster(groups)) allows for rows that share a group"
)
NO_SMOOTH = (
    "a smooth curve with a penalty is s(x) in a formula, of one variable: "
    'fit = st.fit(st.glm("y ~ s(x)", table, family="normal")), and fit.smooth("x"), fit.smooths()'
)
A_TIME = (
    "a time that may be censored is the outcome of models of its own, such as "
    'st.cox("survival(time, died) ~ x", table) and st.kaplan_meier("survival(time, died) ~ group", table)'
)
INSIDE = r"\s*((?:[^(),~]|\([^()~]*\))+?)\s*"
TREATMENT = r"C(\1, contr.treatment(\2))"
WEIGHTS = r'weights="\1" (frequencies; of inverse variances precision="\1")'
OF_MGCV = (
    r"(?<![\w.])(s\((?:[^()~]|\([^()~]*\))*?),\s*(?:bs|m|fx|sp|id|xt|pc|d)\s*=\s*"
    r"(?:c\([^()]*\)|\"[^\"]*\"|'[^']*'|[^,()]+)"
)
"""An option of mgcv's s() that ours has not: its basis is one."""
COUNTS = r'trials="\2" of st.logistic'


class Rewrite(NamedTuple):
    """A pattern, its text in our words, and the arguments of the model that it becomes."""

    pattern: re.Pattern[str]
    ours: str
    arguments: str = ""

    @classmethod
    def of(cls, pattern: str, ours: str, arguments: str = "") -> Rewrite:
        """With `ARG` for `INSIDE`."""
        return cls(re.compile(pattern.replace("ARG", INSIDE)), ours, arguments)


REWRITES = tuple(
    Rewrite.of(*row)
    for row in (
        (r"^cbind\(ARG,\s*(?:I\()?ARG-\s*\1\s*\)?\)\s*~", r"\1 ~", COUNTS),
        (r"^ARG\+\s*I\(ARG-\s*\1\s*\)\s*~", r"\1 ~", COUNTS),
        (r"^cbind\(ARG,ARG\)\s*~", r"\1 + \2 ~"),
        (r"^ARG(?:/|\|\s*trials\()\s*([^()~/|]+?)\s*\)?\s*~", r"\1 ~", COUNTS),
        (r"^1\s*-\s*([^\W\d]\w*)\s*~", r"I(1 - \1) ~"),
        (r"^\(?\s*([^\W\d]\w*\s*(?:[<>]=?|[!=]=)\s*[^+~():*]+?)\s*\)?\s*~", r"I(\1) ~"),
        (r"(?<=[~+])\s*\(\s*([^\W\d]\w*\s*(?:[<>]=?|[!=]=)\s*[^+~():*]+?)\s*\)", r" I(\1)"),
        (r"\bi\(ARG,\s*([^\W\d]\w*)\)", r"C(\1):\2"),
        (r"(?<=~)\s*offset\((?:np\.)?log\(ARG\)\)\s*$", r" 1", r'exposure="\1"'),
        (r"(?<=~)\s*offset\(ARG\)\s*$", r" 1", r'offset="\1"'),
        (r"\s*\+\s*offset\((?:np\.)?log\(ARG\)\)|(?<=~)\s*offset\((?:np\.)?log\(ARG\)\)\s*\+", r"", r'exposure="\1\2"'),
        (r"\s*\+\s*offset\(ARG\)|(?<=~)\s*offset\(ARG\)\s*\+", r"", r'offset="\1\2"'),
        (r"\s*\+\s*exposure\(ARG\)", r"", r'exposure="\1"'),
        (r"\s*\+\s*weights\(ARG\)", r"", WEIGHTS),
        (r",\s*weights\s*=\s*(\w+)\s*$", r"", WEIGHTS),
        (r",\s*(offset|exposure)\s*=\s*(\w+)\s*$", r"", r'\1="\2"'),
        (r",\s*data\s*=[^()]*$", r""),
        (r"\b(?:np|numpy|math|jnp)\.(log|exp|sqrt|log2|log10|log1p|expm1|abs)\b", r"\1"),
        (r"\blog\(ARG,\s*(?:base\s*=\s*)?(2|10)\)", r"log\2(\1)"),
        (r"\b(?:np|numpy)\.absolute\(", r"abs("),
        (r"\b(?:np|numpy)\.square\(ARG\)", r"I(\1**2)"),
        (r"\b(?:(?:np|numpy|math)\.)?(?:power|pow)\(ARG,ARG\)", r"I(\1**\2)"),
        (r"\b(?:np\.where|ifelse|if_else)\(ARG,\s*1\s*,\s*0\s*\)", r"I(\1)"),
        (r"\bQ\(\s*([\"'])(.+?)\1\s*\)", r"`\2`"),
        (r"\b(?:C|factor|as\.factor|relevel|i)\(ARG,\s*(?:ref|base|reference)\s*=ARG\)", TREATMENT),
        (r"\b(?:relevel|i)\(ARG,\s*([\"'\d][^(),]*)\)", TREATMENT),
        (r"\bfactor\(ARG,\s*levels\s*=\s*c?\(([^()]*)\)\s*\)", r"C(\1, levels=[\2])"),
        (r"\b(?:as\.factor|as\.character|factor|ordered|strata|categorical|Categorical|i|dummy)\(ARG\)", r"C(\1)"),
        (r"\bi\.(\w+)", r"C(\1)"),
        (r"\bc\.(\w+)", r"\1"),
        (r"##", r"*"),
        (r"#", r":"),
        (r"%in%", r":"),
        (r"&&?", r":"),
        (r"\bnatural\(ARG,\s*(?:df\s*=\s*)?(\d+)\)", r"ns(\1, df=\2)"),
        (r"\bnatural\(ARG\)", r"ns(\1, df=3)"),
        (OF_MGCV, r"\1"),
        (OF_MGCV, r"\1"),
        (OF_MGCV, r"\1"),
        (r"(?<![\w.])(?:lo|smooth|f|ti|t2|te)\(ARG\)", r"s(\1)"),
        (r"(?<![\w.])(?:standardize|zscore|z|std)\(ARG\)", r"scale(\1)"),
        (r"(?<![\w.])(?:demean|mean_center)\(ARG\)", r"center(\1)"),
        (r"\bas\.(?:numeric|integer)\(ARG\)", r"\1"),
        (r"\bTRUE\b", r"True"),
        (r"\bFALSE\b", r"False"),
        (r"(?<![\w.])c\(([^()]*)\)", r"[\1]"),
        (r"\b\w+\$(\w+)|\b(?:df|data|dat|table|d|T)\.([^\W\d]\w*)", r"\1\2"),
        (r"(?<=[~+])\s*([^\W\d]\w*)\s*(\*\*|\^)\s*(\d+)", r" I(\1**\3)"),
        (r"(?<=[~+])\s*([^\W\d]\w*)\s*/\s*(\d+(?:\.\d+)?)\b", r" I(\1 / \2)"),
        (r"(?<=[~+])\s*(\d+(?:\.\d+)?)\s*\*\s*([^\W\d]\w*)", r" I(\1 * \2)"),
        (r"(?<=[~+])\s*([^\W\d]\w*\s*(?:[<>]=?|[!=]=)\s*[^+~():*]+?)\s*(?=\+|$)", r" I(\1)"),
        (r"^\s*([^~=(]+?)\s*=(?!=)\s*([^~=]+)$", r"\1 ~ \2"),
    )
)
"""What is written otherwise here; a left side that means trials, and terms that are arguments here, come first."""

POWER_INSIDE = re.compile(r"\bI\([^()~]*\^[^()~]*\)")
"""R's power, within I(...), where ours is `**`."""

FIXED_EFFECTS = re.compile(r"\|([^|()~]+)$")
"""pyfixest's: columns after a bar at the end."""


OTHER_KNOTS = (
    "a natural cubic spline is ns(x, df=3), with as many columns as rcs(x, 4), whose knots are other quantiles: "
    "ns(x, knots=[k2, k3], lower_bound=k1, upper_bound=k4) has given ones"
)


class Lacking(NamedTuple):
    """A pattern of what we do not have, and what to say of it."""

    pattern: re.Pattern[str]
    note: str


LACKING = tuple(
    Lacking(re.compile(pattern), note)
    for pattern, note in (
        (r"\|[^()~|]*\)", NO_MIXED),
        (r"\b(?:Surv|survival)\s*\(", A_TIME),
        (r"(?<![\w.])(?:frailty|re)\(", NO_MIXED),
        (r"(?<![\w.])rcs\(", OTHER_KNOTS),
        (r"\bcluster\(", 'groups are no term here: st.fit(model, cov=st.Cluster("group"))'),
        (r"\|\|", NO_MIXED),
        (r"\|[^|()~]+\|", "there are no instrumental variables here"),
        (r"(?<![\w.])(?:te|ti|t2|lo|smooth|f)\(", NO_SMOOTH),
        (r"(?<![\w.])(?:cut|qcut|lag|lead|shift|diff|rank|sin|cos|tan|pmin|pmax|min|max|mean|round|interaction|mo|L|D)\(",
         "a formula has no such function: make it a column of the table, table.assign(new=...), and name that"),
        (r"\b\w+\[", "a formula knows whole columns: make a part of one a column of the table, table.assign(new=...)"),
    )
)  # fmt: skip

ALIEN = Lacking(
    re.compile(
        r"\b(?:np|numpy|pd|pandas|scipy|math)\.\w[\w.]*\(|\b(?!contr\.)[^\W\d]\w*\.\w+\("
        r"|(?<![\w.])(?:nested|gp|hsgp|mvbind|reorder|d)\(|(?<![\w.])[LFD]\d?\.\w"
    ),
    "a formula has no such function: make it a column of the table, table.assign(new=...), and name that",
)
"""Functions and methods of others that are left when all else is rewritten."""
