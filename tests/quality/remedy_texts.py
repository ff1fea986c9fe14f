"""The remedies that the code can give, read from its source: the third part of each Fault, and lines of other messages.

What is put into a text when it is made stands as … in it. A remedy that is chosen from several is several.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

OPEN = "…"  # a part of a text that is only known when it is made
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)
DEEPEST = 12  # steps from a name to the text that it stands for


class Remedy(NamedTuple):
    """A remedy: the module that gives it (dotted, below scripts/), and its text."""

    module: str
    text: str


class Module:
    """The source of a module, by what texts are found with: assignments, functions, calls."""

    def __init__(self, path: Path, root: Path) -> None:
        self.name = path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.assignments: dict[ast.AST, list[ast.AST]] = {}  # scope -> the assignments in it
        self.nodes: list[ast.AST] = [self.tree]  # all, each level before the next; found once, looked through often
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in self.nodes:  # which grows meanwhile
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
                self.nodes.append(child)
        self.functions = {node.name: node for node in self.nodes if isinstance(node, ast.FunctionDef)}
        self.imported = {
            alias.asname or alias.name: (getattr(node, "module", "") or "", alias.name)
            for node in self.nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
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
        if scope not in self.assignments:
            self.assignments[scope] = [node for node in ast.walk(scope) if isinstance(node, ASSIGNMENTS)]
        for node in self.assignments[scope]:
            if isinstance(node, ast.Assign):
                found += [value for target in node.targets for value in paired(target, node.value, name)]
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                found += paired(node.target, node.value, name)
        more = [
            node.value
            for node in self.assignments[scope]
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
        self.calls: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in self.modules.values():
            for call in (node for node in module.nodes if isinstance(node, ast.Call)):
                self.calls.setdefault(called_name(call), []).append((module, call))

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
        elif isinstance(node, ast.Attribute):
            yield from self.of_module(node, module, depth)
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

    def of_module(self, node: ast.Attribute, module: Module, depth: int) -> Iterator[str]:
        """The texts of a constant that is named by its module."""
        source, name = module.imported.get(node.value.id, ("", "")) if isinstance(node.value, ast.Name) else ("", "")
        there = self.modules.get(f"{source}.{name}".lstrip("."))
        yield from self.constant(node.attr, there, depth) if there else [OPEN]

    def constant(self, name: str, there: Module, depth: int) -> Iterator[str]:
        """The texts of a constant of a module."""
        for value in there.assigned(name, there.tree):
            if there.around(value) is there.tree:
                yield from self.texts(value, there, depth)

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
        if any(module.around(value) is module.tree for value in module.assigned(node.id, module.tree)):
            yield from self.constant(node.id, module, depth)
        elif node.id in module.imported:
            source, name = module.imported[node.id]
            if source in self.modules:
                yield from self.constant(name, self.modules[source], depth)

    def given(
        self, function: ast.FunctionDef, name: str, names: list[str], module: Module, depth: int
    ) -> Iterator[str]:
        """What callers of a function give for a parameter."""
        names = [one for one in names if one not in ("self", "cls")]
        for caller, call in self.calls.get(function.name, ()):
            if self.is_from(call, caller, module):
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
VERBS = (  # with which a remedy begins that stands at the end of another message
    "add call check choose correct delete describe draft drop export give grant keep leave list look make mend move name "
    "put raise remove rename replace restore save select sort state take type wait write"
).split()
BEGINNING = re.compile(rf"(?:[.;:] |\bif [^,.;]*, )((?:{'|'.join(VERBS)})\b(?! \S*;))", re.IGNORECASE)
WORD_FILES = ("assumptions", "silver")  # of the templates: those with messages


def faults(reader: Reader) -> Iterator[tuple[Module, ast.expr | None]]:
    """(module, expression of the remedy) of every Fault."""
    for name in FAULTS:
        for module, call in reader.calls.get(name, ()):
            parts = {keyword.arg: keyword.value for keyword in call.keywords}
            yield module, call.args[PLACE] if len(call.args) > PLACE else parts.get("remedy")


def of_faults(reader: Reader) -> set[Remedy]:
    """The remedies of all Faults."""
    return {Remedy(module.name, text) for module, node in faults(reader) for text in reader.texts(node, module)}


def ends(text: str) -> Iterator[str]:
    """What a message says at its end of what to do; nothing of SQL, whose verbs are in capitals."""
    found = BEGINNING.search(text)
    if found and not found[1].isupper():
        yield text[found.start(1) :].strip()


def is_message(node: ast.AST, module: Module) -> bool:
    """Whether a node is a text of its own, and no docstring."""
    if not isinstance(node, ast.JoinedStr) and not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    return not isinstance(module.parents.get(node), ast.JoinedStr | ast.Expr)


def of_lines(reader: Reader) -> set[Remedy]:
    """The remedies at the end of all other messages: lines of a refusal, reasons of a quarantine, closing words."""
    given = {one.text for one in of_faults(reader)}
    found = set()
    for module in reader.modules.values():
        for text in (literal(node) for node in module.nodes if is_message(node, module)):
            told = [*ends(text)]
            if told and not any(text.strip() in one for one in given):
                found |= {Remedy(module.name, end) for end in told}
    return found


def literal(node: ast.AST) -> str:
    """The text of a message as it stands in the source, with … for what is put into it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(literal, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else OPEN


def texts_in(content: Any) -> Iterator[str]:
    """The texts of YAML content."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        yield from (
            text for part in (content.values() if isinstance(content, dict) else content) for text in texts_in(part)
        )


def literals(reader: Reader) -> dict[str, str]:
    """Module -> all texts in it, one a line."""
    return {
        name: "\n".join(literal(node) for node in module.nodes if is_message(node, module))
        for name, module in reader.modules.items()
    }


def of_words(templates: Path) -> set[Remedy]:
    """The remedies in the wordings of messages."""
    found = set()
    for name in WORD_FILES:
        words = yaml.safe_load((templates / f"{name}.en.yaml").read_text(encoding="utf-8"))
        for text in (re.sub(r"\{\w+\}", OPEN, text) for text in texts_in(words)):
            found |= {Remedy(f"templates/{name}.en.yaml", end) for end in ends(text)}
    return found


def marked(tests: Path, reader: Reader) -> dict[Remedy, list[str]]:
    """Remedy -> the tests that are marked with it, as file and name."""
    found: dict[Remedy, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        module = Module(path, tests)
        for function in module.functions.values():
            for mark in (
                node for node in ast.walk(ast.Module(list(function.decorator_list), [])) if isinstance(node, ast.Call)
            ):
                if called_name(mark) == "remedy":
                    name = str(ast.literal_eval(mark.args[0]))
                    for text in reader.texts(mark.args[1], module):
                        found.setdefault(Remedy(name, text), []).append(f"{module.name}: {function.name}")
    return found
