"""Formulas that people write in a sheet: the four operations over names and numbers, read without ever running code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 400
BASE = "base"
GRAMMAR = "names, numbers, + - * / and brackets; base(name) is the base that is printed with a name"
_OPERATIONS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "/"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


class FormulaError(ValueError):
    """A formula that cannot be read or evaluated; the message says why, in an evaluator's words."""


@dataclass(frozen=True)
class Formula:
    """A formula that has been read.

    Parameters
    ----------
    text : str
        As it was written.
    names : tuple of str
        Names whose values it uses, each once, in the order of writing.
    bases : tuple of str
        Names whose bases it uses.
    tree : ast.expr
        Only nodes of the grammar.
    """

    text: str
    names: tuple[str, ...]
    bases: tuple[str, ...]
    tree: ast.expr

    @property
    def needs(self) -> tuple[str, ...]:
        """Every name that must be known, whether its value or its base is used."""
        return tuple(dict.fromkeys((*self.names, *self.bases)))

    def evaluate(self, value: Callable[[str], Any], base: Callable[[str], Any], number: Callable[[str], Any]) -> Any:
        """Compute the formula over any kind of number that knows the four operations.

        Parameters
        ----------
        value, base : callable
            What a name stands for, and what its base is.
        number : callable
            Makes a number of the digits that are written in the formula.

        Raises
        ------
        FormulaError
            Where it would divide by zero.
        """
        try:
            return self._value(self.tree, value, base, number)
        except ZeroDivisionError:
            raise FormulaError("it divides by zero") from None

    def _value(self, node: ast.expr, value, base, number):
        if isinstance(node, ast.Name):
            return value(node.id)
        if isinstance(node, ast.Constant):
            return number(_digits(node, self.text))
        if isinstance(node, ast.Call):
            return base(node.args[0].id)
        if isinstance(node, ast.UnaryOp):
            return number("0") - self._value(node.operand, value, base, number)
        left, right = (self._value(side, value, base, number) for side in (node.left, node.right))
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        return left * right if isinstance(node.op, ast.Mult) else left / right

    def written(self, value: Mapping[str, str], base: Mapping[str, str] | None = None) -> str:
        """Write the formula with other words for its names: "47.21 million × 3.29%"."""
        return self._written(self.tree, value, base or {})[0]

    def _written(self, node: ast.expr, value: Mapping[str, str], base: Mapping[str, str]) -> tuple[str, int]:
        if isinstance(node, ast.Name):
            return value.get(node.id, node.id), 9
        if isinstance(node, ast.Constant):
            return _digits(node, self.text), 9
        if isinstance(node, ast.Call):
            name = node.args[0].id
            return base.get(name, f"the base of {name}"), 9
        if isinstance(node, ast.UnaryOp):
            return "−" + self._bracketed(node.operand, 9, value, base), 9
        sign = _OPERATIONS[type(node.op)]
        own = _STRENGTH[sign]
        left = self._bracketed(node.left, own, value, base)
        right = self._bracketed(node.right, own + (sign in "-/"), value, base)
        return f"{left} {_SIGNS[sign]} {right}", own

    def _bracketed(self, node: ast.expr, least: int, value, base) -> str:
        text, strength = self._written(node, value, base)
        return text if strength >= least else f"({text})"


def _digits(node: ast.Constant, text: str) -> str:
    return ast.get_source_segment(text, node) or str(node.value)


def read_formula(text: str) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        Names, decimal numbers, ``+ - * /``, brackets, and ``base(name)``.

    Returns
    -------
    Formula

    Raises
    ------
    FormulaError
        If it is anything else. Nothing of it is ever run.

    Examples
    --------
    >>> read_formula("people * share / base(share)").needs
    ('people', 'share')
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise FormulaError(f"it is longer than {LONGEST} characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError("it cannot be read as a formula") from None
    names: list[str] = []
    bases: list[str] = []
    _check(tree, text, names, bases)
    return Formula(text, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(bases)), tree)


def _check(node: ast.AST, text: str, names: list[str], bases: list[str]) -> None:
    """Refuse every node outside the grammar, and note the names."""
    if isinstance(node, ast.Name):
        names.append(node.id)
    elif isinstance(node, ast.Constant):
        if type(node.value) not in (int, float) or not _digits(node, text).replace(".", "", 1).isdigit():
            raise FormulaError(f"'{_digits(node, text)}' is no plain number")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check(node.operand, text, names, bases)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        _check(node.left, text, names, bases)
        _check(node.right, text, names, bases)
    elif isinstance(node, ast.Call):
        plain = isinstance(node.func, ast.Name) and node.func.id == BASE and not node.keywords
        if not plain or len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
            raise FormulaError("the only word with brackets is base(name)")
        bases.append(node.args[0].id)
    else:
        raise FormulaError("it holds something that is no name, number or one of + - * /")


def find_circle(formulas: Mapping[str, Formula]) -> list[str]:
    """Return a circle of names, each of whose formulas needs the next, or nothing.

    Parameters
    ----------
    formulas : mapping of str to Formula
        By the name that each gives.

    Returns
    -------
    list of str
        The first circle found in the order of the mapping, its first name repeated at the end; empty where there is
        none.
    """
    done: set[str] = set()
    for start in formulas:
        way: list[str] = []
        if found := _walk(start, formulas, way, done):
            return found
    return []


def _walk(name: str, formulas: Mapping[str, Formula], way: list[str], done: set[str]) -> list[str]:
    if name in way:
        return [*way[way.index(name) :], name]
    if name in done or name not in formulas:
        return []
    way.append(name)
    for needed in formulas[name].names:  # a base is printed, and depends on nothing
        if found := _walk(needed, formulas, way, done):
            return found
    way.pop()
    done.add(name)
    return []
