"""The sender behaviours of the public remote write compliance suite (prometheus/compliance), each a named case: a
collector scrapes a page and sends to a receiver that answers each of its queues in another way."""

import json
import math
import struct
import time

import harness as h
import write_wire as wire
from import_prometheus import snappy
from native_histograms import histogram
from write_ends import LONG, Receiver, Target

STALE_BITS = 0x7FF0000000000002
NAN_BITS = 0x7FF8000000000001


def written(seen, less=0):
    """As a receiver of 2.0 answers that has written all, or all but `less` samples."""
    _, series = wire.parse_v2(wire.body_of(seen))
    count = {"Samples": sum(len(s.samples) for s in series) - less,
             "Histograms": sum(len(s.histograms) for s in series),
             "Exemplars": sum(len(s.exemplars) for s in series)}
    return 204, {f"X-Prometheus-Remote-Write-{k}-Written": str(max(v, 0)) for k, v in count.items()}, b""


OK = (204, {}, b"")
HUGE = b"x" * (1 << 20)
REFUSED = [400, 401, 404, 413]
RETRIED = [429, 500, 502, 503]
ANSWERS = {
    "v2": [written], "batches": [written], "missing": [OK], "partial": [lambda seen: written(seen, 1)],
    **{f"refused{status}": [(status, {}, b"no")] for status in REFUSED},
    **{f"retried{status}": [(status, {}, b"later")] * 2 + [OK] for status in RETRIED},
    "after": [(503, {"Retry-After": "2"}, b""), OK],
    "backoff": [(500, {}, b"")] * 6 + [OK],
    "close": ["close", "close", OK], "timeout": ["wait", OK], "garbage": ["garbage", OK],
    "said": [(400, {}, b"because the moon is full\n")], "huge400": [(400, {}, HUGE)], "huge200": [(200, {}, HUGE)],
    "unsupported": [(415, {}, b"only 1.0 here")],
}


def queues(receiver, away):
    """The items of remote_write: [(name, keys)]"""
    base = f"http://127.0.0.1:{receiver.port}"
    v2 = "protobuf_message: io.prometheus.write.v2.Request"
    rich = "send_exemplars: true, send_native_histograms: true"
    items = [("v1", ""), ("v2", f"{v2}, {rich}"), ("missing", v2), ("partial", v2), ("unsupported", v2),
             ("timeout", "remote_timeout: 1s"), ("batches", v2)]
    items += [(name, "") for name in ANSWERS if name not in dict(items)]
    urls = {"refused_connection": f"http://127.0.0.1:{away}/late", "dns": "http://nowhere.invalid/w",
            "tls": f"https://127.0.0.1:{receiver.port}/tls"}
    lines = []
    for name, keys in items + [(name, "") for name in urls]:
        most = 10 if name == "batches" else 2000
        lines.append(f"- {{name: {name}, url: '{urls.get(name, f'{base}/{name}')}'{', ' + keys if keys else ''}, "
                     f"queue_config: {{max_shards: 1, max_samples_per_send: {most}, batch_send_deadline: 500ms, "
                     "min_backoff: 100ms, max_backoff: 3s}, "
                     f"metadata_config: {{send: {str(name in ('v1', 'v2')).lower()}, send_interval: 1s}}}}")
    return "\n".join(lines)


class Got:
    """What a queue's receiver was sent."""

    def __init__(self, receiver, name, is_v2):
        self.requests = receiver.of(name)
        self.bodies = [wire.body_of(seen) for seen in self.requests]
        self.families, self.symbols, self.batches = {}, [], []
        for body in self.bodies:
            if is_v2:
                symbols, series = wire.parse_v2(body)
                self.symbols.append(symbols)
            else:
                series, families = wire.parse_v1(body)
                self.families.update(families)
            self.batches.append(series)
        self.series = [one for batch in self.batches for one in batch]

    def samples(self, name, **labels):
        want = {"__name__": name, **labels}
        return [sample for one in self.series for sample in one.samples
                if want.items() <= one.labels().items()]

    def bits(self, name, **labels):
        return {value for _, value, _ in self.samples(name, **labels)}

    def of(self, name):
        return [one for one in self.series if one.labels().get("__name__") == name]

    def headers(self, name):
        return {seen["headers"].get(name) for seen in self.requests}


