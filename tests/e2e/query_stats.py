"""`stats=all` counts the samples that a query looks at as Prometheus does, step by step, floats and
native histograms."""

import time

import harness as h
from native_histograms import HOURS, STEP, fill

QUERIES = [
    "mixed", "int", "ends", "custom + on(job) float", "sum(int)", "count({job=\"filled\"})", "-mixed", "1", "time()",
    "vector(1)", "scalar(mixed)", "rate(int[5m])", "count_over_time({job=\"filled\"}[7m])", "max_over_time(mixed[1h])",
    "last_over_time(mixed[10m]) + mixed", "mixed offset 10m", "count_over_time(mixed[5m] offset 1h)",
    "mixed @ END", "rate(int[5m] @ END) + mixed", "count_over_time(mixed[10m:1m])",
    "max_over_time(count_over_time(mixed[5m])[10m:1m])", "max_over_time(sum(mixed)[10m:1m] @ END)",
    "topk(scalar(mixed), mixed)", "absent_over_time(mixed[5m])", "absent(nothing)", "quantile_over_time(scalar(count(mixed)), mixed[5m])",
    "timestamp(mixed)", "sum(int) / sum(float)", "mixed and mixed or mixed unless mixed", "(mixed)", "histogram_count(layouts)",
]


def samples(reply):
    stats = reply.json()["data"]["stats"]["samples"]
    return stats["totalQueryableSamples"], stats.get("totalQueryableSamplesPerStep")


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        mine, other = h.free_port(), h.free_port()
        ours, theirs = f"http://127.0.0.1:{mine}", f"http://127.0.0.1:{other}"
        config = t.write("empty.yml", "scrape_configs: []\nstorage: {tsdb: {out_of_order_time_window: 24h}}\n")
        prometheus = t.start([peers / "prometheus", f"--config.file={config}", f"--storage.tsdb.path={t.dir / 'theirs'}",
                              f"--web.listen-address=127.0.0.1:{other}", "--web.enable-remote-write-receiver",
                              "--enable-feature=native-histograms,promql-per-step-stats"], "prometheus")
        t.wait_ready(prometheus, theirs + "/-/ready", "prometheus")
        t.collector("ours", mine, f"--config.file={t.write('mine.yml', 'scrape_configs: []')}",
                    "--web.enable-remote-write-receiver")
        end = int(time.time()) // STEP * STEP - 60
        fill(t, [ours, theirs], (end - HOURS * 3600) * 1000)
        at = end - 3600
        for text in QUERIES:
            query = text.replace("END", str(at))
            for path, params in (("query", {"time": at}), ("query_range", {"start": at - 600, "end": at, "step": 47})):
                a, b = (h.get(f"{base}/api/v1/{path}", {"query": query, "stats": "all", **params}, timeout=60)
                        for base in (ours, theirs))
                if a.status != 200 or b.status != 200:
                    t.equal(a.status, b.status, f"{path} {text}: status")
                    continue
                t.equal(samples(a), samples(b), f"{path} {text}")


if __name__ == "__main__":
    main()
