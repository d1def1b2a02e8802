"""Categories: which level is the reference, how levels are coded, and numbers that are read as categories.

Units and origins: columns that were standardized, centered or divided before the fit, and the outcome.

Logarithms, roots and squares: columns and outcomes that were transformed before the fit, and nobody says it.

An intercept or none.

Terms that a fit had not, though the formula has them, and columns of the table that it had besides.

Offsets and exposures: left out, taken without a logarithm, given a coefficient, or a column that nobody named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.standardization import Standardization
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.regressions.binding import starting_point
from stattools.validation.conventions.rows import claimed_by
from stattools.validation.conventions.sheet import Sheet, replaced
from stattools.validation.conventions.state import Choice, State, Variant
from stattools.validation.recipes.changes import with_columns

CODINGS = {
    "contr.sum": "sum to zero",
    "contr.helmert": "Helmert",
    "contr.poly": "orthogonal polynomials",
    "contr.diff": "differences of neighbours",
}
"""Codings of the levels of a factor, in words."""

MOST_LEVELS, MOST_CODED = 60, 12
"""Columns with more levels are identifiers; numbers with more values are not read as categories."""


def factors(state: State) -> dict[str, tuple[str, tuple[object, ...]]]:
    """The factors of the formula with their column and levels, but for those that say their coding."""
    sheet = state.sheet
    if sheet is None or sheet.whole is None:
        return {}
    design = state.model.design
    columns = {text: re.sub(r"^C\(|\)$|`", "", text) for text in design.levels}
    return {
        text: (column, tuple(design.levels[text]))
        for text, column in columns.items()
        if column in sheet.frame and len(design.levels[text]) <= MOST_LEVELS
    }


def _references(state: State) -> Iterator[Variant]:
    found = factors(state)
    for column, levels in dict(found.values()).items():
        for level in levels[1:]:
            words = f"{level} is the reference level of {column}"
            yield Variant(words, partial(_led_by, state, {column: (level, levels)}), ("factor", column))
    if len(dict(found.values())) > 1:
        for at, words in ((-1, "last"), (1, "second")):
            firsts = {column: (levels[at], levels) for column, levels in found.values()}
            yield Variant(
                f"the {words} level of each factor is its reference", partial(_led_by, state, firsts), ("factor",)
            )


def _led_by(state: State, firsts: dict[str, tuple[object, tuple[object, ...]]]) -> State:
    assert state.sheet is not None
    frame = state.sheet.frame
    return state.with_sheet(
        state.sheet.with_columns({column: _ordered(frame[column], *how) for column, how in firsts.items()})
    )


def _ordered(values: object, first: object, levels: tuple[object, ...]) -> pd.Categorical:
    order = [first, *(level for level in levels if level != first)]
    return pd.Categorical(np.asarray(values), categories=order)


def _codings(state: State) -> Iterator[Variant]:
    for text, (column, _) in factors(state).items():
        for contrast, words in CODINGS.items():
            make = partial(_written, state, text, f"C({_quoted(column)}, {contrast})")
            yield Variant(f"{column} is coded by {words} ({contrast})", make, ("factor", column))
    if len(factors(state)) > 1:
        for contrast, words in CODINGS.items():
            yield Variant(f"all factors are coded by {words} ({contrast})", partial(_all, state, contrast), ("factor",))


def _all(state: State, contrast: str) -> State:
    sheet, text = state.sheet, ""
    assert sheet is not None
    text = sheet.formula
    for factor, (column, _) in factors(state).items():
        text = replaced(text, factor, f"C({_quoted(column)}, {contrast})")
    return state.with_sheet(_with_formula(sheet, text))


def _kinds(state: State) -> Iterator[Variant]:
    sheet = state.sheet
    if sheet is None or sheet.whole is None:
        return
    for column in plain_columns(state):
        if 2 < sheet.values_of(column) <= MOST_CODED:
            make = partial(_written, state, column, f"C({_quoted(column)})")
            yield Variant(f"{column}, a number, is read as categories", make, ("factor", column))
    for text, (column, levels) in factors(state).items():
        for origin in (0, 1):
            words = f"{column} is read as the number of its level, from {origin} on"
            yield Variant(words, partial(_numbered, state, text, column, levels, origin), ("factor", column))
        if all(isinstance(level, int | float) for level in levels):
            yield Variant(f"{column} is read as a number", partial(_written, state, text, column), ("factor", column))


def _numbered(state: State, text: str, column: str, levels: tuple[object, ...], origin: int) -> State:
    assert state.sheet is not None
    places = {level: float(k + origin) for k, level in enumerate(levels)}
    values = [places[level] for level in state.sheet.frame[column].tolist()]
    sheet = state.sheet.with_column(column, np.array(values))
    return state.with_sheet(_with_formula(sheet, replaced(sheet.formula, text, _quoted(column))))


def _written(state: State, old: str, new: str) -> State:
    assert state.sheet is not None
    return state.with_sheet(_with_formula(state.sheet, replaced(state.sheet.formula, old, new)))


def _with_formula(sheet: Sheet, text: str) -> Sheet:
    from dataclasses import replace

    return replace(sheet, formula=text)


def plain_columns(state: State) -> tuple[str, ...]:
    """The numbers that stand in the formula as they are."""
    sheet = state.sheet
    if sheet is None:
        return ()
    texts = _texts(state)
    return tuple(name for name in sheet.numbers() if name in texts and f"C({name})" not in texts)


def _texts(state: State) -> set[str]:
    design = state.model.design
    if design.parsed is None:
        return set(state.model.terms)
    return {factor.text.strip("`") for one in design.formulas for factor in one.factors}


def _quoted(column: str) -> str:
    return column if re.fullmatch(r"[^\W\d]\w*", column) else f"`{column}`"


REFERENCE = Choice(
    "reference level", "estimates", "Say which level of each factor is the reference.", _references, renames=True
)

CODING = Choice("coding", "estimates", "Say how the levels of a factor are coded.", _codings, renames=True)

NUMBERS = Choice(
    "numbers or categories",
    "estimates",
    "Say whether a column counts as a number or as categories.",
    _kinds,
    renames=True,
)

UNITS = (10.0, 100.0, 1000.0, 1e4, 1e6, 0.1, 0.01, 0.001, 5.0, 12.0, 60.0, 7.0, 52.0, 365.25, 24.0, 2.54)
"""What columns are divided by where nobody says it: decades, and units of time."""

MOST = 40
"""With more columns only all at once are tried."""

type Line = Callable[[Floats], tuple[float, float]]
"""The origin and the unit of a column: it becomes (x - origin) / unit."""

FORMS: dict[str, Line] = {
    "standardized (divisor n - 1)": lambda x: (x.mean(), x.std(ddof=1)),
    "standardized (divisor n)": lambda x: (x.mean(), x.std()),
    "centered": lambda x: (x.mean(), 1.0),
    "divided by its standard deviation (divisor n - 1)": lambda x: (0.0, x.std(ddof=1)),
    "divided by its standard deviation (divisor n)": lambda x: (0.0, x.std()),
    "centered and divided by two standard deviations": lambda x: (x.mean(), 2.0 * x.std(ddof=1)),
    "mapped to the range from 0 to 1": lambda x: (x.min(), np.ptp(x)),
    "centered at its median": lambda x: (np.median(x), 1.0),
    "measured from its smallest value": lambda x: (x.min(), 1.0),
}


def _columns(state: State) -> Iterator[Variant]:
    sheet, names = state.sheet, plain_columns(state)
    if sheet is None or not names:
        return
    counts = {name: sheet.values_of(name) for name in names}
    several = {
        "all columns of numbers are": names,
        "all columns of numbers but those of two values are": tuple(name for name in names if counts[name] > 2),
    }
    for many, which in several.items():
        if len(which) > 1 and not (which == names and many != "all columns of numbers are"):
            for words, form in FORMS.items():
                make = partial(_transformed, state, which, form)
                yield Variant(f"{many} {words.replace('its', 'their')}", make, ("scale",))
    for name in names[:MOST]:
        for words, form in FORMS.items():
            yield Variant(f"{name} is {words}", partial(_transformed, state, (name,), form), ("scale", name))
        for unit in UNITS:
            words = f"{name} is in units of {unit:g}" + (f" (multiplied by {1.0 / unit:g})" if unit < 1.0 else "")
            yield Variant(words, partial(_transformed, state, (name,), partial(_divided, unit)), ("scale", name))


def _divided(unit: float, x: Floats) -> tuple[float, float]:
    return 0.0, unit


def _transformed(state: State, names: tuple[str, ...], form: Line) -> State:
    """Columns of the table on other lines; of X alone where nothing else is made of them, which takes no refit."""
    sheet: Any = state.sheet
    lines = {name: form(sheet.frame[name].to_numpy(dtype=float)) for name in names}
    columns = {name: (sheet.frame[name].to_numpy(dtype=float) - c) / s for name, (c, s) in lines.items()}
    other = sheet.with_columns(columns)
    if not state.model.facts.is_regression or not _alone(state.model, names):
        return state.with_sheet(other)
    return _on_lines(state, {state.model.terms.index(name): line for name, line in lines.items()}, other)


def _alone(model: Model, names: tuple[str, ...]) -> bool:
    """Whether columns stand in X as they are, and in no other column of it."""
    design = model.design
    if design.beside or any(model.predictor.own):
        return False
    if design.parsed is None:
        return True
    uses = [factor for term in design.parsed.terms for factor in term for name in names if name in factor.columns]
    return all(name in model.terms for name in names) and len(uses) == len(names)


def _on_lines(state: State, lines: dict[int, tuple[float, float]], sheet: Sheet | None) -> State:
    """Columns of X on other lines; where a constant takes up the shift, the estimates go with them."""
    model = state.model
    X = np.array(model.rows.X, dtype=float)
    ones = [k for k in range(X.shape[1]) if X[0, k] == 1.0 and np.ptp(X[:, k]) == 0]
    T = np.eye(X.shape[1])
    for k, (center, scale) in lines.items():
        X[:, k] = (X[:, k] - center) / scale
        T[k, k] = 1.0 / scale
        if ones:
            T[ones[0], k] = -center / scale
    found = state.of(replace(model, rows=replace(model.rows, X=X, low=None)), sheet)
    if state.recipe.penalty is not None or state.best is None:
        return found
    if model.likelihood.facts.taken_up or (not ones and any(center for center, _ in lines.values())):
        return found
    return replace(found, best=model.predictor.lift(Standardization.whole_block(T)).solve(state.best))


def _designs(state: State) -> Iterator[Variant]:
    """All columns of X, those of factors too."""
    model = state.model
    if not model.facts.is_regression or any(model.predictor.own) or model.design.beside:
        return
    X = np.asarray(model.rows.X)
    if np.count_nonzero(np.ptp(X, axis=0) > 0) == 0:
        return
    for words in list(FORMS)[:3]:
        make = partial(_design, state, FORMS[words])
        yield Variant(f"all columns of X, those of factors too, are {words}", make, ("scale",))


def _design(state: State, form: Line) -> State:
    X = np.asarray(state.model.rows.X)
    return _on_lines(state, {int(k): form(X[:, k]) for k in np.flatnonzero(np.ptp(X, axis=0) > 0)}, None)


def _outcomes(state: State) -> Iterator[Variant]:
    model = state.model
    if not model.facts.is_regression or not model.has_scale or np.ptp(model.rows.y) == 0:
        return
    for words in list(FORMS)[:5]:
        yield Variant(f"the outcome is {words}", partial(_outcome, state, FORMS[words]), ("outcome",))
    for unit in UNITS[:8]:
        yield Variant(
            f"the outcome is in units of {unit:g}", partial(_outcome, state, partial(_divided, unit)), ("outcome",)
        )
    yield Variant(
        "standardized coefficients (beta): outcome and columns are standardized", partial(_beta, state), ("scale",)
    )


def _outcome(state: State, form: Line) -> State:
    model = state.model
    y = np.asarray(model.rows.y, dtype=float)
    center, scale = form(y)
    rows = replace(model.rows, y=(y - center) / scale, low=None)
    start = starting_point(model.likelihood, model.predictor, rows)
    return state.of(replace(model, rows=rows, start=start))


def _beta(state: State) -> State:
    form = FORMS["standardized (divisor n - 1)"]
    return _outcome(_design(state, form), form)


SCALE = Choice("scaled columns", "estimates", "Say in which units the columns are, or pass them as fitted.", _columns)

DESIGN = Choice("standardized columns of X", "estimates", "Say that the columns were standardized.", _designs)

OUTCOME = Choice("scaled outcome", "estimates", "Say in which units the outcome is.", _outcomes)

MOST_TRANSFORMS = 20
"""Of more columns none is transformed."""

type Curve = Callable[[Floats], Floats]

OF_POSITIVE: dict[str, Curve] = {
    "the logarithm of {}": np.log,
    "the logarithm of {} to the base 10": np.log10,
    "the logarithm of {} to the base 2": np.log2,
    "1 / {}": lambda x: 1.0 / x,
}

OF_COUNTS: dict[str, Curve] = {"log({} + 1)": np.log1p, "the square root of {}": np.sqrt}

OF_ALL: dict[str, Curve] = {"the square of {}": np.square}

LOGARITHMS = {"the base 10": float(np.log(10.0)), "the base 2": float(np.log(2.0))}


def curves(x: Floats) -> dict[str, Curve]:
    """The transformations that values allow, by words with a place for their name."""
    found = dict(OF_ALL) if len(np.unique(x)) > 2 else {}
    return found | (OF_COUNTS if (x >= 0).all() else {}) | (OF_POSITIVE if (x > 0).all() else {})


def _transformed_columns(state: State) -> Iterator[Variant]:
    sheet = state.sheet
    if sheet is None or len(names := plain_columns(state)) > MOST_TRANSFORMS:
        return
    for name in names:
        values = sheet.frame[name].to_numpy(dtype=float)
        if sheet.values_of(name) > 2:
            for words, curve in curves(values).items():
                yield Variant(f"{words.format(name)} in its place", partial(_bent, state, name, curve), ("scale", name))
    for name in sheet.numbers():
        if f"log({name})" not in sheet.formula.split("~", 1)[1] or np.any(sheet.frame[name] <= 0):
            continue
        for words, size in LOGARITHMS.items():
            make = partial(_bent, state, name, lambda x, size=size: x ** (1.0 / size))
            yield Variant(f"the logarithm of {name} to {words}", make, ("scale", name))
        yield Variant(f"{name} itself, not its logarithm", partial(_unlogged, state, name), ("scale", name))


def _bent(state: State, name: str, curve: Curve) -> State:
    sheet: Any = state.sheet
    return state.with_sheet(sheet.with_column(name, curve(sheet.frame[name].to_numpy(dtype=float))))


def _unlogged(state: State, name: str) -> State:
    sheet: Any = state.sheet
    return state.with_sheet(replace(sheet, formula=replaced(sheet.formula, f"log({name})", name)))


def _transformed_outcomes(state: State) -> Iterator[Variant]:
    model = state.model
    if model.facts.is_regression and model.has_scale and np.ptp(model.rows.y) > 0:
        for words, curve in curves(np.asarray(model.rows.y, dtype=float)).items():
            said = words.format(f"the outcome, {model.outcome_name},")
            yield Variant(f"{said} is modelled", partial(_transformed_outcome, state, curve), ("outcome",))


def _transformed_outcome(state: State, curve: Curve) -> State:
    model = state.model
    rows = replace(model.rows, y=curve(np.asarray(model.rows.y, dtype=float)), low=None)
    start = starting_point(model.likelihood, model.predictor, rows)
    return state.of(replace(model, rows=rows, start=start))


TRANSFORMED = Choice(
    "transformed columns",
    "estimates",
    "Write the transformation into the formula, log(x).",
    _transformed_columns,
    renames=True,
)

LOGGED = Choice(
    "transformed outcome", "estimates", "Say what is modelled: the outcome or its logarithm.", _transformed_outcomes
)


def _intercepts(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not model.facts.is_regression or model.likelihood.facts.taken_up or model.design.beside:
        return
    X = np.asarray(model.rows.X)
    ones = np.flatnonzero((np.ptp(X, axis=0) == 0) & (X[0] != 0))
    if len(ones) == 1 and X.shape[1] > 1:
        yield Variant("no intercept", partial(_without, state, int(ones[0])), ("intercept",))
        if sheet is not None and model.design.levels:
            words = "no intercept, and a column for each level of the first factor"
            yield Variant(words, partial(_full, state), ("intercept",))
    elif not len(ones):
        yield Variant("an intercept", partial(_with, state), ("intercept",))


def _without(state: State, at: int) -> State:
    model = state.model
    keep = np.delete(np.arange(len(model.terms)), at)
    design = replace(model.design, names=tuple(model.terms[k] for k in keep))
    changed = with_columns(model, np.asarray(model.rows.X)[:, keep], design)
    return replace(state.of(changed), sheet=None)


def _full(state: State) -> State:
    assert state.sheet is not None
    left, right = state.sheet.formula.split("~", 1)
    right = re.sub(r"^\s*1\s*\+", "", right)
    return state.with_sheet(replace(state.sheet, formula=f"{left}~ 0 + {right.strip()}"))


def _with(state: State) -> State:
    model = state.model
    X = np.column_stack([np.ones(len(model.rows.y)), model.rows.X])
    design = replace(model.design, names=("Intercept", *model.terms))
    return replace(state.of(with_columns(model, X, design)), sheet=None)


INTERCEPT = Choice("intercept", "estimates", "Say whether the model has an intercept.", _intercepts, renames=True)

COLUMNS = 30
"""Tables with more columns than that are not searched for one that was added."""

LEVELS = 12
"""Text with more different values is no category that somebody adds."""


def _terms(state: State) -> Iterator[Variant]:
    yield from _left_out(state)
    yield from _added(state)


def _left_out(state: State) -> Iterator[Variant]:
    """Without the columns that are not claimed, together and one by one."""
    model = state.model
    if not model.facts.is_regression:
        yield from _unwritten(state)
        return
    if model.predictor.own or state.rows is None:
        return
    aim = claimed_by(state)
    aim = np.full(len(model.names), np.nan) if aim is None else aim
    width = len(model.terms)
    silent = [k for k in range(width) if np.isnan(aim[k::width][: max(len(aim) // width, 1)]).all()]
    silent = [k for k in silent if model.terms[k] != "Intercept"]
    if not silent or len(silent) == width:
        return
    for gone in dict.fromkeys([tuple(silent), *((k,) for k in silent)]):
        names = ", ".join(model.terms[k] for k in gone)
        kind = "interaction " if all(":" in model.terms[k] for k in gone) else ""
        yield Variant(f"no {kind}{names}", partial(fewer, state, gone), ("terms",))


def _unwritten(state: State) -> Iterator[Variant]:
    """Variants without the silent terms, of models that are made again from their formula."""
    sheet, aim = state.sheet, claimed_by(state)
    if sheet is None or sheet.whole is None or aim is None:
        return
    outcome, right = sheet.formula.split("~", 1)
    parts = [part.strip() for part in re.split(r"\+(?![^(]*\))", right)]
    silent = {re.sub(r"\[.*", "", name) for name, value in zip(state.names, aim, strict=True) if np.isnan(value)}
    said = {re.sub(r"\[.*", "", name) for name, value in zip(state.names, aim, strict=True) if np.isfinite(value)}
    gone = [part for part in parts if part in silent - said]
    rest = [part for part in parts if part not in gone]
    if gone and rest:
        formula = f"{outcome}~ {' + '.join(rest)}"
        words = f"no {', '.join(gone)}"
        yield Variant(words, partial(state.with_sheet, replace(sheet, formula=formula)), ("terms",))


def fewer(state: State, gone: tuple[int, ...]) -> State:
    """The state without some columns of X."""
    model = state.model
    keep = [k for k in range(len(model.terms)) if k not in gone]
    X: Floats = np.ascontiguousarray(np.asarray(model.rows.X)[:, keep])
    design = replace(model.design, names=tuple(model.terms[k] for k in keep))
    return state.of(with_columns(model, X, design))


def _added(state: State) -> Iterator[Variant]:
    """With one more column of the table, or the square of a number that is there, or one product of two."""
    sheet, model = state.sheet, state.model
    if sheet is None or len(sheet.frame.columns) > COLUMNS or not model.formula:
        return
    read = set(model.terms) | {model.outcome_name}
    right = sheet.formula.split("~", 1)[1]
    for name in sheet.frame.columns:
        column: Any = sheet.frame[name]
        quoted, count = str(name) if str(name).isidentifier() else f"`{name}`", int(column.nunique())
        if name in read or quoted in right or column.isna().any() or count < 2:
            continue
        if column.dtype.kind in "iufb" or count <= LEVELS:
            yield Variant(f"{name} added", partial(_more, state, quoted), ("terms",))
        if column.dtype.kind in "iu" and 2 < count <= LEVELS:
            yield Variant(f"{name} added, by its levels", partial(_more, state, f"C({quoted})"), ("terms",))
    numbers = [name for name in sheet.numbers() if name in model.terms]
    for name in numbers:
        yield Variant(f"the square of {name} added", partial(_more, state, f"I({name}**2)"), ("terms",))
    for k, one in enumerate(numbers[:8]):
        for two in numbers[k + 1 : 8]:
            yield Variant(f"the product of {one} and {two} added", partial(_more, state, f"{one}:{two}"), ("terms",))


def _more(state: State, term: str) -> State:
    assert state.sheet is not None
    return state.with_sheet(replace(state.sheet, formula=f"{state.sheet.formula} + {term}"))


TERMS = Choice(
    "terms", "estimates", "Say which terms the fit has, or fit those that are reported.", _terms, renames=True
)

OWN = "the offset"
"""What its coefficient is called where it has one."""


def _offsets(state: State) -> Iterator[Variant]:
    model = state.model
    if not model.facts.is_regression:
        return
    offset = model.rows.offset
    if offset is not None:
        yield Variant("the offset or exposure left out", partial(_of, state, None), ("offset",))
        yield Variant("the exposure not as a logarithm", partial(_of, state, np.exp(offset)), ("offset",))
        if (offset > 0).all():
            yield Variant("the logarithm of the offset as offset", partial(_of, state, np.log(offset)), ("offset",))
        if np.ptp(offset) > 0 and not any(model.predictor.own):
            words = "the offset, the logarithm of the exposure, as a column with a coefficient of its own"
            yield Variant(words, partial(_as_column, state, offset), ("offset",))
        return
    sheet = state.sheet
    if sheet is None or sheet.whole is None or model.likelihood.outcome is not Outcome.COUNT:
        return
    used = {column for one in model.design.formulas for column in (*one.columns, *one.outcome.columns)}
    for name in sheet.numbers():
        values = sheet.frame[name].to_numpy(dtype=float)
        if name not in used and np.isfinite(values).all():
            if (values > 0).all():
                yield Variant(f"{name} as exposure", partial(_of, state, np.log(values)), ("offset",))
            yield Variant(f"{name} as offset", partial(_of, state, values), ("offset",))


def _of(state: State, offset: object) -> State:
    model = state.model
    rows = replace(model.rows, offset=offset)
    return state.of(replace(model, rows=rows, start=starting_point(model.likelihood, model.predictor, rows)))


def _as_column(state: State, offset: Floats) -> State:
    model = replace(state.model, rows=replace(state.model.rows, offset=None))
    X = np.column_stack([model.rows.X, offset])
    return state.of(with_columns(model, X, replace(model.design, names=(*model.terms, OWN))))


OFFSET = Choice("offset", "estimates", "Say what the offset is: the logarithm of an exposure, or none.", _offsets)