def protocol(got, is_v2):
    yield "snappy_compression", got.headers("Content-Encoding") == {"snappy"}
    yield "snappy_block_format", all(wire.body_of(seen) for seen in got.requests)
    types = got.headers("Content-Type")
    yield "content_type_protobuf", all(kind.startswith("application/x-protobuf") for kind in types)
    if is_v2:
        yield "proto_parameter", types == {wire.V2}
    yield "version_header", got.headers("X-Prometheus-Remote-Write-Version") == {"2.0.0" if is_v2 else "0.1.0"}
    yield "user_agent", all(agent.startswith("Vedette") for agent in got.headers("User-Agent"))
    yield "protobuf_parseable", len(got.series) > 0


def labels(got, _):
    requests = got.of("sent_requests_total")
    yield "label_completeness", requests and all(
        {"job", "instance", "path", "__name__", "site"} == set(s.labels()) for s in requests)
    yield "label_ordering", all(s.pairs == sorted(s.pairs) for s in got.series)
    yield "no_duplicate_labels", all(len(s.pairs) == len(s.labels()) for s in got.series)
    yield "metric_name_label", all("__name__" in s.labels() for s in got.series)
    yield "job_label", all(s.labels()["job"] in ("t", "empty", "pushed") for s in got.series)
    yield "instance_label", all(s.labels()["instance"].startswith("127.0.0.1:") for s in requests)
    yield "external_labels", all(s.labels().get("site") == "here" for s in got.series)
    yield "exported_labels", got.samples("odd", exported_job="mine", exported_instance="me", job="t")
    yield "special_characters_in_values", got.samples("odd", text='a"b\\c\nd')
    yield "unicode_in_labels", got.samples("odd", text="äöü 测试 🚀")
    yield "huge_label_values", got.samples("odd", text=LONG)


def double_bits(value):
    return {struct.unpack("<Q", struct.pack("<d", value))[0]}


def samples(got, _):
    yield "counter", len(got.bits("sent_requests_total")) > 3
    yield "gauge", got.bits("temperature") - {STALE_BITS} == double_bits(21.5)
    yield "classic_histogram", got.samples("latency_bucket", le="+Inf") and got.samples("latency_sum")
    yield "summary", got.samples("wait", quantile="0.5") and got.samples("wait_count")
    for kind, want in {"nan": {NAN_BITS}, "inf": double_bits(math.inf), "-inf": double_bits(-math.inf),
                       "zero": double_bits(0.0), "negative": double_bits(-17.5),
                       "precise": double_bits(0.1234567890123456)}.items():
        yield f"value_{kind}", got.bits("odd", kind=kind) - {STALE_BITS} == want
    up = got.bits("up", job="t")
    yield "up", up == double_bits(1.0) | double_bits(0.0)
    yield "stale_marker", [b for _, b, _ in got.samples("odd", kind="goes")].count(STALE_BITS) == 1
    yield "stale_markers_of_a_dead_target", got.samples("temperature")[-1][1] == STALE_BITS
    yield "empty_scrape", double_bits(1.0) <= got.bits("up", job="empty")


