"""stattools: every problem is stated as a likelihood; from it come the fit, its uncertainty, the posterior, the check
against an independent reference, and the report.

    import stattools as st

    fit = st.fit(st.logistic("admit ~ gre + gpa", admissions))
    print(fit)                       # estimates, intervals, certificate
    print(st.validate(fit))          # the same numbers from statsmodels?
    st.report(fit, to="reports/admissions")

Names are loaded when they are first used, so that `import stattools` is quick.
"""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import get_data
from typing import Any

__version__ = "0.1.0"

_STUB = get_data(__name__, "__init__.pyi")
if _STUB is None:
    raise ImportError(
        "stattools/__init__.pyi is not installed: it says which file each public name is in; install anew"
    )

_MODULE_OF = {
    name: home for home, name in re.findall(r"from stattools\.(\S+) import \(?\s*(\w+) as \2\b", _STUB.decode())
}
"""Each public name, and the file that it is in: what `__init__.pyi` says to type checkers."""

_MODULES = {"sklearn": "inference.scikit_learn"}
"""Names of modules: what is in them needs a package that may not be there."""

__all__ = sorted([*_MODULE_OF, "__version__"])


def __getattr__(name: str) -> Any:
    from stattools.interface.names import guesses

    if name in _MODULES:
        return import_module(f"stattools.{_MODULES[name]}")
    if name not in _MODULE_OF:
        guesses.absent_function(name, tuple(__all__))
    value = guesses.public(getattr(import_module(f"stattools.{_MODULE_OF[name]}"), name), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, *_MODULES]
