"""Calls of the public names with arguments that are mostly right, and what each owes: an answer without a hole, or an
error of ours.
"""

from __future__ import annotations

import inspect
import re
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import stattools as st
from stattools import likelihoods
from stattools.models.questions import AnyModel
from tests.fuzz.answers import READY, VERBS
from tests.fuzz.columns import NUMBERS, TEXTS
from tests.fuzz.parameters import ANSWERS, COLUMNS, HOSTILE, PATH, TABLE, paths, pool
from tests.fuzz.scenes import Hand, Scene, column, scene
from tests.fuzz.soundness import DOCUMENTED, faults_of_message, holes, holes_of_text

PATIENCE = 30.0
"""Seconds of work after which a call on a small table hangs; the slowest takes 3. A wait may be ten times as long."""

RECORDS = {
    *(name for name in st.__all__ if inspect.isclass(getattr(st, name)) and issubclass(getattr(st, name), Exception)),
    "Agreement", "Audit", "Bootstrap", "ClaimAudit", "Comparison", "CrossValidation", "EmpiricalBayes", "Evaluation",
    "Explanation", "ExponentialFilterState", "ExponentialMoments", "ExponentialSmoothing", "FilterGradient", "Finding",
    "Fit", "Interval", "Ledger", "ManyFits", "Model", "Network",
    "NetworkEnsemble", "NetworkFit", "Posterior", "PosteriorComparison", "PredictiveCheck", "PriorSensitivity",
    "CoxFit", "KaplanMeier", "LinearMixedFit", "Smooth", "MixedRegressionFit",
    "Power", "RecurrenceGradient", "Reproduction", "Scan", "Separation", "SeriesFit", "Solution", "Surprise",
    "TestResult", "TippingPrior", "WildBootstrap",
}  # fmt: skip
"""Classes that other calls make; all other public names are called."""

ENTRIES = tuple(name for name in st.__all__ if callable(getattr(st, name)) and name not in RECORDS)

ASKED_OF_MODELS = ("loglik", "names", "n")
"""Models are asked by the verbs; their other methods are what solvers use."""

FAMILIES = [name for name in st.__all__ if isinstance(vars(likelihoods).get(name), type)]

INSIDE = {
    **dict.fromkeys(FAMILIES, "*"), "Newton": "*", "LBFGS": "*", "Adam": "*", "ClosedForm": "*",
    "GradientDescent": "*", "LeastSquares": "*", "Ridge": "*", "Jeffreys": "*", "HAC": "*", "Cluster": "*",
    "Solution": ("mapped",), "Normal": ("draw",), "NormalInverseGamma": ("draw",),
    "NormalInverseWishart": ("log_density_by_root",), "Scan": ("total", "pick", "batches", "head"),
    "Evaluation": "*", "OwnLikelihood": "*",
    "MarginalMaximum": "*", "MixedMaximum": "*", "Separation": ("solution",), "Improper": ("require", "lacks"),
    "Network": "*",
}  # fmt: skip
"""Public methods that parts of the package use among themselves, whose arguments are checked before."""


class Fault(AssertionError):
    """An answer or an error that owes something."""