def times(got, _):
    now = time.time() * 1000
    every = [ms for s in got.series for ms, _, _ in s.samples]
    yield "millisecond_precision", all(now - 60_000 < ms <= now + 1000 for ms in every)
    yield "explicit_timestamps", all(ms % 1000 == 500 for ms, _, _ in got.samples("odd", kind="timed"))
    yield "one_time_a_scrape", {ms for ms, _, _ in got.samples("temperature")} <= {
        ms for ms, _, _ in got.samples("up", job="t")}
    order = {}
    for s in got.series:
        order.setdefault(json.dumps(s.pairs), []).extend(ms for ms, _, _ in s.samples)
    yield "timestamp_ordering", all(t == sorted(set(t)) for t in order.values())
    lag = [seen["time"] * 1000 - max(ms for s in batch for ms, _, _ in s.samples)
           for seen, batch in zip(got.requests, got.batches) if any(s.samples for s in batch)]
    yield "time_based_flush", lag and sorted(lag)[len(lag) // 2] < 2500


def symbols(got, _):
    yield "symbols_table_populated", all(len(table) > 1 for table in got.symbols)
    yield "empty_string_at_index_zero", all(table[0] == "" for table in got.symbols)
    yield "string_deduplication", all(len(set(table)) == len(table) for table in got.symbols)
    yield "even_length_refs", all(len(s.refs) % 2 == 0 for s in got.series)
    yield "valid_label_references", all(r < len(table) for table, batch in zip(got.symbols, got.batches)
                                        for s in batch for r in s.refs)
    used = [{r for s in batch for r in s.refs} | {table.index(x) for s in batch if s.metadata for x in s.metadata[1:]}
            | {r for s in batch for e in s.exemplars for r in e[0]} | {0}
            for table, batch in zip(got.symbols, got.batches)]
    yield "symbol_table_efficiency", all(len(u) == len(table) for u, table in zip(used, got.symbols))


def rich(got, _):
    found = [e for s in got.of("sent_requests_total") for e in s.exemplars]
    yield "basic_exemplar", found
    pairs = [dict(wire.pairs_of(e[0], table)) for table, batch in zip(got.symbols, got.batches)
             for s in batch for e in s.exemplars]
    yield "trace_id_span_id_and_custom_labels", pairs and all(
        set(p) == {"trace_id", "span_id", "custom"} for p in pairs)
    yield "exemplar_timestamp", found and all(abs(ms - time.time() * 1000) < 60_000 for _, ms, _ in found)
    made = [one for s in got.of("native") for one in s.histograms]
    yield "native_histogram_encoding", made
    yield "histogram_schema_count_and_sum", made and all(one[1] == 9 and wire.bits(one[3]) and one[4] == 2 for one in made)
    yield "positive_and_negative_buckets", made and all(11 in one and 12 in one and 8 in one and 9 in one for one in made)
    yield "samples_or_histograms", all(not (s.samples and s.histograms) for s in got.series)
    kinds = {s.labels()["__name__"]: s.metadata for s in got.series if s.metadata}
    yield "counter_type_help_and_unit", kinds.get("sent_requests_total") == ("counter", "Requests so far.", "requests")
    yield "gauge_type", kinds.get("temperature", [None])[0] == "gauge"
    yield "histogram_type", kinds.get("latency_bucket", [None])[0] == "histogram"
    yield "summary_type", kinds.get("wait", [None])[0] == "summary"
    starts = {start for _, value, start in got.samples("sent_requests_total") if value != STALE_BITS}
    yield "created_timestamp_counter", len(starts) == 1 and abs(starts.pop() - time.time() * 1000) < 60_000


def of_v1(got, _):
    yield "rw1_no_created_timestamp", all(start == 0 for s in got.series for _, _, start in s.samples)
    yield "rw1_no_native_histograms", all(not s.histograms for s in got.series)
    yield "rw1_metadata", got.families.get("sent_requests", got.families.get("sent_requests_total", [None]))[0] == "counter"
    yield "rw1_content_type", got.headers("Content-Type") == {wire.V1}


def answers(receiver, metric, log):
    def times_of(name):
        bodies = {}
        for seen in receiver.of(name):
            bodies.setdefault(seen["body"], []).append(seen)
        return bodies

    def first_again(name):
        return len(times_of(name)[receiver.of(name)[0]["body"]]) if receiver.of(name) else 0

    for status in REFUSED:
        yield f"no_retry_on_{status}", times_of(f"refused{status}") and all(
            len(seen) == 1 for seen in times_of(f"refused{status}").values())
    for status in RETRIED:
        yield f"retry_on_{status}", first_again(f"retried{status}") == 3
    after = [seen["time"] for seen in receiver.of("after")]
    yield "retry_after_header_respected", len(after) > 1 and after[1] - after[0] >= 2
    tries = [seen["time"] for seen in receiver.of("backoff")]
    gaps = [b - a for a, b in zip(tries[:6], tries[1:7])]
    # A busy machine makes pauses longer, never shorter.
    yield "exponential_backoff_on_errors", len(gaps) == 6 and all(
        gap >= 0.09 * 2 ** number for number, gap in enumerate(gaps[:5]))
    yield "backoff_prevents_overwhelming", sum(1 for at in tries if at - tries[0] < 1) <= 5
    yield "network_error_handling", first_again("close") == 3
    yield "request_timeout", first_again("timeout") >= 2
    yield "malformed_response", first_again("garbage") == 2
    yield "handle_204_no_content", len(receiver.of("v1")) > 3
    yield "ignore_response_body_on_success", len(receiver.of("huge200")) > 3 and first_again("huge200") == 1
    yield "handle_200_ok", metric("samples_failed_total", "huge200") == 0 and metric("samples_total", "huge200") > 0
    yield "handle_large_error_body", receiver.of("huge400") and first_again("huge400") == 1
    yield "log_error_messages_verbatim", "because the moon is full" in log
    yield "process_written_count_headers", metric("samples_failed_total", "v2") == 0
    yield "handle_partial_write_response", 0 < metric("samples_failed_total", "partial") < metric(
        "samples_total", "partial") / 2 and first_again("partial") == 1
    yield "missing_written_headers_mean_none", metric("samples_failed_total", "missing") == metric(
        "samples_total", "missing") > 0
    yield "unsupported_media_type_is_not_repeated", first_again("unsupported") == 1
    yield "no_fallback_on_2xx", {seen["headers"]["Content-Type"] for seen in receiver.of("missing")} == {wire.V2}
    yield "dns_resolution_failure", "queue=dns" in log
    yield "tls_handshake_failure", "queue=tls" in log and metric("samples_failed_total", "tls") == 0
    sizes = [sum(len(s.samples) for s in wire.parse_v2(wire.body_of(seen))[1]) for seen in receiver.of("batches")]
    yield "size_based_flush", sizes and max(sizes) == 10
    yield "batch_multiple_series", max(len(wire.parse_v2(wire.body_of(seen))[1]) for seen in receiver.of("v2")) > 15


def push_histograms(base, count):
    """Native histograms, which a text page cannot have."""
    for _ in range(count):
        body = wire.request_v2([{"labels": {"__name__": "native", "job": "pushed"}, "histograms": [
            histogram(int(time.time() * 1000), [2, 1], [(0, 2)], zero=3, negative=[2, 1], schema=1)]}])
        h.request(base + "/api/v1/write", snappy(body), {"Content-Type": wire.V2, "Content-Encoding": "snappy"})
        time.sleep(0.5)


def main():
    with h.running() as t:
        target, receiver, away = Target(), Receiver(ANSWERS), h.free_port()
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        config = t.write("sender.yml", f"""global: {{scrape_interval: 1s, external_labels: {{site: here}}}}
remote_write:
{queues(receiver, away)}
scrape_configs:
- {{job_name: t, scrape_protocols: [OpenMetricsText1.0.0], static_configs: [{{targets: ['127.0.0.1:{target.port}']}}]}}
- {{job_name: empty, metrics_path: /empty, scrape_protocols: [OpenMetricsText1.0.0],
   static_configs: [{{targets: ['127.0.0.1:{target.port}']}}]}}
""")
        collector = t.collector("sender", port, f"--config.file={config}", "--web.enable-remote-write-receiver",
                                "--enable-feature=created-timestamp-zero-ingestion,exemplar-storage")
        push_histograms(base, 12)
        late = Receiver({}, away)
        target.dead = True
        t.eventually(lambda: late.of("late"), "connection_refused: what waited comes when the receiver is there")
        time.sleep(6)
        for one in h.get(base + "/api/v1/targets").json()["data"]["activeTargets"]:
            t.check("HTTP status 500" in one["lastError"] or one["health"] == "up", "pages are read", one["lastError"])
        page = h.get(base + "/metrics").text()

        def metric(name, queue):
            return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines()
                       if line.startswith(f"prometheus_remote_storage_{name}{{") and f'remote_name="{queue}"' in line)

        for version, cases in [("v1", (protocol, labels, samples, times, of_v1)),
                               ("v2", (protocol, labels, samples, times, symbols, rich))]:
            got = Got(receiver, version, version == "v2")
            for group in cases:
                for name, right in group(got, version == "v2"):
                    t.check(right, f"{version}/{name}")
        for name, right in answers(receiver, metric, collector.output()):
            t.check(right, f"answers/{name}")


if __name__ == "__main__":
    main()
