"""A real Prometheus is filled, and its data imported: once from a snapshot, once from its folder as a
kill left it (blocks, log, late samples, head chunks). Our collectors over the imports must answer every
query as a Prometheus that is started over the same files. Then the tools: verify, list, stats, dump, backup, restore, deletion."""

import json
import math
import shutil
import signal
import struct
import subprocess
import time

import harness as h
from same_answers import normal

STEP = 15
HOURS = 5

QUERIES = [
    "requests_total",
    "rate(requests_total[5m])",
    "sum by (job) (increase(requests_total[10m]))",
    "temperature_celsius",
    "avg_over_time(temperature_celsius[7m])",
    "quantile_over_time(0.9, temperature_celsius[30m])",
    "stddev by (job) (temperature_celsius)",
    "max_over_time(constant[1h])",
    "count({__name__=~\".+\"})",
    "count by (__name__) ({instance=\"host-1\"})",
    "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))",
    "changes(flapping[20m]) + resets(requests_total[20m])",
    "late_total",
    "count_over_time(late_total[1h])",
    "gone_total or vector(-1)",
    "ends_early",
    "topk(3, temperature_celsius)",
    "absent(ends_early)",
]


def varint(n):
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def snappy(data):
    """The block format, in literals alone."""
    out = varint(len(data))
    for at in range(0, len(data), 65536):
        piece = data[at:at + 65536]
        out += b"\xf4" + struct.pack("<H", len(piece) - 1) + piece
    return out


def write(base, series):
    """Remote write 1.0 of [(labels, [(ms, value)])]."""
    message = b""
    for labels, samples in series:
        body = b""
        for name, value in sorted(labels.items()):
            body += field(1, field(1, name.encode()) + field(2, value.encode()))
        for ms, value in samples:
            body += field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(ms))
        message += field(1, body)
    return h.request(base + "/api/v1/write", snappy(message),
                     {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                      "X-Prometheus-Remote-Write-Version": "0.1.0"})


STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def page(begin_ms, i):
    """The samples of one moment."""
    ms = begin_ms + i * STEP * 1000
    rows = []
    for n in range(4):
        where = {"instance": f"host-{n}", "job": "a" if n < 2 else "b"}
        rows.append(({"__name__": "requests_total", **where}, float((i * (n + 1)) % 900 * 7)))
        rows.append(({"__name__": "temperature_celsius", **where},
                     20 + 5 * math.sin(i / 40 + n) + (i * 7919 % 100) / 1000))
        rows.append(({"__name__": "constant", **where}, 42.0))
        rows.append(({"__name__": "flapping", **where}, float(i // (n + 3) % 2)))
        for b, le in enumerate(["0.1", "0.5", "1", "+Inf"]):
            rows.append(({"__name__": "latency_seconds_bucket", "le": le, **where}, float(i * (b + 1))))
    rows.append(({"__name__": "gone_total", "job": "a"}, float(i)))
    if i < 400:
        rows.append(({"__name__": "ends_early", "job": "a"}, -0.5 * i))
    elif i == 400:
        rows.append(({"__name__": "ends_early", "job": "a"}, STALE))
    return [(labels, [(ms, value)]) for labels, value in rows]


def fill(t, base, begin_ms):
    steps = HOURS * 3600 // STEP
    for at in range(0, steps, 60):
        batch = {}
        for i in range(at, min(at + 60, steps)):
            for labels, samples in page(begin_ms, i):
                batch.setdefault(json.dumps(labels), (labels, []))[1].extend(samples)
        reply = write(base, batch.values())
        if reply.status != 204:
            t.check(False, "Prometheus takes what is written", reply.text()[:300])
            return
    late = {"__name__": "late_total", "job": "a"}
    now_ms = begin_ms + steps * STEP * 1000
    for ms in [now_ms - k * 60_000 for k in (1, 20, 10, 45, 30, 15, 50)]:
        write(base, [(late, [(ms, ms / 1000)])])
    t.check(True, f"Prometheus filled: {steps} steps")


def answers(base, begin, end):
    found = {}
    for query in QUERIES:
        reply = h.get(base + "/api/v1/query_range",
                      {"query": query, "start": begin, "end": end, "step": 60}, timeout=60)
        found[query, "range"] = normal(reply.json()["data"]) if reply.status == 200 else reply.text()
        reply = h.get(base + "/api/v1/query", {"query": query, "time": end - 1000}, timeout=60)
        found[query, "instant"] = normal(reply.json()["data"]) if reply.status == 200 else reply.text()
    reply = h.get(base + "/api/v1/series", {"match[]": "{__name__=~\".+\"}"})
    found["series", ""] = sorted(json.dumps(s, sort_keys=True) for s in reply.json()["data"])
    return found


def compare(t, what, got, want):
    for key, expected in want.items():
        t.check(got.get(key) == expected, f"{what}: {' '.join(key)}",
                f"ours  {str(got.get(key))[:600]}\n       theirs {str(expected)[:600]}")


def tsdb(*args):
    return subprocess.run([h.vedette(), "tsdb", *map(str, args)], capture_output=True, text=True,
                          timeout=120)


def start_prometheus(t, peers, port, folder="prometheus"):
    config = t.write("prometheus.yml", "storage: {tsdb: {out_of_order_time_window: 2h}}\n")
    args = [peers / "prometheus", f"--config.file={config}", "--web.enable-admin-api",
            "--web.enable-remote-write-receiver", "--storage.tsdb.min-block-duration=30m",
            "--storage.tsdb.max-block-duration=2h", "--storage.tsdb.retention.time=30d",
            f"--storage.tsdb.path={t.dir / folder}", f"--web.listen-address=127.0.0.1:{port}"]
    process = t.start(args, folder)
    t.wait_ready(process, f"http://127.0.0.1:{port}/-/ready", folder)
    return process


def answers_over(t, peers, name, source, begin, end):
    """Of Prometheus started over a copy of `source`. A snapshot lacks late samples that were in memory.
    A folder may lack what Prometheus forgets at its next start: where a block of late samples, newer
    than the newest whole one, was merged with older ones, it reads the log only from that block's end."""
    shutil.copytree(source, t.dir / name)
    port = h.free_port()
    process = start_prometheus(t, peers, port, name)
    found = answers(f"http://127.0.0.1:{port}", begin, end)
    process.stop(signal.SIGKILL)
    return found


def imported(t, name, source, begin, end, want):
    """Imports `source` and holds a collector over it to `want`; the collector's address."""
    done = tsdb("import-prometheus", source, t.dir / name, "-o", "json")
    t.check(done.returncode == 0, f"{name}: import", done.stdout + done.stderr)
    report = json.loads(done.stdout or "{}")
    t.check(report.get("samples", 0) > 0, f"{name}: samples imported", str(report))
    again = json.loads(tsdb("import-prometheus", source, t.dir / name, "-o", "json").stdout or "{}")
    t.check(again.get("blocks") == 0 and again.get("blocks_before") == report.get("blocks"),
            f"{name}: a second import takes no block twice", str(again))
    checked = tsdb("verify", t.dir / name)
    t.check(checked.returncode == 0, f"{name}: verify", checked.stdout + checked.stderr)
    port = h.free_port()
    idle = t.write("empty.yml", "scrape_configs: []\n")
    t.collector(name, port, f"--config.file={idle}", "--web.enable-admin-api")
    base = f"http://127.0.0.1:{port}"
    compare(t, name, answers(base, begin, end), want)
    return base


def tools(t, base, name):
    """Beside the running collector of `name`."""
    listed = json.loads(tsdb("list", t.dir / name, "-o", "json").stdout or "{}")
    t.check(len(listed.get("parts", [])) >= 1, "list beside the collector", str(listed)[:200])
    stats = json.loads(tsdb("stats", t.dir / name, "-o", "json").stdout or "{}")
    t.check(stats.get("series", 0) > 30 and stats["by_metric"], "stats", str(stats)[:200])
    dump = tsdb("dump", t.dir / name, "--match", "ends_early")
    t.check(len(dump.stdout.splitlines()) == 401, "dump", dump.stdout[:200] + dump.stderr)
    refused = tsdb("backup", t.dir / name, t.dir / "backup")
    t.check(refused.returncode == 1 and "vedette (process" in refused.stderr,
            "backup says who has the store", refused.stderr)
    reply = h.request(base + "/api/v1/admin/tsdb/delete_series?match[]=constant", b"", method="POST")
    t.check(reply.status == 204, "deletion", reply.text())
    gone = h.get(base + "/api/v1/series", {"match[]": "constant"}).json()["data"]
    t.check(gone == [], "deleted series are gone at once", str(gone))
    reply = h.request(base + "/api/v1/admin/tsdb/clean_tombstones", b"", method="POST")
    t.check(reply.status == 204, "clean tombstones", reply.text())
    reply = h.request(base + "/api/v1/admin/tsdb/snapshot", b"", method="POST")
    t.check(reply.status == 200, "snapshot", reply.text())
    snapshot = t.dir / name / "snapshots" / reply.json()["data"]["name"]
    done = tsdb("restore", snapshot, t.dir / "restored")
    t.check(done.returncode == 0, "restore of the snapshot", done.stderr)
    again = tsdb("restore", snapshot, t.dir / "restored")
    t.check(again.returncode == 2, "restore refuses a store that is there", again.stderr)
    ours, theirs = tsdb("dump", t.dir / name), tsdb("dump", t.dir / "restored")
    t.check(ours.stdout == theirs.stdout and len(ours.stdout) > 1000, "the restored store is the same")


def damage(t):
    """A flipped byte in the restored store is found."""
    part = sorted((t.dir / "restored/metrics/parts").iterdir())[0]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 0x10
    part.write_bytes(content)
    found = tsdb("verify", t.dir / "restored")
    t.check(found.returncode == 1 and "checksum" in found.stdout, "verify finds a flipped byte",
            found.stdout[-300:])


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        port = h.free_port()
        theirs = f"http://127.0.0.1:{port}"
        prometheus = start_prometheus(t, peers, port)
        end = int(time.time()) // STEP * STEP
        begin = end - HOURS * 3600
        fill(t, theirs, begin * 1000)
        h.request(theirs + "/api/v1/admin/tsdb/delete_series?match[]=gone_total&end=%d" %
                  (begin + 3600), b"", method="POST")
        t.eventually(lambda: h.get(theirs + "/api/v1/query", {
            "query": "prometheus_tsdb_compactions_total"}).status == 200, "Prometheus answers")
        reply = h.request(theirs + "/api/v1/admin/tsdb/snapshot", b"", method="POST", timeout=60)
        t.check(reply.status == 200, "Prometheus makes a snapshot", reply.text()[:300])
        snapshot = t.dir / "prometheus/snapshots" / reply.json()["data"]["name"]
        prometheus.stop(signal.SIGKILL)
        blocks = sorted(p.name for p in (t.dir / "prometheus").iterdir() if len(p.name) == 26)
        print(f"  {len(blocks)} blocks in the folder, {len(list(snapshot.iterdir()))} in the snapshot")
        want = answers_over(t, peers, "prometheus_of_snapshot", snapshot, begin, end)
        base = imported(t, "from_snapshot", snapshot, begin, end, want)
        folder = t.dir / "prometheus"
        want = answers_over(t, peers, "prometheus_of_folder", folder, begin, end)
        imported(t, "from_folder", folder, begin, end, want)
        tools(t, base, "from_snapshot")
        damage(t)


if __name__ == "__main__":
    main()
