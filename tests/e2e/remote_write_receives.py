"""The receiver behaviours of the public remote write compliance suite (prometheus/compliance), each a named case:
what our receiver answers and, more than the suite asks, what it has then."""

import json
import math
import struct
import time

import harness as h
import write_wire as wire
from import_prometheus import field, snappy
from native_histograms import double, histogram, whole

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
NAN = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]
VALUES = {"1.0": 1.0, "StaleNaN": STALE, "NaN": NAN, "Inf": math.inf, "-Inf": -math.inf}
UP = {"__name__": "up", "job": "testjob", "instance": "localhost:9090"}
HOUR = 3_600_000


class Clock:
    """Milliseconds that no two cases share."""

    def __init__(self):
        self.last = 0

    def now(self):
        self.last = max(self.last + 1, int(time.time() * 1000))
        return self.last


def single(now):
    shapes = {
        "simple metric": ({"__name__": "up"}, True),
        "multiple labels": (UP, True),
        "newlines": ({**UP, "job": "test\njob\n"}, True),
        "dots": ({"__name__": "resource.cpu.usage", "job.name": "testjob"}, True),
        "spaces": ({"__name__": "resource cpu usage", "job name": "testjob"}, True),
        "without name label": ({"job": "testjob", "instance": "localhost:9090"}, False),
        "no labels": ({}, False),
    }
    for name, value in VALUES.items():
        for shape, (labels, good) in shapes.items():
            yield (f"SingleMetric/{name}/{shape}", [{"labels": labels, "samples": [(now(), value)]}], good,
                   (int(good), 0, 0))


def several(now):
    hosts = [{**UP, "instance": f"localhost:909{i}"} for i in range(4)]
    nameless = [{k: v for k, v in labels.items() if k != "__name__"} for labels in hosts]
    for name, value in VALUES.items():
        for what, all_labels, count in [("all good", hosts, 4), ("without name label", nameless, 0),
                                        ("1 without name label", nameless[:1] + hosts[1:], 3)]:
            at = now()
            yield (f"MultipleMetrics/{name}/{what}", [{"labels": labels, "samples": [(at, value)]}
                                                      for labels in all_labels], count == 4, (count, 0, 0))


def native(ms, positive=True, negative=False, zero=True, custom=False):
    if custom:
        return histogram(ms, [1, 2, 1], [(0, 3)], bounds=[0.1, 1.0, 10.0], schema=-53)
    return histogram(ms, [2, 3] if positive else [], [(0, 2)] if positive else [], zero=4 if zero else 0,
                     negative=[1, 2] if negative else None)


def bad_count(ms):
    """Its buckets have more than its count says."""
    good = native(ms, zero=False)
    return b"\x08\x01" + good[2:]


def histograms(now):
    kinds = {"basic": {"negative": True}, "custom_buckets": {"custom": True}, "positive_only": {},
             "negative_only": {"positive": False, "negative": True, "zero": False},
             "minimal": {"positive": False}, "empty": {"positive": False, "zero": False}}
    for name, how in kinds.items():
        yield (f"Histograms/{name}", [{"labels": {"__name__": f"test_{name}"}, "histograms": [native(now(), **how)]}],
               True, (0, 1, 0))
    yield ("Histograms/bad_count", [{"labels": {"__name__": "test_bad"}, "histograms": [bad_count(now())]}],
           False, (0, 0, 0))
    at = now()
    yield ("MultipleHistograms", [{"labels": {"__name__": f"hist{i}", "job": "test"}, "histograms": [native(at)]}
                                  for i in (1, 2)], True, (0, 2, 0))
    yield ("HistogramWithMetadataAndExemplar", [{
        "labels": {"__name__": "response_size_bytes"}, "histograms": [native(at)], "type": "histogram",
        "help": "HTTP response size in bytes", "unit": "bytes",
        "exemplars": [({"trace_id": "large"}, at, 1048576.0)]}], True, (0, 1, 1))


