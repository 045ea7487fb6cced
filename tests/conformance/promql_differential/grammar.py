"""Random expressions: valid by construction, typed, and mostly about series that are there."""

import re

from . import vocabulary as v
from .dataset import FULL, FULL_METRICS
from .native import NATIVE_METRICS
from .pieces import BUCKETS, COUNTERS, Pieces
from .tree import FIXED, MATRIX, OPTIONAL, PIN, SCALAR, STRING, VECTOR, Node

BUCKET = re.compile(r"_bucket|(lat|bro)\.")


def operand(node):
    """`node` as an operand: in parentheses where precedence would tear it apart."""
    return Node(node.type, "(", node, ")") if node.loose else node


class Grammar(Pieces):
    """Makes expressions of any depth out of the pieces."""

    def expression(self):
        """The root of a query."""
        depth = self.r.choice((1, 2, 2, 3, 3, 4, 5))
        kind = self.r.random()
        if kind < 0.03:
            return self.scalar(depth)
        if kind < 0.06:
            return self.matrix(1)
        if kind < 0.063:
            return Node(STRING, self.r.choice(('"text \\n \u00fc"', "'a\"b'", "`raw \\n`", '""')))
        return self.vector(depth)

    # --- scalars

    def scalar(self, depth):
        if depth <= 0:
            return self.number()
        return self.pick((8, self.number), (2, lambda: Node(SCALAR, self.r.choice(("time()", "pi()")))),
                         (2, lambda: Node(SCALAR, "scalar(", self.vector(depth - 1), ")")),
                         (2, self.scalar_operation, depth), (1, self.negated, self.scalar, depth))

    def scalar_operation(self, depth):
        left, right = operand(self.scalar(depth - 1)), operand(self.scalar(depth - 1))
        if self.chance(0.3):
            return Node(SCALAR, left, f" {self.r.choice(v.COMPARISON)} bool ", right, loose=True)
        return Node(SCALAR, left, f" {self.r.choice(v.ARITHMETIC)} ", right, loose=True)

    def negated(self, of, depth):
        inner = operand(of(depth - 1))
        return Node(inner.type, self.r.choice("--+"), inner, loose=True)

    def matrix(self, depth, metrics=None):
        if depth > 1 and self.chance(0.3):
            return self.subquery(depth)
        metric = self.r.choice(metrics) if metrics and self.chance(0.8) else self.metric()
        return Node(MATRIX, *self.bare_selector(metric), f"[{self.range()}]", *self.extended(), *self.modifiers())

    def subquery(self, depth):
        around, self.in_subquery = self.in_subquery, True
        inner = operand(self.vector(depth - 1))
        self.in_subquery = around
        step = f":{self.r.choice(v.SUBQUERY_STEPS)}]"
        modifiers = self.modifiers()
        if "@" in str(inner) and "offset -" in "".join(map(str, modifiers)):
            modifiers = (Node(PIN, ""),)  # 3.5.3 at times counts the offset for what `@` fixes
        return Node(MATRIX, inner, f"[{self.r.choice(v.RANGES)}", step, *modifiers)

    # --- vectors

    def vector(self, depth):
        if depth <= 0:
            return self.selector()
        return self.pick((2, self.selector), (3, self.of_vector, depth), (5, self.of_matrix, depth),
                         (5, self.aggregation, depth), (6, self.operation, depth),
                         (2, self.histogram_call, depth), (1, self.label_call, depth),
                         (1, self.other_call, depth), (0.5, self.negated, self.vector, depth),
                         (0.3, lambda: operand(self.operation(depth))), (0.3, self.in_parentheses, depth))

    def in_parentheses(self, depth):
        return Node(VECTOR, "(", self.vector(depth - 1), ")")

    def of_vector(self, depth):
        name, inner = self.r.choice(v.OF_VECTOR), self.vector(depth - 1)
        if name == "round" and self.chance(0.5):
            return Node(VECTOR, "round(", inner, ", ", self.scalar(depth - 2), ")")
        return Node(VECTOR, f"{name}(", inner, ")")

    def other_call(self, depth):
        inner = self.vector(depth - 1)
        low, high = self.scalar(depth - 2), self.scalar(depth - 2)
        return self.r.choice((
            Node(VECTOR, "clamp(", inner, ", ", low, ", ", high, ")"),
            Node(VECTOR, "clamp_min(", inner, ", ", low, ")"),
            Node(VECTOR, "clamp_max(", inner, ", ", low, ")"),
            Node(VECTOR, "vector(", low, ")"),
            Node(VECTOR, "absent(", inner, ")"),
            Node(VECTOR, "sort(", inner, ")"),
            Node(VECTOR, "sort_desc(", inner, ")"),
            Node(VECTOR, self.r.choice(("hour()", "year()", "day_of_week()", "minute()"))),
            Node(VECTOR, "absent_over_time(", self.matrix(depth), ")")))

    def of_matrix(self, depth):
        name = self.r.choice(v.OF_MATRIX + (list(v.NEW_OF_MATRIX) if self.newer else []))
        chance = self.r.random()
        if chance < 0.08:
            return Node(VECTOR, "quantile_over_time(", self.number(v.QUANTILES), ", ", self.matrix(depth), ")")
        if chance < 0.13:
            matrix = self.matrix(depth)
            if ":" in str(matrix) and "@" in str(matrix):
                matrix = self.matrix(1)  # of more steps than any sees 3.5.3 says what there is to say
            return Node(VECTOR, "predict_linear(", matrix, ", ", self.scalar(depth - 2), ")")
        if chance < 0.18 and self.experimental:
            name = self.r.choice(v.EXPERIMENTAL_OF_MATRIX)
        elif chance < 0.2 and self.experimental:
            factors = [self.number(("0.1", "0.5", "0.9", "0", "1.5")) for _ in range(2)]
            return Node(VECTOR, "double_exponential_smoothing(", self.matrix(depth), ", ", factors[0],
                        ", ", factors[1], ")")
        metrics = COUNTERS if name in v.COUNTER_LIKE else None
        return Node(VECTOR, f"{name}(", self.matrix(depth, metrics), ")")

    def label_call(self, depth):
        inner = self.vector(depth - 1)
        chance = self.r.random()
        if chance < 0.2 and self.experimental and not self.in_subquery:
            return self.info_call(inner)
        if chance < 0.3 and self.experimental:
            name = self.r.choice(("sort_by_label", "sort_by_label_desc"))
            return Node(VECTOR, f"{name}(", inner, ', "instance", "mode")')
        if chance < 0.7:
            name, arguments = "label_replace", self.r.choice(v.LABEL_RULES)
        else:
            name, arguments = "label_join", self.r.choice(v.LABEL_JOINS)
        return Node(VECTOR, f"{name}(", inner, ", " + ", ".join(arguments) + ")")

    def info_call(self, inner):
        """Labels of target_info and its like, added to what has the same job and instance."""
        # Without a second argument 3.5.3 has only such info series at hand as have a sample in the range of
        # the first, or one close by.
        shortest = '{zone=~".*"}' if "[" in str(inner) else ""
        which = self.r.choice((shortest, '{version=~".+"}', '{zone="north"}', '{__name__="build_info"}',
                               '{__name__=~".+_info",version!="1.1"}', '{nothing=~".*"}'))
        return Node(VECTOR, "info(", inner, f", {which})" if which else ")")

    # --- histograms

    def buckets(self, depth):
        """A vector of classic buckets or of native histograms."""
        if self.native and self.chance(0.6):
            metric = self.r.choice(NATIVE_METRICS)
        else:
            metric = self.r.choice(BUCKETS)
        if self.chance(0.4):
            inner = self.selector(metric)
        else:
            name = self.r.choice(("rate", "increase", "delta", "sum_over_time", "avg_over_time", "last_over_time"))
            inner = Node(VECTOR, f"{name}(", self.matrix(1, (metric,)), ")")
        if depth > 1 and self.chance(0.5):
            labels = self.r.choice(("le", "le, job", "le, instance"))
            return Node(VECTOR, self.r.choice(("sum", "avg")), Node(FIXED, f" by ({labels}) "), "(", inner, ")")
        return inner

    def without_native(self, depth):
        """A vector without native histograms: a quantile of those with negative counts tells which
        empty buckets the chunk had."""
        native, self.native = self.native, False
        inner = self.vector(depth)
        self.native = native
        return inner

    def histogram_call(self, depth):
        inner = self.buckets(depth) if self.chance(0.9) else self.without_native(depth - 1)
        chance = self.r.random()
        if chance < 0.1 and self.newer:
            return Node(VECTOR, "histogram_quantiles(", inner, ', "q", ', self.number(v.QUANTILES), ", ",
                        self.number(v.QUANTILES), ")")
        if chance < 0.5:
            return Node(VECTOR, "histogram_quantile(", self.number(v.QUANTILES), ", ", inner, ")")
        if chance < 0.75:
            return Node(VECTOR, "histogram_fraction(", self.number(), ", ", self.number(), ", ", inner, ")")
        return Node(VECTOR, f"{self.r.choice(v.OF_HISTOGRAM)}(", inner, ")")

    # --- aggregations

    def grouping(self):
        if self.chance(0.25):
            return ""
        labels = self.r.sample(v.LABELS, self.r.choice((0, 1, 1, 2, 3)))
        return Node(OPTIONAL, f" {self.r.choice(('by', 'by', 'without'))} (", ", ".join(labels), ") ")

    def aggregation(self, depth):
        inner = self.full(depth - 1) if self.chance(0.4) else self.vector(depth - 1)
        name = self.r.choice(v.AGGREGATIONS)
        if name.startswith("std") and BUCKET.search(str(inner)):
            name = "max"  # of buckets, which the two stores have in two orders, it may be far apart
        argument = ()
        chance = self.r.random()
        if chance < 0.1:
            name, argument = self.r.choice(("topk", "bottomk")), (self.number(v.COUNTS), ", ")
        elif chance < 0.17:
            name, argument = "quantile", (self.number(v.QUANTILES), ", ")
        elif chance < 0.21:
            name, argument = "count_values", (self.r.choice(('"value"', '"job"')), ", ")
        elif chance < 0.25 and self.experimental:
            # It takes the first: of buckets the store's, of what another limit picked that of a heap.
            name = "topk" if BUCKET.search(str(inner)) or "limit" in str(inner) else "limitk"
            argument = (self.number(v.COUNTS), ", ")
        elif chance < 0.28 and self.experimental:
            name, argument = "limit_ratio", (self.number(v.RATIOS), ", ")
        grouping = self.grouping()
        if self.chance(0.3):
            return Node(VECTOR, name, "(", *argument, inner, ")", grouping)
        return Node(VECTOR, name, grouping, "(", *argument, inner, ")")

    # --- binary operations

    def full(self, depth):
        """A vector whose series have the labels of FULL, and so find one another."""
        metric = self.r.choice(tuple(FULL_METRICS) + (NATIVE_METRICS if self.native else ()))
        if depth <= 0 or self.chance(0.4):
            return self.selector(metric)
        if self.chance(0.4):
            name = self.r.choice(v.OF_MATRIX)
            return Node(VECTOR, f"{name}(", self.matrix(1, (metric,)), ")")
        if self.chance(0.4):
            return Node(VECTOR, f"{self.r.choice(v.OF_VECTOR)}(", self.full(depth - 1), ")")
        return self.joined(self.full(depth - 1), "", self.full(depth - 1))

    def joined(self, left, matching, right, sets=True):
        op, is_set = self.operator()
        while is_set and not sets:
            op, is_set = self.operator()
        fill = self.fill() if self.newer and not is_set and VECTOR == left.type == right.type else ""
        return Node(VECTOR, operand(left), f" {op}", matching, fill, " ", operand(right), loose=True)

    def operation(self, depth):
        return self.pick((3, self.with_scalar, depth), (3, self.one_to_one, depth),
                         (2, self.of_groups, depth), (2, self.many_to_one, depth), (1, self.any_two, depth))

    def with_scalar(self, depth):
        vector, scalar = self.vector(depth - 1), self.scalar(depth - 2)
        pair = (vector, scalar) if self.chance(0.6) else (scalar, vector)
        return self.joined(pair[0], "", pair[1], sets=False)

    def one_to_one(self, depth):
        matching = ""
        if self.chance(0.5):
            matching = Node(OPTIONAL, self.r.choice((" on (job, instance, mode)", " on (instance, mode)",
                                                     " ignoring ()", " ignoring (job)", " ignoring (nothing)")))
        return self.joined(self.full(depth - 1), matching, self.full(depth - 1))

    def of_groups(self, depth):
        """Two aggregations by the same labels."""
        labels = ", ".join(self.r.sample(FULL, self.r.choice((0, 1, 1, 2))))
        sides = [Node(VECTOR, self.r.choice(v.AGGREGATIONS), Node(FIXED, f" by ({labels}) "), "(",
                      self.full(depth - 2), ")") for _ in range(2)]
        matching = Node(OPTIONAL, f" on ({labels})") if self.chance(0.4) else ""
        return self.joined(sides[0], matching, sides[1])

    def many_to_one(self, depth):
        one = self.selector(self.r.choice(("build_info", "limit", "target_info")))
        many = self.full(depth - 1)
        extra = self.r.choice(("", "", "version", "version, zone", "mode"))
        on = self.r.choice((" on (instance)", " on (job, instance)", " ignoring (mode, version, zone)"))
        if self.chance(0.6):
            return self.joined(many, Node(OPTIONAL, on, Node(OPTIONAL, f" group_left ({extra})")), one, sets=False)
        return self.joined(one, Node(OPTIONAL, on, Node(OPTIONAL, f" group_right ({extra})")), many, sets=False)

    def any_two(self, depth):
        matching = ""
        if self.chance(0.5):
            labels = ", ".join(self.r.sample(v.LABELS, self.r.choice((0, 1, 2))))
            matching = Node(OPTIONAL, f" {self.r.choice(('on', 'ignoring'))} ({labels})")
        return self.joined(self.vector(depth - 1), matching, self.vector(depth - 1))
