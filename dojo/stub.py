"""The stub is derived from the solution: bodies become ``raise NotImplementedError``, private helpers and hints go.

``dojo new``, ``dojo reset`` and the audit use :func:`derive`, so a stub can't drift from its solution, and a solved
stub can't slip in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from dojo.errors import KataFormatError

NOT_IMPLEMENTED = cst.SimpleStatementLine([cst.Raise(cst.Name("NotImplementedError"))])


def derive(solution: str) -> str:
    """The stub of a solution.

    Public functions and methods keep signature and docstring; private names (``_helper``), imports that only bodies
    need, and comments outside of docstrings are left out.

    Raises:
        KataFormatError: the solution is not Python.

    Example:
        >>> print(derive('''
        ... def double(x: int) -> int:
        ...     "Twice x."
        ...     # hint: add
        ...     return x + x
        ... ''').strip())
        def double(x: int) -> int:
            "Twice x."
            raise NotImplementedError
    """
    try:
        module = cst.parse_module(solution)
    except cst.ParserSyntaxError as error:
        raise KataFormatError(
            f"The solution is not Python: {error.message}, line {error.raw_line}", "Mend it."
        ) from error
    stripped = module.visit(_Strip())
    used = _names_in(stripped)
    return _drop_unused_imports(stripped, used).code


class _Strip(cst.CSTTransformer):
    """Empties bodies and removes what is private."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        if _is_private(updated_node.name.value):
            return cst.RemoveFromParent()
        statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement] = updated_node.body.body
        docstring = [statement for statement in statements[:1] if _is_docstring(statement)]
        # Comments before the docstring or after the body belong to the body.
        body = cst.IndentedBlock([*_bare(docstring), NOT_IMPLEMENTED])
        return updated_node.with_changes(body=body, leading_lines=_without_comments(updated_node.leading_lines))

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef | cst.RemovalSentinel:
        if _is_private(updated_node.name.value):
            return cst.RemoveFromParent()
        body = updated_node.body
        if isinstance(body, cst.IndentedBlock):
            kept = [statement for statement in body.body if not _assigns_private(statement)]
            if not kept:
                kept = [cst.SimpleStatementLine([cst.Pass()])]
            body = body.with_changes(body=kept, footer=())
        return updated_node.with_changes(body=body, leading_lines=_without_comments(updated_node.leading_lines))

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        kept = [statement for statement in updated_node.body if not _assigns_private(statement)]
        if kept:
            first = kept[0]
            if hasattr(first, "leading_lines"):
                kept[0] = first.with_changes(leading_lines=())
        return updated_node.with_changes(body=kept, footer=())

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        stripped = updated_node.with_changes(leading_lines=_without_comments(updated_node.leading_lines))
        if isinstance(updated_node.body[0], cst.Import | cst.ImportFrom):
            return stripped.with_changes(trailing_whitespace=cst.TrailingWhitespace())
        return stripped  # the comment behind a field or a constant documents it

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(footer=())


def _is_private(name: str) -> bool:
    return name.startswith("_") and not re.fullmatch(r"__\w+__", name)


def _is_docstring(statement: cst.CSTNode) -> bool:
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        statement = statement.body[0]
    return isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString | cst.ConcatenatedString)


def _bare(statements: Sequence[cst.CSTNode]) -> list[cst.SimpleStatementLine]:
    bare = []
    for statement in statements:
        if isinstance(statement, cst.SimpleStatementLine):
            bare.append(statement.with_changes(leading_lines=()))
        elif isinstance(statement, cst.BaseSmallStatement):
            bare.append(cst.SimpleStatementLine([statement]))
    return bare


def _without_comments(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    return [line for line in lines if line.comment is None]


def _assigns_private(statement: cst.CSTNode) -> bool:
    """Whether a statement only sets private or special names (``_CACHE = {}``, ``__slots__ = ...``)."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    targets: list[cst.BaseExpression] = []
    for small in statement.body:
        if isinstance(small, cst.Assign):
            targets += [target.target for target in small.targets]
        elif isinstance(small, cst.AnnAssign):
            targets.append(small.target)
        else:
            return False
    return all(isinstance(target, cst.Name) and target.value.startswith("_") for target in targets)


def _names_in(node: cst.CSTNode) -> set[str]:
    names: set[str] = set()

    class Collect(cst.CSTVisitor):
        def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
            return False

        def visit_Name(self, node: cst.Name) -> None:
            names.add(node.value)

        def visit_SimpleString(self, node: cst.SimpleString) -> None:
            if len(node.quote) == 1:  # a quoted annotation, such as "Value"; docstrings have three quotes
                names.update(re.findall(r"\w+", node.value))

    node.visit(Collect())
    return names


def _drop_unused_imports(module: cst.Module, used: set[str]) -> cst.Module:
    """Remove the imports whose names nothing in the stub uses: they would tell the method, and trip the linter."""
    body: list[cst.BaseStatement | cst.SimpleStatementLine] = []
    gap: Sequence[cst.EmptyLine] = ()
    for statement in module.body:
        kept: cst.BaseStatement | cst.SimpleStatementLine | None = statement
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(
            statement.body[0], cst.Import | cst.ImportFrom
        ):
            imported = _kept_import(statement.body[0], used)
            kept = statement.with_changes(body=[imported]) if imported is not None else None
            if kept is None:
                # The blank line that parts two groups of imports stays, when the first of a group goes.
                gap = gap or statement.leading_lines
                continue
            if gap and not statement.leading_lines:
                kept = kept.with_changes(leading_lines=gap)
        gap = ()
        body.append(kept if kept is not None else statement)
    return module.with_changes(body=body)


def _kept_import(statement: cst.Import | cst.ImportFrom, used: set[str]) -> cst.Import | cst.ImportFrom | None:
    if isinstance(statement.names, cst.ImportStar):
        return statement
    if isinstance(statement, cst.ImportFrom) and getattr(statement.module, "value", "") == "__future__":
        return statement
    kept = [alias for alias in statement.names if _bound_name(alias) in used]
    if not kept:
        return None
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return statement.with_changes(names=kept)


def _bound_name(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    name: cst.BaseExpression = alias.name
    while isinstance(name, cst.Attribute):
        name = name.value
    return name.value if isinstance(name, cst.Name) else ""
