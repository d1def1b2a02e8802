"""One factor of a formula, such as `log(x + 1)`, as a checked syntax tree, its values, and where it has no derivative.

A factor is parsed by `ast.parse`, which runs nothing, and every node is compared with a whitelist: columns, numbers,
arithmetic, comparisons and the transforms below. Values are made by walking the tree; there is no `eval` anywhere.

| transform | takes | columns |
|---|---|---|
| `log exp sqrt log2 log10 log1p expm1 abs I` | numbers | 1 |
| `center scale` | numbers; constants learned once, kept for prediction | 1 |
| `poly bs cr cc ns` | numbers; a basis learned once, kept for prediction | several |
| `C` | a column, read as categories; contrasts `contr.treatment(base) sum helmert diff poly SAS` | levels - 1 |
| `s` | numbers; a smooth curve, whose coefficients are penalized (`parts.py`); `by=` is a column | its line |

The bases and contrasts are formulaic's (https://matthewwardrop.github.io/formulaic), equal to patsy's and R's where
those have them; `cr` and `cc` are those of Wood (2017, Generalized Additive Models, section 5.3.1), whose knots are
quantiles of the different values. `ns` has R's knots, quantiles of all rows, and with a constant it spans the same
functions. Beside a constant `cr` and `cc`, whose columns add up to 1, are centered, unless `constraints=` says
otherwise. From values with frequencies they learn what the table with each row so often teaches.
"""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number, is_whole
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.sums import SampleMoments

LARGEST = 100
"""The largest degree= and df= of a basis: more columns than this are a slip or an attack."""

MOST_COEFFICIENTS = 500
"""The largest k= of a curve, whose coefficients are penalized: few of them are as good, and their cube is the time."""


class Option(NamedTuple):
    """A kind of constant: what it needs to be, in words, and whether a value is that."""

    needs: str
    accepts: Callable[[Any], bool]


def whole(low: int, high: int) -> Option:
    """A whole number within bounds.

    >>> [whole(1, 100).accepts(value) for value in (3, 0, 2.0, True, "3")]
    [True, False, False, False, False]
    """
    return Option(f"a whole number from {low} to {high}", lambda value: is_whole(value) and low <= value <= high)


def listed(
    needs: str, of: Callable[[Any], bool] = is_number, *, differ: bool = True, ascend: bool = False, beside: object = ()
) -> Option:
    """A list of values that are accepted, which may have to differ or to ascend; or the value `beside`."""

    def is_one(values: object) -> bool:
        if not (isinstance(values, list | tuple) and all(map(of, values))):
            return values == beside
        return (not differ or len(set(values)) == len(values)) and (not ascend or list(values) == sorted(values))

    return Option(needs, is_one)


NUMBER = Option("a finite number", is_number)

TRUTH = Option("True or False", lambda value: value is True or value is False)
"""Text such as 'no' is true to Python: where a constant is a truth value, only True and False are accepted."""

LEVEL = Option("a level: a text, a number, True or False", lambda v: isinstance(v, str | bool) or is_number(v))

CONTRAST, COLUMN = Option("a contrast", lambda value: False), Option("a column", lambda value: False)
"""What is not a constant: a contrast is looked up by its name and has constants of its own, a column in the table."""

DF = whole(1, LARGEST)

BOUNDS = {"lower_bound": NUMBER, "upper_bound": NUMBER}

NATURAL = {"df": DF, "knots": listed("a list of different numbers in ascending order", ascend=True)} | BOUNDS

BEYOND = ("raise", "clip", "na", "zero", "extend")

BOUNDED = {"extrapolation": Option(" or ".join(map(repr, BEYOND)), BEYOND.__contains__)}

CUBIC = NATURAL | {"constraints": listed("'center' or a list of numbers", differ=False, beside="center")} | BOUNDED

