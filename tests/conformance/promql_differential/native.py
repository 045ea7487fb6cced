"""Random native histograms: whole and float counts, gauges, custom buckets, resets, changing
resolution, and series that are floats at times."""

import struct

from remote_write import varint

from . import shapes

CUSTOM = -53  # the schema of custom buckets
UNKNOWN, RESET, GAUGE = 0, 1, 3
BOUND_SETS = ((0.5, 2.0, 10.0), (0.5, 1.0, 2.0, 10.0), (0.5, 2.0, 10.0, 1e9), (1.0, 3.0))
NATIVE_METRICS = ("whole", "fraction", "state", "custom", "mixed")


def _zigzag(n):
    return n << 1 if n >= 0 else (-n << 1) - 1


def _whole(number, value):
    return varint(number << 3) + varint(value)


def _double(number, value):
    return varint(number << 3 | 1) + struct.pack("<d", value)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


class Buckets:
    """One histogram as it is filled over time. Never without a bucket on a side it has: whether a side
    is there at all counts for quantiles, and a chunk of Prometheus gives all its histograms the buckets
    that any of them has."""

    def __init__(self, schema, is_float, bounds=(), threshold=0.001, two_sided=False):
        self.schema, self.is_float, self.bounds, self.threshold = schema, is_float, bounds, threshold
        self.two_sided = two_sided
        self.clear()

    def clear(self):
        self.positive, self.negative = {1: 1}, {2: 1} if self.two_sided else {}
        self.zero, self.sum = 0, 0.0

    def amount(self, r):
        """Never nothing: whether one that stays as it was looks changed is the chunk's doing."""
        if self.is_float:
            return r.choice((0.25, 1.5, r.randrange(1, 72) / 8))
        return r.choice((1, 1, 2, r.randrange(1, 50)))

    def observe(self, r):
        for _ in range(r.randrange(1, 4)):
            more = self.amount(r)
            if self.schema == CUSTOM:
                at = r.randrange(len(self.bounds) + 1)
                self.positive[at] = self.positive.get(at, 0) + more
            elif r.random() < 0.15:
                self.zero += more
            else:
                side = self.negative if self.two_sided and r.random() < 0.4 else self.positive
                at = self.index(r)
                side[at] = side.get(at, 0) + more
            self.sum += more * r.uniform(-1, 5)

    def index(self, r):
        """A bucket, none of them inside the zero bucket."""
        if r.random() < 0.03:
            return 30
        lowest = 1 if self.threshold > 0.1 else -1 if self.schema < 0 else -6
        return r.randrange(lowest, 7)

    def coarser(self):
        """Halves the resolution: each pair of buckets becomes one."""
        for side in (self.positive, self.negative):
            old = dict(side)
            side.clear()
            for at, count in old.items():
                side[(at + 1) >> 1] = side.get((at + 1) >> 1, 0) + count
        self.schema -= 1

    def count(self):
        return self.zero + sum(self.positive.values()) + sum(self.negative.values())

    def message(self, ms, hint):
        """prometheus.Histogram."""
        number = (lambda n, v: _double(n + 1, float(v))) if self.is_float else _whole
        out = number(1, self.count()) + _double(3, self.sum) + _whole(4, _zigzag(self.schema))
        if self.schema != CUSTOM:
            out += _double(5, self.threshold) + number(6, self.zero)
            out += self._side(8, self.negative)
        out += self._side(11, self.positive) + _whole(14, hint) + _whole(15, ms)
        if self.schema == CUSTOM:
            out += field(16, struct.pack(f"<{len(self.bounds)}d", *self.bounds))
        return Message(out, self.is_float)

    def _side(self, first, side):
        out, before, run = b"", None, []
        spans, counts = [], []
        for at in sorted(side):
            if before is not None and at == before + 1:
                spans[-1][1] += 1
            else:
                spans.append([at - (0 if before is None else before + 1), 1])
            counts.append(side[at])
            before = at
        if not spans:
            return b""
        for offset, length in spans:
            out += field(first, _whole(1, _zigzag(offset)) + _whole(2, length))
        if self.is_float:
            return out + field(first + 2, struct.pack(f"<{len(counts)}d", *counts))
        for before, count in zip([0] + counts, counts):
            run.append(varint(_zigzag(count - before)))
        return out + field(first + 1, b"".join(run))


class Message:
    """One histogram as it is sent."""

    def __init__(self, body, is_float):
        self.body, self.is_float = body, is_float


def stale(ms, is_float):
    count = _double(2, 0.0) if is_float else _whole(1, 0)
    return Message(count + _double(3, shapes.STALE) + _whole(15, ms), is_float)


def new_buckets(r, name):
    if name == "custom":
        return Buckets(CUSTOM, r.random() < 0.5, r.choice(BOUND_SETS))
    is_float = {"whole": False, "fraction": True}.get(name, r.random() < 0.5)
    return Buckets(r.choice((0, 1, 1, 3)), is_float, threshold=r.choice((0.001, 0.001, 0.0, 0.5)),
                   two_sided=r.random() < 0.4)


def course(r, name, begin_ms, end_ms):
    """(samples, histograms) of one series."""
    samples, histograms = [], []
    buckets, floats = new_buckets(r, name), name == "mixed" and r.random() < 0.5
    hint = GAUGE if name == "state" else UNKNOWN
    for ms in range(begin_ms, end_ms, r.choice((15_000, 15_000, 30_000))):
        chance = r.random()
        if name == "mixed" and chance < 0.05:
            floats = not floats
        elif chance < 0.07:
            buckets.clear()
        elif chance < 0.08 and buckets.schema > -2:
            buckets.coarser()
        elif chance < 0.09 and name == "custom":
            buckets = new_buckets(r, name)
        elif chance < 0.12:
            continue  # a gap
        elif chance < 0.13:
            (samples if floats else histograms).append((ms, shapes.STALE if floats else stale(ms, buckets.is_float)))
            continue
        if name == "state":
            buckets.clear()
        buckets.observe(r)
        if floats:
            samples.append((ms, float(r.randrange(100))))
        else:
            histograms.append((ms, buckets.message(ms, hint)))
    return samples, histograms


def native_series(r, begin_ms, end_ms, label_sets):
    """(labels, samples, histograms) of every metric with native histograms."""
    for name in NATIVE_METRICS:
        for labels in label_sets[::2]:
            yield {"__name__": name, **labels}, *course(r, name, begin_ms, end_ms)
