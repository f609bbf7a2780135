"""Which expressions go into HTML unescaped, found by reading the source: it knows no value and runs nothing.

What is drawn is an f-string that holds a tag. Whatever stands in one must be escaped, a number, a constant, or HTML of
another function that is read in its turn; a name is followed to what was assigned to it in its function.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TAG = re.compile(r"</?[a-z]|=\"$|^\"")
SAFE = {"escape", "quote", "len", "round", "abs", "int", "float", "data_uri", "range", "sum", "max", "min", "hash"}
"""Functions whose answers hold no markup."""
PLAIN = re.compile(r"^(int|float|bool|datetime|Literal\[.*\])( \| None)?$")
"""Types whose values, written, hold no markup."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """The source, by path."""
    paths = sorted(path for package in ("explain", "inference") for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def functions(tree: ast.AST) -> Iterator[Function]:
    """Those of a module, methods among them."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def text_of(node: ast.JoinedStr) -> str:
    return "".join(part.value for part in node.values if isinstance(part, ast.Constant))


def drawn(tree: ast.AST) -> Iterator[ast.JoinedStr]:
    """The f-strings that hold a tag."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and TAG.search(text_of(node)))


@cache
def drawing() -> frozenset[str]:
    """Names of functions that give back HTML: their docstring or their own strings say so."""
    found = set()
    for tree in modules().values():
        for function in functions(tree):
            strings = [n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            if any(re.search(r"</?[a-z]|HTML", text) for text in strings):
                found.add(function.name)
    return frozenset(found)


@cache
def numbers() -> frozenset[str]:
    """Names of fields and properties that are numbers wherever they are declared."""
    types = defaultdict(set)
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                        types[part.target.id].add(ast.unparse(part.annotation))
                    if isinstance(part, Function) and part.returns:
                        types[part.name].add(ast.unparse(part.returns))
    return frozenset(name for name, all in types.items() if all and all_plain(all))


def all_plain(types: set[str]) -> bool:
    return all(PLAIN.match(each.strip("'\"")) for each in types)


class Reader:
    """Reads one function: which expressions of what it draws are safe."""

    def __init__(self, function: Function, constants: set[str]) -> None:
        self.function, self.constants = function, constants
        self.given = {
            each.arg: ast.unparse(each.annotation) if each.annotation else ""
            for each in (*function.args.args, *function.args.kwonlyargs, *function.args.posonlyargs)
        }
        self.assigned: dict[str, list[ast.expr]] = defaultdict(list)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    self._assign(target, node.value)
            if isinstance(node, ast.For | ast.comprehension):
                self._loop(node.target, node.iter)
        self._seen: set[str] = set()

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned[target.id].append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for part, its in zip(target.elts, value.elts, strict=True):
                self._assign(part, its)
        elif isinstance(target, ast.Tuple):
            for part in target.elts:
                self._assign(part, ast.Subscript(value, ast.Constant(0)))

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "enumerate":
            if isinstance(target, ast.Tuple):
                self._assign(target.elts[0], ast.Constant(0))
                self._loop(target.elts[1], over.args[0])
        elif isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range":
            self._assign(target, ast.Constant(0))
        elif isinstance(over, ast.Tuple | ast.List):
            for part in over.elts:
                self._assign(target, part)
        else:
            self._assign(target, ast.Subscript(over, ast.Constant(0)))

    def unsafe(self) -> Iterator[str]:
        """The expressions that are drawn and of which nothing is known."""
        for string in drawn(self.function):
            for part in string.values:
                if isinstance(part, ast.FormattedValue):
                    for found in self.loose(part):
                        yield found

    def loose(self, node: ast.expr) -> list[str]:
        """What of an expression may hold markup of others."""
        match node:
            case ast.Constant() | ast.Compare() | ast.UnaryOp():
                return []
            case ast.FormattedValue(value, _, spec):
                ends = text_of(spec) if isinstance(spec, ast.JoinedStr) else ""
                return [] if ends[-1:] in tuple(",fdegx%") and ends else self.loose(value)
            case ast.JoinedStr(values):
                return [each for part in values for each in self.loose(part)]
            case ast.BinOp(left, ast.Add(), right):
                return self.loose(left) + self.loose(right)
            case ast.BinOp(left, ast.Mod() | ast.Mult(), right):
                return self.loose(left)
            case ast.BinOp():
                return []
            case ast.IfExp(_, body, orelse):
                return self.loose(body) + self.loose(orelse)
            case ast.BoolOp(_, values) | ast.Tuple(values) | ast.List(values):
                return [each for part in values for each in self.loose(part)]
            case ast.GeneratorExp(elt) | ast.ListComp(elt) | ast.SetComp(elt) | ast.NamedExpr(value=elt):
                return self.loose(elt)
            case ast.Starred(value):
                return self.loose(value)
            case ast.Call(func, args, keywords):
                return self.called(func, args, keywords, node)
            case ast.Subscript(value):
                return self.loose(value)
            case ast.Name(name):
                return self.named(name)
            case ast.Attribute(_, name):
                return [] if name in numbers() or name.isupper() else [ast.unparse(node)]
        return [ast.unparse(node)]

    def called(self, func: ast.expr, args: list[ast.expr], keywords: list[ast.keyword], node: ast.expr) -> list[str]:
        name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
        if name in SAFE:
            return []
        inner = [*args, *(each.value for each in keywords)]
        if isinstance(func, ast.Attribute) and name in ("join", "replace", "format", "strip", "capitalize", "lower"):
            return [each for part in [func.value, *inner] for each in self.loose(part)]
        if name in ("map", "filter") and args:
            first = args[0]
            if isinstance(first, ast.Name) and (first.id in SAFE or first.id in drawing()):
                return []
            return [each for part in args[1:] for each in self.loose(part)]
        if name in drawing():
            return []
        return [ast.unparse(node)]

    def named(self, name: str) -> list[str]:
        if name in self._seen or name in self.constants or name.isupper():
            return []
        if name in self.assigned:
            self._seen.add(name)
            found = [each for value in self.assigned[name] for each in self.loose(value)]
            self._seen.discard(name)
            return found
        return [] if PLAIN.match(self.given.get(name, "")) else [name]


def loose(tree: ast.Module) -> list[tuple[str, str]]:
    """Functions of a module, each with what it draws and of which nothing is known."""
    constants = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    return [(function.name, each) for function in functions(tree) for each in Reader(function, constants).unsafe()]
