"""Several tests at once: one that cannot be made is named with its reason, and the others stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from stattools.errors import IdentificationError, StattoolsError

SINGULAR = "the information about its coefficients is singular to round-off: the data do not determine all of them."


def several[Answer](tests: Mapping[str, Callable[[], Answer]]) -> tuple[dict[str, Answer], dict[str, str]]:
    """The answers by the name of the test, and the reason for each that could not be made.

    Raises the reason of the first where none could be made.

    >>> several({"one": lambda: 1.0, "other": lambda: float(np.linalg.inv(np.zeros((1, 1)))[0, 0])})[1]["other"][:33]
    'the information about its coeffic'
    """
    made: dict[str, Answer] = {}
    unmade: dict[str, StattoolsError] = {}
    for name, test in tests.items():
        try:
            made[name] = test()
        except StattoolsError as error:
            unmade[name] = error
        except np.linalg.LinAlgError:
            unmade[name] = IdentificationError(SINGULAR)
    if unmade and not made:
        raise next(iter(unmade.values()))
    return made, {name: error.message for name, error in unmade.items()}


def not_made(unmade: Mapping[str, str]) -> str:
    """The tests that could not be made and their reasons, as a note; "" where there is none.

    >>> not_made({"x": "it is constant.", "z": "it is constant."})
    'Not made: x, z: it is constant.'
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in unmade.items():
        by_reason.setdefault(reason, []).append(name)
    said = [f"{', '.join(names)}: {reason}" for reason, names in by_reason.items()]
    return "Not made: " + " ".join(said) if said else ""
