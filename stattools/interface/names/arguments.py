"""What an error says of a call with arguments that the function does not take."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from stattools.interface.arguments import is_number
from stattools.interface.names.answers import did_you_mean, noun_of
from stattools.interface.names.values import meant
from stattools.interface.names.vocabulary import Row, rows_of, vocabulary

FORMULA_FIRST = "formula_or_y"
"""The first argument of what takes a formula and a table, or two arrays."""


def about_call(
    function: Callable[..., Any], name: str, cls: type | None, given: tuple[Any, ...], named: dict[str, Any]
) -> str | None:
    """Which argument a function does not take, or lacks, and what to write; None where the call is right.

    >>> import stattools as st
    >>> about_call(st.ols, "ols", None, ("y ~ x", {}), {"sample_weight": "w"})
    'st.ols has no sample_weight=: use weights="w".'
    """
    parameters = list(inspect.signature(function).parameters.values())
    if cls is not None:
        parameters, given = parameters[1:], given[1:]
    called = _called(name, cls)
    calls = vocabulary().calls
    if given and cls is not None and name == "__init__" and cls.__name__ in calls:
        return f"{called} is the likelihood of one observation; the model of a table is {calls[cls.__name__]}."
    takes = {one.name for one in parameters if one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)}
    places = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    if not any(one.kind is one.VAR_KEYWORD for one in parameters):
        for unknown in named.keys() - takes:
            known = [one.name for one in parameters if not _is_open(one)]
            asked = Asked(named[unknown], {one.name: one.default for one in parameters})
            return about_argument(unknown, called, known, places, asked, _stage(function, cls, parameters))
    if len(given) > len(places) and not any(one.kind is one.VAR_POSITIONAL for one in parameters):
        rest = ", ".join(f"{one.name}=" for one in parameters if one.kind is one.KEYWORD_ONLY)
        count = f"{len(places) or 'no'} argument{'s' * (len(places) != 1)}"
        taken = f"{called} takes {count} by position, {_example(called, places)}; got {len(given)}."
        return taken + (f" By name it takes {rest}." if rest else "")
    doubled = [one.name for one in places[: len(given)] if one.name in named and one.name in takes]
    if doubled:
        return f"{called} got {doubled[0]} twice, by position and as {doubled[0]}=; give it once."
    lacking = [one.name for one in places[len(given) :] if one.default is one.empty and one.name not in named]
    lacking += [f"{one.name}=" for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty
                and one.name not in named]  # fmt: skip
    return f"{called} needs {' and '.join(lacking)}: {_example(called, parameters)}." if lacking else None


class Asked(NamedTuple):
    """The value that somebody gave an argument of his, and what ours are where nothing is given."""

    value: Any
    defaults: dict[str, Any]


def about_argument(
    name: str,
    called: str,
    takes: Sequence[str],
    places: Sequence[inspect.Parameter] = (),
    asked: Asked = Asked(None, {}),  # noqa: B008
    stage: str = "",
) -> str:
    """What to write in place of an argument that a function does not take; `takes` are those that it does, the
    parameters `places` those that it may be given by position, `asked` what it was given, and `stage` a key of
    `BEYOND`.

    >>> about_argument("max_iter", "st.fit", ["solver", "cov"])
    'st.fit has no max_iter=: use solver=st.Newton(max_steps=1000).'
    """
    lacking = f"{called} has no {name}="
    places = [one for one in places if one.kind is one.POSITIONAL_ONLY]
    if places and (name in takes or (vocabulary().by_position.get(name) and places[0].name == FORMULA_FIRST)):
        return f"{called} takes {name} by position, without {name}=: {_example(called, places)}."
    here = [row for row in rows_of(name, vocabulary().arguments) if _argument(row) in takes]
    if here:
        here = [row for row in here if row.note.startswith(f"{called}(")] or here
        return f"{lacking}: use {' or '.join(dict.fromkeys(written_with(row.ours, called, asked) for row in here))}."
    if meant := did_you_mean(name, takes):
        return f"{lacking}.{meant}"
    if found := "; ".join(
        dict.fromkeys((*(row.note for row in rows_of(name, vocabulary().nothing)), *_elsewhere(name, stage)))
    ):
        return f"{lacking}: {found}."
    known = ", ".join(f"{one}=" for one in takes if one not in {place.name for place in places})
    example = _example(called, places)
    if places and name in vocabulary().by_position:
        return f"{lacking}: write {example}" + (f"; by name it takes {known}." if known else ".")
    return f"{lacking}; " + (f"by name it takes {known}." if known else f"it takes nothing by name: {example}.")


def written_with(ours: str, called: str, asked: Asked) -> str:
    """Our argument with the value that was meant, as far as that is known; with that of the example otherwise.

    >>> written_with('kind="mean"', "fit.predict", Asked("link", {})), written_with('weights="w"', "", Asked("n", {}))
    ('kind="link"', 'weights="n"')
    >>> written_with("level=0.95", "", Asked(0.1, {})), written_with('cov="HC3"', "", Asked({"CRV1": "id"}, {}))
    ('level=0.9', 'cov=st.Cluster("id")')
    """
    argument, value = ours.partition("=")[0], asked.value
    if argument == "kind":
        said = meant(KINDS.get(called.rpartition(".")[2], "kind of predictions"), value)
        value = value if isinstance(value, str) else asked.defaults.get("kind")
        return _code(said) or (f'kind="{value}"' if isinstance(value, str) else ours)
    if argument == "cov":
        named = isinstance(value, str) and re.fullmatch(r"HC[0-4]", value, flags=re.IGNORECASE)
        return f'cov="{value.upper()}"' if named else _code(meant(argument, value)) or ours
    if isinstance(value, str) and f'"{value.lower()}"' in vocabulary().values.get(argument, ()):
        return f'{argument}="{value.lower()}"'
    if argument in ("penalty", "solver", "method") and isinstance(value, str):
        return _code(meant(argument, value)) or ours
    if argument in COLUMNS and isinstance(value, str):
        return f'{argument}="{value}"'
    if argument in ("level", "interval", "prob") and is_number(value) and 0.0 < value < 1.0:
        return f"{argument}={1.0 - value if value < 0.5 else value:.6g}"
    return ours


KINDS = {"residuals_of": "kind of residuals", "interval": "kind of intervals"}
"""The table of values for the kind that a function takes; of others it is that of predictions."""

COLUMNS = ("weights", "precision", "offset", "exposure", "trials", "by", "reference")
"""Arguments that are names of columns or levels."""


def _code(said: str) -> str:
    """What a sentence tells to write; empty where it tells nothing."""
    return said.removeprefix(" Write ").removesuffix(".") if said.startswith(" Write ") else ""


BEYOND = {
    "model": re.compile(r"(?!st\.\w+\((\"|y,)|fit\.predict\(new\)$)"),
    "fit": re.compile(r"st\.\w+\((\"|y,)|st\.(fit|posterior)\("),
    "question": re.compile(r"st\.\w+\((\"|y,)|st\.fit\("),
    "": re.compile(r"(?!)"),
}
"""Of a function that makes a model, of `st.fit`, of what is asked of a model, a fit or a posterior, and of the others:
the calls of another step that an argument may belong to. To say that it belongs to a call of the same step would be
to send a reader elsewhere for what he does not want.
"""

MODELS = ("stattools.models", "stattools.networks", "stattools.series.statespace.series")
"""Where functions make models."""

SUBJECTS = ("model", "fit", "model_or_fit", "fit_or_model", "posterior", "restricted", "full")
"""First arguments of functions that ask something of a model, a fit or a posterior."""


def _stage(function: Callable[..., Any], cls: type | None, parameters: Sequence[inspect.Parameter]) -> str:
    """Which step of an analysis a function is: a key of `BEYOND`."""
    if cls is not None:
        return "question" if noun_of(cls) in SUBJECTS else ""
    if inspect.unwrap(function).__module__.startswith(MODELS):
        return "model"
    if parameters[0].name == "model":
        return "fit"
    return "question" if parameters[0].name in SUBJECTS else ""


def _elsewhere(name: str, stage: str) -> Iterator[str]:
    """Calls of other steps that take an argument, ours or somebody's."""
    calls = [row for row in vocabulary().arguments if BEYOND[stage].match(row.note)]
    if ours := [row for row in calls if _argument(row) == name]:
        yield f"it belongs to {' or '.join(row.note for row in ours[:2])}"
    elif theirs := list(rows_of(name, tuple(calls)))[:2]:
        yield f"it is {' or '.join(f'{_argument(row)}= of {row.note}' for row in theirs)}"


def _is_open(parameter: inspect.Parameter) -> bool:
    """Whether this is `*args` or `**kwargs`."""
    return parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)


def _argument(row: Row) -> str:
    return row.ours.partition("=")[0]


def _called(name: str, cls: type | None) -> str:
    if cls is None:
        return f"st.{name}"
    return f"st.{cls.__name__}" if name == "__init__" else f"{noun_of(cls)}.{name}"


def _example(called: str, parameters: Sequence[inspect.Parameter]) -> str:
    """The call with the names of what it must be given."""
    if (known := vocabulary().calls.get(called.removeprefix("st."))) is not None:
        return known
    if parameters and parameters[0].name == FORMULA_FIRST:
        return f'{called}("y ~ x", table) or {called}(y, X)'
    words = [
        f"{one.name}=..." if one.kind is one.KEYWORD_ONLY else one.name
        for one in parameters
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    ]
    return f"{called}({', '.join(words)})"