def exemplars(now):
    for name, labels in {"basic": {"trace_id": "abc123"}, "span_id": {"trace_id": "xyz", "span_id": "s1"},
                         "without_trace_id": {"user_id": "user123"}, "no_labels": {},
                         "multiple_labels": {"trace_id": "t", "user": "admin", "endpoint": "/login"},
                         "special_chars": {"trace_id": "trace-with_all.123"},
                         "unicode": {"trace_id": "unicode_测试"}}.items():
        at = now()
        yield (f"Exemplars/{name}", [{"labels": {"__name__": f"with_{name}"}, "samples": [(at, 1.0)],
                                      "exemplars": [(labels, at, 1.0)]}], True, (1, 0, 1))
    for name, value in {"zero": 0.0, "negative": -123.456, "large": 1e10, "small": 1e-10, "nan": NAN,
                        "inf": math.inf, "-inf": -math.inf}.items():
        at = now()
        yield (f"ExemplarSpecialValues/{name}", [{"labels": {"__name__": "special"}, "samples": [(at, value)],
                                                  "exemplars": [({"trace_id": name}, at, value)]}], True, (1, 0, 1))
    times = [now() - HOUR, now() - 60_000, now()]
    yield ("ExemplarTimestamps", [{"labels": {"__name__": "latency"}, "samples": [(t, 0.5) for t in times],
                                   "exemplars": [({"trace_id": str(t)}, t, 0.5) for t in times]}], True, (3, 0, 3))
    for name, labels in {"without_name_label": {"job": "test"}, "with_empty_name": {"__name__": ""}}.items():
        at = now()
        yield (f"ExemplarValidation/{name}", [{"labels": labels, "samples": [(at, 1.0)],
                                               "exemplars": [({"trace_id": "t"}, at, 1.0)]}], False, (0, 0, 0))
    yield ("ExemplarsWithoutData", [{"labels": {"__name__": "orphan"},
                                     "exemplars": [({"trace_id": "orphan"}, now(), 42.0)]}], True, (0, 0, 1))


def metadata(now):
    texts = {"help_and_unit": ("Total number of HTTP requests", "requests"), "no_help_no_unit": ("", ""),
             "special_chars": ('With\nnewlines, äöü and "quotes"', "bytes/sec")}
    for name, (text, unit) in texts.items():
        yield (f"Metadata/{name}", [{"labels": {"__name__": f"meta_{name}"}, "samples": [(now(), 1.0)],
                                     "type": "counter", "help": text, "unit": unit}], True, (1, 0, 0))
    for kind in wire.TYPES:
        yield (f"Metadata/type_{kind}", [{"labels": {"__name__": f"of_{kind}"}, "samples": [(now(), 1.0)],
                                          "type": kind, "help": "Its kind."}], True, (1, 0, 0))
    yield ("MetadataWithoutData", [{"labels": {"__name__": "orphan"}, "type": "counter", "help": "No data."}],
           True, (0, 0, 0))
    yield ("MetadataValidation/without_name_label", [{"labels": {"job": "test"}, "samples": [(now(), 1.0)],
                                                      "type": "counter", "help": "x"}], False, (0, 0, 0))


