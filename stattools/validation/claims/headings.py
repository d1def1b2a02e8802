"""What the columns of a table hold, by the words above them, and what else these words say.

A cell of a table in parts: the number itself, and what stands in brackets after it; and what notes say of these.

What the words around a table say of the numbers in it: the outcome, the family, the covariance, the level.

Single numbers beside a table of coefficients: how many rows, the log-likelihood, AIC and so on, by their words.

Which column of a table holds what: by the words above it, for each of the models that stand side by side.

What SPSS writes before its terms: the step or the model that the rows are of, in a column of its own or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.validation.claims.printed import (
    DASHES,
    GREEK,
    LONGEST,
    MARKS,
    Cells,
    Printed,
    bare,
    is_number,
    one_kind,
    printed,
)

WORDS = {
    "term": "term terms variable variables name names parameter parameters param coefficients coefname rowname "
    "rownames covariate covariates predictor predictors unnamed0 index regressor effect characteristic",
    "estimate": "estimate estimates est coef coefs coefficient coeff b beta params value estimated logodds loghr "
    "koeffizient schatzer coefficientestimate parameterestimate hatbeta betahat hatb bhat",
    "exponentiated": "or oddsratio oddsratios hr hazardratio hazardratios hazratio irr incidencerateratio rr riskratio "
    "rateratio rrr relativeriskratio expcoef expb expbeta expestimate sdeviationratio tr timeratio aor ahr adjor "
    "adjustedor adjustedoddsratio",
    "se": "stderror se stderr standarderror standarderrors bse stderrors standardfehler secoef sebeta sd loghrse seb",
    "robust": "robustse robuststderr robuststdse robuststderror robuststandarderror rse",
    "statistic": "statistic stat wald teststatistic wald2 waldstatistic chisq chi2 waldchi2 chisquare waldchisquare",
    "t": "t tvalue tstat tvalues tratio tstatistic tstatistics",
    "z": "z zvalue zstat zvalues zstatistic zstatistics waldz",
    "p": "pvalue p pvalues pz pt prz prt pval sig prob pr prchisq praboverz significance pwert",
    "lower": "conflow confintlower lower cilow cilower low ll lcl lowerci lowerlimit lowerbound lowercl",
    "upper": "confhigh confintupper upper cihigh ciupper high ul ucl upperci upperlimit upperbound uppercl",
    "df": "df dof ddf parameterdf",
}
"""What columns are called, in letters and digits alone, by what they hold."""

KINDS = {word: kind for kind, words in WORDS.items() for word in words.split()}

COLUMN = {"exponentiated": "estimate", "robust": "se", "t": "statistic", "z": "statistic"}
"""Kinds of headings that hold what another kind holds, and say more about it."""

INTERVAL = re.compile(
    r"(?:(\d{2}(?:[.,]\d+)?)\s*%\s*)?(?:c(?:onf(?:idence|\.)?)?\s*\.?\s*i(?:nt(?:erval|\.)?)?\.?(?:\s*limits?)?s?|interval)"
    r"(?:\s*(?:\(|at)?\s*(\d{2}(?:[.,]\d+)?)\s*%\s*\)?)?",
    re.I,
)

END = re.compile(
    r"(?:(low|lower|up|upp|upper|lcl|ucl|ll|ul|conf\.?low|conf\.?high)[\s._]*)?\[?\s*"
    r"(0?[.,]\d{1,4}|\d{1,2}(?:[.,]\d+)?\s*%|\d{2}(?:[.,]\d)?|2\.5|97\.5)\s*\]?(?:\s*%)?"
    r"(?:[\s._]*(?:%?\s*(?:c\.?i\.?|conf\.?))?[\s._]*(low|lower|upper|high))?",
    re.I,
)


@dataclass(frozen=True)
class Heading:
    """What a column holds, what its heading says of the numbers in it, which kinds stand in brackets after them, and of
    which estimates they are, "coef" or "ratio", in a table that has both.
    """

    kind: str
    said: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    of: str = ""


@lru_cache(1024)
def heading(text: str) -> Heading | None:
    """What a column under these words holds: a term, an estimate, its standard error and so on, or None.

    >>> heading("Pr(>|z|)").kind, heading("[0.025").said, heading("Odds Ratio").said
    ('p', {'level': '0.95'}, {'exponentiated': 'Odds Ratio'})
    >>> heading("Coef. (SE)").inside
    ('se',)
    """
    if len(text) > LONGEST:
        return None
    text = re.sub(rf"[{MARKS}]+$", "", " ".join(text.replace("\\", "").replace("$", "").split()))
    if re.search(r"exp\(\s*-|-\s*log2|cmp to", text, re.I):  # the ratio turned round, and what says nothing more
        return Heading("beside")
    plain = re.sub(r"[^a-z0-9]", "", text.casefold().translate(GREEK))
    if test := re.fullmatch(r"p(?:r(?:ob)?)?\W*>\W*([tz])\W*", text, re.I):
        return Heading("p", {"statistic": test[1].lower()})
    if re.search(r"\w\s*[(\[]", text) and (parted := _composed(text)) is not None and parted.inside:
        return parted
    kind = KINDS.get(plain)
    if kind is None and (end := _end(text)) is not None:
        return end
    if kind is None and (found := INTERVAL.fullmatch(text.strip("()[] "))):
        level = found[1] or found[2]
        return Heading("interval", {"level": share(level)} if level else {})
    if kind is None:
        return _composed(text)
    said = {
        "exponentiated": {"exponentiated": text},
        "robust": {"covariance": text},
        "t": {"statistic": "t"},
        "z": {"statistic": "z"},
    }.get(kind, {"statistic": "chi2"} if "chi" in plain or (plain.startswith("wald") and plain != "wald") else {})
    return Heading(COLUMN.get(kind, kind), said)


def _composed(text: str) -> Heading | None:
    """A heading of several kinds, such as OR (95% CI), b/se and exp(coef) lower 95%."""
    if of := re.fullmatch(r"(coef|exp\(coef\)|or|hr|b|exp\(b\))[\s_]+(.*(?:low|upp).*)", text, re.I):
        end = heading(of[2])
        return replace(end, of="coef" if of[1].casefold() in ("coef", "b") else "ratio") if end else None
    if of := re.fullmatch(r"((?:95|90|99)\s*%.*c\.?i\.?)\s*(?:for|of)\s+(exp\(b\)|or|hr|b|coef)", text, re.I):
        end = heading(of[1])
        return replace(end, of="coef" if of[2].casefold() in ("coef", "b") else "ratio") if end else None
    kind = re.fullmatch(r"((?:HC[0-3]|robust|cluster(?:ed|-robust)?|Newey-West|HAC)) (\S.*)", text, re.I)
    if kind is not None and (errors := heading(kind[2])) is not None and errors.kind == "se":
        return Heading("se", {"covariance": kind[1]})
    if named := re.fullmatch(r"(?:adj(?:usted|\.)?|crude|unadjusted|(?:uni|multi)varia(?:ble|te))\s+(.*)", text, re.I):
        return heading(named[1])
    for pattern in (r"(.+?)\s*[(\[]\s*(.+?)\s*[)\]]", r"(.+?),\s+(.+)", r"([^/]+)/(.+)"):
        found = re.fullmatch(pattern, text)
        first = heading(found[1]) if found else None
        if found is None or first is None or first.kind != "estimate":
            continue
        rest = [heading(one) for one in re.split(r"/|;|,\s", found[2])]
        kinds = tuple(one.kind for one in rest if one is not None and one.kind in ("se", "statistic", "p", "interval"))
        if kinds and len(kinds) == len(rest):
            said = {key: value for one in rest if one for key, value in one.said.items()}
            return Heading("estimate", {**said, **first.said}, kinds)
    return None


def share(percent: str) -> str:
    """A level as a share: 0.95 for 95 and for 95 %.

    >>> share("95"), share("99.5"), share("90 %")
    ('0.95', '0.995', '0.9')
    """
    return f"{float(percent.strip(' %').replace(',', '.')) / 100.0:.12g}"


def _end(text: str) -> Heading | None:
    """An end of an interval that is named by its tail or its level: [0.025, 97.5 %, lower .95, upper 95."""
    found = END.fullmatch(text.strip())
    if found is None:
        return None
    number = float(re.sub(r"[%\s]", "", found[2]).replace(",", "."))
    number = number / 100.0 if number >= 1.0 else number
    side = (found[1] or found[3] or "").casefold()
    if not side:  # a tail: 0.025 is below, 0.975 above
        if 0.15 < number < 0.85:
            return None
        kind, level = ("lower", 1.0 - 2.0 * number) if number < 0.5 else ("upper", 2.0 * number - 1.0)
    else:
        level = number if number >= 0.5 else 1.0 - 2.0 * number
        kind = "lower" if side.lstrip("conf.").startswith("l") else "upper"
        level = 2.0 * number - 1.0 if kind == "upper" and number in (0.975, 0.995) else level
    return Heading(kind, {"level": f"{level:.12g}"}) if 0.0 < level < 1.0 else None


SIGNS = {"(": "parentheses", "[": "brackets", "{": "braces", "+-": "plus or minus"}

BRACKETED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}")

WORD = re.compile(r"parenthes[ie]s|(?<!square )brackets?|square brackets?|braces?|\(\s*\)|\[\s*\]|\{\s*\}", re.I)

WHAT = re.compile(
    r"(?P<interval>(?:\d{2}(?:\.\d+)?\s*%?\s*)?(?:conf(?:idence)?\.?[\s-]+int(?:erval|\.)?s?|c\.?i\.?s?\b))"
    r"|(?P<p>\bp[\s-]*(?:values?|vals?)?(?=\s*(?:are|in|given|reported|shown|$|[:;,.(]))|significance levels?)"
    r"|(?P<t>\bt[\s-]*(?:stat(?:istic)?s?|values?|ratios?)\b)|(?P<z>\bz[\s-]*(?:stat(?:istic)?s?|values?|scores?)\b)"
    r"|(?P<se>\b(?:standard|std\.?)[\s-]*err(?:or)?s?\b|\bs\.?\s?e\.?s?\b)",
    re.I,
)
"""What notes say that brackets hold."""

LABELED = re.compile(
    r"^(?P<p>p)\s*(?=[=<>])|^(?P<se>se|s\.e\.)\s*=|^(?P<t>t)\s*=|^(?P<z>z)\s*=|^(?P<interval>(?:\d+\s*% )?ci)[:\s]+",
    re.I,
)


@dataclass(frozen=True)
class Part:
    """What stands in brackets: the sign that opens them, its text, and the kind that the text itself says."""

    sign: str
    text: str
    kind: str | None = None


def parts(cell: str) -> tuple[str, list[Part]]:
    """The text of a cell before its brackets, and each of its brackets.

    >>> parts("1.25* (1.01, 1.55)")
    ('1.25*', [Part(sign='(', text='1.01, 1.55', kind='interval')])
    >>> parts("(0.03)"), parts("0.12 [p = .03]")[1][0].kind
    (('', [Part(sign='(', text='0.03', kind=None)]), 'p')
    """
    if len(cell) > LONGEST:
        return cell.strip(), []
    text = re.sub(r"\^\{([^{}]*)\}", r"^\1", cell.replace("\\{", "{").replace("\\}", "}")).strip()
    found = []
    for one in BRACKETED.finditer(text):
        inner = next(group for group in one.groups() if group is not None).strip()
        if inner and not re.fullmatch(r"[a-z*+]+|ref\w*\.?|base|omitted|reference", inner, re.I):
            found.append(_part(one[0][0], inner))
    main = BRACKETED.sub(" ", text).strip()
    if spread := re.fullmatch(r"(.*\d.*?)\s*(?:\u00b1|\+/-|\+-|\\pm)\s*(.*)", main):
        main, found = spread[1], [_part("+-", spread[2]), *found]
    return main, found


def _part(sign: str, text: str) -> Part:
    labeled = LABELED.match(text)
    kind = labeled.lastgroup if labeled else None
    text = text[labeled.end() :].strip() if labeled else text
    return Part(sign, text, "interval" if pair(text) is not None else kind)


def pair(text: str, mark: str | None = None) -> tuple[str, str] | None:
    """The two ends of an interval in one text, or None.

    >>> pair("1.01, 1.55"), pair("-0.5--0.1"), pair("1,01; 1,55"), pair("0.1 to 0.3"), pair("0.3")
    (('1.01', '1.55'), ('-0.5', '-0.1'), ('1,01', '1,55'), ('0.1', '0.3'), None)
    """
    if len(text) > LONGEST:
        return None
    text = bare(one_kind(text))
    number = r"[<>]?\s*[+-]?\s?(?:\d[\d']*(?:[.,]\d+)*|[.,]\d+)(?:e[+-]?\d+)?"
    plain = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?"
    for pattern in (
        rf"({number})\s*(?:;|\bto\b|\band\b|\||:|\.\.\.?)\s*({number})",
        rf"({number}),\s+({number})",
        rf"({number})\s+-\s+({number})",
        rf"({number})-({number})",
        rf"({number})\s+({number})",
        rf"({plain}),({plain})" if mark != "," and "." in text else r"(?!)",
    ):
        found = re.fullmatch(pattern, text, re.I)
        if found is not None and is_number(found[1]) and is_number(found[2]):
            return found[1].strip(), found[2].strip()
    return None


def inside(notes: str) -> tuple[dict[str, str], dict[str, str]]:
    """What notes say that each kind of bracket holds, by the sign that opens it; and what else these words say.

    >>> inside("t statistics in parentheses")
    ({'(': 't'}, {'statistic': 't'})
    >>> inside("Robust standard errors in parentheses. 90% CI in brackets")
    ({'(': 'se', '[': 'interval'}, {'level': '0.9'})
    """
    held: dict[str, str] = {}
    said: dict[str, str] = {}
    for line in re.split(r"\n|(?<=[a-z])\.\s", notes):
        words, start = list(WORD.finditer(line)), 0
        for at, word in enumerate(words):
            end = words[at + 1].start() if at + 1 < len(words) else len(line)
            before = list(WHAT.finditer(line, start, word.start()))
            after = list(WHAT.finditer(line, word.end(), end))
            start = word.end()
            what = before[-1] if before else after[0] if after else None
            if what is None or what.lastgroup is None:
                continue
            held.setdefault(_sign(word[0]), what.lastgroup)
            if what.lastgroup in "tz":
                said["statistic"] = what.lastgroup
            if what.lastgroup == "interval" and (level := re.match(r"\d+(?:\.\d+)?", what[0])):
                said["level"] = share(level[0])
    for one in BRACKETED.finditer(notes):  # a pattern of a cell: Coefficient (Std. Error)
        what = WHAT.fullmatch(next(group for group in one.groups() if group is not None).strip())
        if what is not None and what.lastgroup is not None:
            held.setdefault(one[0][0], what.lastgroup)
    return held, said


def _sign(word: str) -> str:
    word = word.casefold()
    return "(" if word[0] in "p(" else "{" if word.startswith("brace") or word[0] == "{" else "["


KIND: Mapping[str, str] = {"t": "statistic", "z": "statistic"}
"""The column that a kind of bracket is of, where it is called otherwise."""

RATIOS = r"(?:odds|hazard|incidence[\s-]rate|rate|relative[\s-]risk|risk)[\s-]ratios?"

ERRORS = r"(?:standard errors?|std\.? ?err\w*\.?|s\.e\.)"

ROBUST = r"(?:cluster(?:ed|ing|-robust)?|robust|heteroske?c?dasticity\S*|HC[0-3]|Newey[\s-]West|bootstrap\w*)"

SAYINGS: tuple[tuple[str, str], ...] = (
    ("outcome", r"Dep(?:endent|\.)? variable:?\s+(\S+)"),
    (
        "family",
        r"(?:Model )?Family:\s*(\w+)|\bfamily\s*=\s*(?:sm\.families\.)?\"?(\w+)|Dispersion parameter for (.+?) family",
    ),
    ("link", r"Link Function:\s*(\w+)|\blink\s*=\s*\"?(\w+)|[Ff]amily:?\s*=?\s*\w+\s*\(\s*(?!link)(\w+)\s*\)"),
    ("covariance", r"Cov(?:ariance|\.)? Type:\s+(\S+)"),
    ("covariance", r"((?:Std\. [Ee]rr\. )?adjusted for \S+ clusters in \w+)"),
    ("covariance", rf"({ERRORS}[^.\n;()]*{ROBUST}\s*\(HC[0-3]\))"),
    ("covariance", rf"({ROBUST}[^.\n;]*?{ERRORS}[^.\n;()]*)"),
    ("covariance", rf"({ERRORS}[^.\n;()]*{ROBUST}[^.\n;()]*)"),
    ("covariance", r"(?m)^[ \t|]*(Robust|Clustered|Bootstrap|OPG|OIM)[ \t]*$"),
    ("level", r"(\d{2}(?:\.\d+)?) ?% *(?:conf|CI\b|c\.i\.)"),
    (
        "exponentiated",
        rf"((?:adjusted |crude )?{RATIOS}) (?:are )?(?:shown|reported|displayed|with|\()|(exponentiated coefficients)",
    ),
    ("ties", r"[Tt]ies:?\s+(\w+)|Method for ties:\s*(\w+)"),
    ("method", r"fit by (REML|maximum likelihood)|Method:\s+(REML|ML)\b"),
    ("converged", r"[Cc]onverged:\s+(\w+)"),
    ("model", r"(?m)^[ \t]*Model:\s+(\w+)"),
)
"""What is looked for in the words, by what it says; the first that is found counts."""


def said(notes: str) -> dict[str, str]:
    """What the words around a table say.

    >>> said("Dep. Variable: y   Covariance Type: HC1")
    {'outcome': 'y', 'covariance': 'HC1'}
    >>> said("Robust standard errors clustered by school in parentheses")["covariance"]
    'Robust standard errors clustered by school in parentheses'
    """
    found: dict[str, str] = {}
    for name, pattern in SAYINGS:
        one = re.search(pattern, notes, 0 if name == "model" else re.I)
        if one is not None and name not in found:
            text = next(group for group in one.groups() if group)
            found[name] = share(text) if name == "level" else " ".join(text.split())
    if (formula := _formula(notes)) is not None:
        found["formula"] = formula
    if "formula" in found and "outcome" not in found:
        found["outcome"] = found["formula"].partition("~")[0].strip()
    return found


def _formula(notes: str) -> str | None:
    """The formula of a call, up to the comma or the bracket that ends it."""
    place, start = 0, None
    for part in notes.split("~")[:-1]:  # the last sign of equality before a tilde, or a colon behind it
        before, sign, after = part.rpartition("=")
        start = re.search(r"formula\s*$", before, re.I) if sign else None
        if start is None:
            place, start = place + len(before) + len(sign), re.search(r"formula\s*:", after, re.I)
        if start is not None:
            break
        place += len(after) + 1
    if start is None:
        return None
    place += start.start()
    depth, found = 0, ""
    for mark in notes[place + len(start[0]) + (not start[0].endswith(":")) :]:
        depth += (mark in "([") - (mark in ")]")
        if depth < 0 or (depth == 0 and mark == ",") or (mark == "\n" and found.strip() and notes[place] == "F"):
            break
        found += mark
    return " ".join(found.split()) or None


SINGLE_WORDS = {
    "n": "n nobs obs observations numobs noobs noobservations nofobservations numberofobs numberofobservations "
    "nobservations samplesize numobservations nofobs totalobservations",
    "-2 loglik": "2log 2logl",
    "concordance": "concordance concordanceindex cindex",
    "loglik": "loglik ll loglikelihood logl loglike logpseudolikelihood pseudologlikelihood llf loglikmodel "
    "partialloglikelihood",
    "loglik_null": "llnull ll0 loglikinterceptonly nullloglikelihood llnul",
    "aic": "aic partialaic akaikeinfcrit akaikeinformationcriterion akaike",
    "bic": "bic bayesianinfcrit bayesianinformationcriterion schwarz sic",
    "r_squared": "r2 rsquared rsq multiplersquared rsqr pseudor2 pseudorsq pseudorsqu pseudorsquared mcfaddenr2 r2p "
    "pseudor2mcfadden mcfaddensr2",
    "adj_r_squared": "adjr2 adjustedr2 adjrsquared adjustedrsquared r2adj rsquaredadj r2a adjrsq r2adjusted",
    "deviance": "deviance residualdeviance resdeviance resdev",
    "null_deviance": "nulldeviance nulldev",
    "scale": "scale dispersion dispersionparameter phi sigma residualstderror residualstandarderror rse rootmse rmse",
    "df_resid": "dfresid dfresiduals dfresidual residualdf dfr dfresidualdf dofresiduals",
    "df_model": "dfmodel dfm modeldf",
    "f_statistic": "f fstatistic fstat",
    "lr_statistic": "lrchi2 loglikelihoodratiotest likelihoodratiotest lrtest modelchi2",
    "wald_statistic": "waldchi2 waldtest",
    "events": "numberofevents numberofeventsobserved numevents events noevents nofevents noofevents nooffailures "
    "failures",
    "groups": "nogroups numberofgroups groups numgroups ngroups ng noclusters clusters nclust nclusters "
    "numberofclusters",
    "theta": "theta",
    "reml_criterion": "remlcriterionatconvergence remlcriterion",
}
"""What single numbers are called, in letters and digits alone."""

SINGLE_NAMES = {word: name for name, words in SINGLE_WORDS.items() for word in words.split()}

NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"

SAID = re.compile(
    r"(?<!\w)(?<!\w[.-])([A-Za-z][\w.\-\u00b2]*+(?:[ -][A-Za-z(][\w.\-\u00b2]*+\)?+){0,4})"
    r"(?:\s?\([^()=:]*\))*\s*[=:]\s*"
    rf"({NUMBER})(?!\w|[.,:/-]?\d)"
)


def fact(label: str) -> str | None:
    """The name of the fact that a label is of, or None.

    >>> fact("No. Observations"), fact("Log-Likelihood"), fact("Adj. R2"), fact("age")
    ('n', 'loglik', 'adj_r_squared', None)
    """
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\([^()]*\)", "", label).casefold().translate(GREEK))
    return SINGLE_NAMES.get(plain)


def facts(notes: str) -> dict[str, Printed]:
    """The facts that are said in words around a table: "Log likelihood = -100.7", "n= 228", "AIC: 153.78".

    >>> facts("Number of obs = 189   Log likelihood = -100.724")["n"].value
    array(189.)
    """
    found: dict[str, Printed] = {}
    notes = notes.translate(DASHES)
    for label, number in SAID.findall(notes):
        words = label.split()
        ends = (" ".join(words[start:]) for start in range(len(words)))
        name = next((name for end in ends if (name := fact(end)) is not None), None)
        name = None if OTHER.search(label) else name
        if name is not None and not re.search(r"2 x log|-2 ?log", label, re.I):
            found.setdefault(name, one(number))
    if twice := re.search(rf"2 x log-likelihood:\s*({NUMBER})", notes):
        both = one(twice[1])
        found["loglik"] = Printed(0.5 * both.value, 0.5 * both.half)
    for pattern, name in SPOKEN.items():
        if (spoken := re.search(pattern, notes)) is not None:
            found[name] = one(spoken[1])
    if "Loglik(intercept only)" in notes and "scale" in found:  # survreg calls the scale of times so
        found["scale of times"] = found.pop("scale")
    for pattern, name in TESTS.items():
        if (test := re.search(rf"{pattern}\s*=?\s*({NUMBER}){FREEDOM}", notes)) is not None:
            found |= {name: one(test[1]), f"df of {name}": one(test[2])}
            found |= {f"p of {name}": one(test[3])} if test[3] else {}
    if (
        ratio := re.search(rf"F-statistic: *({NUMBER}) on *(\d+) and *(\d+) DF, *p-value: *(<? *{NUMBER})", notes)
    ) is not None:
        parts = ("f_statistic", "df of f_statistic", "df_resid of f_statistic", "p of f_statistic")
        found |= {name: one(text) for name, text in zip(parts, ratio.groups(), strict=True)}
    if "PHReg" in notes and "n" in found:  # without the rows that were gone before the first event
        found["rows at risk"] = found.pop("n")
    return {**_in_lines(notes), **found}


FREEDOM = rf"\s+on\s+(\d+)\s+(?:df|degrees of freedom),\s+p\s*=?\s*(<?\s*{NUMBER})?"

TESTS = {
    r"[Ll]ikelihood ratio test": "lr_statistic",
    r"Chisq": "lr_statistic",
    r"Wald test": "wald_statistic",
    r"Score \(logrank\) test": "score_statistic",
}
"""Tests of all coefficients, as R prints them."""

OTHER = re.compile(r"\b(?:pearson|within|between|overall|prob|min|max|mean|median|average|per)\b", re.I)
"""Words that make another number of a fact."""

SPOKEN = {
    rf"Dispersion parameter for .*? taken to be ({NUMBER})": "scale",
    rf"Residual standard error: ({NUMBER})": "scale",
    r"Null deviance:.* on +(\d+) +degrees": "df_null",
    r"Residual deviance:.* on +(\d+) +degrees": "df_resid",
    rf"Loglik\(intercept only\)= *({NUMBER})": "loglik_null",
    rf"Prob \(F-statistic\): +({NUMBER})": "p of f_statistic",
    rf"LLR p-value: +({NUMBER})": "p of lr_statistic",
    rf"Theta: +({NUMBER})": "theta",
    rf"Theta:.*\s+Std\. Err\.: +({NUMBER})": "se of theta",
    rf"Concordance= *{NUMBER} +\(se = *({NUMBER})": "se of concordance",
    r"Residual standard error: .* on (\d+) degrees of freedom": "df_resid",
    r"groups:\s+\w+, (\d+)": "groups",
}
"""What R says of facts in sentences."""


def one(text: str, mark: str = ".") -> Printed:
    """A single number that was printed."""
    value, half = printed(text, "a fact", mark)
    return Printed(np.asarray(value), np.asarray(half))


def _in_lines(notes: str) -> Mapping[str, Printed]:
    """Facts whose names stand in one line and whose numbers stand in the next, as lme4 prints them."""
    found: dict[str, Printed] = {}
    lines = notes.splitlines()
    for line, below in pairwise(lines):
        names, numbers = line.split(), below.split()
        if len(names) != len(numbers) or len(names) < 3 or any(map(is_number, names)):
            continue
        pairs = [(known, text) for name, text in zip(names, numbers, strict=True) if (known := fact(name))]
        if len(pairs) > 1 and all(is_number(text) for _, text in pairs):
            found |= {known: one(text) for known, text in pairs if known not in found}
    return found


KEPT = ("estimate", "se", "statistic", "p", "lower", "upper", "interval")
"""The kinds of columns that a claim is made of."""

CALLED = {"estimate": "estimates", "se": "standard errors", "statistic": "statistics", "p": "p-values"}

NAMES = (("B", "b"), ("Beta", "beta", "\u03b2", "\u0392"))
"""How coefficients and standardized coefficients are called where both stand in a table."""


@dataclass(frozen=True)
class Group:
    """The columns of one model: of its terms, its estimates, the others by kind, those of exp of the estimates, and
    those that hold nothing but brackets; with what their headings say.
    """

    label: str
    term: int
    estimate: int
    others: Mapping[str, int] = field(default_factory=dict)
    ratio: Mapping[str, int] = field(default_factory=dict)
    beside: tuple[int, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[str, ...] = ()


def picked(cells: Cells, column: str | int | None) -> Group:
    """The columns of the model that is asked for, or of the only one."""
    found = groups(cells)
    if column is None:
        if len(found) == 1:
            return found[0]
        labels = ", ".join(quoted(group.label) for group in found)
        raise DomainError(
            f"{cells.name} has {len(found)} columns that may be of estimates: {labels}. Say which: column=."
        )
    if isinstance(column, int) and not isinstance(column, bool) and 1 <= column <= len(found):
        return found[column - 1]
    wanted = _plain(str(column))
    named = [group for group in found if wanted == _plain(group.label)]
    named = named or [group for group in found if wanted in {_plain(line[group.estimate]) for line in cells.head}]
    if len(named) != 1:
        labels = ", ".join(f"{at}: {quoted(group.label)}" for at, group in enumerate(found, 1))
        raise DomainError(
            f"column={column!r} is {'several' if named else 'none'} of the columns of {cells.name}: {labels}."
        )
    return named[0]


def headed(cells: Cells) -> list[Heading | None]:
    """What each column holds by its headings, the lowest first; the first column without one holds the terms."""
    width = len(cells.head[0]) if cells.head else len(cells.rows[0])
    found: list[Heading | None] = []
    for place in range(width):
        above = [line[place] for line in reversed(cells.head)]
        lowest = next((text.strip() for text in above if text.strip()), "")
        above = [] if re.fullmatch(r"\(\d+\)", lowest) else above
        joined = " ".join(reversed(above))
        found.append(next((one for text in (*above, joined) if (one := heading(text)) is not None), None))
    if not any(one is not None and one.kind == "term" for one in found):
        unnamed = [place for place in range(width) if found[place] is None and (not place or not _titled(cells, place))]
        if unnamed and (not _titled(cells, unnamed[0]) or _is_words(cells, unnamed[0])):
            found[unnamed[0]] = Heading("term")
    titles = [" ".join(line[place].strip() for line in cells.head).split() for place in range(width)]
    plain, beta = ([place for place, title in enumerate(titles) if title and title[-1] in names] for names in NAMES)
    if len(plain) == len(beta) == 1 and found[plain[0]] is not None:  # beside B, beta is of standardized columns
        found[beta[0]] = None
    if any(one is not None and one.kind == "df" for one in found):  # Wald's statistic with its degrees is a chi-squared
        found = [
            replace(one, said={"statistic": "chi2"}) if one is not None and titles[place] == ["Wald"] else one
            for place, one in enumerate(found)
        ]
    kinds = {one.kind for one in found if one is not None}
    for end, other in (("lower", "upper"), ("upper", "lower")):  # an outcome may be called low
        found = [None if one is not None and one.kind == end and other not in kinds else one for one in found]
    for place in range(width - 1):
        one, other = found[place], found[place + 1]
        if one is not None and other is not None and one.kind == other.kind == "interval":
            found[place : place + 2] = [replace(one, kind="lower"), replace(other, kind="upper")]
    return found


def groups(cells: Cells) -> list[Group]:
    """The models of a table, from left to right."""
    found = headed(cells)
    names = ", ".join(cells.title(place) for place in range(len(found)))
    terms = [place for place, one in enumerate(found) if one is not None and one.kind == "term"]
    if not terms:
        raise _lacking("term", cells, names)
    estimates = [place for place, one in enumerate(found) if one is not None and one.kind == "estimate"]
    others = [
        place for place, one in enumerate(found) if one is not None and one.kind in KEPT and place not in estimates
    ]
    if not others:
        models = _side_by_side(cells, found, terms[0])
        if len(models) > len(estimates):
            return models
    if not estimates:
        raise _lacking("estimate", cells, names)
    upper = [_upper(cells, place) for place in range(len(found))]
    shares = len({upper[place] for place in estimates}) < len(estimates) or not all(upper[place] for place in estimates)
    shares = shares or len(estimates) == 1
    plain = [place for place in estimates if "exponentiated" not in _said(found, place)]
    if shares and len(plain) == 1 == len(estimates) - len(plain):
        return [_with_ratio(cells, found, terms[0], plain[0], next(p for p in estimates if p not in plain), others)]
    every = []
    for at, place in enumerate(estimates):
        end = estimates[at + 1] if at + 1 < len(estimates) else len(found)
        own = []
        for other in others:
            alone = sum(_kind(found, one) == _kind(found, other) for one in others) == 1
            near = place < other < end or (at == 0 and other < place)
            own += [other] if (upper[other] == upper[place] if not shares else near or alone) else []
        label = upper[place] if not shares else cells.title(place).strip("'\"")
        every.append(_group(cells, found, label, terms[0], place, own))
    if shares and len({group.label for group in every}) < len(every):
        every = [replace(group, label=f"{group.label} {at}") for at, group in enumerate(every, 1)]
    return every


def unread(cells: Cells, group: Group) -> list[str]:
    """The headings of columns of numbers that nobody knows, in a table whose columns have known headings."""
    if not group.others:
        return []
    found = headed(cells)
    unknown = [place for place, one in enumerate(found) if one is None and place not in group.beside]
    filled = [place for place in unknown if any(is_number(row[place]) for row in cells.rows) and _titled(cells, place)]
    return [cells.title(place) for place in filled]


def _group(
    cells: Cells, found: Sequence[Heading | None], label: str, term: int, place: int, others: Sequence[int]
) -> Group:
    at: dict[str, int] = {}
    said = dict(_said(found, place))
    for other in others:
        kind = _kind(found, other)
        if kind in at:
            raise DomainError(
                f"{cells.name} has 2 columns that may be of {CALLED.get(kind, kind)}: {cells.title(at[kind])}, "
                f"{cells.title(other)}. Leave one."
            )
        at[kind] = other
        said = {**_said(found, other), **said}
    one = found[place]
    beside = [p for p in range(len(found)) if found[p] is None and p > place and _only_brackets(cells, p)]
    return Group(label, term, place, at, {}, tuple(beside[:1]), said, one.inside if one else ())


def _with_ratio(
    cells: Cells, found: Sequence[Heading | None], term: int, plain: int, ratio: int, others: Sequence[int]
) -> Group:
    """The columns of coefficients and of their exponentials: intervals are of what their words or their place say."""
    ends = [place for place in others if _kind(found, place) in ("lower", "upper", "interval")]
    of_ratio = []
    for place in ends:
        one = found[place]
        nearest = max((p for p in (plain, ratio) if p < place), default=plain)
        of_ratio += (
            [place] if (one is not None and one.of == "ratio") or (one and not one.of and nearest == ratio) else []
        )
    if "for the hazard ratios" not in cells.notes and not any(one and one.of for one in found) and ratio < plain:
        of_ratio = [place for place in ends if place in of_ratio]
    if "for the hazard ratios" in cells.notes:
        of_ratio = list(ends)
    group = _group(cells, found, "", term, plain, [place for place in others if place not in of_ratio])
    said = {key: text for key, text in {**_said(found, ratio), **group.said}.items() if key != "exponentiated"}
    for place in of_ratio:
        said = {**_said(found, place), **said}
    return replace(group, ratio={"estimate": ratio, **{_kind(found, place): place for place in of_ratio}}, said=said)


def _side_by_side(cells: Cells, found: Sequence[Heading | None], term: int) -> list[Group]:
    """Models in columns whose headings are their names."""
    every: list[Group] = []
    for place in range(len(found)):
        if place == term or _kind(found, place) not in ("", "estimate"):
            continue
        if any(is_number(parts(row[place])[0]) for row in cells.rows if row[term].strip()):
            label = " ".join(dict.fromkeys(line[place].strip() for line in cells.head if line[place].strip()))
            one = found[place]
            every.append(Group(label or str(len(every) + 1), term, place, inside=one.inside if one else ()))
        elif every and _only_brackets(cells, place):
            every[-1] = replace(every[-1], beside=(*every[-1].beside, place))
    return every


def _lacking(kind: str, cells: Cells, names: str) -> DomainError:
    words = ", ".join(WORDS[kind].split()[:6])
    return DomainError(f"a claim needs a column of {kind}s, called one of {words}; {cells.name} has {names}.")


def _titled(cells: Cells, place: int) -> bool:
    return any(line[place].strip() for line in cells.head)


def _is_words(cells: Cells, place: int) -> bool:
    """Whether a first column under an unknown heading holds names: an outcome's name stands above the terms."""
    return (
        place == 0
        and len(cells.rows[0]) > 1
        and cells.head[-1][0].strip().casefold() != "row"
        and not any(is_number(row[0]) for row in cells.rows)
    )


def _only_brackets(cells: Cells, place: int) -> bool:
    filled = [row[place] for row in cells.rows if row[place].strip()]
    return bool(filled) and all(not parts(text)[0] and parts(text)[1] for text in filled)


def _upper(cells: Cells, place: int) -> str:
    """The lines above the heading of a column, which name its model."""
    texts = [line[place].strip() for line in cells.head]
    last = max((at for at, text in enumerate(texts) if heading(text) is not None), default=len(texts))
    return " ".join(dict.fromkeys(text for text in texts[:last] if text))


def _kind(found: Sequence[Heading | None], place: int) -> str:
    one = found[place]
    return one.kind if one else ""


def _said(found: Sequence[Heading | None], place: int) -> Mapping[str, str]:
    one = found[place]
    return one.said if one else {}


def _plain(text: str) -> str:
    return re.sub(r"[^\w]|_", "", text.casefold())


STEP = re.compile(r"(?:step|model|block)?\s*\d+\s*(?:\([a-z]\)|[a-z])?", re.I)

BEFORE = re.compile(r"(?:step\s*\d+\s*(?:\([a-z]\)|[a-z])?\s+|\d+\s+(?=\(constant\)))(\S.*)", re.I)


def without_steps(cells: Cells) -> Cells:
    """The cells without a first column that holds a step in the first of its rows, and terms without their step.

    >>> head, rows = (("", "", "B"),), (("Step 1a", "age", "0.5"), ("", "Constant", "1.0"))
    >>> without_steps(Cells("a", head, rows)).rows
    (('age', '0.5'), ('Constant', '1.0'))
    """
    first = [row[0].strip() for row in cells.rows]
    filled = [row[0].strip() for row in cells.rows if row[0].strip() and any(cell.strip() for cell in row[1:])]
    is_step = bool(filled) and len(filled) < len(first) and all(STEP.fullmatch(text) for text in filled)
    width = min(map(len, (*cells.head, *cells.rows)), default=0)
    if is_step and width > 2 and not any(is_number(row[1]) for row in cells.rows):
        titles = [line[1].strip() for line in cells.head]
        if not any(title and heading(title) is not None for title in titles):
            return replace(
                cells, head=tuple(line[1:] for line in cells.head), rows=tuple(row[1:] for row in cells.rows)
            )
    named = [BEFORE.fullmatch(text) for text in first]
    if not any(named):
        return cells
    rows = tuple((one[1], *row[1:]) if one is not None else row for one, row in zip(named, cells.rows, strict=True))
    return replace(cells, rows=rows)
