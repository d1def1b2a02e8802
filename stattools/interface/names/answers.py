"""What an error says of a name that is not ours: the table of foreign names as sentences."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator
from functools import cache

from stattools.interface.names.vocabulary import Row, plain, rows_of, vocabulary


def about_attribute(cls: type, name: str) -> str:
    """Why an object of a class has no attribute of this name, and what to use.

    >>> import stattools as st
    >>> about_attribute(st.Fit, "conf_int")
    "Fit has no 'conf_int': use fit.interval(0.95)."
    >>> about_attribute(st.Fit, "leverge")
    "Fit has no 'leverge'. Did you mean 'leverage'?"
    """
    noun = noun_of(cls)
    lacking = f"{cls.__name__} has no {name!r}"
    offered = _offered(cls)
    if name in offered:
        return f"this {cls.__name__} is not complete: it has no {name!r} yet."
    found = next(_answers(cls, noun, name, offered), None)
    if found is not None:
        return f"{lacking}: {found}."
    meant = did_you_mean(name, offered)
    return f"{lacking}.{meant}" if meant else f"{lacking}; dir({noun}) lists what it has."


def about_function(known: Collection[str], name: str) -> str:
    """Why the package has no function of this name, and what to use.

    >>> about_function(("ols",), "nobs")
    "stattools has no 'nobs': use fit.n."
    """
    lacking = f"stattools has no {name!r}"
    for row in rows_of(name, vocabulary().functions):
        return f"{lacking}: {row.sentence}."
    meant = did_you_mean(name, known)
    return f"{lacking}.{meant}" if meant else f"{lacking}; dir(stattools) lists its names."


def our_attribute(name: str) -> str | None:
    """The attribute of ours that stands for somebody's name for an attribute of a fit.

    >>> our_attribute("bse"), our_attribute("foo")
    ('se', None)
    """
    for row in rows_of(name, vocabulary().fit):
        return _attribute(row.ours, "fit")
    return None


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


def _tables(cls: type) -> Iterator[tuple[str, tuple[Row, ...]]]:
    nouns = vocabulary().nouns
    return (nouns[one.__name__] for one in cls.__mro__ if one.__name__ in nouns)


def _offered(cls: type) -> frozenset[str]:
    """Public attributes of the objects of a class, its fields included."""
    fields = [one.name for one in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else []
    return frozenset(one for one in (*dir(cls), *fields) if not one.startswith("_"))


def _answers(cls: type, noun: str, name: str, offered: frozenset[str]) -> Iterator[str]:
    """Sentences about a name, the best first."""
    own = [row for _, rows in _tables(cls) for row in rows_of(name, rows)]
    of_fits = list(rows_of(name, vocabulary().fit))
    yield from (row.sentence for row in own if _attribute(row.ours, noun) in offered | {None})
    if noun != "fit":
        yield from (_elsewhere(f"another kind of {noun}", row) for row in own)
    if name in _names_of_fits():
        yield _of_a_fit(noun, name, offered)
    for row in of_fits:
        attribute = _attribute(row.ours, "fit")
        if attribute in offered or (
            attribute is None and (noun == "fit" or row.ours in ("", "print(fit)", "str(fit)"))
        ):
            yield row._replace(ours=_said_of(row.ours, noun)).sentence
        elif noun == "fit" and "fits" in offered:  # one of several
            yield row._replace(ours=_said_of(row.ours, "fit.fits[0]")).sentence
        elif noun == "model":
            yield row._replace(
                ours=_said_of(row.ours, "st.fit(model)").replace("st.fit(model).model", "model")
            ).sentence
    yield from (_elsewhere("another kind of fit" if noun == "fit" else "a fit", row) for row in own or of_fits)


def _elsewhere(who: str, row: Row) -> str:
    return f"{who} has {row.ours}" + (f", {row.note}" if row.note else "")


def _of_a_fit(noun: str, name: str, offered: frozenset[str]) -> str:
    """What is said of a name of ours that objects of this class do not have."""
    if noun == "model":
        return f"use st.fit(model).{name}"
    if noun == "fit":
        return f"use fit.fits[0].{name}" if "fits" in offered else f"another kind of fit has fit.{name}"
    return f"a fit has fit.{name}"


def _said_of(code: str, noun: str) -> str:
    return re.sub(r"\bfit\b(?!\()", noun, code)


def _attribute(code: str, noun: str) -> str | None:
    """The first attribute that code asks of the noun; None where it asks for none."""
    found = re.search(rf"(?<![\w.]){noun}\.(\w+)", code)
    return found[1] if found else None


@cache
def _names_of_fits() -> frozenset[str]:
    """Names of ours that fits have."""
    return frozenset(filter(None, (_attribute(row.ours, "fit") for row in vocabulary().fit)))