ELEMENTWISE: dict[str, Callable[[Any], Any]] = {"log": np.log, "exp": np.exp, "sqrt": np.sqrt, "log2": np.log2}
ELEMENTWISE |= {"log10": np.log10, "log1p": np.log1p, "expm1": np.expm1, "abs": np.abs, "I": np.asarray}
"""Transforms of single numbers, which learn nothing."""

BASES = ("poly", "bs", "cr", "cc", "ns")
"""Transforms that make several columns."""

# All transforms of a formula: the constants that each takes after its first argument, in order, and what they may be.
TRANSFORMS: Mapping[str, Mapping[str, Option]] = {name: {} for name in (*ELEMENTWISE, "center")} | {
    "scale": {
        "center": Option("True, False or a finite number", lambda v: TRUTH.accepts(v) or is_number(v)),
        "scale": Option("True, False or a number above 0", lambda v: TRUTH.accepts(v) or (is_number(v) and v > 0)),
        "ddof": whole(0, 2**31),
    },
    "poly": {"degree": DF, "raw": TRUTH},
    "bs": {"df": DF, "knots": listed("a list of numbers in ascending order", differ=False, ascend=True)}
    | {"degree": whole(0, LARGEST), "include_intercept": TRUTH, **BOUNDS, **BOUNDED},
    "cr": CUBIC,
    "cc": CUBIC,
    "ns": NATURAL,
    "C": {"contrasts": CONTRAST, "levels": listed("a list of different levels", LEVEL.accepts)},
    "s": {"k": whole(4, MOST_COEFFICIENTS), "by": COLUMN},
}

# How a contrast is written inside C(...), and the constants it takes; below in patsy's words.
CONTRASTS: dict[str, Mapping[str, Option]] = {
    "contr.treatment": {"base": LEVEL},
    "contr.SAS": {"base": LEVEL},
    "contr.sum": {},
    "contr.helmert": {"reverse": TRUTH, "scale": TRUTH},
    "contr.diff": {"backward": TRUTH},
    "contr.poly": {"scores": listed("a list of different numbers, one per level")},
    "Treatment": {"reference": LEVEL},
}
CONTRASTS |= {word: CONTRASTS[f"contr.{word.lower()}"] for word in ("Sum", "Helmert", "Diff", "Poly")}

# What errors say of what a formula may contain.
ALLOWED = (
    "A formula may use column names, numbers, text constants, + - * / // % ** and one comparison (> >= < <= == !=) "
    f"inside a call, and the transforms {', '.join(sorted(TRANSFORMS, key=str.lower))} "
    "(with contr.treatment, contr.sum, contr.helmert, ... inside C)"
)

NO_CURVE = (
    's(...) is a curve with a penalty, a term of its own of the first formula of st.glm("y ~ s(x)", table, '
    'family="normal"), st.linear_mixed, st.logistic, st.poisson, st.cox and other regressions that integrate effects '
    "out. Here a spline without a penalty is bs(x, df=5)."
)
"""What is said where a formula that takes no curve has one."""


def transformed(
    name: str, values: np.ndarray, constants: Mapping[str, Any], state: dict[str, Any], weights: Any = None
) -> Any:
    """Values of one transform; `state` is filled the first time and only read after that. It is learned from values as
    often as their `weights` say; those of weight 0 may lie beyond the ends of a spline, which goes on there.

    One column is an array of shape (n,); several are formulaic's `FactorValues`.

    >>> state = {}
    >>> transformed("center", np.array([1.0, 3.0]), {}, state).tolist()
    [-1.0, 1.0]
    >>> transformed("center", np.array([10.0]), {}, state).tolist()
    [8.0]
    """
    if name in ELEMENTWISE:
        return ELEMENTWISE[name](values)
    if name == "s":
        raise DomainError(NO_CURVE)
    from formulaic.transforms import TRANSFORMS as FORMULAIC

    learning = not state
    w = np.ones(np.shape(values)) if weights is None else weights
    x, w = values[w > 0.0], w[w > 0.0]
    if name == "ns":
        name, constants = "cr", {"constraints": "center", **(_ns(x, constants, w) if learning else {})}
    is_line = constants.get("df") == 1 or constants.get("knots") in ([], ())
    if name == "cr" and constants.get("constraints") == "center" and is_line:
        raise ValueError("without a knot within it is a straight line: write x itself, or df=2 or more")
    if weights is not None:
        if constants.get("extrapolation", "raise" if name == "bs" else "extend") == "raise":
            constants = {**constants, "extrapolation": "extend"}
        if learning:
            state.update(LEARNED[name](x, constants, w))
    made = FORMULAIC[name](values, **constants, _state=state)
    if learning and "knots" in state and list(state["knots"]) != sorted(state["knots"]):
        raise ValueError(f"its knots must lie within {state['lower_bound']:.6g} and {state['upper_bound']:.6g}")
    if name == "poly" and constants.get("raw"):
        from formulaic.materializers.types import FactorValues

        return FactorValues(made, column_names=tuple(map(str, range(1, made.shape[1] + 1))))  # powers, as in R
    return made


