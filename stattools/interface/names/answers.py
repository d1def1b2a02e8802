"""Names of other packages, `vocabulary.toml`, and the sentences that errors make of them: what to use here.

It is read when a name fails, not before.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeGuard

from stattools.errors import DomainError, StattoolsError, quoted
from stattools.interface.files import table_beside

ORIGINS = ("statsmodels", "r", "scikit_learn", "pyfixest")
"""The columns of a row that have a page under `docs/coming_from`."""


class Row(NamedTuple):
    """`ours` is code; the columns hold the names of others, separated by spaces; `note` is what there is to add.

    Where `ours` is empty we have nothing of the kind, and `note` says so, with what comes nearest.
    """

    ours: str = ""
    statsmodels: str = ""
    r: str = ""
    scikit_learn: str = ""
    pyfixest: str = ""
    others: str = ""
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names of others, each once."""
        return tuple(dict.fromkeys(" ".join(self[1:6]).split()))

    @property
    def sentence(self) -> str:
        """What to do, without a full stop.

        >>> Row("fit.n", r="nobs").sentence, Row("", r="gam", note="there are no smooth terms here").sentence
        ('use fit.n', 'there are no smooth terms here')
        """
        return "; ".join(part for part in (self.ours and f"use {self.ours}", self.note) if part)


@cache
def vocabulary() -> Any:
    """The tables of `vocabulary.toml`, by their names there.

    `functions`, `fit`, `arguments` are rows of names of ours; `nothing` are arguments that nothing of ours stands for.
    `nouns` has, by the name of a class, what its objects are called in examples and the rows of their own.
    `by_position` has our name of what others name and we take by position; `calls` the right call of what is often
    called wrongly; `values`, by argument, the value as we write it and the words of others for it; `instead` what
    there is for families and links that `st.glm` does not have. Of `formulas` the `rewrites` are made in their order:
    a pattern of what others write, its text in our words, and the arguments of the model that it becomes; `lacking` are
    what there is none of here, each with what to say of it, and `alien` are functions of others that are left when all
    else is rewritten.

    >>> vocabulary().by_position["endog"], vocabulary().nouns["AnyModel"][0]
    ('y', 'model')
    """
    said = table_beside(__file__, "vocabulary.toml")
    notes, formulas = said["notes"], said["formulas"]

    def rows(found: list[dict[str, str]]) -> tuple[Row, ...]:
        made = (Row(**row) for row in found)
        return tuple(row._replace(note=notes.get(row.note, row.note)) for row in made)

    said |= {name: rows(said[name]) for name in ("functions", "fit", "arguments", "nothing")}
    said["nouns"] = {name: (noun, rows(said["objects"].get(own, []))) for name, (noun, own) in said["nouns"].items()}
    said["by_position"] = {theirs: ours for ours, names in said["by_position"].items() for theirs in names.split()}
    formulas["lacking"] = [(pattern, notes.get(note, note)) for pattern, note in formulas["lacking"]]
    formulas["rewrites"] = [
        (pattern.replace("MGCV", formulas["mgcv"]).replace("ARG", formulas["argument"]), *ours)
        for pattern, *ours in formulas["rewrites"]
    ]
    return SimpleNamespace(**said)


def plain(name: str) -> str:
    """A name without its capitals, dots, underscores and "get", so that `p_values`, `pvalues` and `pValues` are one.

    >>> plain("get_PValues"), plain("df.residual"), plain("coef_")
    ('pvalues', 'dfresidual', 'coef')
    """
    bare = _bare(name)
    return bare.removeprefix("get") or bare


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


