"""What solvers ask of their options and of a model before they start."""

from __future__ import annotations

from typing import Any

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_number, is_one_of, word_of
from stattools.interface.whole_numbers import whole_number
from stattools.models.any_model import AnyModel


def require_rows(solver: str, needs: str, model: Any) -> None:
    """IncompatibleError unless the model is a log-likelihood with unconstrained parameters."""
    if not (isinstance(model, AnyModel) and model.is_unconstrained):
        raise IncompatibleError(
            f"{solver} needs {needs}; got {type(model).__name__}. Leave solver= out: the maximum has a closed form."
        )


def require_tolerance(solver: str, tolerance: float, max_steps: int) -> None:
    """DomainError unless tolerance is positive and finite and max_steps is a whole number >= 1."""
    if not (is_number(tolerance) and tolerance > 0):
        raise DomainError(
            f"{solver} needs a positive tolerance, in standard errors; got {quoted(tolerance)}. The default is 1e-8."
        )
    whole_number(max_steps, f"max_steps= of {solver}", at_least=1)


def require_choice(solver: str, name: str, value: object, choices: tuple[str, ...]) -> Any:
    """The choice that the value spells; DomainError unless it is one."""
    value = word_of(value, choices)
    if not is_one_of(value, choices):
        raise DomainError(f"{solver} needs {name} to be one of {', '.join(map(repr, choices))}; got {quoted(value)}.")
    return value