def _ends(x: Floats, given: Mapping[str, Any]) -> tuple[float, float]:
    return float(given.get("lower_bound", x.min())), float(given.get("upper_bound", x.max()))


def _ns(x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, object]:
    """The knots of R's `ns`, as `cr` takes them: given, or df - 1 quantiles of the rows within the bounds.

    >>> _ns(np.array([0.0, 0.0, 1.0, 4.0]), {"df": 2}, np.ones(4))
    {'knots': [0.5], 'lower_bound': 0.0, 'upper_bound': 4.0}
    """
    df, knots = given.get("df"), given.get("knots")
    if df is not None and knots is not None:
        raise ValueError("give df= or knots=, not both")
    low, high = _ends(x, given)
    if knots is None:
        if df is None:
            raise ValueError("it needs df=, the number of its columns, or knots=")
        within = (x >= low) & (x <= high)
        knots = quantiles(x[within], w[within], np.arange(1, df) / df).tolist() if within.any() else []
        if len({low, *knots, high}) < len(knots) + 2:
            raise ValueError(
                f"many rows have the same value, and {len(knots)} quantiles are not different: use fewer df"
            )
    return {"knots": knots, "lower_bound": low, "upper_bound": high}


def of_moments(moments: SampleMoments, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of `center` and `scale`, from the moments of all values; the scale of values that do not vary is 0 or NaN."""
    center, scale, ddof = (given.get(name, usual) for name, usual in (("center", True), ("scale", True), ("ddof", 1)))
    if TRUTH.accepts(center):
        center = moments.mean if center else None
    if TRUTH.accepts(scale):
        square = moments.about(0.0 if center is None else float(center))
        scale = np.sqrt(np.divide(square, moments.n - ddof)) if scale else None
    return {"ddof": ddof, "center": center, "scale": scale}


def _poly(x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, object]:
    """Of orthogonal polynomials; powers as they are learn nothing."""
    if given.get("raw"):
        return {}
    alpha, norms, before, now = {}, {0: float(w.sum())}, np.zeros(len(x)), np.ones(len(x))
    for k in range(given.get("degree", 1)):
        alpha[k] = w @ (x * now * now) / norms[k]
        before, now = now, (x - alpha[k]) * now - (norms[k] / norms[k - 1] * before if k else 0.0)
        norms[k + 1] = w @ (now * now)
    return {"alpha": alpha, "norms2": norms}


def _bs(x: Floats, given: Mapping[str, Any], w: Floats) -> Mapping[str, object]:
    """Of B-splines: the ends, and where `df` says how many there are the knots."""
    low, high = _ends(x, given)
    state, degree = {"lower_bound": low, "upper_bound": high}, given.get("degree", 3)
    inner = (given.get("df") or 0) - degree - bool(given.get("include_intercept"))
    if given.get("df") and "knots" not in given and inner >= 0:
        inside = (x >= low) & (x <= high)
        if given.get("extrapolation") in ("clip", "na", "zero") and inside.any():
            x, w = x[inside], w[inside]
        knots = quantiles(x, w, np.linspace(0.0, 1.0, inner + 2)[1:-1]).tolist()
        state["knots"] = [low] * (degree + 1) + knots + [high] * (degree + 1)
    return state


def _cubic(name: str, x: Floats, given: Mapping[str, Any], w: Floats) -> dict[str, object]:
    """Of cubic regression splines, whose knots are those of one column more without the constraint."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC

    state: dict[str, Any] = {}
    centered = given.get("constraints") == "center"
    if centered:
        given = {**given, "constraints": None, "df": given["df"] + 1 if "df" in given else None}
    free: Any = FORMULAIC[name](x, **given, _state=state)
    if centered:
        state["constraints"] = np.array([[np.average(column, weights=w) for column in free.values()]])
    return state


LEARNED: dict[str, Callable[..., Mapping[str, object]]] = {
    "center": lambda x, given, w: of_moments(SampleMoments.of(x, w), {"scale": False}),
    "scale": lambda x, given, w: of_moments(SampleMoments.of(x, w), given),
    "poly": _poly,
    "bs": _bs,
    "cr": partial(_cubic, "cr"),
    "cc": partial(_cubic, "cc"),
}
"""What values (n,), the constants of the call and weights (n,) above 0 teach, by the name of the transform."""


WEIGHTS = ""
"""Where the frequencies of the rows stand among learned constants, while these are learned."""


def are_frequencies(weights: Floats) -> bool:
    """Whether rows may have been seen so often; the model refuses other weights by name."""
    return bool(np.isfinite(weights).all() and (weights >= 0.0).all() and (weights > 0.0).any())


def quantiles(x: Floats, w: Floats, levels: Floats) -> Floats:
    """Quantiles of values repeated w times, between neighbors by a straight line as NumPy's.

    >>> quantiles(np.array([3.0, 1.0]), np.array([1.0, 3.0]), np.array([0.5, 0.75])).tolist()
    [1.0, 1.5]
    """
    order = np.argsort(x, kind="stable")
    x, upto = x[order], np.cumsum(w[order])
    place = levels * max(upto[-1] - 1.0, 0.0)
    below = np.floor(place)
    last = len(x) - 1
    low, high = (x[np.minimum(np.searchsorted(upto, k, side="right"), last)] for k in (below, below + 1.0))
    return low + (high - low) * (place - below)


def contrast(name: str, constants: Mapping[str, object]) -> Any:
    """The contrasts of formulaic that `contr.sum`, `Treatment("b")` and the like stand for."""
    from formulaic.transforms import TRANSFORMS as FORMULAIC
    from formulaic.transforms import ContrastsRegistry

    registered = name.removeprefix("contr.")
    maker = FORMULAIC[name] if registered == name else getattr(ContrastsRegistry, registered)
    return maker(**constants)


def in_backticks(name: str) -> str:
    """A name as a formula writes it where it may look like anything: a backtick inside is doubled.

    >>> in_backticks("a`b")
    '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"


def column_of(identifier: str) -> str:
    """The column that a name in a syntax tree means: the inverse of `in_backticks`; a name without backticks means
    itself.
    """
    return identifier[1:-1].replace("``", "`") if identifier.startswith("`") else identifier


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
"""Arithmetic and comparisons of a formula by the node of Python's syntax tree."""

# By the class of an operation: what it does, and the sides that have columns; a comparison may be with text.
OPERANDS: dict[type[ast.AST], Callable[[Any], tuple[list[ast.AST], list[ast.expr]]]] = {
    ast.UnaryOp: lambda node: ([node.op], [node.operand]),
    ast.BinOp: lambda node: ([node.op], [node.left, node.right]),
    ast.Compare: lambda node: (
        node.ops,
        [side for side in (node.left, *node.comparators) if not isinstance(getattr(side, "value", None), str)],
    ),
}


def evaluate(
    tree: ast.expr, values: Callable[[str], object], state: dict[str, dict[str, object]], has_constant: bool = False
) -> Any:
    """The values of a checked tree. `values(name)` gives a column, and `state` holds the learned constants by the text
    of the call, which are learned with the frequencies of the rows where it has these. Where other terms have a
    constant, a spline whose columns have it too is centered.

    >>> tree = ast.parse("log(x) + 1", mode="eval").body
    >>> evaluate(tree, {"x": np.array([1.0])}.__getitem__, {}).tolist()
    [1.0]
    """
    if (made := VALUES.get(type(tree))) is None:
        raise AssertionError(f"unchecked node {ast.dump(tree)}")  # `expression` refuses every other node
    return made(tree, partial(evaluate, values=values, state=state), values, state, has_constant)


def _compared(node: ast.Compare, of: Callable[[ast.expr], object], *_: object) -> Floats:
    left, right = (of(side) for side in (node.left, *node.comparators))
    plain = [isinstance(side, str) for side in (left, right) if isinstance(side, np.ndarray | float | str)]
    if len(set(plain)) == 2:  # neither has categories
        raise TypeError("it compares numbers with text")
    return np.asarray(OPERATORS[type(node.ops[0])](left, right), dtype=np.float64)


def _called(
    node: ast.Call, of: Callable[[ast.expr], object], _: object, state: dict[str, dict[str, object]], has_constant: bool
) -> Any:
    name, inner = ast.unparse(node.func), _numbers(node, of(node.args[0]))
    learned = {} if name in ELEMENTWISE else state.setdefault(ast.unparse(node), {})
    beside = {"constraints": "center"} if has_constant and name in ("cr", "cc") else {}
    return transformed(name, inner, {**beside, **constants(node)}, learned, state.get(WEIGHTS, {}).get(WEIGHTS))


# By the class of a node: its values, from the node, what evaluates others, the columns, constants, `has_constant`.
VALUES: dict[type[ast.expr], Callable[..., Any]] = {
    ast.Name: lambda node, of, values, *_: values(column_of(node.id)),
    ast.Constant: lambda node, *_: node.value if isinstance(node.value, str) else np.float64(node.value),
    ast.UnaryOp: lambda node, of, *_: OPERATORS[type(node.op)](_numbers(node, of(node.operand))),
    ast.BinOp: lambda node, of, *_: OPERATORS[type(node.op)](*(_numbers(node, of(n)) for n in (node.left, node.right))),
    ast.Compare: _compared,
    ast.Call: _called,
}


def constants(call: ast.Call) -> dict[str, Any]:
    """The constants of a call by name, `scale(x, ddof=0)` -> {"ddof": 0}; contrasts and columns stay syntax trees."""
    return {
        name: value if option in (CONTRAST, COLUMN) else ast.literal_eval(value)
        for name, option, value in _arguments(call)
    }


def contrast_call(node: ast.expr) -> tuple[str, dict[str, Any]]:
    """Name and constants of a contrast: `contr.sum`, `contr.treatment("b")`, `Treatment(reference="b")`."""
    call = _as_call(node)
    return ast.unparse(call.func), constants(call)


def _as_call(node: ast.expr) -> ast.Call:
    return node if isinstance(node, ast.Call) else ast.Call(node, [], [])


def _names(tree: ast.AST) -> list[ast.Name]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _bare(node: ast.expr) -> ast.Name | None:
    """The name in `name` or `C(name, ...)`; None of what is neither."""
    match node:
        case (ast.Name() as bare) | ast.Call(func=ast.Name(id="C"), args=[ast.Name() as bare, *_]):
            return bare
    return None


def _numbers(node: ast.AST, part: Any) -> Any:
    """The part, if it is made of numbers; DomainError for a column of categories, which has no arithmetic."""
    if isinstance(part, np.ndarray | float):
        return part
    levels = ", ".join(repr(level) for level in part.cat.categories[:5])
    raise DomainError(f"{short(ast.unparse(node))!r} needs numbers; column {part.name!r} holds categories ({levels}).")


def short(text: str, longest: int = 80) -> str:
    """The text, cut for an error message."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


DEEPEST = 150
"""The most levels of nesting: each takes some calls of Python, whose recursion limit is 1000."""

TEXT = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
"""A text constant, as a pattern."""

HIDDEN = rf"{TEXT}|`(?:[^`]|``)*`"
"""What hides brackets, commas and line breaks: a text constant, or a name in backticks."""

# Names are replaced before parsing, since Python respells those beyond ASCII (NFKC).
NAMES = re.compile(rf"({TEXT})|`((?:[^`]|``)*)`|([^\W\d]\w*)")

PLAIN = re.compile(r"[^\W\d]\w*")
"""A name that needs no backticks."""


@record
class Expression:
    """A checked factor: `text` names its coefficients, and `columns` are the columns that it needs, in order."""

    text: str
    tree: ast.expr
    columns: tuple[str, ...]

    @cached_property
    def category(self) -> str | None:
        """The column, where the factor may be read as categories: a bare name or `C(name)`."""
        bare = _bare(self.tree)
        return None if bare is None else column_of(bare.id)

    @property
    def is_column(self) -> bool:
        """Whether the factor is just a column."""
        return self.columns == (self.text,)

    @property
    def written(self) -> str:
        """The factor as a formula has it: a column whose name is no plain word stands in backticks."""
        return self.text if PLAIN.fullmatch(self.text) else ast.unparse(self.tree)

    @property
    def call(self) -> str | None:
        """The transform that makes the whole factor, if it is a call."""
        return ast.unparse(self.tree.func) if isinstance(self.tree, ast.Call) else None

    @cached_property
    def given(self) -> Mapping[str, Any]:
        """What the call is given beside its column, such as contrasts of its own; nothing of other factors."""
        return constants(self.tree) if isinstance(self.tree, ast.Call) else {}

    @property
    def compares(self) -> bool:
        """Whether the factor is a comparison, possibly in `I(...)`: its values are then true or false."""
        tree = self.tree
        while isinstance(tree, ast.Call) and ast.unparse(tree.func) == "I":
            tree = tree.args[0]
        return isinstance(tree, ast.Compare)


def column(name: str) -> Expression:
    """The factor that is just a column, whatever its name looks like.

    >>> column("body mass (g)").text
    'body mass (g)'
    """
    if not name:
        raise DomainError("the formula uses a column whose name is empty; give it a name.")
    return Expression(name, ast.Name(id=in_backticks(name), ctx=ast.Load()), (name,))


def expression(source: str) -> Expression:
    """Parse one factor and compare it with the whitelist; nothing is evaluated.

    >>> expression("log( `body mass`+1 )").text
    'log(`body mass` + 1)'
    >>> expression("__import__('os')")
    Traceback (most recent call last):
    stattools.errors.DomainError: the formula may not contain "__import__('os')". A formula may use ...
    """
    names: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        text, quoted, name = found.groups()
        if text or (name and name.isascii()):
            return found[0]
        alias = f"_column{len(names)}_"
        while alias in source:
            alias += "_"
        names[alias] = name if quoted is None else quoted.replace("``", "`")
        return f" {alias} " if name is None else alias

    try:
        tree = ast.parse(NAMES.sub(stand_in, source).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "too deeply nested"
        raise DomainError(f"cannot read {short(source)!r} in the formula: {reason}. {ALLOWED}.") from None
    depth, level = 0, [tree]
    while level:  # without recursion
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    if depth > DEEPEST:
        raise DomainError(
            f"{short(source)!r} in the formula is nested more than {DEEPEST} levels deep; make it a column."
        )
    for node in _names(tree):
        if node.id in names:
            node.id = in_backticks(names[node.id])
    columns = tuple(dict.fromkeys(_columns(tree, whole=True)))
    if not columns:
        raise DomainError(f"{ast.unparse(tree)!r} in the formula names no column of the data.")
    return Expression(ast.unparse(tree), tree, columns)


def _columns(node: ast.AST, whole: bool = False) -> list[str]:
    """Names of the columns in reading order; DomainError for every node that the whitelist does not know."""
    if isinstance(node, ast.Name) and not node.id.startswith("__"):
        return [column_of(node.id)]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        _fold(node)
        return []
    if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in TRANSFORMS and node.args:
        text, (first, *rest) = short(ast.unparse(node)), node.args
        if name in (*BASES, "C", "s") and not whole:
            raise DomainError(f"{ast.unparse(node)!r} makes several columns: it must be a term of its own.")
        if name == "C" and _bare(node) is None:
            raise DomainError(f"{text!r}: C takes one column, C(name); make the column first.")
        if name == "s" and rest and not isinstance(rest[0], ast.Constant):
            raise DomainError(
                f"{text!r}: a curve has one variable; s({ast.unparse(first)}) + s({ast.unparse(rest[0])}) adds "
                "two, and by= is for levels or a number."
            )
        return _columns(first) + _columns_beside(node)
    ops, sides = OPERANDS.get(type(node), lambda node: ([node], []))(node)
    if len(ops) != 1 or not {type(ops[0])} <= OPERATORS.keys():
        raise _forbidden(node)
    names = [name for side in sides for name in _columns(side)]
    if len(sides) == 2:
        _fold(node)
    return names


def _columns_beside(call: ast.Call) -> list[str]:
    """The same of the arguments of a call beside its first."""
    found = list[str]()
    for key, option, value in _arguments(call):
        if option is CONTRAST:
            of = _as_call(value)
            if ast.unparse(of.func) not in CONTRASTS:
                raise _forbidden(value)
            found += _columns_beside(of)
        elif option is COLUMN:  # a column, or C(column) where its numbers are labels
            bare = _bare(value)
            if bare is None or ast.unparse(value) not in (bare.id, f"C({bare.id})"):
                raise DomainError(
                    f"{short(ast.unparse(call))!r}: by= is the name of a column, by=g, or by=C(g) where numbers "
                    f"are labels; got {short(ast.unparse(value))}."
                )
            found += _columns(bare)
        elif not option.accepts(worth := _literal(value)):
            raise DomainError(f"{short(ast.unparse(call))!r}: {key}= must be {option.needs}; got {quoted(worth)}.")
    return found


def _arguments(call: ast.Call) -> list[tuple[str, Option, ast.expr]]:
    """The arguments of a transform after its column, or of a contrast, with what they may be, those by position first;
    DomainError for too many or a wrong name.
    """
    called = ast.unparse(call.func)
    allowed, given = (TRANSFORMS[called], call.args[1:]) if called in TRANSFORMS else (CONTRASTS[called], call.args)
    pairs = list(zip(allowed, given, strict=False)) + [(str(k.arg), k.value) for k in call.keywords]
    names = [name for name, _ in pairs]
    if len(given) > len(allowed) or not set(names) <= set(allowed) or len(set(names)) < len(names):
        takes = ", ".join(f"{name}=" for name in allowed) or "nothing"
        raise DomainError(f"{short(ast.unparse(call))!r} in the formula: beside its column it takes {takes}.")
    return [(name, allowed[name], value) for name, value in pairs]


def _literal(node: ast.expr) -> object:
    """A constant: a number, a text, True or False, or a list of those."""
    try:
        worth = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise _forbidden(node) from None
    if not all(isinstance(part, int | float | str) for part in (worth if isinstance(worth, list | tuple) else [worth])):
        raise _forbidden(node)
    return worth


def _fold(node: Any) -> None:
    """Refuse constant arithmetic without a finite value, such as 9**9**9**9 or 1/0. It is computed in floats, which
    cannot take long.
    """
    if _names(node):
        return
    try:
        with np.errstate(all="ignore"):  # the value is checked on the next line
            worth = evaluate(node, lambda name: name, {})
    except OverflowError:  # an integer constant beyond float64
        worth = np.inf
    if not np.isfinite(worth):
        raise DomainError(f"{short(ast.unparse(node))!r} in the formula is not a finite number.")


def _forbidden(node: ast.AST) -> DomainError:
    return DomainError(f'the formula may not contain "{short(ast.unparse(node))}". {ALLOWED}.')


EVERYWHERE = (float("nan"),)
"""The points of a step: a derivative says nothing about it, wherever the row is."""


class Break(NamedTuple):
    """An argument of the expression `text`, and the points of it where the expression has no derivative.

    At an `end` the expression goes on in one direction only, and has a derivative in that direction.
    """

    text: str
    argument: ast.expr
    points: tuple[float, ...]
    end: bool = False

    @property
    def is_step(self) -> bool:
        """Whether the expression jumps, and is flat beside."""
        return self.points is EVERYWHERE


def breaks(tree: ast.expr, name: str, state: Mapping[str, Mapping[str, object]]) -> tuple[Break, ...]:
    """The breaks of a factor's tree in a column; `state` holds the knots that splines have learned. They are known of
    the operations and not read off values at some rows.

    >>> [(found.text, found.is_step) for found in breaks(ast.parse("abs(x) + I(x > 0)", mode="eval").body, "x", {})]
    [('abs(x)', False), ('x > 0', True)]
    """
    found = list[Break]()
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=op) | ast.Compare(ops=[op]):
                each = BREAKS[type(op)](node, state)
            case ast.Call(func=ast.Name(id=called)):
                each = BREAKS[called](node, state)
            case _:
                continue
        for argument, points, *end in each:
            names = {column_of(part.id) for part in _names(argument)}
            if points and name in names:
                found.append(Break(ast.unparse(node), argument, points, *end))
    return tuple(found)


def _breaks_of_power(node: ast.BinOp, state: object) -> list[tuple[object, ...]]:
    """x, x^2, x^3, ... are smooth; any other power is a root or infinite at 0."""
    try:
        number = ast.literal_eval(node.right)
    except ValueError:  # the exponent is an expression of columns
        number = -1.0
    return [] if number >= 0 and number == int(number) else [(node.left, (0.0,))]


def _breaks_of_spline(node: ast.Call, state: Mapping[str, Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """A knot repeated as often as the degree is a kink, one repeated more often a jump; a spline that is cut off ends
    at its bounds.
    """
    given, learned = constants(node), state.get(ast.unparse(node), {})
    degree = given.get("degree", 3)
    low, high = learned["lower_bound"], learned["upper_bound"]
    times = Counter(knot for knot in learned["knots"] if low < knot < high) if ast.unparse(node.func) == "bs" else {}
    jumps = any(count > degree for count in times.values())
    kinks = tuple(knot for knot, count in times.items() if count == degree)
    ends = (low, high) if given.get("extrapolation") in ("clip", "zero") else ()
    return [(node, EVERYWHERE if jumps else ()), (node.args[0], kinks), (node.args[0], ends, True)]


SMOOTH = ("I", "exp", "expm1", "log", "log2", "log10", "log1p", "center", "scale", "poly", "s")

STEPS = (ast.FloorDiv, ast.Mod, ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.Eq, ast.NotEq, "C")

# By the node of Python's syntax tree or the name of the transform: each argument with the points where it breaks.
BREAKS: dict[Any, Callable[..., list[Any]]] = {
    **dict.fromkeys((ast.Add, ast.Sub, ast.Mult, ast.USub, ast.UAdd, *SMOOTH), lambda node, state: []),
    **dict.fromkeys(STEPS, lambda node, state: [(node, EVERYWHERE)]),
    **dict.fromkeys(("sqrt", "abs"), lambda node, state: [(node.args[0], (0.0,))]),
    ast.Div: lambda node, state: [(node.right, (0.0,))],
    ast.Pow: _breaks_of_power,
    **dict.fromkeys(("bs", "cr", "cc", "ns"), _breaks_of_spline),
}
