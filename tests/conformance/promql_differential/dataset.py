"""The random samples both servers hold: one hour of series of every sort, the same for a seed."""

import itertools
import random
import struct

import remote_write

from . import shapes
from .native import field, native_series

BEGIN_MS = 1_709_161_200_000  # 2024-02-28T23:00Z: the day after is a leap day
SPAN_MS = 3600 * 1000
STEP_MS = 15_000
END_MS = BEGIN_MS + SPAN_MS

FULL = ("job", "instance", "mode")  # the labels that most metrics have
# Metric: the courses its series may take.
FULL_METRICS = {
    "requests_total": (shapes.counter,),
    "seconds_total": (shapes.float_counter,),
    "load": (shapes.gauge, shapes.noise),
    "level": (shapes.few, shapes.constant),
    "odd": (shapes.odd,),
    "huge": (shapes.huge,),
    "gappy": (shapes.gauge, shapes.counter),
    "flapping": (shapes.gauge, shapes.few),
}
PART_METRICS = {
    "moment": (shapes.moments,),
    "limit": (shapes.gauge, shapes.constant),
    "my.metric": (shapes.gauge,),
    "build_info": (lambda r, n: [1.0] * n,),
    "target_info": (lambda r, n: [1.0] * n,),
}
BOUNDS = ("0.005", "0.1", "0.5", "1", "2.5", "1e1", "+Inf")


class Series:
    """Labels, samples (ms, value) in order of time, and native histograms (ms, message)."""

    def __init__(self, labels, samples, histograms=()):
        self.labels, self.samples, self.histograms = labels, samples, histograms


