"""The places of a program that can be changed a little, and what they are changed to.

Changes are made in the text, at the places that the syntax tree names, so that layout and comments stay and a diff
shows one line. What a reader sees and no property may depend on is left alone: docstrings, annotations, messages of
exceptions, and f-strings, in which Python 3.11 does not know the places.

cosmic-ray's operators were tried and not taken: they know no deleted statements, boundaries, exchanged arguments, min
and max, axis or dtype, and they bring an HTTP client, an SQL toolkit and git with them.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "in": ("not in",),
    "not in": ("in",),
    "is": ("is not",),
    "is not": ("is",),
}
ARITHMETIC = dict(
    zip(("+", "-", "*", "/", "//", "%", "**", "@"), ("-", "+", "+", "*", "*", "//", "*", "*"), strict=True)
)
ARITHMETIC |= {"<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "|"}
COMPARISON = re.compile(r"<=|>=|==|!=|<|>|\bis\s+not\b|\bnot\s+in\b|\bis\b|\bin\b")
OPERATION = re.compile(r"\*\*|//|<<|>>|[-+*/%@&|^]")
PAIRS = (
    ("min", "max"),
    ("minimum", "maximum"),
    ("amin", "amax"),
    ("argmin", "argmax"),
    ("cummin", "cummax"),
    ("any", "all"),
    ("floor", "ceil"),
)
OPPOSITES = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
SYMMETRIC = {*OPPOSITES, "hypot", "gcd", "lcm", "isinstance", "add", "mul", "logaddexp", "TypeVar", "NamedTuple"}
"""Calls whose arguments may come in any order, or of which a change says nothing."""
DTYPES = {
    "float64": "float32",
    "float32": "float64",
    "float16": "float32",
    "bfloat16": "float32",
    "int64": "int32",
    "int32": "int64",
    "uint8": "int8",
    "complex128": "complex64",
}
AXES = {"axis", "dim"}
DROPPED_KEYWORDS = {*AXES, "dtype", "keepdim", "keepdims"}
DROPPED_METHODS = {"float", "double", "half", "long", "detach", "clone", "copy", "item"}
NEVER_IN_VAIN = ("property", "staticmethod", "classmethod", "dataclass", "overload", "abstractmethod")
OTHER_ERROR = {"RuntimeError": "ValueError"}


@dataclass(frozen=True)
class Change:
    """One change of a text.

    Attributes:
        operator: what kind it is.
        start, end: which bytes of the text go.
        new: what takes their place.
    """

    operator: str
    start: int
    end: int
    new: str


def changes(source: str) -> Iterator[Change]:
    """Every change of a program, in the order of its syntax tree; some may give no program, or the same one."""
    yield from _Places(source).changes(ast.parse(source))


class _Places:
    def __init__(self, source: str) -> None:
        self._bytes = source.encode()
        lines = self._bytes.splitlines(keepends=True)
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))

    def _span(self, node: ast.AST) -> tuple[int, int]:
        where: ast.expr = node  # type: ignore[assignment]  # statements have these attributes as well
        end = self._starts[(where.end_lineno or 1) - 1] + (where.end_col_offset or 0)
        return self._starts[where.lineno - 1] + where.col_offset, end

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def _enclosed(self, node: ast.AST) -> str:
        simple = ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant
        return self._text(node) if isinstance(node, simple) else f"({self._text(node)})"

    def _replaced(self, operator: str, node: ast.AST, new: str) -> Change:
        return Change(operator, *self._span(node), new)

    def _between(self, left: ast.AST, right: ast.AST, pattern: re.Pattern[str]) -> tuple[int, int, str] | None:
        """The first match between two nodes; comments there don't count."""
        begin, end = self._span(left)[1], self._span(right)[0]
        gap = re.sub(rb"#[^\n]*", lambda found: b" " * len(found[0]), self._bytes[begin:end]).decode()
        found = pattern.search(gap)
        return found and (begin + found.start(), begin + found.end(), " ".join(found[0].split()))

    def changes(self, node: ast.AST) -> Iterator[Change]:
        """All changes of a node and of what is in it."""
        if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            return
        yield from self._own(node)
        for inner in self._mutable(node):
            yield from self.changes(inner)

    def _own(self, node: ast.AST) -> Iterator[Change]:
        visit = getattr(self, f"visit_{type(node).__name__}", None)
        if visit is not None:
            yield from visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> Iterator[Change]:
        if not (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)):  # a text and its values
            yield from self._arithmetic(self._between(node.left, node.right, OPERATION))

    def visit_AugAssign(self, node: ast.AugAssign) -> Iterator[Change]:
        yield from self._arithmetic(self._between(node.target, node.value, OPERATION))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Iterator[Change]:
        start, end = self._span(node)[0], self._span(node.operand)[0]
        sign = 3 if isinstance(node.op, ast.Not) else 1
        spaces = re.match(rb"\s*", self._bytes[start + sign : end])
        yield Change("dropped sign or not", start, start + sign + (spaces.end() if spaces else 0), "")

    def visit_If(self, node: ast.If | ast.IfExp) -> Iterator[Change]:
        yield from self._tests(node.test, always=True)

    visit_IfExp = visit_If  # noqa: N815

    def visit_While(self, node: ast.While) -> Iterator[Change]:
        yield from self._tests(node.test, always=False)

    def visit_comprehension(self, node: ast.comprehension) -> Iterator[Change]:
        for test in node.ifs:
            yield from self._tests(test, always=True)

    def visit_Slice(self, node: ast.Slice) -> Iterator[Change]:
        yield from self._bounds(node.lower, node.upper)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Iterator[Change]:
        if node.type is not None:
            yield from self._error(node.type)

    def visit_Raise(self, node: ast.Raise) -> Iterator[Change]:
        called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if called is not None:
            yield from self._error(called)
        yield self._replaced("deleted statement", node, "pass")

    def visit_With(self, node: ast.With) -> Iterator[Change]:
        if all(item.optional_vars is None for item in node.items):
            yield Change("dropped with", self._span(node)[0], self._span(node.items[-1].context_expr)[1], "if True")

    def visit_Compare(self, node: ast.Compare) -> Iterator[Change]:
        for left, right in zip([node.left, *node.comparators], node.comparators, strict=False):
            if found := self._between(left, right, COMPARISON):
                for new in COMPARISONS[found[2]]:
                    yield Change("comparison", found[0], found[1], new)

    def _arithmetic(self, found: tuple[int, int, str] | None) -> Iterator[Change]:
        if found:
            yield Change("arithmetic", found[0], found[1], ARITHMETIC[found[2]])

    def visit_BoolOp(self, node: ast.BoolOp) -> Iterator[Change]:
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            if found := self._between(left, right, re.compile(rf"\b{word}\b")):
                yield Change("and or", found[0], found[1], other)
        for dropped in node.values:
            rest = [self._text(each) for each in node.values if each is not dropped]
            enclosed = [self._enclosed(each) for each in node.values if each is not dropped]
            yield self._replaced("dropped condition", node, rest[0] if len(rest) == 1 else f" {word} ".join(enclosed))

    def visit_Constant(self, node: ast.Constant) -> Iterator[Change]:
        value = node.value
        if isinstance(value, bool):
            yield self._replaced("constant", node, str(not value))
        elif isinstance(value, int):
            yield self._replaced("constant", node, str(value + 1))
            yield self._replaced("constant", node, str(value - 1) if value else "(-1)")
        elif isinstance(value, float) and math.isfinite(value):
            yield self._replaced("constant", node, repr(value * 2 if value else 1.0))
            if value:
                yield self._replaced("constant", node, repr(value / 2))

    def _tests(self, test: ast.expr, *, always: bool) -> Iterator[Change]:
        if isinstance(test, ast.Constant):
            return
        simple = isinstance(test, ast.Compare) and len(test.ops) == 1
        if not simple and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            yield self._replaced("negated condition", test, f"not {self._enclosed(test)}")
        if always:
            yield self._replaced("dropped condition", test, "True")
        yield self._replaced("dropped condition", test, "False")

    def _bounds(self, lower: ast.expr | None, upper: ast.expr | None) -> Iterator[Change]:
        for bound, shift in ((lower, "+ 1"), (upper, "- 1")):
            if bound is not None and not isinstance(bound, ast.Constant | ast.UnaryOp):
                yield self._replaced("boundary", bound, f"{self._enclosed(bound)} {shift}")

    def visit_Call(self, node: ast.Call) -> Iterator[Change]:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in SYMMETRIC and not any(isinstance(each, ast.Starred) for each in node.args):
            for one, other in zip(node.args, node.args[1:], strict=False):
                start, middle = self._span(one)
                begin, end = self._span(other)
                between = self._bytes[middle:begin].decode()
                if self._text(one) != self._text(other):
                    exchanged = self._text(other) + between + self._text(one)
                    yield Change("exchanged arguments", start, end, exchanged)
        if name == "range" and node.args:
            first, last = (None, node.args[0]) if len(node.args) == 1 else node.args[:2]
            yield from self._bounds(first, last)
        if isinstance(node.func, ast.Attribute) and name in DROPPED_METHODS and not node.args and not node.keywords:
            yield self._replaced("dropped call", node, self._enclosed(node.func.value))
        for keyword in node.keywords:
            yield from self._keyword(keyword)

    def _keyword(self, keyword: ast.keyword) -> Iterator[Change]:
        if keyword.arg not in DROPPED_KEYWORDS:
            return
        if keyword.arg in AXES:
            value = ast.unparse(keyword.value)
            yield self._replaced("axis", keyword.value, "0" if value == "-1" else "-1")
        start, end = self._span(keyword)
        before = re.search(rb",\s*\Z", self._bytes[:start])
        after = re.match(rb"\s*,\s*", self._bytes[end:])
        if before:
            start = before.start()
        elif after:
            end += after.end()
        yield Change("axis" if keyword.arg in AXES else "dropped argument", start, end, "")

    def visit_Name(self, node: ast.Attribute | ast.Name) -> Iterator[Change]:
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        end = self._span(node)[1]
        operator, new = "min max", OPPOSITES.get(name)
        if new is None and isinstance(node, ast.Attribute):
            operator, new = "dtype", DTYPES.get(name)
        if new is not None:
            yield Change(operator, end - len(name.encode()), end, new)

    visit_Attribute = visit_Name  # noqa: N815

    def _error(self, node: ast.expr) -> Iterator[Change]:
        if isinstance(node, ast.Name):
            yield self._replaced("exception type", node, OTHER_ERROR.get(node.id, "RuntimeError"))

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> Iterator[Change]:
        for decorator in node.decorator_list:
            if not any(word in self._text(decorator) for word in NEVER_IN_VAIN):
                start, end = self._span(decorator)
                yield Change("dropped decorator", start - 1, end, "")
        if isinstance(node, ast.FunctionDef):
            bound = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
            yield from self._deleted(node.body, bound, last=node.body[-1])

    visit_ClassDef = visit_FunctionDef  # noqa: N815

    def _deleted(self, body: list[ast.stmt], bound: set[str], *, last: ast.stmt | None) -> Iterator[Change]:
        """Statements of a function that are left out; without the first binding of a name all that follows fails."""
        for statement in body:
            match statement:
                case ast.Assign() | ast.AnnAssign():
                    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                    names = {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
                    names = {name for name in names if not any(isinstance(each, ast.Attribute) for each in targets)}
                    in_vain = bool(names) and not names <= bound
                    bound |= names
                    if not in_vain and statement.value is not None:
                        yield self._replaced("deleted statement", statement, "pass")
                case ast.Expr() if not isinstance(statement.value, ast.Constant):
                    yield self._replaced("deleted statement", statement, "pass")
                case ast.AugAssign() | ast.Delete() | ast.Break() | ast.Continue() | ast.Nonlocal():
                    yield self._replaced("deleted statement", statement, "pass")
                case ast.Return() if statement is not last and statement.value is not None:
                    yield self._replaced("deleted statement", statement, "pass")
                case ast.For() | ast.While() | ast.If() | ast.With() | ast.Try():
                    if isinstance(statement, ast.For):
                        bound |= {each.id for each in ast.walk(statement.target) if isinstance(each, ast.Name)}
                    for inner in (
                        statement.body,
                        getattr(statement, "orelse", []),
                        getattr(statement, "finalbody", []),
                    ):
                        yield from self._deleted(inner, bound, last=None)
                    for handler in getattr(statement, "handlers", []):
                        yield from self._deleted(handler.body, bound, last=None)

    def _mutable(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parts of a node that count: no annotations, docstrings and messages."""
        skipped: list[ast.AST | None] = []
        match node:
            case ast.Raise():
                return
            case ast.Assert():
                skipped = [node.msg]
            case ast.FunctionDef():
                skipped = [node.returns, *node.decorator_list]
            case ast.ClassDef():
                skipped = [*node.bases, *node.decorator_list]
            case ast.arg():
                return
            case ast.AnnAssign():
                skipped = [node.annotation]
            case ast.Call():
                skipped = [each.value for each in node.keywords if each.arg in AXES]
            case ast.ExceptHandler():
                skipped = [node.type]
        for inner in ast.iter_child_nodes(node):
            if not any(inner is each for each in skipped):
                if isinstance(inner, ast.keyword) and any(inner.value is each for each in skipped):
                    continue
                yield inner
