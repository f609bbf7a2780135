"""Rows that a stranger's expression is true of, such as `loan_to_value > 80 and condominium == "yes"`.

Read by Python's own parser and evaluated node by node: names are columns, and nothing can be called, subscripted or
reached by a dot. What is not in the lists here is refused, whatever it is (pandas' `query` would allow method calls).
"""

import ast
import json
import operator
import re
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .traits import Trait

LONGEST, MOST_PARTS = 2_000, 100
"""Characters of an expression, and what it may consist of."""
MISSING = "missing"
"""As in `income is missing`."""

parsing = threading.Lock()
"""Which warnings are ignored is a state of the whole process."""

Mask = NDArray[np.bool_]

COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
CALCULATED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
HELP = (
    'Compare columns with <, <=, >, >=, ==, != or in, as in: age > 40 and housing in ["own", "free"]; '
    'also: income is missing, "refund" in text, `a column with spaces` > 3'
)


def select(query: str, traits: Sequence[Trait]) -> Mask:
    """Which rows it is true of, bool[n]; of what is missing, no comparison is. Raises InputError.

    query: at most 2,000 characters. Names are those of traits; others than Python's stand between backticks.
    """
    if not query.strip() or len(query) > LONGEST:
        raise InputError(f"A query has 1 to {LONGEST:,} characters, got {len(query):,}. {HELP}.")
    quoted: dict[str, str] = {}

    def plain(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]  # a text, which may hold backticks
        return quoted.setdefault(match[1], f"_quoted_{len(quoted)}")

    code = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`([^`]+)`', plain, query.strip())
    try:
        with parsing, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's, of what a stranger writes
            tree = ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f"{query[:80]!r} is no query. {HELP}.") from None
    if sum(1 for _ in ast.walk(tree)) > MOST_PARTS:
        raise InputError(f"A query may have {MOST_PARTS} parts; make it shorter.")
    back = {name: column for column, name in quoted.items()}
    found = Reading({trait.name: trait for trait in traits}, back).truth(tree)
    return np.broadcast_to(found, len(traits[0].values)).copy()


class Reading:
    """An expression over columns."""

    def __init__(self, traits: Mapping[str, Trait], quoted: Mapping[str, str]) -> None:
        self.traits, self.quoted = traits, quoted

    def truth(self, node: ast.expr) -> Mask:
        """What is true or false of each row."""
        if isinstance(node, ast.BoolOp):
            both = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return np.asarray(both.reduce([self.truth(each) for each in node.values]), bool)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self.truth(node.operand)
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return np.asarray(np.logical_and.reduce([self.compared(*each) for each in pairs]), bool)
        raise InputError(f"{shown(node)} is neither true nor false. {HELP}.")

    def compared(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Mask:
        """One comparison."""
        if isinstance(sign, ast.Is | ast.IsNot) and isinstance(right, ast.Name) and right.id == MISSING:
            known = self.column(left).known
            return known if isinstance(sign, ast.IsNot) else ~known
        if isinstance(sign, ast.In | ast.NotIn):
            inside, known = self.inside(left, right)
            return known & (inside if isinstance(sign, ast.In) else ~inside)
        if type(sign) not in COMPARED:
            raise InputError(f"A query knows no such comparison. {HELP}.")
        if any(self.is_text(each) for each in (left, right)):
            return self.alike(left, sign, right)
        with np.errstate(all="ignore"):
            a, b = self.number(left), self.number(right)
            return np.asarray(COMPARED[type(sign)](a, b) & ~np.isnan(a) & ~np.isnan(b), bool)

    def alike(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Mask:
        """Whether texts are equal."""
        if not isinstance(sign, ast.Eq | ast.NotEq):
            raise InputError(f"Texts are compared by == or !=, not by size. {HELP}.")
        (a, known), (b, also) = self.text(left), self.text(right)
        return np.asarray(COMPARED[type(sign)](a, b), bool) & known & also

    def inside(self, left: ast.expr, right: ast.expr) -> tuple[Mask, Mask]:
        """Whether a column's values are in a list, or a text is part of a column's; and where that is known."""
        if isinstance(right, ast.List | ast.Tuple | ast.Set):
            column = self.column(left)
            if column.kind == "number":
                return np.isin(column.values, [float(self.number(each)) for each in right.elts]), column.known
            choices = {constant(each) for each in right.elts}
            return np.array([value in choices for value in column.values], bool), column.known
        if not isinstance(left, ast.Constant) or not isinstance(left.value, str):
            raise InputError(f"in takes a list on its right, or a text on its left. {HELP}.")
        part, column = left.value.casefold(), self.column(right)
        if column.kind == "number":
            raise InputError(f"{column.label} is a number, which holds no text. {HELP}.")
        return np.array([part in value.casefold() for value in column.values], bool), column.known

    def is_text(self, node: ast.expr) -> bool:
        """Whether a side of a comparison is a text."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        return isinstance(node, ast.Name) and self.column(node).kind != "number"

    def text(self, node: ast.expr) -> tuple[Any, Any]:
        """A text, or a column of texts, and where it is known."""
        if isinstance(node, ast.Constant):
            return constant(node), True
        column = self.column(node)
        if column.kind == "number":
            raise InputError(f"{column.label} is a number: compare it with one, without quotation marks. {HELP}.")
        return column.values, column.known

    def number(self, node: ast.expr) -> Any:
        """A number, or float64[n] of numbers."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return np.float64(min(max(node.value, -1e300), 1e300))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return -self.number(node.operand) if isinstance(node.op, ast.USub) else self.number(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in CALCULATED:
            return CALCULATED[type(node.op)](self.number(node.left), self.number(node.right))
        if not isinstance(node, ast.Name):
            raise InputError(f"{shown(node)} is no number. {HELP}.")
        return self.column(node).values

    def column(self, node: ast.expr) -> Trait:
        """A column by its name."""
        if not isinstance(node, ast.Name):
            raise InputError(f"{shown(node)} is no column. {HELP}.")
        name = self.quoted.get(node.id, node.id)
        if name not in self.traits:
            raise InputError.among("column", name, self.traits)
        return self.traits[name]


def constant(node: ast.expr) -> str:
    """An entry of a list of texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
        return str(node.value)
    raise InputError(f"A list holds texts or numbers, got {shown(node)}. {HELP}.")


def shown(node: ast.expr) -> str:
    """A part of an expression, short enough for a message."""
    return repr(ast.unparse(node)[:60])


def quote(name: str) -> str:
    """A column's name as a query has it."""
    return name if name.isidentifier() and name not in RESERVED else f"`{name}`"


RESERVED = {"and", "or", "not", "in", "is", "if", "else", "lambda", "None", "True", "False", "for", MISSING}
"""Names of columns that need backticks, too."""


def literal(value: Any) -> str:
    """A text or a number as a query has it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(float(value)).removesuffix(".0")


def between(values: NDArray[np.float64], threshold: float) -> float:
    """A threshold with as few digits as part the same known values: 82.5, not 82.45000076."""
    below, above = values[values <= threshold], values[values > threshold]
    low, high = (float(below.max()) if len(below) else threshold), (float(above.min()) if len(above) else threshold)
    for digits in range(1, 12):
        rounded = float(f"{threshold:.{digits}g}")
        if low <= rounded < high:
            return rounded
    return threshold
