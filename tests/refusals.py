"""The sentences with which commands, role check and hook refuse, as their source has them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests import ROOT

VARIES = "…"
WORD = re.compile(r"[A-Za-z]{2,}")
WRONG_USE = {"click.BadParameter", "click.UsageError"}
"""What names an option that was given wrongly, and how to give it: exit code 2."""
NOT_TOLD = {"RuntimeError", "KeyboardInterrupt", "ResponseParserError", "SystemExit"}
"""What no user sees as it is raised."""
SENTENCE = re.compile(r"[^ ,].*(?:[.:] |\.$|(?:[A-Za-z']{2,}[, ]+){3})")
"""What tells one from a key, a code or a piece: a stop, or three words that follow each other."""
NO_REFUSALS = {
    "Warning: …",
    "Token for … (…), hidden, empty to add it later",
}


def sentences() -> list[str]:
    """Return each, with … for what varies in it."""
    found = set(_of_the_hook())
    for package in ("custom_resource", "generator", "private_packages"):
        for path in sorted((ROOT / package).rglob("*.py")):
            found |= _Module(path).refusals()
    return sorted(text for text in found - NO_REFUSALS if SENTENCE.match(text) and WORD.search(text))


def _of_the_hook() -> Iterator[str]:
    """Yield what `fail` and `obstacle` are given, and the reasons why a secret was not read."""
    for path in sorted((ROOT / "generator/hooks").glob("*.bash")):
        source = path.read_text("utf-8")
        for _ in range(2):  # one can stand in another
            source = re.sub(r"\$\{\w[^{}]*\}|\$\(\(.*?\)\)|\$\d", VARIES, source)
        told = re.findall(r"""(?:\bfail |\bobstacle \S+ \S+ |\bwhy=)(['"])(.*?[^\\])\1""", source)
        yield from (text.replace('\\"', '"') for _, text in told)


class _Module:
    """A module, in which a name leads to all that is assigned to it, appended, or returned under it."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text("utf-8"))
        self.values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Assign(targets=[target], value=value):
                    self._add(target, value)
                case ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr() if node.value:
                    self._add(node.target, node.value)
                case ast.Call(func=ast.Attribute(value=target, attr="append"), args=[value]):
                    self._add(target, value)
                case ast.FunctionDef(name=name):
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Return | ast.Yield) and inner.value:
                            self._add(ast.Name(name), inner.value)

    def _add(self, target: ast.expr, value: ast.expr) -> None:
        for each in target.elts if isinstance(target, ast.Tuple) else [target]:
            self.values.setdefault(_name(each), []).append(value)

    def refusals(self) -> set[str]:
        nodes = list(ast.walk(self.tree))
        calls = [node.exc for node in nodes if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
        told = [call for call in calls if ast.unparse(call.func) not in WRONG_USE | NOT_TOLD]
        # How the role check answers CloudFormation.
        told += [node for node in nodes if isinstance(node, ast.Call) and _name(node.func) == "failed"]
        seen: set[str] = set()
        return set().union(*(self._texts(call, seen) for call in told))

    def _texts(self, node: ast.AST, seen: set[str]) -> set[str]:
        """Return the sentences that an expression can be, as far as this module says, each name's once."""
        match node:
            case ast.Constant(value=str(text)):
                return {re.sub(r"{\w*}", VARIES, text)}  # of str.format
            case ast.BinOp(op=ast.Add(), left=left):
                return {text + VARIES for text in self._texts(left, seen)}
            case ast.JoinedStr(values=parts):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else VARIES for part in parts
                )
                if WORD.search(text):
                    return {text}
            case ast.Compare():
                return set()
        inner = list(ast.iter_child_nodes(node))
        name = _name(node)
        if name not in seen:
            seen.add(name)
            inner += self.values.get(name, [])
        return set().union(*(self._texts(each, seen) for each in inner))


def _name(node: ast.AST) -> str:
    return ast.unparse(node).removeprefix("self.") if isinstance(node, ast.Name | ast.Attribute) else ""
