"""The slips that a programmer makes and a good suite notices, worked out on the syntax tree.

Conditions are negated, taken always or never; operands, cases and elements of tables are
dropped; bounds and numbers move by one; flags, min and max, any and all, plus and minus, and
the members of an enumeration are mistaken for each other. Words, annotations and decorators
are left alone: no rule is written in them.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import CodeType

Enums = Mapping[str, Sequence[str]]
"""The members of each enumeration, by its name."""

MISTAKEN: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
LONGEST_CONTEXT = 70


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One slip. The first four name it for good: they do not move when lines do."""

    file: str
    where: str
    """The function or the constant, such as `Visit.ended_at`; with `#2` where an equal slip
    stands there a second time."""
    was: str
    now: str
    """Empty where `was` is dropped."""
    line: int
    called: bool
    """It stands in a function; otherwise importing the module is enough to run it."""
    tree: ast.Module = field(repr=False, compare=False)
    node: ast.AST = field(repr=False, compare=False)
    other: ast.AST = field(repr=False, compare=False)

    @property
    def name(self) -> tuple[str, str, str, str]:
        return self.file, self.where, self.was, self.now

    def code(self) -> CodeType:
        slipped = copy.deepcopy(self.tree, {id(self.node): self.other})
        return compile(ast.fix_missing_locations(slipped), self.file, "exec")


@dataclass(frozen=True)
class _Place:
    node: ast.AST
    where: str = ""
    called: bool = False


@dataclass(frozen=True)
class _Change:
    node: ast.AST
    other: ast.AST
    was: str
    now: str


def enums_of(source: str) -> Enums:
    """Return the enumerations that `source` defines."""
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    return {
        found.name: [part.targets[0].id for part in found.body if isinstance(part, ast.Assign)]
        for found in classes
        if any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in found.bases)
    }


def mutants_of(file: str, source: str, enums: Enums) -> list[Mutant]:
    """Return every slip in `source`, in the order of the text."""
    tree = ast.parse(source, file)
    named: Counter[tuple[str, str, str, str]] = Counter()
    slips = set()
    found = []
    for place in _places(_Place(tree)):
        for change in _changes(place.node, enums):
            slip = id(change.node), change.was, change.now
            if slip in slips:  # a comparison is met as a condition, and once more as itself
                continue
            slips.add(slip)
            mutant = Mutant(
                file=file,
                where=place.where,
                was=change.was,
                now=change.now,
                line=_line(change.node),
                called=place.called,
                tree=tree,
                node=change.node,
                other=change.other,
            )
            named[mutant.name] += 1
            again = named[mutant.name]
            found.append(mutant if again == 1 else replace(mutant, where=f"{place.where}#{again}"))
    return found


def _places(place: _Place) -> Iterator[_Place]:
    """Walk down, past annotations, decorators, base classes and patterns of match."""
    node, where, called = place.node, place.where, place.called
    match node:
        case ast.FunctionDef():
            where = f"{where}.{node.name}".lstrip(".")
            defaults = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d]
            inner = [_Place(default, where, called) for default in defaults]
            inner += [_Place(part, where, True) for part in node.body]
        case ast.ClassDef():
            where = f"{where}.{node.name}".lstrip(".")
            inner = [_Place(part, where, called) for part in node.body]
        case ast.Assign(value=value, targets=[target]) | ast.AnnAssign(value=value, target=target):
            where = where if called else f"{where}.{ast.unparse(target)}".lstrip(".")
            inner = [_Place(value, where, called)] if value else []
        case ast.MatchValue():
            inner = []
        case ast.Subscript(slice=ast.Tuple()):
            inner = [_Place(node.value, where, called)]
        case _:
            inner = [_Place(child, where, called) for child in ast.iter_child_nodes(node)]
    yield _Place(node, where, called)
    yield from chain.from_iterable(map(_places, inner))