@cache
def _index(rows: tuple[Row, ...]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for word in dict.fromkeys(spelled(name) for name in row.names for spelled in (_bare, plain)):
            found.setdefault(word, []).append(row)
    return found


def rows_of(name: str, rows: tuple[Row, ...]) -> Iterable[Row]:
    """The rows in which somebody's name stands, in the singular or the plural.

    >>> [row.ours for row in rows_of("p_value", (Row("fit.table()", "pvalues"), Row("fit.n", "nobs")))]
    ['fit.table()']
    """
    index, word = _index(rows), plain(name)
    spellings = [_bare(name), word, f"{word}s"]  # `get_params` is another thing than `params`
    spellings += [word.removesuffix("s")] if len(word) > 4 else []
    return next((index[one] for one in spellings if one in index), ())


FORMULA_FIRST = "formula_or_y"
"""The first argument of what takes a formula and a table, or two arrays."""


def about_attribute(cls: type, name: str) -> str:
    """Why an object of a class has no attribute of this name, and what to use.

    >>> import stattools as st
    >>> about_attribute(st.Fit, "conf_int")
    "Fit has no 'conf_int': use fit.interval(0.95)."
    >>> about_attribute(st.Fit, "leverge")
    "Fit has no 'leverge'. Did you mean 'leverage'?"
    """
    fields = [one.name for one in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else []
    noun, offered = noun_of(cls), {one for one in (*dir(cls), *fields) if not one.startswith("_")}
    if name in offered:
        return f"this {cls.__name__} is not complete: it has no {name!r} yet."
    found = _answers(cls, noun, name, offered)
    return _told(f"{cls.__name__} has no {name!r}", found, name, offered, f"dir({noun}) lists what it has")


def about_function(known: Collection[str], name: str) -> str:
    """Why the package has no function of this name, and what to use.

    >>> about_function(("ols",), "nobs")
    "stattools has no 'nobs': use fit.n."
    """
    found = (row.sentence for row in rows_of(name, vocabulary().functions))
    return _told(f"stattools has no {name!r}", found, name, known, "dir(stattools) lists its names")


def _told(lacking: str, found: Iterable[str], name: str, known: Collection[str], otherwise: str) -> str:
    """The first sentence that is found of a name; otherwise which of the known ones may be meant, or where they are."""
    for sentence in found:
        return f"{lacking}: {sentence}."
    meant = did_you_mean(name, known)
    return f"{lacking}.{meant}" if meant else f"{lacking}; {otherwise}."


def our_attribute(name: str) -> str | None:
    """The attribute of ours that stands for somebody's name for an attribute of a fit.

    >>> our_attribute("bse"), our_attribute("foo")
    ('se', None)
    """
    return next((_attribute(row.ours, "fit") for row in rows_of(name, vocabulary().fit)), None)


def noun_of(cls: type) -> str:
    """What an example calls an object of this class.

    >>> noun_of(int)
    'int'
    """
    return next((noun for noun, _ in _tables(cls)), re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower())


def did_you_mean(name: str, among: Collection[str]) -> str:
    """The names that a name is likely to be misspelled from, as a question; empty where there is none.

    >>> did_you_mean("wieghts", ("weights", "offset")), did_you_mean("ordinal_logit", ("conditional_logit",))
    (" Did you mean 'weights'?", '')
    """
    import difflib

    by_plain = {plain(one): one for one in among}
    cutoff = 0.75 if len(plain(name)) <= 6 else 0.8  # two letters of four that changed places have 0.75
    close = difflib.get_close_matches(plain(name), list(by_plain), n=2, cutoff=cutoff)
    return f" Did you mean {' or '.join(repr(by_plain[one]) for one in close)}?" if close else ""


def _tables(cls: type) -> list[tuple[str, tuple[Row, ...]]]:
    nouns = vocabulary().nouns
    return [nouns[one.__name__] for one in cls.__mro__ if one.__name__ in nouns]


def _answers(cls: type, noun: str, name: str, offered: set[str]) -> Iterator[str]:
    """Sentences about a name, the best first."""
    own, of_fits = [row for _, rows in _tables(cls) for row in rows_of(name, rows)], rows_of(name, vocabulary().fit)
    several = noun == "fit" and "fits" in offered

    def elsewhere(who: str, rows: Iterable[Row]) -> Iterator[str]:
        return (f"{who} has {row.ours}" + (f", {row.note}" if row.note else "") for row in rows)

    yield from (row.sentence for row in own if _attribute(row.ours, noun) in offered | {None})
    if noun != "fit":
        yield from elsewhere(f"another kind of {noun}", own)
    if any(_attribute(row.ours, "fit") == name for row in vocabulary().fit):
        of_noun = {"model": f"use st.fit(model).{name}", "fit": f"another kind of fit has fit.{name}"}
        yield f"use fit.fits[0].{name}" if several else of_noun.get(noun, f"a fit has fit.{name}")
    for row in of_fits:
        attribute, other = _attribute(row.ours, "fit"), None
        if attribute in offered or (
            attribute is None and (noun == "fit" or row.ours in ("", "print(fit)", "str(fit)"))
        ):
            other = noun
        elif several or noun == "model":
            other = "fit.fits[0]" if several else "st.fit(model)"
        if other is not None:
            ours = re.sub(r"\bfit\b(?!\()", other, row.ours).replace("st.fit(model).model", "model")
            yield row._replace(ours=ours).sentence
    yield from elsewhere("another kind of fit" if noun == "fit" else "a fit", own or of_fits)


def _attribute(code: str, noun: str) -> str | None:
    """The first attribute that code asks of the noun; None where it asks for none."""
    found = re.search(rf"(?<![\w.]){noun}\.(\w+)", code)
    return found[1] if found else None


def about_call(
    function: Callable[..., object], name: str, cls: type | None, given: tuple[object, ...], named: dict[str, object]
) -> str | None:
    """Which argument a function does not take, or lacks, and what to write; None where the call is right. `cls` is the
    class of a method, which the one that is asked may inherit.

    >>> import stattools as st
    >>> about_call(st.ols, "ols", None, ("y ~ x", {}), {"sample_weight": "w"})
    'st.ols has no sample_weight=: use weights="w".'
    """
    parameters, calls = list(inspect.signature(function).parameters.values()), vocabulary().calls
    called = f"st.{name}"
    if cls is not None:
        asked = given[0] if given and isinstance(given[0], type) else type(given[0]) if given else cls
        cls = asked if name != "__init__" and issubclass(asked, cls) else cls
        parameters, given = parameters[1:], given[1:]
        called = f"st.{cls.__name__}" if name == "__init__" else f"{noun_of(cls)}.{name}"
        if given and name == "__init__" and cls.__name__ in calls:
            return f"{called} is the likelihood of one observation; the model of a table is {calls[cls.__name__]}."
    places = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    by_name = [one for one in parameters if one.kind is one.KEYWORD_ONLY]
    takes = {one.name for one in (*by_name, *places) if one.kind is not one.POSITIONAL_ONLY}
    kinds = {one.kind for one in parameters}
    unknown = next((one for one in named if one not in takes), None)
    if unknown is not None and inspect.Parameter.VAR_KEYWORD not in kinds:
        known = [one.name for one in parameters if one.kind is not one.VAR_POSITIONAL]
        kind = next((one.default for one in parameters if one.name == "kind"), None)
        return about_argument(unknown, called, known, places, named[unknown], kind, _stage(function, cls, parameters))
    if len(given) > len(places) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        count = f"{len(places) or 'no'} argument{'s' * (len(places) != 1)}"
        taken = f"{called} takes {count} by position, {_example(called, places)}; got {len(given)}."
        return taken + (f" By name it takes {', '.join(f'{one.name}=' for one in by_name)}." if by_name else "")
    doubled = [one.name for one in places[: len(given)] if one.name in named and one.name in takes]
    if doubled:
        return f"{called} got {doubled[0]} twice, by position and as {doubled[0]}=; give it once."
    lacking = [
        f"{one.name}=" if one in by_name else one.name
        for one in (*places[len(given) :], *by_name)
        if one.default is one.empty and one.name not in named
    ]
    return f"{called} needs {' and '.join(lacking)}: {_example(called, parameters)}." if lacking else None


def about_argument(
    name: str,
    called: str,
    takes: Sequence[str],
    places: Sequence[inspect.Parameter] = (),
    value: object = None,
    kind: object = None,
    stage: str = "",
) -> str:
    """What to write in place of an argument that a function does not take; `takes` are those that it does, the
    parameters `places` those that it may be given by position, `value` what was given, `kind` the function's own where
    none is given, and `stage` a key of `BEYOND`.

    >>> about_argument("max_iter", "st.fit", ["solver", "cov"])
    'st.fit has no max_iter=: use solver=st.Newton(max_steps=1000).'
    """
    said, lacking = vocabulary(), f"{called} has no {name}="
    places = [one for one in places if one.kind is one.POSITIONAL_ONLY]
    if places and (name in takes or (said.by_position.get(name) and places[0].name == FORMULA_FIRST)):
        return f"{called} takes {name} by position, without {name}=: {_example(called, places)}."
    here = [row for row in rows_of(name, said.arguments) if _argument(row) in takes]
    if here:
        here = [row for row in here if row.note.startswith(f"{called}(")] or here
        ours = dict.fromkeys(written_with(row.ours, called, value, kind) for row in here)
        return f"{lacking}: use {' or '.join(ours)}."
    if meant := did_you_mean(name, takes):
        return f"{lacking}.{meant}"
    beyond = [row for row in said.arguments if BEYOND[stage].match(row.note)]
    notes = [row.note for row in rows_of(name, said.nothing)]
    if ours := [row.note for row in beyond if _argument(row) == name]:
        notes.append(f"it belongs to {' or '.join(ours[:2])}")
    elif theirs := [f"{_argument(row)}= of {row.note}" for row in rows_of(name, tuple(beyond))]:
        notes.append(f"it is {' or '.join(theirs[:2])}")
    if notes:
        return f"{lacking}: {'; '.join(dict.fromkeys(notes))}."
    known = ", ".join(f"{one}=" for one in takes if one not in {place.name for place in places})
    example = _example(called, places)
    if places and name in said.by_position:
        return f"{lacking}: write {example}" + (f"; by name it takes {known}." if known else ".")
    return f"{lacking}; " + (f"by name it takes {known}." if known else f"it takes nothing by name: {example}.")


def _argument(row: Row) -> str:
    return row.ours.partition("=")[0]


def written_with(ours: str, called: str, value: object, kind: object = None) -> str:
    """Our argument with the value that was meant, as far as that is known; with that of the example otherwise.

    >>> written_with('kind="mean"', "fit.predict", "link"), written_with('weights="w"', "", "n")
    ('kind="link"', 'weights="n"')
    >>> written_with("level=0.95", "", 0.1), written_with('cov="HC3"', "", {"CRV1": "id"})
    ('level=0.9', 'cov=st.Cluster("id")')
    """
    argument, text = ours.partition("=")[0], value if isinstance(value, str) else None
    table = KINDS.get(called.rpartition(".")[2], "kind of predictions") if argument == "kind" else argument
    said = meant(table, value) if argument in ("kind", "cov") or text is not None else ""
    code = said.removeprefix(" Write ").removesuffix(".") if said.startswith(" Write ") else ""
    if argument == "kind":
        kind = kind if text is None else text
        return code or (f'kind="{kind}"' if isinstance(kind, str) else ours)
    if argument == "cov":
        named = text is not None and re.fullmatch(r"HC[0-4]", text, flags=re.IGNORECASE)
        return f'cov="{text.upper()}"' if text and named else code or ours
    if text is not None and f'"{text.lower()}"' in vocabulary().values.get(argument, ()):
        return f'{argument}="{text.lower()}"'
    if argument in ("penalty", "solver", "method") and text is not None:
        return code or ours
    if argument in COLUMNS and text is not None:
        return f'{argument}="{text}"'
    if argument in ("level", "interval", "prob") and isinstance(value, float) and 0.0 < value < 1.0:
        return f"{argument}={1.0 - value if value < 0.5 else value:.6g}"
    return ours


KINDS = {"residuals_of": "kind of residuals", "interval": "kind of intervals"}
"""The table of values for the kind that a function takes; of others it is that of predictions."""

COLUMNS = ("weights", "precision", "offset", "exposure", "trials", "by", "reference")
"""Arguments that are names of columns or levels."""

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


def _stage(function: Callable[..., object], cls: type | None, parameters: Sequence[inspect.Parameter]) -> str:
    """Which step of an analysis a function is: a key of `BEYOND`."""
    if cls is None and inspect.unwrap(function).__module__.startswith(MODELS):
        return "model"
    subject = parameters[0].name if cls is None else noun_of(cls)
    return "fit" if cls is None and subject == "model" else "question" if subject in SUBJECTS else ""


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


def meant(argument: str, value: object, words: Collection[str] = ()) -> str:
    """A sentence, after a blank, with what a value of others is here; empty where nobody writes it.

    >>> meant("cov", {"CRV3": "id"}), meant("penalty", "l2"), meant("method", "nut", ("nuts",))
    (' Write cov=st.Cluster("id", kind="CR3").', ' Write penalty=st.Ridge(1.0).', " Did you mean 'nuts'?")
    """
    if isinstance(value, type):
        return f" Write {argument}=st.{value.__name__}(...), an object of it."
    if argument == "cov" and (groups := _groups(value)) is not None:
        return f" Write cov=st.Cluster({groups})."
    if argument == "penalty" and isinstance(value, int | float) and not isinstance(value, bool):
        return f" Write penalty=st.Ridge({value!r})."
    if not isinstance(value, str):
        return ""
    for ours, theirs in vocabulary().values.get(argument, {}).items():
        unknown = (argument == "what" or ours.startswith("kind=")) and words and ours.split('"')[1] not in words
        if plain(value) in map(plain, theirs.split()) and not unknown:
            return f" Write {ours if ours.startswith(('kind=', 'family=')) else f'{argument}={ours}'}."
    return did_you_mean(value, words)


JOINTS = str.maketrans("", "", "-_ ")
"""What may stand between the parts of a word."""


def word_of(value: object, words: Collection[str]) -> Any:
    """The word that a text spells, whatever its capitals and whether it has "-", "_", a blank or nothing between its
    parts; any other value as it is.

    >>> word_of("Clopper Pearson", ("wald", "clopper-pearson")), word_of("hc-1", ("HC0", "HC1")), word_of(3, ("wald",))
    ('clopper-pearson', 'HC1', 3)
    """
    if not isinstance(value, str) or value in words:
        return value
    bare = value.translate(JOINTS).lower()
    return next((word for word in words if word.translate(JOINTS).lower() == bare), value)


def is_one_of(value: object, words: Collection[str]) -> TypeGuard[str]:
    """Whether this is one of the words; arrays and what has no hash are none.

    >>> is_one_of("mean", ("mean", "class")), is_one_of(["mean"], {"mean": 1})
    (True, False)
    """
    return isinstance(value, str) and value in words


def one_of(
    value: object,
    words: Collection[str],
    needs: str,
    error: type[StattoolsError] = DomainError,
    *,
    got: str = "",
    meaning: str = "",
) -> Any:
    """The word that a text spells, as `word_of`; an error that begins with `needs`, where "{}" stands for the words,
    for anything else. `got` is written before the value, and what `meant` says of it, by `meaning`, after it.

    >>> one_of("Mid-P", ("central", "mid-p"), "exact_test has kind= {}")
    'mid-p'
    """
    found = word_of(value, words)
    if is_one_of(found, words):
        return found
    instead = meant(meaning, found, words) if meaning else ""
    raise error(f"{needs.replace('{}', ', '.join(map(repr, words)))}; got {got}{quoted(found)}.{instead}")


def _groups(value: object) -> str | None:
    """The groups that a covariance of others names, {"CRV1": "id"}, ("cluster", "id"), "cluster(id)"; None without."""
    kind = ""
    if isinstance(value, Mapping):
        kind = next((f', kind="CR{one[-1]}"' for one in map(str, value) if one.upper() in ("CRV2", "CRV3")), "")
        value = (None, *value.values())
    elif isinstance(value, str):
        found = re.fullmatch(r"cluster\((.+)\)", value.strip(), flags=re.IGNORECASE)
        value = found and (None, found[1])
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return ", ".join(f'"{group.strip()}"' for group in value[1].split("+")) + kind
    return None if value is None or not isinstance(value, Sized) or isinstance(value, tuple) else "groups"
