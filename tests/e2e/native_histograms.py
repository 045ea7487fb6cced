"""Native histograms of every kind and start to finish, with Prometheus as the judge: one Prometheus
remote-writes its own to us by 1.0 and 2.0, histograms of five hours are written to it and to us alike,
its snapshot and its folder are imported. Each time another Prometheus, with no data of its own, reads
them back from us by remote read, and answers every query as the first one does."""

import json
import signal
import struct
import time

import harness as h
from import_prometheus import field, snappy, tsdb, varint
from remote_peers import fields, literal_snappy, unsnappy

STEP = 15
HOURS = 5

OWN = [
    'prometheus_http_request_duration_seconds{job="native"@}',
    'prometheus_http_request_duration_seconds{job="nhcb"@}',
    'rate(prometheus_http_request_duration_seconds{job="native"@}[8s])',
    'histogram_quantile(0.9, sum(rate(prometheus_http_request_duration_seconds{job=~"native|nhcb"@}[8s])) by (job))',
    'prometheus_http_request_duration_seconds{job="native"@}[8s]',
    'job:durations:sum{job="rules"@}[8s]',
    'histogram_fraction(0, 0.01, job:durations:sum{job="rules"@})',
    'count({job=~"native|nhcb"@})',
]

FILLED = [
    "int", "float", "gauge", "custom", "mixed", "layouts", "negative",
    "rate(int[5m])", "increase(layouts[10m])", "sum(rate(float[5m]))", "delta(gauge[5m])",
    "histogram_quantile(0.9, rate(int[5m]))", "histogram_quantile(0.5, rate(custom[10m]))",
    "histogram_count(resetting)", "histogram_sum(rate(resetting[5m]))", "resets(resetting[30m])",
    "histogram_fraction(0, 2, custom)", "histogram_avg(rate(negative[5m]))",
    "histogram_stddev(gauge)", "count_over_time({job=\"filled\"}[20m])", "max_over_time(mixed[1h])",
    "ends", "count by (__name__) ({job=\"filled\"})", "changes(int[10m])",
]


def zigzag(n):
    return n << 1 if n >= 0 else (-n << 1) - 1


def double(number, value):
    return varint(number << 3 | 1) + struct.pack("<d", value)


def whole(number, value):
    return varint(number << 3) + varint(value)


def side(first, is_float, spans, counts):
    """The fields of spans and counts: 8 to 10 of the negative, 11 to 13 of the positive side."""
    out = b""
    for offset, length in spans:
        out += field(first, whole(1, zigzag(offset)) + whole(2, length))
    if is_float:
        return out + field(first + 2, b"".join(struct.pack("<d", c) for c in counts))
    deltas = [c - before for before, c in zip([0] + counts, counts)]
    return out + field(first + 1, b"".join(varint(zigzag(d)) for d in deltas))


STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def histogram(ms, counts, spans, *, zero=0, negative=None, is_float=False, schema=1, total=None,
              bounds=None, hint=0, stale=False):
    """A message of prometheus.Histogram."""
    negative_counts = [] if negative is None else negative
    count = zero + sum(counts) + sum(negative_counts)
    value = sum((i + 1) * c for i, c in enumerate(counts)) / 4
    out = double(2, float(count)) if is_float else whole(1, count)
    out += double(3, STALE if stale else value) + whole(4, zigzag(schema))
    if bounds is None:
        out += double(5, 0.001) + (double(7, float(zero)) if is_float else whole(6, zero))
    if negative_counts:
        out += side(8, is_float, [(0, len(negative_counts))], negative_counts)
    out += side(11, is_float, spans, counts)
    out += whole(14, hint) + whole(15, ms)
    if bounds is not None:
        out += field(16, b"".join(struct.pack("<d", b) for b in bounds))
    return out


