"""What the columns of a table hold, by the words above them, and what else these words say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from stattools.validation.claims.characters import GREEK, LONGEST, MARKS

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