def combined(now):
    at = now()
    yield ("CounterWithCreatedTimestamp", [{"labels": {"__name__": "made_total"}, "samples": [(at, 100.0, at - HOUR)],
                                            "type": "counter", "help": "Made."}], True, (1, 0, 0))
    yield ("MixedTimestamps", [{"labels": {"__name__": "old_metric"}, "samples": [(at - HOUR, 1.0)],
                                "exemplars": [({"trace_id": "old"}, at - HOUR // 2, 1.0)]},
                               {"labels": {"__name__": "new_metric"}, "samples": [(at, 2.0)]}], True, (2, 0, 1))
    yield ("ManySamples", [{"labels": {"__name__": f"counter_{i}", "series": f"s{i}"}, "samples": [(at, i * 100.0)],
                            "exemplars": [({"trace_id": f"t{i}"}, at, i * 100.0)], "type": "counter",
                            "help": f"Counter {i}", "unit": "count"} for i in range(50)], True, (50, 0, 50))
    yield ("ManyHistograms", [{"labels": {"__name__": f"hist_{i}"}, "histograms": [native(at, negative=i % 2 == 0)],
                               "exemplars": [({"trace_id": f"t{i}"}, at, i / 10)], "type": "histogram",
                               "help": f"Histogram {i}"} for i in range(50)], True, (0, 50, 50))
    yield ("SpecialCharacters", [{"labels": {"__name__": "chars", "job": "test-job_with.special@chars",
                                             "environment": "test🚀"}, "samples": [(at, 42.0)],
                                  "exemplars": [({"trace_id": "äöü-123"}, at, 42.0)]}], True, (1, 0, 1))
    yield ("CustomBucketsWithExemplar", [{"labels": {"__name__": "latency_nhcb"}, "histograms": [native(at, custom=True)],
                                          "exemplars": [({"trace_id": "c"}, at, 0.05)]}], True, (0, 1, 1))


def refused(base, now):
    """(name, reply, statuses that are right)"""
    good = snappy(wire.request_v2([{"labels": UP, "samples": [(now(), 1.0)]}]))

    def send(body, **headers):
        return h.request(base + "/api/v1/write", body, {
            "Content-Type": wire.V2, "Content-Encoding": "snappy",
            **{name.replace("_", "-"): value for name, value in headers.items()}})

    for kind in ("application/json", "image/png", "application/x-protobuf;proto=no.such.Message"):
        yield f"BadContentTypes/{kind}", send(good, Content_Type=kind), [415]
    for coding in ("gzip", "deflate", "zstd"):
        yield f"BadContentEncodings/{coding}", send(good, Content_Encoding=coding), [415]
    yield "CorruptRequestBody/snappy", send(b"\xff" + good[1:]), [400]
    yield "CorruptRequestBody/protobuf", send(snappy(b"\x0f\x0f\x0f")), [400]
    outside = field(1, b"\x07\x08") + field(2, double(1, 1.0) + whole(2, now()))
    yield "CorruptRequestBody/symbol out of range", send(snappy(field(4, b"") + field(5, outside))), [400]
    yield "HugeSnappyLength", send(b"\xff\xff\xff\xff\x0f"), [400, 413]
    yield "RW1/malformed", send(b"\xff" + good[1:], Content_Type=wire.V1), [400]
    body = wire.request_v1([{"labels": UP, "samples": [(now(), 1.0)]}])
    reply = send(snappy(body), Content_Type=wire.V1)
    yield "RW1/samples", reply, [200, 204]
    yield "RW1/without a type", send(snappy(body), Content_Type=""), [200, 204]


def written(reply):
    prefix = "X-Prometheus-Remote-Write-"
    return tuple(reply.headers.get(f"{prefix}{what}-Written") for what in ("Samples", "Histograms", "Exemplars"))


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        t.collector("receiver", port, "--web.enable-remote-write-receiver",
                    f"--config.file={t.write('none.yml', 'scrape_configs: []')}")
        now = Clock().now
        for cases in (single, several, histograms, exemplars, metadata, combined):
            for name, series, good, want in cases(now):
                reply = h.request(base + "/api/v1/write", snappy(wire.request_v2(series)), {
                    "Content-Type": wire.V2, "Content-Encoding": "snappy",
                    "X-Prometheus-Remote-Write-Version": "2.0.0"})
                right = reply.status in (200, 204) if good else reply.status == 400
                t.check(right and written(reply) == tuple(str(n) for n in want), name,
                        f"{reply.status} {written(reply)}, want {want}: {reply.text()}")
        for name, reply, statuses in refused(base, now):
            t.check(reply.status in statuses, name, f"{reply.status}: {reply.text()}")
        query = {"query": "{__name__=~'counter_.*|old_metric|resource cpu usage'}[2h]", "time": time.time() + 1}
        found = h.get(base + "/api/v1/query", query).json()["data"]["result"]
        t.equal(len(found), 52, "what was accepted is there")
        kinds = h.get(base + "/api/v1/metadata").json()["data"]
        t.equal(kinds.get("meta_help_and_unit"), [{"type": "counter", "help": "Total number of HTTP requests",
                                                   "unit": "requests"}], "metadata is there")
        traces = json.dumps(h.get(base + "/api/v1/query_exemplars", {
            "query": "latency", "start": time.time() - 7200, "end": time.time() + 5}).json()["data"])
        t.equal(traces.count("trace_id"), 3, "exemplars are there")


if __name__ == "__main__":
    main()
