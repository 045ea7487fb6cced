"""Panels that move over a store that lives: the cache answers as the store does, also after late samples,
deletions and a restart, and it is used.

What the store says is asked with stats=true, which the cache has nothing to do with."""

import random
import time

import harness as h
from import_prometheus import field, snappy
from native_histograms import double, whole

SEED = 20261121
STEP = 15
HOURS = 4
SERIES = 20


def write(base, series):
    """`series`: (labels, [(seconds, value)])"""
    message = b""
    for labels, samples in series:
        message += field(1, b"".join(field(1, field(1, k.encode()) + field(2, v.encode())) for k, v in sorted(labels.items())) +
                         b"".join(field(2, double(1, v) + whole(2, int(s * 1000))) for s, v in samples))
    return h.request(base + "/api/v1/write", snappy(message),
                     {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                      "X-Prometheus-Remote-Write-Version": "0.1.0"}).status


def labels(i):
    return {"__name__": "work_total" if i % 2 else "load", "i": str(i), "job": "j" + str(i % 3)}


def metric(base, name):
    for line in h.get(base + "/metrics").text().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return None


def panels(now):
    for query in ("load", "sum by (job) (rate(work_total[5m]))", "work_total offset 10m",
                  "max_over_time(load[20m])", "sum(load) / count(load)", "topk(2, work_total)",
                  "load > on (job) group_left () avg by (job) (load)", "absent(load{i=\"late\"})",
                  "max_over_time(sum(load)[10m:1m])", f"load - load @ {now - 7200}",
                  "label_replace(load, \"i\", \"\", \"i\", \".*\")", "-{job=\"j1\"}", "load + on (job) load"):
        for length in (30 * 60, 3 * 3600):
            yield query, length


class Play:
    def __init__(self, t, base, now):
        self.t, self.base, self.now = t, base, now
        self.rng = random.Random(SEED)
        self.asked = 0
        self.different = []

    def fill(self):
        begin = self.now - HOURS * 3600
        for i in range(SERIES):
            samples = [(s, (s - begin) * (i + 1) / 7 if i % 2 else self.rng.random() * 100)
                       for s in range(begin, self.now, STEP) if self.rng.random() > 0.02]
            self.t.check(write(self.base, [(labels(i), samples)]) in (200, 204), f"series {i} is taken")

    def ask(self, query, length, end):
        step = STEP if length < 3600 else 60
        end = end // step * step  # as Grafana does
        params = {"query": query, "start": end - length, "end": end, "step": step}
        kept = h.get(self.base + "/api/v1/query_range", params).json()
        fresh = h.get(self.base + "/api/v1/query_range", {**params, "stats": "true"}).json()
        fresh.get("data", {}).pop("stats", None)
        self.asked += 1
        if kept != fresh:
            self.different.append((params, str(kept)[:300], str(fresh)[:300]))

    def stands(self):
        """Whether the past stands by now: what was in memory is in parts."""
        before = metric(self.base, "vedette_query_cache_misses_total")
        h.get(self.base + "/api/v1/query_range", {"query": f"vector({before}) + sum(load)", "start": self.now - 3600,
                                                  "end": self.now - 1800, "step": 15})
        return metric(self.base, "vedette_query_cache_misses_total") > before

    def round(self, count):
        for i in range(count):
            for query, length in panels(self.now):
                self.ask(query, length, self.now - 600 + i * STEP)

    def equal(self, when):
        self.t.check(not self.different, f"{when}: {self.asked} answers are the store's own", self.different[:2])
        self.asked, self.different = 0, []


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        config = t.write("p.yml", "scrape_configs: []\nstorage: {tsdb: {out_of_order_time_window: 10h}}\n")
        flags = (f"--config.file={config}", "--collector.parts=tsdb", "--web.enable-remote-write-receiver",
                 "--web.enable-admin-api", "--storage.tsdb.min-block-duration=2s", "--query.cache-bytes=32MB")
        collector = t.collector("cached", port, *flags)
        play = Play(t, base, int(time.time()) // 60 * 60)
        play.fill()
        t.eventually(play.stands, "all samples are in parts")

        known = [metric(base, f"vedette_query_cache_{what}_total") for what in ("hits", "misses")]
        play.round(6)
        play.equal("at rest")
        hits, misses = (metric(base, f"vedette_query_cache_{what}_total") - before
                        for what, before in zip(("hits", "misses"), known))
        t.check(hits > 2 * misses > 0, "a panel that asks again is answered from the cache", (hits, misses))
        t.check(metric(base, "vedette_query_cache_bytes") > 100_000, "which holds something")

        for i in range(5):
            late = play.now - play.rng.randrange(600, 3 * 3600)
            where = play.rng.choice([labels(2), labels(5), {**labels(0), "i": "late"}])
            t.check(write(base, [(where, [(late + 0.5, 1e6 + i)])]) in (200, 204), "a late sample is taken")
            play.round(1)
        play.equal("after late samples")
        seen = h.get(base + "/api/v1/query_range", {"query": "load{i=\"late\"} or load{i=\"2\"} or work_total{i=\"5\"}",
                                                    "start": play.now - 3 * 3600, "end": play.now, "step": 15}).text()
        t.check("100000" in seen, "and they are seen")

        t.eventually(play.stands, "they went into parts")
        play.round(2)
        begin = play.now - 2 * 3600
        gone = h.request(base + "/api/v1/admin/tsdb/delete_series?" + h.urllib.parse.urlencode(
            {"match[]": "load{job=\"j0\"}", "start": begin, "end": begin + 3000}), b"", method="POST")
        t.equal(gone.status, 204, "samples are deleted")
        play.round(2)
        play.equal("after a deletion")

        t.equal(collector.stop()[0], 0, "the collector ends")
        t.collector("cached", port, *flags)
        play.round(2)
        play.equal("after a start")
        t.check(metric(base, "vedette_query_cache_hits_total") > 0, "the cache is used again")


if __name__ == "__main__":
    main()
