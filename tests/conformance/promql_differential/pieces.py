"""What expressions are put together from: numbers, selectors, ranges, modifiers, operators."""

from . import vocabulary as v
from .dataset import BEGIN_MS, FULL_METRICS, PART_METRICS, SPAN_MS
from .native import NATIVE_METRICS
from .tree import OPTIONAL, PIN, SCALAR, VECTOR, Node

COUNTERS = ("requests_total", "seconds_total", "gappy")
BUCKETS = ("latency_bucket", "latency_bucket", "broken_bucket")


class Pieces:
    """Draws from one random.Random. `native`: native histograms too; `experimental`: what 3.5 has
    behind a flag; `newer`: what came after it; `query_bounds`: `@ start()` and `@ end()`."""

    def __init__(self, r, native=True, experimental=True, newer=False, query_bounds=True):
        self.r, self.native, self.experimental, self.newer = r, native, experimental, newer
        self.query_bounds, self.in_subquery = query_bounds, False

    def chance(self, share):
        return self.r.random() < share

    def pick(self, *weighted):
        """Calls one of the (weight, function, arguments...) given."""
        chosen = self.r.choices(weighted, [w[0] for w in weighted])[0]
        return chosen[1](*chosen[2:])

    def number(self, among=v.NUMBERS):
        return Node(SCALAR, self.r.choice(among))

    def metric(self):
        groups = [(6, tuple(FULL_METRICS)), (2, tuple(PART_METRICS)), (1, BUCKETS)]
        if self.native:
            groups.append((4, NATIVE_METRICS))
        return self.r.choice(self.r.choices([g for _, g in groups], [w for w, _ in groups])[0])

    def matcher(self):
        name = self.r.choice(v.LABELS[:3] if self.chance(0.85) else v.LABELS)
        op = self.r.choice(("=", "=", "!=", "=~", "=~", "!~"))
        value = self.r.choice(v.VALUES[name] if op in ("=", "!=") else v.PATTERNS[name])
        return Node(OPTIONAL, f'{name}{op}"{value}",')

    def bare_selector(self, metric):
        matchers = [self.matcher() for _ in range(self.r.choice((0, 0, 0, 1, 1, 2)))]
        if not metric.isidentifier():
            return [f'{{"{metric}",', *matchers, "}"]
        if self.chance(0.05):
            return [f'{{__name__=~"{metric[:3]}.+",', *matchers, "}"]
        return [metric, "{", *matchers, "}"] if matchers else [metric]

    def modifiers(self, share=0.15):
        """`offset` and `@`, in either order, or neither."""
        shift = Node(OPTIONAL, f" offset {self.r.choice(v.OFFSETS)}") if self.chance(share) else ""
        pin = Node(OPTIONAL, " @ " + self.moment()) if self.chance(share / 2) else Node(PIN, "")
        return (shift, pin) if self.chance(0.5) else (pin, shift)

    def moment(self):
        if self.query_bounds and self.chance(0.4):
            return self.r.choice(("start()", "end()"))
        ms = BEGIN_MS + self.r.randrange(SPAN_MS)
        return str(ms // 1000) if self.chance(0.5) else f"{ms // 1000}.{ms % 1000:03}"

    def selector(self, metric=None):
        return Node(VECTOR, *self.bare_selector(metric or self.metric()), *self.modifiers())

    def range(self):
        """A duration, or a sum of some."""
        if self.newer and self.chance(0.2):
            return self.r.choice(("1m + 30s", "2 * 45s", "5m - 1m", "-(-2m)", "2m / 2", "min_of(1m, 5m)"))
        return self.r.choice(v.RANGES)

    def extended(self):
        if self.newer and self.chance(0.15):
            yield Node(OPTIONAL, self.r.choice((" anchored", " smoothed")))

    def operator(self):
        """One between vectors, with or without bool; set operators by the second value."""
        chance = self.r.random()
        if chance < 0.2:
            return self.r.choice(v.SET), True
        if chance < 0.45:
            return self.r.choice(v.COMPARISON), False
        if chance < 0.6:
            return self.r.choice(v.COMPARISON) + " bool", False
        return self.r.choice(v.ARITHMETIC), False

    def fill(self):
        if not self.chance(0.2):
            return ""
        side, value = self.r.choice(("fill", "fill_left", "fill_right")), self.r.choice(("0", "1", "-2.5"))
        return Node(OPTIONAL, f" {side} ({value})")
