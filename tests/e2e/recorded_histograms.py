"""Recording rules over native histograms: what they store is, to the last bucket, what their expressions give at
that time, and is there after a start; alerts see it."""

import json
import time

import harness as h
from import_prometheus import field, snappy
from native_histograms import histogram, whole

RULES = {
    "job:latency:sum": "sum by (job) (latency)",
    "job:latency:rate": "sum by (job) (rate(latency[10s]))",
    "job:custom:sum": "sum by (job) (custom)",
    "job:both:last": "last_over_time(both[10s])",
    "job:latency:q9": "histogram_quantile(0.9, sum by (job) (rate(latency[10s])))",
}


def push(t, base, ms, i):
    message = b""
    for name, instance, one in [
            ("latency", "a", histogram(ms, [i, 2 * i, 1], [(0, 2), (3, 1)], zero=i // 2)),
            ("latency", "b", histogram(ms, [7, i], [(-2, 2)], schema=0)),
            ("custom", "a", histogram(ms, [i, 3, i // 3], [(0, 3)], schema=-53, bounds=[0.25, 4.0])),
            ("both", "a", histogram(ms, [i * 0.5], [(1, 1)], is_float=True) if i % 2 else None)]:
        labels = {"__name__": name, "instance": instance, "job": "web"}
        body = b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in labels.items())
        sample = field(4, one) if one else field(2, b"\x09" + bytes(8) + whole(2, ms))
        message += field(1, body + sample)
    reply = h.request(base + "/api/v1/write", snappy(message),
                      {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                       "X-Prometheus-Remote-Write-Version": "0.1.0"})
    if reply.status not in (200, 204):
        t.check(False, "histograms are taken", reply.text())


def instant(base, query, at):
    result = h.get(base + "/api/v1/query", {"query": query, "time": at}).json()["data"]["result"]
    return sorted(({"value": s.get("value", [0, None])[1], "histogram": s.get("histogram", [0, None])[1],
                    "labels": {k: v for k, v in s["metric"].items() if k != "__name__"}} for s in result), key=str)


def recorded(base, name, now):
    """The times at which a rule stored something."""
    times = set()
    for series in h.get(base + "/api/v1/query", {"query": name + "[5m]", "time": now}).json()["data"]["result"]:
        times |= {point[0] for kind in ("values", "histograms") for point in series.get(kind, [])}
    return sorted(times)


def compare(t, base, now, when):
    for name, expression in RULES.items():
        times = recorded(base, name, now)
        t.check(len(times) >= 4, f"{when}: {name} was recorded", times)
        different = [(at, instant(base, name, at), instant(base, expression, at)) for at in times[:-1]
                     if instant(base, name, at) != instant(base, expression, at)]
        t.check(not different, f"{when}: {name} holds what {expression} gives, {len(times)} times",
                json.dumps(different[:1]))


def main():
    with h.running() as t:
        rules = [{"record": name, "expr": expression} for name, expression in RULES.items()]
        rules.append({"alert": "Slow", "expr": "histogram_count(job:latency:sum) > 10"})
        file = t.write("rules.yml", json.dumps({"groups": [{"name": "g", "interval": "1s", "rules": rules}]}))
        config = t.write("p.yml", json.dumps({"scrape_configs": [], "rule_files": [file]}))
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        flags = (f"--config.file={config}", "--web.enable-remote-write-receiver",
                 "--collector.parts=tsdb,rules", "--query.cache-bytes=8MB")
        collector = t.collector("recorded", port, *flags)
        for i in range(1, 13):
            # There before its time comes: a rule must not see less of a moment than who asks later.
            push(t, base, int(time.time() * 1000) + 400, i)
            time.sleep(0.8)
        now = time.time()
        compare(t, base, now, "while it runs")
        groups = h.get(base + "/api/v1/rules").json()["data"]["groups"]
        t.check(all(rule["health"] == "ok" for group in groups for rule in group["rules"]), "all rules are well",
                json.dumps(groups)[:2000])
        alerts = h.get(base + "/api/v1/alerts").json()["data"]["alerts"]
        t.equal([alert["labels"].get("job") for alert in alerts], ["web"], "an alert sees the recorded histogram")
        t.equal(collector.stop()[0], 0, "the collector ends")
        t.collector("recorded", port, *flags)
        compare(t, base, now, "after a start")


if __name__ == "__main__":
    main()
