"""Prometheus scrapes the agent and remote-writes what it scraped to a collector; then both are asked
the same queries at the same times, and must answer the same."""

import json
import time

import harness as h

QUERIES = [
    "up",
    "node_load1",
    "sum by (mode) (rate(node_cpu_seconds_total[10s]))",
    "rate(node_cpu_seconds_total{mode=~\"user|system\"}[10s])",
    "irate(node_cpu_seconds_total{mode=\"idle\"}[10s])",
    "increase(node_context_switches_total[15s])",
    "100 - avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\"}[10s])) * 100",
    "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "1 - node_filesystem_avail_bytes / node_filesystem_size_bytes",
    "topk(3, node_memory_Active_bytes or node_memory_Buffers_bytes or node_memory_Cached_bytes)",
    "bottomk(2, node_cpu_seconds_total)",
    "count by (__name__) ({__name__=~\"node_memory_.*\"})",
    "max_over_time(node_load1[20s])",
    "avg_over_time(node_memory_MemFree_bytes[20s])",
    "stddev_over_time(node_memory_MemFree_bytes[20s])",
    "quantile_over_time(0.9, node_memory_MemFree_bytes[20s])",
    "quantile by (mode) (0.5, node_cpu_seconds_total)",
    "deriv(node_memory_MemFree_bytes[20s])",
    "predict_linear(node_memory_MemFree_bytes[20s], 600)",
    "changes(node_load1[20s]) + resets(node_load1[20s])",
    "delta(node_memory_MemFree_bytes[10s])",
    "node_cpu_seconds_total offset 5s",
    "max_over_time(sum(rate(node_cpu_seconds_total[5s]))[15s:1s])",
    "label_replace(node_uname_info, \"k\", \"$1\", \"release\", \"([0-9]+).*\")",
    "label_join(node_uname_info, \"j\", \"-\", \"sysname\", \"machine\")",
    "node_time_seconds - time() < bool 10",
    "sum without (cpu) (node_cpu_seconds_total) and on (instance) up == 1",
    "node_cpu_seconds_total * on (instance) group_left (release) node_uname_info",
    "absent(node_cpu_seconds_total) or absent(no_such_metric{a=\"b\"})",
    "sort_desc(sum by (device) (node_network_receive_bytes_total))",
    "histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[15s])))",
    "round(node_load1 * 100) % 7 ^ 2",
    "clamp(node_load1, 0.1, 1) unless node_load5 > 1000",
    "stdvar(node_cpu_seconds_total) / group(node_cpu_seconds_total)",
]


def normal(data):
    """The answer with series in a fixed order where PromQL gives none."""
    if data["resultType"] in ("vector", "matrix"):
        return data["resultType"], sorted(data["result"], key=lambda s: json.dumps(s["metric"], sort_keys=True))
    return data["resultType"], data["result"]


def main():
    h.enter_private_host(required=False)  # its own services, not this machine's
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        ours, theirs, node = h.free_port(), h.free_port(), h.free_port()
        idle = t.write("empty.yml", "scrape_configs: []\n")
        t.collector("second", ours, f"--config.file={idle}", "--web.enable-remote-write-receiver")
        agent = t.start([h.vedette(), "agent", f"--web.listen-address=127.0.0.1:{node}",
                         "--no-ship", f"--agent.state-path={t.dir / 'agent'}"], "agent")
        t.wait_ready(agent, f"http://127.0.0.1:{node}/metrics", "agent")
        prometheus_yml = t.write("prometheus.yml", f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{node}"]}}]
  - job_name: prometheus
    static_configs: [{{targets: ["127.0.0.1:{theirs}"]}}]
remote_write:
  - url: http://127.0.0.1:{ours}/api/v1/write
    queue_config: {{batch_send_deadline: 500ms}}
""")
        prometheus = t.start([peers / "prometheus", f"--config.file={prometheus_yml}",
                              f"--storage.tsdb.path={t.dir / 'prometheus'}",
                              f"--web.listen-address=127.0.0.1:{theirs}"], "prometheus")
        t.wait_ready(prometheus, f"http://127.0.0.1:{theirs}/-/ready", "prometheus")
        time.sleep(32)
        compare(t, f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{theirs}", time.time())


def compare(t, ours, theirs, now):
    at = int(now) - 4
    # Both must have everything up to the times asked before they are compared.
    t.eventually(lambda: newest(ours) >= at + 1, "remote write has caught up", 20)
    for query in QUERIES:
        for path, params in (("/api/v1/query", {"query": query, "time": at}),
                             ("/api/v1/query_range", {"query": query, "start": at - 15, "end": at,
                                                      "step": 3})):
            a, b = h.get(ours + path, params), h.get(theirs + path, params)
            same = a.status == b.status == 200 and normal(a.json()["data"]) == normal(b.json()["data"])
            t.check(same, f"{path[8:]} {query}", "ours  %s\n       theirs %s" % (
                a.text()[:800], b.text()[:800]))


def newest(base):
    reply = h.get(base + "/api/v1/query", {"query": "max(timestamp(node_load1))"})
    result = reply.json()["data"]["result"] if reply.status == 200 else []
    return float(result[0]["value"][1]) if result else 0


if __name__ == "__main__":
    main()
