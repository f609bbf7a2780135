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
TAG = re.compile(r"</?[a-z]")
TAGGED = re.compile(r"</?[a-z][^>]*>").search
OWN = {"anchor", "clock", "filesize", "milliseconds", "noun", "number", "percent", "points", "shade", "side", "signed"}
SAFE = {"escape", "quote", "len", "round", "abs", "int", "float", "data_uri", "range", "sum", "max", "min", *OWN}
"""Functions whose answers hold no markup: numbers, and words of our own."""
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


Place = tuple[str, str]
"""A function: the path of its module, and its name."""


@cache
def places() -> dict[str, list[Place]]:
    """Where functions of a name are."""
    found = defaultdict(list)
    for path, tree in modules().items():
        for function in functions(tree):
            found[function.name].append((path, function.name))
    return found


@cache
def drawing() -> frozenset[Place]:
    """The functions that give back HTML: they draw, or say so."""
    return frozenset(
        (path, function.name)
        for path, tree in modules().items()
        for function in functions(tree)
        if "HTML" in (ast.get_docstring(function) or "")
        or any(drawn(function))
        or any(map(TAGGED, constants(function)))
        or any(isinstance(node, ast.Name) and node.id == "escape" for node in ast.walk(function))
    )


def constants(function: Function) -> Iterator[str]:
    return (n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and isinstance(n.value, str))


@cache
def imported(path: str) -> dict[str, Place]:
    """What the names stand for that a module imports from ours."""
    found = {}
    for node in ast.walk(modules()[path]):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = Path(path).parents[node.level - 1]
            module = folder.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            for each in node.names:
                found[each.asname or each.name] = (str(module), each.name)
    return found


def meant(path: str, name: str) -> list[Place]:
    """Which functions a name may stand for in a module."""
    own = (path, name)
    known = places().get(name, [])
    for place in (own, imported(path).get(name)):
        if place in known:
            return [place]
    return known


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

    def __init__(self, path: str, function: Function, constants: set[str]) -> None:
        self.path, self.function, self.constants = path, function, constants
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
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
                self._assign(node.func.value, node.args[0])
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
            yield from self.loose(string)
        if (self.path, self.function.name) in drawing():
            for node in ast.walk(self.function):
                if isinstance(node, ast.Return | ast.Yield) and node.value:
                    yield from self.loose(node.value)
        for node in ast.walk(self.function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for place in meant(self.path, node.func.id):
                    yield from (each for part in self.handed(node, place) for each in self.loose(part))

    def handed(self, call: ast.Call, place: Place) -> list[ast.expr]:
        """The arguments of a call that are drawn as they are."""
        names = TAKEN.get(place, {})
        listed = [part for at, part in enumerate(call.args) if at in names.values()]
        return listed + [each.value for each in call.keywords if each.arg in names]

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
            if isinstance(first, ast.Name) and (first.id in SAFE or self.draws(first.id)):
                return []
            return [each for part in args[1:] for each in self.loose(part)]
        return [] if self.draws(name) else [ast.unparse(node)]

    def draws(self, name: str) -> bool:
        found = meant(self.path, name)
        return bool(found) and drawing().issuperset(found)

    def named(self, name: str) -> list[str]:
        if name in self._seen or name in self.constants or name.isupper():
            return []
        if name in self.assigned:
            self._seen.add(name)
            found = [each for value in self.assigned[name] for each in self.loose(value)]
            self._seen.discard(name)
            return found
        return [] if PLAIN.match(self.given.get(name, "")) else [name]


Taken = dict[Place, dict[str, int]]
TAKEN: Taken = {}
"""The parameters that are drawn as they are, with their places: whoever calls must have escaped them."""


def loose(path: str, tree: ast.Module) -> list[tuple[str, str]]:
    """Functions of a module, each with what it draws and of which nothing is known."""
    fixed = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    return [(function.name, each) for function in functions(tree) for each in Reader(path, function, fixed).unsafe()]


@cache
def follow() -> None:
    """Find out which parameters are drawn as they are, until there are no more."""
    before = -1
    while before < sum(map(len, TAKEN.values())):
        before = sum(map(len, TAKEN.values()))
        for path, tree in modules().items():
            found = loose(path, tree)
            for function in functions(tree):
                arguments = function.args
                order = [each.arg for each in arguments.args if each.arg != "self"]
                names = {*order, *(each.arg for each in arguments.kwonlyargs)}
                for name in names & {each for owner, each in found if owner == function.name}:
                    place = order.index(name) if name in order else -1
                    TAKEN.setdefault((path, function.name), {})[name] = place


def doubtful(path: str, tree: ast.Module) -> set[str]:
    """What a module draws and of which nothing is known, as `module | function | expression`."""
    follow()
    return {f"{path} | {name} | {each}" for name, each in loose(path, tree) if each not in TAKEN.get((path, name), {})}