def _changes(node: ast.AST, enums: Enums) -> Iterator[_Change]:
    yield from _neighbours(node)
    match node:
        case ast.If() | ast.IfExp():
            yield from _condition(node.test)
        case ast.While():
            yield _swap(node.test, _not(node.test))
        case ast.comprehension():
            yield from chain.from_iterable(map(_condition, node.ifs))
        case ast.match_case():
            yield from _case(node)
        case ast.BoolOp():
            yield from (_swap(part, _not(part)) for part in node.values)
            yield from (_without(node, "values", i) for i in range(len(node.values)))
        case ast.Compare():
            yield from _comparison(node)
        case ast.UnaryOp(op=ast.Not()):
            yield _swap(node, node.operand)
        case ast.BinOp() | ast.AugAssign():
            for op in MISTAKEN.get(type(node.op), ()):
                yield _swap(node, _with(node, op=op()))
        case ast.Call(func=ast.Name(id=name)) if name in TWINS:
            twin = ast.Name(TWINS[name], ast.Load())
            yield _Change(node.func, twin, ast.unparse(node), ast.unparse(_with(node, func=twin)))
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Set():
            yield from (_without(node, "elts", i) for i in range(len(node.elts)))
        case ast.MatchOr():
            yield from (_without(node, "patterns", i) for i in range(len(node.patterns)))
        case ast.Dict():
            yield from (_without_entry(node, i) for i in range(len(node.keys)))
        case ast.Attribute(value=ast.Name(id=name), attr=member) if member in enums.get(name, ()):
            members = enums[name]
            other = members[(members.index(member) + 1) % len(members)]
            yield _swap(node, _with(node, attr=other))


def _neighbours(node: ast.AST) -> Iterator[_Change]:
    """Numbers among the children move by one, flags turn over."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Constant(value=bool() as flag):
                others = [not flag]
            case ast.Constant(value=int() as number):
                others = [number + 1, number - 1]
            case _:
                continue
        for other in others:
            yield _in_context(node, child, ast.Constant(other))


def _condition(test: ast.expr) -> Iterator[_Change]:
    for other in (_not(test), ast.Constant(True), ast.Constant(False)):
        yield _swap(test, other)


def _case(case: ast.match_case) -> Iterator[_Change]:
    if case.guard is not None:
        yield from _condition(case.guard)
    if not isinstance(case.pattern, ast.MatchAs):
        never = _with(case, guard=ast.Constant(False))
        yield _Change(case, never, f"case {ast.unparse(case.pattern)}", "")


def _comparison(node: ast.Compare) -> Iterator[_Change]:
    for i, op in enumerate(node.ops):
        for other in MISTAKEN[type(op)]:
            yield _swap(node, _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]]))


def _not(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return test.operand
        case ast.Compare(ops=[op]):
            return _with(test, ops=[MISTAKEN[type(op)][-1]()])
        case _:
            return ast.UnaryOp(ast.Not(), test)


def _without(node: ast.AST, items: str, i: int) -> _Change:
    all_items = getattr(node, items)
    rest = [*all_items[:i], *all_items[i + 1 :]]
    match node:
        case ast.BoolOp() | ast.MatchOr() if len(rest) == 1:
            other = rest[0]
        case ast.Set() if not rest:
            other = ast.Call(ast.Name("set", ast.Load()), [], [])
        case _:
            other = _with(node, **{items: rest})
    return _Change(node, other, ast.unparse(all_items[i]), "")


def _without_entry(node: ast.Dict, i: int) -> _Change:
    keys, values = ([*part[:i], *part[i + 1 :]] for part in (node.keys, node.values))
    entry = _with(node, keys=[node.keys[i]], values=[node.values[i]])
    return _Change(node, _with(node, keys=keys, values=values), ast.unparse(entry)[1:-1], "")


def _swap(node: ast.AST, other: ast.AST) -> _Change:
    return _Change(node, other, ast.unparse(node), ast.unparse(other))


def _in_context(parent: ast.AST, node: ast.AST, other: ast.AST) -> _Change:
    """Say a number together with what it stands in: `hours=24` rather than `24`."""
    if isinstance(parent, ast.Dict):
        i = parent.values.index(node) if node in parent.values else parent.keys.index(node)
        parent = _with(parent, keys=[parent.keys[i]], values=[parent.values[i]])
    was = ast.unparse(parent)
    if len(was) > LONGEST_CONTEXT or isinstance(parent, ast.stmt):
        return _swap(node, other)
    return _Change(node, other, was, ast.unparse(copy.deepcopy(parent, {id(node): other})))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _line(node: ast.AST) -> int:
    placed: ast.AST = node.pattern if isinstance(node, ast.match_case) else node
    return placed.lineno