def full_labels():
    for instance in range(4):
        for mode in ("idle", "system", "user"):
            yield {"job": "ab"[instance // 2], "instance": f"host-{instance}", "mode": mode}


def part_labels(name, instance):
    labels = {"job": "ab"[instance // 2], "instance": f"host-{instance}"}
    if name in ("build_info", "target_info"):
        labels["version"] = f"1.{instance % 3}"
    if name == "target_info":
        labels["zone"] = "north" if instance < 3 else "süd"
    if name == "my.metric":
        labels["a label"] = f"{instance}"
    return labels


def times(r):
    """When a series is sampled: mostly at a steady pace, sometimes with jitter."""
    step = r.choice((STEP_MS, STEP_MS, STEP_MS, 30_000, 7_000))
    jitter = r.choice((0, 0, 3, 900))
    at = BEGIN_MS + r.choice((0, 0, 1234))
    while at < END_MS:
        yield at + r.randrange(jitter + 1)
        at += step


def with_gaps(r, samples):
    """Leaves out stretches, some of them ended by a stale marker."""
    out, left, gap = [], 0, False
    for ms, value in samples:
        if left == 0:
            gap = not gap and r.random() < 0.5
            left = r.randrange(1, 40 if gap else 80)
            if gap and out and r.random() < 0.5:
                value = shapes.STALE
                out.append((ms, value))
        elif not gap:
            out.append((ms, value))
        left -= 1
    return out


def course(r, name, kinds):
    moments = list(times(r))
    samples = list(zip(moments, r.choice(kinds)(r, len(moments))))
    if name in ("gappy", "flapping") or r.random() < 0.05:
        samples = with_gaps(r, samples)
    if name == "flapping" or r.random() < 0.04:  # comes late, leaves early
        a, b = sorted((r.randrange(len(samples) + 1), r.randrange(len(samples) + 1)))
        samples = samples[a:b]
    return samples


def classic_histogram(r, name, labels, broken):
    """The buckets of one histogram; a broken one is not monotonic, lacks or repeats bounds."""
    bounds = list(BOUNDS)
    if broken:
        bounds = r.choice((BOUNDS[:-1], BOUNDS + ("1.0",), BOUNDS + ("x",), ("+Inf",), BOUNDS))
    counts = [0.0] * len(bounds)
    rows = [[] for _ in bounds]
    moments = list(times(r))
    for ms in moments:
        seen = [r.choice((0, 0, 1, 2, r.randrange(9))) for _ in bounds]
        if r.random() < 0.01:
            counts = [0.0] * len(bounds)
        total = 0
        for i, more in enumerate(seen):
            total += more
            counts[i] += total + (r.choice((0, -0.5, 1e-9)) if broken else 0)
            rows[i].append((ms, counts[i]))
    for bound, samples in zip(bounds, rows):
        yield Series({"__name__": name, "le": bound, **labels}, samples)


def dataset(seed, native):
    """All series, sorted by labels."""
    r = random.Random(f"data {seed}")
    all_series = []
    for name, kinds in FULL_METRICS.items():
        for labels in full_labels():
            all_series.append(Series({"__name__": name, **labels}, course(r, name, kinds)))
    for name, kinds in PART_METRICS.items():
        for instance in range(4):
            labels = {"__name__": name, **part_labels(name, instance)}
            all_series.append(Series(labels, course(r, name, kinds)))
    for instance in range(4):
        labels = {"job": "ab"[instance // 2], "instance": f"host-{instance}"}
        for name in ("latency_bucket", "broken_bucket"):
            all_series += classic_histogram(r, name, labels, name == "broken_bucket")
    if native:
        all_series += [Series(*s) for s in native_series(r, BEGIN_MS, END_MS, list(full_labels()))]
    return sorted((s for s in all_series if s.samples or s.histograms), key=by_labels)


def by_labels(series):
    """By labels, buckets by their bound: 3.5.3 takes histogram_fraction's as the store hands them out."""
    bound = series.labels.get("le", "0")
    rest = sorted((n, v) for n, v in series.labels.items() if n != "le")
    return rest, float(bound) if bound != "x" else 0.0


def halves(all_series):
    """The same series twice: with what is before the middle of the hour, and with what is after."""
    middle = BEGIN_MS + SPAN_MS // 2
    for early in (True, False):
        cut = [Series(s.labels, [p for p in s.samples if (p[0] < middle) == early],
                      [p for p in s.histograms if (p[0] < middle) == early]) for s in all_series]
        yield [s for s in cut if s.samples or s.histograms]


def encoded(labels, samples, histograms):
    """One TimeSeries of remote write 1.0."""
    whole = remote_write.series(sorted(labels.items()), samples)
    if not histograms:
        return whole
    body = whole[1:]
    while body[0] & 0x80:  # the length, which the histograms change
        body = body[1:]
    body = body[1:] + b"".join(field(4, message.body) for _, message in histograms)
    return field(1, body)


def stretches(series):
    """(samples, histograms) in order of time, each of one kind: of floats, whole and float histograms
    in one request Prometheus 3.5.3 commits one kind after the other, and drops what is older then. A
    stale marker is of the kind that the request before left behind, so it goes alone."""
    if not series.histograms:
        yield series.samples, []
        return
    marked = [(ms, ("stale", ms) if is_stale(v) else 0, v) for ms, v in series.samples]
    marked += [(ms, 1 + m.is_float, m) for ms, m in series.histograms]
    marked.sort(key=lambda sample: sample[0])
    for kind, run in itertools.groupby(marked, key=lambda sample: sample[1]):
        points = [(ms, value) for ms, _, value in run]
        yield ([], points) if kind in (1, 2) else (points, [])


def is_stale(value):
    return struct.pack("<d", value) == struct.pack("<d", shapes.STALE)


def requests(all_series, at_once=20):
    """Bodies of remote write. Series whole and in the order of their labels: a store that numbers
    them as they come reads them in that order too, so that sums add in one order everywhere."""
    def body():
        return remote_write.snappy(b"".join(waiting))
    waiting, inside = [], set()
    for number, series in enumerate(all_series):
        for samples, histograms in stretches(series):
            if len(waiting) >= at_once or number in inside:
                yield body()
                waiting, inside = [], set()
            waiting.append(encoded(series.labels, samples, histograms))
            inside.add(number)
    yield body()