def moment(ms, i):
    """(labels, samples, histograms) of one moment."""
    def one(name, **kwargs):
        counts, spans = kwargs.pop("counts"), kwargs.pop("spans")
        return {"__name__": name, "job": "filled"}, [], [histogram(ms, counts, spans, **kwargs)]
    rows = [
        one("int", counts=[i * 2, i, i // 3], spans=[(-3, 1), (2, 2)], zero=i // 5),
        one("float", counts=[i * 0.25, i * 1.5], spans=[(0, 2)], zero=i * 0.5, is_float=True),
        one("gauge", counts=[i % 7, 5, i % 3], spans=[(0, 3)], hint=3),
        one("custom", counts=[i, i // 2, i // 4, i // 9], spans=[(0, 4)], schema=-53,
            bounds=[0.5, 2.0, 1e9]),
        one("negative", counts=[i], spans=[(1, 1)], negative=[i * 3, i // 2]),
        one("resetting", counts=[i % 50 * 2, i % 50], spans=[(0, 2)], hint=1 if i % 50 == 0 else 0),
        one("layouts", counts=[i] * (2 + i // 300), spans=[(0, 2 + i // 300)],
            schema=0 if i // 400 % 2 else 2),
    ]
    if i % 40 < 20:
        rows.append(({"__name__": "mixed", "job": "filled"}, [(ms, float(i))], []))
    else:
        rows.append(one("mixed", counts=[i], spans=[(0, 1)]))
    if i < 400:
        rows.append(one("ends", counts=[i], spans=[(0, 1)]))
    elif i == 400:
        rows.append(one("ends", counts=[], spans=[], stale=True))
    return rows


def fill(t, bases, begin_ms):
    steps = HOURS * 3600 // STEP
    # Not floats and histograms of one series in a request: Prometheus 3.5.3 commits the floats first
    # and then drops older histograms as out of order, without an error.
    for at in range(0, steps, 20):
        message = b""
        for i in range(at, min(at + 20, steps)):
            for labels, samples, histograms in moment(begin_ms + i * STEP * 1000, i):
                body = b""
                for name, value in sorted(labels.items()):
                    body += field(1, field(1, name.encode()) + field(2, value.encode()))
                for ms, value in samples:
                    body += field(2, double(1, value) + whole(2, ms))
                for one in histograms:
                    body += field(4, one)
                message += field(1, body)
        for base in bases:
            reply = h.request(base + "/api/v1/write", snappy(message),
                              {"Content-Type": "application/x-protobuf",
                               "Content-Encoding": "snappy",
                               "X-Prometheus-Remote-Write-Version": "0.1.0"})
            if reply.status not in (200, 204):
                t.check(False, f"{base} takes histograms", reply.text()[:300])
                return
    t.check(True, f"filled: {steps} steps")


def normal(reply, drop=()):
    body = reply.json()
    if body["status"] != "success":
        return body
    for series in body["data"]["result"]:
        for name in drop:
            series["metric"].pop(name, None)
    return sorted(body["data"]["result"], key=lambda s: json.dumps(s["metric"], sort_keys=True))


def instant(base, query, at, drop=()):
    return normal(h.get(base + "/api/v1/query", {"query": query, "time": at}, timeout=60), drop)


def ranged(base, query, begin, end):
    return normal(h.get(base + "/api/v1/query_range",
                        {"query": query, "start": begin, "end": end, "step": 120}, timeout=60))


def answers(base, begin, end):
    found = {}
    for query in FILLED:
        found[query, "range"] = ranged(base, query, begin, end)
        found[query, "instant"] = instant(base, query, end - 1000)
    found["int[3m]", "instant"] = instant(base, "int[3m]", end - 2000)
    found["custom[3m]", "instant"] = instant(base, "custom[3m]", end - 2000)
    return found


def compare(t, what, got, want):
    for key, expected in want.items():
        t.check(got.get(key) == expected, f"{what}: {' '.join(key)}",
                f"ours  {str(got.get(key))[:500]}\n       theirs {str(expected)[:500]}")


def histograms_in(base, name, start_ms, end_ms):
    """How many histograms, and floats, a read request that accepts samples alone gets of a series."""
    matcher = field(2, b"__name__") + field(3, name.encode())
    query = b"\x08" + varint(start_ms) + b"\x10" + varint(end_ms) + field(3, matcher)
    reply = h.request(base + "/api/v1/read", literal_snappy(field(1, query)),
                      {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"})
    assert reply.status == 200, reply.text()
    found = {2: 0, 4: 0}
    for _, result in fields(unsnappy(reply.body)):
        for _, one in fields(result):
            for number, _ in fields(one):
                if number in found:
                    found[number] += 1
    return found[4], found[2]


def arrived(theirs, ours):
    """A moment before which ours has what Prometheus has scraped and recorded for ten seconds."""
    until = time.time() + 60
    while time.time() < until and not instant(theirs, "job:durations:sum offset 10s", time.time()):
        time.sleep(1)
    at = int(time.time())
    while time.time() < until:
        time.sleep(0.5)
        newest = [instant(ours, f"min(timestamp({name}))", time.time())
                  for name in ["prometheus_http_request_duration_seconds", "job:durations:sum"]]
        if all(found and float(found[0]["value"][1]) > at for found in newest):
            break
    return at


def first_difference(got, theirs):
    """The first series that differs, in either, by its samples."""
    if not isinstance(got, list) or not isinstance(theirs, list) or len(got) != len(theirs):
        return f"ours {str(got)[:1000]}\n       theirs {str(theirs)[:1000]}"
    for a, b in zip(got, theirs):
        if a != b:
            return f"ours {str(a)[:3000]}\n       theirs {str(b)[:3000]}"
    return ""


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        ports = {name: h.free_port() for name in ["ours", "source", "reader"]}
        base = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        idle = t.write("idle.yml", "scrape_configs: []\n")

        def ours(name, port):
            t.collector(name, port, "--web.enable-remote-write-receiver", f"--config.file={idle}")

        def prometheus(name, port, text, *flags):
            file = t.write(name + ".yml", text)
            process = t.start(
                [peers / "prometheus", f"--config.file={file}",
                 "--enable-feature=native-histograms", f"--storage.tsdb.path={t.dir / name}",
                 f"--web.listen-address=127.0.0.1:{port}", *flags], name)
            t.wait_ready(process, f"http://127.0.0.1:{port}/-/ready", name)
            return process

        def reader_of(name, from_base):
            port = h.free_port()
            prometheus(name, port, "scrape_configs: []\nremote_read: "
                       f"[{{url: '{from_base}/api/v1/read', read_recent: true}}]\n")
            return f"http://127.0.0.1:{port}"

        def write_to(message, via):
            relabel = f"{{target_label: via, replacement: {via}}}"
            return (f"{{url: '{base['ours']}/api/v1/write', name: {via}, protobuf_message: {message}, "
                    f"send_native_histograms: true, write_relabel_configs: [{relabel}], "
                    "queue_config: {batch_send_deadline: 200ms}}")

        ours("ours", ports["ours"])
        rules = t.write("rules.yml", """
groups:
  - name: floats
    interval: 1s
    rules:
      - record: job:durations:sum
        expr: sum(rate(prometheus_http_request_duration_seconds{job="native"}[5s]))
        labels: {job: rules}
""")
        source = prometheus("source", ports["source"], "scrape_configs: []\n",
                            "--web.enable-admin-api", "--web.enable-remote-write-receiver",
                            "--storage.tsdb.min-block-duration=30m",
                            "--storage.tsdb.max-block-duration=2h",
                            "--storage.tsdb.retention.time=30d")
        end = int(time.time()) // STEP * STEP - 600
        begin = end - HOURS * 3600
        fill(t, [base["source"], base["ours"]], begin * 1000)
        reader = reader_of("reader", base["ours"])
        want = answers(base["source"], begin, end)
        for query in FILLED:
            t.check(len(want[query, "range"]) > 0, f"Prometheus has data: {query}")
        compare(t, "written, read back", answers(reader, begin, end), want)
        of_int = histograms_in(base["ours"], "int", begin * 1000, end * 1000)
        t.equal(of_int, (HOURS * 3600 // STEP, 0), "a sampled read has every histogram")
        both = histograms_in(base["ours"], "mixed", begin * 1000, end * 1000)
        t.equal(both, (HOURS * 1800 // STEP, HOURS * 1800 // STEP), "and floats beside them")

        # A Prometheus of its own, whose log is not cut meanwhile because hours were written to it.
        ports["live"], base["live"] = (port := h.free_port()), f"http://127.0.0.1:{port}"
        target = f"static_configs: [{{targets: ['127.0.0.1:{port}']}}]"
        nhcb = "convert_classic_histograms_to_nhcb: true, scrape_protocols: [PrometheusText0.0.4]"
        writes = ", ".join([write_to("prometheus.WriteRequest", "v1"),
                            write_to("io.prometheus.write.v2.Request", "v2")])
        live = prometheus("live", port, f"""
global: {{scrape_interval: 1s}}
rule_files: ['{rules}']
scrape_configs: [{{job_name: native, {target}}}, {{job_name: nhcb, {nhcb}, {target}}}]
remote_write: [{writes}]
""")
        at = arrived(base["live"], base["ours"])
        for query in OWN:
            theirs = instant(base["live"], query.replace("@", ""), at)
            t.check(isinstance(theirs, list) and len(theirs) > 0, f"has data: {query}", theirs)
            for via in ["v2"] if "nhcb" in query else ["v1", "v2"]:
                got = instant(reader, query.replace("@", f',via="{via}"'), at, drop=["via"])
                t.check(got == theirs, f"its own, by {via}: {query}", first_difference(got, theirs))
        # Prometheus 3.5.3 sends custom buckets by 1.0 without their bounds.
        failed = [s for s in instant(base["live"],
                                     'prometheus_remote_storage_histograms_failed_total{remote_name="v2"}',
                                     time.time()) if float(s["value"][1]) > 0]
        t.equal(failed, [], "Prometheus saw no histogram fail")
        live.stop()

        reply = h.request(base["source"] + "/api/v1/admin/tsdb/snapshot", b"", method="POST", timeout=60)
        snapshot = t.dir / "source/snapshots" / reply.json()["data"]["name"]
        source.stop(signal.SIGKILL)
        for name, folder in [("from_snapshot", snapshot), ("from_folder", t.dir / "source")]:
            done = tsdb("import-prometheus", folder, t.dir / name, "-o", "json")
            report = json.loads(done.stdout or "{}")
            t.check(done.returncode == 0 and report.get("histograms", 0) > 8000 and
                    report.get("bad_histograms") == 0, f"{name}: import", done.stdout + done.stderr)
            checked = tsdb("verify", t.dir / name)
            t.check(checked.returncode == 0, f"{name}: verify", checked.stdout + checked.stderr)
            port = h.free_port()
            ours(name, port)
            again = reader_of(name + "_reader", f"http://127.0.0.1:{port}")
            compare(t, name, answers(again, begin, end), want)
        dumped = tsdb("dump", t.dir / "from_folder", "--match", "int", "-o", "json")
        line = json.loads(dumped.stdout.splitlines()[0])
        last = line["histograms"][-1]["histogram"]
        i = HOURS * 3600 // STEP - 1
        t.equal(len(line["histograms"]), i + 1, "dump has every histogram")
        t.equal(last["positive"], {"spans": [[-3, 1], [2, 2]], "counts": [i * 2, i, i // 3]},
                "with its buckets")


if __name__ == "__main__":
    main()
