"""The remedies that the code can give, read from its source: the third part of each Fault, and lines of other messages.

What is put into a text when it is made stands as … in it. A remedy that is chosen from several is several.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

OPEN = "…"  # a part of a text that is only known when it is made
DEEPEST = 12  # steps from a name to the text that it stands for


class Remedy(NamedTuple):
    """A remedy: the module that gives it (dotted, below scripts/), its text, and where."""

    module: str
    text: str
    line: int


class Module:
    """The source of a module, by what texts are found with: assignments, functions, calls."""

    def __init__(self, path: Path, root: Path) -> None:
        self.name = path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}
        self.imported = {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def around(self, node: ast.AST) -> ast.AST:
        """The function around a node, or the module."""
        while not isinstance(node, ast.FunctionDef | ast.Module):
            node = self.parents[node]
        return node

    def assigned(self, name: str, scope: ast.AST, line: int = 0) -> list[ast.expr]:
        """What is assigned to a name in a scope, or added to it above a line; tuples are taken part by part."""
        found: list[ast.expr] = []
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign):
                found += [value for target in node.targets for value in paired(target, node.value, name)]
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                found += paired(node.target, node.value, name)
        more = [
            node.value
            for node in ast.walk(scope)
            if isinstance(node, ast.AugAssign) and is_name(node.target, name) and node.lineno < line
        ]
        return [*found, *(self.known(ast.BinOp(first, ast.Add(), last)) for first in found for last in more)]

    def known(self, node: ast.BinOp) -> ast.BinOp:
        """A sum that is not in the source, as if it stood where its first part does."""
        self.parents[node] = self.parents[node.left]
        return node


def is_name(node: ast.expr, name: str) -> bool:
    """Whether an expression is a name."""
    return isinstance(node, ast.Name) and node.id == name


def paired(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    """The values that an assignment gives a name."""
    if isinstance(target, ast.Name):
        return [value] if target.id == name else []
    if isinstance(target, ast.Tuple):
        if isinstance(value, ast.IfExp):
            return [*paired(target, value.body, name), *paired(target, value.orelse, name)]
        if isinstance(value, ast.Tuple):
            return [one for t, v in zip(target.elts, value.elts, strict=False) for one in paired(t, v, name)]
    return []


class Reader:
    """The texts that expressions of a package come to."""

    def __init__(self, root: Path) -> None:
        files = sorted(root.rglob("*.py"))
        self.modules: Mapping[str, Module] = {module.name: module for module in (Module(f, root) for f in files)}

    def texts(self, node: ast.expr | None, module: Module, depth: int = 0) -> list[str]:
        """The texts that an expression may come to, with … for what cannot be read; at least one."""
        if node is None or depth > DEEPEST:
            return [OPEN]
        found = list(dict.fromkeys(self._texts(node, module, depth + 1)))
        return found or [OPEN]

    def _texts(self, node: ast.expr, module: Module, depth: int) -> Iterator[str]:
        if isinstance(node, ast.Constant):
            yield node.value if isinstance(node.value, str) else OPEN
        elif isinstance(node, ast.JoinedStr):
            parts = [self.texts(part, module, depth) for part in node.values]
            yield from map("".join, product(*parts))
        elif isinstance(node, ast.FormattedValue):
            inner = self.texts(node.value, module, depth) if isinstance(node.value, ast.Name | ast.IfExp) else [OPEN]
            yield from [text if text.strip() and " " in text else OPEN for text in inner]
        elif isinstance(node, ast.IfExp):
            yield from [*self.texts(node.body, module, depth), *self.texts(node.orelse, module, depth)]
        elif isinstance(node, ast.BoolOp):
            yield from (text for part in node.values for text in self.texts(part, module, depth))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from map(
                "".join, product(self.texts(node.left, module, depth), self.texts(node.right, module, depth))
            )
        elif isinstance(node, ast.NamedExpr):
            yield from self.texts(node.value, module, depth)
        elif isinstance(node, ast.Name):
            yield from self.named(node, module, depth)
        elif isinstance(node, ast.Subscript):
            yield from self.members(node.value, module, depth)
        elif isinstance(node, ast.Dict):
            yield from (text for value in node.values for text in self.texts(value, module, depth))
        elif isinstance(node, ast.Tuple | ast.List):
            yield from (text for value in node.elts for text in self.texts(value, module, depth))
        elif isinstance(node, ast.Call):
            yield from self.called(node, module, depth)
        else:
            yield OPEN

    def members(self, node: ast.expr, module: Module, depth: int) -> Iterator[str]:
        """The values of a dictionary that a name stands for."""
        yield from self.texts(node, module, depth) if isinstance(node, ast.Name | ast.Dict) else [OPEN]

    def named(self, node: ast.Name, module: Module, depth: int) -> Iterator[str]:
        """The texts of a name: of the function around it, of its parameter where it is called, of the module."""
        scope = module.around(node)
        if isinstance(scope, ast.FunctionDef):
            values = module.assigned(node.id, scope, node.lineno)
            yield from (text for value in values for text in self.texts(value, module, depth))
            arguments = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
            names = [argument.arg for argument in arguments]
            if node.id in names:
                yield from self.given(scope, node.id, names, module, depth)
            if values or node.id in names:
                return
        top = [value for value in module.assigned(node.id, module.tree) if module.around(value) is module.tree]
        if top:
            yield from (text for value in top for text in self.texts(value, module, depth))
        elif node.id in module.imported:
            source, name = module.imported[node.id]
            if source in self.modules:
                there = self.modules[source]
                values = [v for v in there.assigned(name, there.tree) if there.around(v) is there.tree]
                yield from (text for value in values for text in self.texts(value, there, depth))

    def given(
        self, function: ast.FunctionDef, name: str, names: list[str], module: Module, depth: int
    ) -> Iterator[str]:
        """What callers of a function give for a parameter."""
        names = [one for one in names if one not in ("self", "cls")]
        for caller in self.modules.values():
            for call in (node for node in ast.walk(caller.tree) if isinstance(node, ast.Call)):
                if called_name(call) != function.name or not self.is_from(call, caller, module):
                    continue
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                given |= dict(zip(names, call.args, strict=False))
                if name in given:
                    yield from self.texts(given[name], caller, depth)

    def is_from(self, call: ast.Call, caller: Module, module: Module) -> bool:
        """Whether a call is likely one of a function of a module."""
        if caller is module:
            return True
        if isinstance(call.func, ast.Name):
            return caller.imported.get(call.func.id, ("", ""))[0] == module.name
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in caller.imported:
            return ".".join(caller.imported[owner.id]) == module.name
        return False

    def called(self, node: ast.Call, module: Module, depth: int) -> Iterator[str]:
        """What a function of the package returns, or one of a text's own methods leaves of it."""
        name = called_name(node)
        if isinstance(node.func, ast.Attribute) and name in ("get", "format", "strip", "lstrip", "removesuffix"):
            yield from self.texts(node.func.value, module, depth)
            if name == "get" and len(node.args) > 1:
                yield from self.texts(node.args[1], module, depth)
            return
        there = module
        if isinstance(node.func, ast.Name) and name in module.imported:
            there = self.modules.get(module.imported[name][0], module)
        function = there.functions.get(name)
        if function is None:
            yield OPEN
            return
        for part in ast.walk(function):
            if isinstance(part, ast.Return) and part.value is not None:
                yield from self.texts(part.value, there, depth)


def called_name(call: ast.Call) -> str:
    """The last part of the name that is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


FAULTS = ("Fault", "FormatFault")  # (where, problem, remedy)
PLACE = 2


@cache
def of_faults(root: Path) -> tuple[Remedy, ...]:
    """The remedies of all Faults of the scripts below a folder, sorted."""
    reader, found = Reader(root), set()
    for module in reader.modules.values():
        for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call)):
            if called_name(call) in FAULTS:
                parts = {keyword.arg: keyword.value for keyword in call.keywords}
                node = call.args[PLACE] if len(call.args) > PLACE else parts.get("remedy")
                found |= {Remedy(module.name, text, call.lineno) for text in reader.texts(node, module)}
    return tuple(sorted(found))
