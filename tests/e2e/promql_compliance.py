"""The public PromQL compliance suite's queries, each asked of us and of Prometheus 3.5.3 that hold the
same samples: as an instant query and over ten minutes. Equal to the last bit, or failed."""

import math
import pathlib
import random
import sys

import harness as h

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
from promql_differential import pair  # noqa: E402
from promql_differential.answer import apart  # noqa: E402
from promql_differential.dataset import Series, by_labels, requests  # noqa: E402
from promql_differential.judge import OPEN, SUM, TIE, Judge  # noqa: E402
from promql_differential.question import Question  # noqa: E402
from promql_differential.tree import VECTOR, Node  # noqa: E402

QUERIES = h.SHARED / "reference/promql/corpora/compliance-expanded.tsv"
BEGIN_MS = 1_709_161_200_000
SPAN_MS = 2 * 3600 * 1000
STEP_MS = 15_000
END_MS = BEGIN_MS + SPAN_MS - 15 * 60 * 1000  # queries look ten minutes ahead too


def times(offset_ms=0):
    return range(BEGIN_MS + offset_ms, BEGIN_MS + SPAN_MS, STEP_MS)


def counter(r, rate):
    value, out = 0.0, []
    for ms in times():
        value = 0.0 if r.random() < 0.003 else value + r.random() * rate
        out.append((ms, value))
    return out


def wave(r, middle, width):
    phase = r.random() * 6
    return [(ms, float(round(middle + width * math.sin(ms / 600_000 + phase) + r.gauss(0, width / 20))))
            for ms in times()]


def durations(r, labels):
    """One classic histogram: buckets, sum and count."""
    bounds = [0.0001 * 1.5**i for i in range(25)]
    counts, total, added = [0] * len(bounds), 0, 0.0
    buckets, sums, counted = [[] for _ in range(len(bounds) + 1)], [], []
    for ms in times():
        for _ in range(r.randrange(6)):
            took = r.lognormvariate(-5, 1)
            total, added = total + 1, added + took
            for i, bound in enumerate(bounds):
                counts[i] += took <= bound
        for i, count in enumerate([*counts, total]):
            buckets[i].append((ms, float(count)))
        sums.append((ms, added))
        counted.append((ms, float(total)))
    name = "demo_api_request_duration_seconds"
    for bound, samples in zip([*map(repr, bounds), "+Inf"], buckets):
        yield Series({"__name__": name + "_bucket", "le": bound, **labels}, samples)
    yield Series({"__name__": name + "_sum", **labels}, sums)
    yield Series({"__name__": name + "_count", **labels}, counted)


def demo():
    """What the suite's demo service exports, three times over."""
    r, out = random.Random("demo"), []
    for port in (10000, 10001, 10002):
        where = {"instance": f"demo.promlabs.com:{port}", "job": "demo"}
        for kind in ("buffers", "cached", "free", "used"):
            out.append(Series({"__name__": "demo_memory_usage_bytes", "type": kind, **where}, wave(r, 4e9, 1e9)))
        for mode, rate in (("idle", 50), ("system", 5), ("user", 20)):
            out.append(Series({"__name__": "demo_cpu_usage_seconds_total", "mode": mode, **where}, counter(r, rate)))
        out.append(Series({"__name__": "demo_num_cpus", **where}, [(ms, 4.0) for ms in times()]))
        out.append(Series({"__name__": "demo_disk_usage_bytes", **where}, wave(r, 1e11, 3e9)))
        out.append(Series({"__name__": "demo_batch_last_success_timestamp_seconds", **where},
                          [(ms, ms // 300_000 * 300 + r.random()) for ms in times()]))
        out.append(Series({"__name__": "demo_intermittent_metric", **where},
                          [(ms, 1.0) for ms in times() if ms // 120_000 % 2]))
        for path, method in (("/api/foo", "GET"), ("/api/bar", "POST")):
            for status in ("200", "404", "500"):
                out += durations(r, {"path": path, "method": method, "status": status, **where})
    return sorted(out, key=by_labels)


def queries():
    """What of them should fail has changed since with UTF-8 names: that too is Prometheus' to say."""
    return [line.split("\t")[0] for line in QUERIES.read_text().splitlines() if not line.startswith("#")]


def ask(t, judge, query):
    """One check; the verdicts of both ways to ask."""
    whole = Question(Node(VECTOR, query), END_MS - 600_000, END_MS, 10_000)
    verdicts = [judge.verdict(question) for question in (whole.at(END_MS), whole)]
    wrong = [v for v in verdicts if v.different]
    t.check(not wrong, query, "\n".join(line for v in wrong for line in [v.kind, *apart(v.mine, v.theirs)]))
    return verdicts


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None or not QUERIES.exists():
            h.skip("no ../shared on this machine")
        bodies = list(requests(demo()))
        ours, theirs = pair.start_ours(t), pair.start_prometheus(t, peers)
        for server in (ours, theirs):
            pair.fill(server, bodies)
        judge = Judge(ours, theirs)
        verdicts = [verdict for query in queries() for verdict in ask(t, judge, query)]
        kinds = [v.kind for v in verdicts]
        print(f"{sum(bool(v.theirs.result) for v in verdicts)} of {len(verdicts)} answers have a value")
        print(f"{kinds.count(SUM)} sums whose order upstream leaves to its storage (at most 1e-12 apart)")
        print(f"{kinds.count(TIE) + kinds.count(OPEN)} picks that upstream leaves open")


if __name__ == "__main__":
    main()