class Hang(BaseException):
    """A call took longer than PATIENCE."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    ends = time.process_time() + seconds, time.monotonic() + 10 * seconds

    def stop(*_: Any) -> None:
        if time.process_time() >= ends[0] or time.monotonic() >= ends[1]:
            raise Hang(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds / 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class World:
    """One example: its draws, its folder, what was asked and answered so far."""

    hand: Hand
    folder: Path
    scene: Scene | None = None
    answers: list[Any] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)

    def ask(self, owner: str, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """The answer, or None where it was refused in our words; a Fault otherwise."""
        given = ", ".join([*map(written, args), *(f"{key}={written(value)}" for key, value in options.items())])
        self.transcript.append(f"{owner}({given})")
        before = frozen((args, options))
        try:
            with patience(PATIENCE):
                answer = call(*args, **options)
                text = printed(answer)
        except st.StattoolsError as error:
            if faults := faults_of_message(str(error)):
                raise self.fault(f"{type(error).__name__} of {owner}: {faults}: {error}") from error
            self.transcript.append(f"    refused: {str(error)[:200]}")
            return None
        except (Fault, KeyboardInterrupt):
            raise
        except BaseException as error:
            if isinstance(error, TypeError) and "unexpected keyword argument" in str(error):
                return None
            raise self.fault(f"{owner} ended in {type(error).__name__}: {error}\n{own_frames(error)}") from error
        if frozen((args, options)) != before:
            raise self.fault(f"{owner} changed what it was given")
        for where, what in {}.items() if is_model(type(answer)) else holes(answer).items():
            place = f"{owner} {where}"
            documented = any(re.search(pattern, place) and what in which for pattern, which, _ in DOCUMENTED)
            if not documented and not (what == "nan" and self.has_ridge(answer)):
                raise self.fault(f"{place} is {what}: {str(answer)[:300]}")
        if text and (gaps := holes_of_text(text)) and not self._of_names(gaps):
            raise self.fault(f"the text of {owner} has holes: {gaps}")
        self.answers.append(answer)
        return answer

    def has_ridge(self, answer: Any) -> bool:
        """Whether a ridge fit is at hand: it has no standard errors, and says so."""
        return any(isinstance(getattr(one, "penalty", None), st.Ridge) for one in (*self.answers, answer))

    def _of_names(self, gaps: list[str]) -> bool:
        """Whether the holes are words that the example itself gave."""
        return self.scene is not None and "None" in self.scene.name.values()

    def fault(self, message: str) -> Fault:
        return Fault(message + "\n" + "\n".join(self.transcript))

    def call(self, owner: str, function: Callable[..., Any], current: Any = None) -> Any:
        """`function` with drawn arguments; `current` stands where an answer is asked for first."""
        args, options = self.arguments(owner, function, current)
        return self.ask(owner, function, *args, **options)

    def arguments(self, owner: str, function: Callable[..., Any], current: Any) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        options: dict[str, Any] = {}
        for parameter in parameters(function):
            place = pool(owner, parameter.name)
            required = parameter.default is parameter.empty and parameter.kind not in (
                parameter.VAR_POSITIONAL,
                parameter.VAR_KEYWORD,
            )
            small = parameter.name in ("draws", "tune")  # the usual ones take minutes on a machine that is busy
            if not (required or small) and not (place == ANSWERS and current is not None) and not self.hand.chance(3):
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                key = self.hand.pick(place, "option")
                options[key] = self.value(place[key], None)
                continue
            value = self.value(place, current)
            if place == ANSWERS:
                current = None if len(args) else current
            if parameter.kind is parameter.POSITIONAL_ONLY or parameter.kind is parameter.VAR_POSITIONAL:
                args.append(value)
            else:
                options[parameter.name] = value
        return args, options

    def value(self, place: Any, current: Any) -> Any:
        hand = self.hand
        if hand.chance(10, "hostile"):
            return hand.pick(HOSTILE, "hostile value")
        if place == COLUMNS:
            if self.scene is not None and hand.chance(2):
                return self.scene.name[hand.pick(self.scene.name)]
            n = self.scene.n if self.scene else 24
            return column(hand, n, ("normal", "two values", "whole", "positive", *NUMBERS, *TEXTS)).given
        if place == TABLE:
            if self.scene is not None and not hand.chance(3):
                return self.scene.table
            made = scene(hand, ("normal", "two values"), {})
            self.scene = self.scene or made
            return made.table
        if place == ANSWERS:
            if current is not None:
                return current
            if self.answers and hand.chance(2):
                return self.answers[-1 if hand.chance(2) else 0]
            return self.ready()
        if place == PATH:
            return hand.pick(paths(self.folder), "path")
        return hand.pick(place, "value")

    def ready(self) -> Any:
        """An answer of a plain call."""
        key = self.hand.pick(READY, "ready")
        self.transcript.append(f"    with {key}")
        return READY[key]()

    def follow(self, answer: Any) -> Any:
        """Ask the answer something of its own, or a verb about it."""
        own = questions(type(answer))
        verbs = verbs_of(answer)
        if verbs and (not own or self.hand.chance(2, "verb")):
            verb = self.hand.pick(verbs, "verb")
            return self.call(verb, getattr(st, verb), answer)
        if not own:
            return None
        question = self.hand.pick(own, "question")
        owner = f"{type(answer).__name__}.{question}"
        if not is_method(type(answer), question):
            return self.ask(owner, lambda: getattr(answer, question))
        return self.call(owner, getattr(answer, question))


def is_method(cls: type, name: str) -> bool:
    return isinstance(inspect.getattr_static(cls, name), FunctionType | classmethod | staticmethod)


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return [p for p in inspect.signature(function).parameters.values() if p.name not in ("self", "cls")]


def is_ours(cls: type) -> bool:
    return cls.__module__.startswith("stattools")


def is_model(cls: type) -> bool:
    return issubclass(cls, AnyModel) or callable(getattr(cls, "loglik", None)) or hasattr(cls, "fitted")


def questions(cls: type) -> list[str]:
    """What an answer of this class can be asked."""
    if not is_ours(cls) or issubclass(cls, BaseException):
        return []
    inside = INSIDE.get(cls.__name__, ())
    if inside == "*":
        return []
    theirs = next((base for base in (pd.DataFrame, Figure, tuple) if issubclass(cls, base)), tuple)
    public = [name for name in dir(cls) if not name.startswith("_") and not hasattr(theirs, name)]
    if is_model(cls):
        return [name for name in public if name in ASKED_OF_MODELS]
    return [name for name in public if name not in inside]


def verbs_of(answer: Any) -> list[str]:
    """The verbs that are asked about such an answer."""
    cls = type(answer)
    if not is_ours(cls):
        return []
    kind = "fit" if hasattr(answer, "estimate") and hasattr(answer, "model") else "model" if is_model(cls) else "belief"
    return list(VERBS[kind])


def printed(answer: Any) -> str:
    """What a reader sees of an answer: its page, or the report that was written; nothing of a bare record."""
    if isinstance(answer, Path) and answer.suffix == ".md":
        return answer.read_text()
    if not is_ours(type(answer)):
        return ""
    return str(answer) if type(answer).__str__ is not object.__str__ else repr(answer) and ""


def written(value: Any) -> str:
    try:
        text = getattr(value, "__name__", None) or repr(value)
    except Exception:  # pandas cannot print a signaling NaN
        text = f"<{type(value).__name__}>"
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) < 1500 else text[:1500] + "..."


def frozen(value: tuple[tuple[Any, ...], dict[str, Any]]) -> list[Any]:
    """The numbers and labels that a call was given, to tell whether it changed them."""
    args, options = value
    parts = [*args, *options.values()]
    parts += [part for table in parts if isinstance(table, dict) for part in table.values()]
    return [FROZEN[type(part)](part) for part in parts if type(part) in FROZEN]


FROZEN: dict[type, Callable[[Any], Any]] = {
    np.ndarray: lambda v: v.tobytes() if v.dtype.kind != "O" else repr(v.tolist()),
    pd.DataFrame: lambda v: (list(v.columns), repr(v.index.tolist()), repr(v.to_numpy(dtype=object).tolist())),
    pd.Series: lambda v: (v.name, repr(v.index.tolist()), repr(v.tolist())),
    list: repr,
    dict: lambda v: list(v),
}


def own_frames(error: BaseException) -> str:
    """Where in the package an error came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in frames
        if "/stattools/" in frame.filename
    ]
    last = frames[-1]
    return " > ".join(own[-4:]) + f" > {last.filename.rpartition('/')[2]}:{last.lineno} {last.name}"
