"""A query with the times it is asked for."""

import dataclasses
import random
import re

from .broken import broken
from .dataset import BEGIN_MS, SPAN_MS
from .grammar import Grammar
from .tree import FIXED, Node

STEPS_MS = (1_000, 7_000, 15_000, 15_000, 30_000, 60_000, 60_000, 77_123, 300_000)
MOST_STEPS = 25
BROKEN = 0.03  # share of queries with a slip


def seconds(ms):
    return f"{ms // 1000}.{ms % 1000:03}" if ms % 1000 else str(ms // 1000)


@dataclasses.dataclass(frozen=True)
class Question:
    """`expression` at start_ms, or where step_ms is not 0, from start_ms to end_ms."""
    expression: Node
    start_ms: int
    end_ms: int = 0
    step_ms: int = 0
    lookback: str = ""

    @property
    def path(self):
        return "/api/v1/query_range" if self.step_ms else "/api/v1/query"

    def parameters(self):
        out = {"query": str(self.expression)}
        if self.step_ms:
            out |= {"start": seconds(self.start_ms), "end": seconds(self.end_ms),
                    "step": seconds(self.step_ms)}
        else:
            out["time"] = seconds(self.start_ms)
        if self.lookback:
            out["lookback_delta"] = self.lookback
        return out

    def moments(self):
        return range(self.start_ms, self.end_ms + 1, self.step_ms) if self.step_ms else [self.start_ms]

    def at(self, ms):
        """The same as an instant query."""
        return Question(self.expression, ms, lookback=self.lookback)

    def bounded(self):
        """The same with the times of `start()` and `end()` written out."""
        text = str(self.expression).replace("start()", seconds(self.start_ms)).replace("end()", seconds(self.end_ms))
        return self.over(Node(self.expression.type, text))

    def over(self, expression):
        return dataclasses.replace(self, expression=expression)

    def uses(self, names):
        return re.search(rf"\b({'|'.join(names)})\b", str(self.expression)) is not None

    def __str__(self):
        return " ".join(f"{k}={v}" if k != "query" else v for k, v in self.parameters().items())


def question(seed, number, slips=True, **grammar):
    """Question `number` of a run: the same for a seed, whatever was asked before."""
    r = random.Random(f"query {seed} {number}")
    expression = Grammar(r, **grammar).expression()
    if r.random() < BROKEN and slips:
        expression = Node(FIXED, broken(r, str(expression)))
    lookback = r.choice(("30s", "1m", "15s", "10m", "1")) if r.random() < 0.08 else ""
    start = BEGIN_MS + r.randrange(-120_000, SPAN_MS + 400_000)
    start -= start % r.choice((1, 1000, 15_000, 60_000))
    # A range vector has no range query: both refuse it alike, so it is rarely asked for.
    if r.random() < (0.05 if expression.type == "matrix" else 0.5):
        step = r.choice(STEPS_MS)
        return Question(expression, start, start + r.randrange(MOST_STEPS * step), step, lookback)
    return Question(expression, start, lookback=lookback)
