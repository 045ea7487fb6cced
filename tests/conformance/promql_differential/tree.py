"""An expression as a tree of pieces of text: enough of a syntax tree to print and to shrink it."""

SCALAR, VECTOR, MATRIX, STRING = "scalar", "vector", "matrix", "string"
OPTIONAL = "optional"  # a piece without which the expression still stands: a modifier, a matcher
PIN = "pin"            # where an `@` can be put: behind a selector or subquery that has none
FIXED = "fixed"        # neither to be dropped nor replaced

# What stands for a whole sub-expression when it is shrunk.
LEAVES = {SCALAR: ("1",), VECTOR: ("vector(1)",)}


class Node:
    """A piece of an expression: texts and pieces, one behind the other. Immutable."""

    __slots__ = ("type", "parts", "loose")

    def __init__(self, type_, *parts, loose=False):
        self.type, self.parts = type_, parts
        self.loose = loose  # needs parentheses where it becomes an operand

    def __str__(self):
        return "".join(map(str, self.parts))

    def children(self):
        return [part for part in self.parts if isinstance(part, Node)]

    def descendants(self):
        for child in self.children():
            yield child
            yield from child.descendants()

    def replaced(self, at, new):
        """This node with its part number `at` exchanged."""
        return Node(self.type, *self.parts[:at], new, *self.parts[at + 1:], loose=self.loose)

    def size(self):
        return 1 + sum(child.size() for child in self.children())


def pinned(node, text, inside=False):
    """`node` with `text` at each place for an `@` that is in no subquery of a fixed time."""
    if isinstance(node, str):
        return node
    if node.type == PIN:
        return Node(FIXED, text)
    # A subquery's own place is its last part: what is inside goes through its steps and stays.
    if node.type == MATRIX and any(isinstance(p, str) and p.startswith(":") for p in node.parts):
        return Node(node.type, *node.parts[:1], *[pinned(p, text) for p in node.parts[1:]])
    return Node(node.type, *[pinned(p, text) for p in node.parts], loose=node.loose)


def smaller(node):
    """Smaller trees, the smallest first: what is inside alone, then with one piece less."""
    whole = sorted((d for d in node.descendants() if d.type in (SCALAR, VECTOR, MATRIX)),
                   key=Node.size)
    yield from whole
    yield from _inside(node)


def _inside(node):
    for at, part in enumerate(node.parts):
        if not isinstance(part, Node):
            continue
        if part.type == OPTIONAL:
            yield node.replaced(at, "")
        if part.size() > 1:
            for leaf in LEAVES.get(part.type, ()):
                yield node.replaced(at, Node(part.type, leaf))
        elif part.type == SCALAR and str(part) != "1":
            yield node.replaced(at, Node(SCALAR, "1"))
        for inner in part.descendants():
            if inner.type == part.type and part.type in (SCALAR, VECTOR, MATRIX):
                yield node.replaced(at, inner)
        for less in _inside(part):
            yield node.replaced(at, less)
