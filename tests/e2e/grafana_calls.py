"""What Grafana's Prometheus data source asks, method, encoding and parameters as recorded, of us and of
Prometheus: both answer in the same shapes."""

import time

import harness as h

# Objects whose members are data: their names are no part of a shape.
FREE = {"metric", "labels", "discoveredLabels", "annotations", "target", "seriesLabels", "flags"}

RULES = """
groups:
  - name: recorded
    interval: 1s
    rules:
      - {record: "job:up:sum", expr: "sum by (job) (up)", labels: {kept: "yes"}}
      - {alert: AllUp, expr: "up == 1", labels: {severity: info}, annotations: {summary: "{{ $labels.job }}"}}
"""


def config(theirs, ours, rules):
    return f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ['{rules}']
scrape_configs:
  - job_name: prometheus
    static_configs: [{{targets: ["127.0.0.1:{theirs}"]}}]
  - job_name: vedette
    static_configs: [{{targets: ["127.0.0.1:{ours}"]}}]
  - job_name: dropped
    static_configs: [{{targets: ["127.0.0.1:1"]}}]
    relabel_configs: [{{action: drop, source_labels: [__address__], regex: ".*"}}]
"""


def shape(value, key=""):
    """The form of a JSON value: names and types; of a list what its items look like."""
    if isinstance(value, dict):
        if key in FREE:
            return "labels"
        return {k: shape(v, k) for k, v in sorted(value.items())}
    if isinstance(value, list):
        # Pairs of time and value keep their places, other lists are of any length.
        if len(value) == 2 and isinstance(value[0], (int, float)):
            return ("point", type(value[1]).__name__)
        return ("list", sorted({repr(shape(v)) for v in value}))
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def form(params):
    return h.urllib.parse.urlencode(params, doseq=True).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def calls(now):
    """(when, method, path, parameters) of each recorded call."""
    ago = {"start": now - 300, "end": now}
    exact = {"start": f"{now - 8}.25", "end": f"{now}.5", "step": "2.5"}
    recent = 'group by (__name__) ({job="prometheus"}) unless (group by (__name__) ({job="prometheus"} offset 1h))'
    return [
        ("save and test", "POST", "query", {"query": "1+1", "time": 4}),
        ("save and test", "GET", "status/buildinfo", {}),
        ("panel", "POST", "query_range", {"query": "up", **exact}),
        ("panel", "POST", "query_range", {"query": "sum(rate(process_cpu_seconds_total[5s]))", **exact, "timeout": "30s"}),
        ("panel", "POST", "query", {"query": "up", "time": f"{now}.125"}),
        ("panel", "POST", "query_exemplars", {"query": "up", **ago}),
        ("panel by GET", "GET", "query_range", {"query": "up", **exact}),
        ("panel by GET", "GET", "query", {"query": "up", "time": now}),
        ("scalar", "POST", "query", {"query": "scalar(up)", "time": now}),
        ("text", "POST", "query", {"query": '"text"', "time": now}),
        ("matrix", "POST", "query", {"query": "up[5s]", "time": now}),
        ("editor", "GET", "rules", {}),
        ("editor", "POST", "query_exemplars", {"query": "test", "start": (now - 300) * 1000, "end": now * 1000}),
        ("editor", "GET", "label/__name__/values", {"limit": 40000, **ago}),
        ("editor", "GET", "metadata", {"limit": 40000}),
        ("editor", "POST", "labels", {"limit": 40000, **ago}),
        ("label_values(m, l)", "GET", "label/job/values",
         {"limit": 40000, "start": now // 60 * 60 - 3600, "end": now // 60 * 60 + 60, "match[]": "up"}),
        ("a UTF-8 name", "GET", "label/U__host_2e_name/values", {"limit": 40000, **ago}),
        ("query_result()", "POST", "query", {"query": "query_result(up)", "time": now}),
        ("a bare selector", "POST", "series", {"match[]": "up", **ago}),
        ("every series", "POST", "series", {"match[]": '{__name__!=""}', "limit": 40000, **ago}),
        ("metrics(re)", "GET", "label/__name__/values", {"match[]": '{__name__=~"process_.*"}', "limit": 40000, **ago}),
        ("ad hoc", "POST", "labels", {"match[]": "up", **ago}),
        ("ad hoc", "GET", "label/job/values", {"match[]": 'up{job!="x"}', **ago}),
        ("13.x", "GET", "search/metric_names", {"search[]": "up", "limit": 10}),
        ("drilldown", "GET", "metadata", {"metric": "process_cpu_seconds_total"}),
        ("drilldown", "GET", "query", {"query": recent, "time": now}),
        ("alerting", "GET", "rules", {"group_limit": 1}),
        ("alerting", "GET", "rules", {"type": "alert", "exclude_alerts": "true"}),
        ("alerting", "GET", "alerts", {}),
        ("proxied", "GET", "targets", {}),
        ("proxied", "GET", "targets", {"state": "dropped"}),
        ("proxied", "GET", "targets/metadata", {"metric": "process_cpu_seconds_total"}),
        ("proxied", "GET", "scrape_pools", {}),
        ("proxied", "GET", "alertmanagers", {}),
        ("proxied", "GET", "status/config", {}),
        ("proxied", "GET", "status/runtimeinfo", {}),
        ("proxied", "GET", "status/tsdb", {"limit": 2}),
        ("proxied", "GET", "status/walreplay", {}),
        ("proxied", "GET", "notifications", {}),
        ("builder", "GET", "parse_query", {"query": "sum by (job) (rate(up{a!~'b'}[5m:10s] @ end() offset -1m)) > bool 2"}),
        ("builder", "POST", "format_query", {"query": "sum(up)by(job)"}),
        ("stats", "GET", "query", {"query": "up", "time": now, "stats": "true"}),
        ("cut", "GET", "label/__name__/values", {"limit": 2}),
        ("wrong", "POST", "query", {"query": "sum(", "time": now}),
        # Which of the series it names is a matter of the storage's order.
        ("refused", "POST", "query", {"query": "up + on() up", "time": now}),
        ("wrong", "GET", "query", {"query": "up", "time": "soon"}),
        ("wrong", "GET", "query", {"query": "up", "timeout": "x"}),
        ("wrong", "GET", "query", {"query": "up", "limit": "x"}),
        ("wrong", "GET", "query", {"query": "up", "lookback_delta": "x"}),
        ("wrong", "GET", "query_range", {"query": "up"}),
        ("wrong", "GET", "query_range", {"query": "up", "start": 2, "end": 1, "step": 1}),
        ("wrong", "GET", "query_range", {"query": "up", "start": 1, "end": 2, "step": 0}),
        ("wrong", "GET", "query_range", {"query": "up", "start": 1, "end": 200000, "step": 1}),
        ("wrong", "GET", "query_range", {"query": "up[5m]", "start": 1, "end": 2, "step": 1}),
        ("wrong", "GET", "series", {}),
        ("wrong", "GET", "series", {"match[]": "{"}),
        ("wrong", "GET", "series", {"match[]": '{a=""}'}),
        ("wrong", "GET", "labels", {"match[]": '{a=""}'}),
        ("wrong", "GET", "labels", {"start": "x"}),
        ("wrong", "GET", "labels", {"limit": "-1"}),
        ("wrong", "GET", "metadata", {"limit": "x"}),
        ("wrong", "GET", "rules", {"type": "x"}),
        ("wrong", "GET", "rules", {"group_limit": 0}),
        ("wrong", "GET", "rules", {"group_limit": 1, "group_next_token": "x"}),
        ("wrong", "GET", "rules", {"exclude_alerts": "x"}),
        ("wrong", "GET", "rules", {"match[]": "{"}),
        ("wrong", "GET", "status/tsdb", {"limit": 0}),
        ("wrong", "GET", "query_exemplars", {"query": "up", "start": 4, "end": 3}),
        ("wrong", "GET", "query_exemplars", {"query": "up{"}),
        ("wrong", "GET", "parse_query", {"query": "foo("}),
        ("wrong", "GET", "format_query", {"query": ""}),
        ("wrong", "POST", "admin/tsdb/delete_series", {"match[]": "up"}),
    ]


def ask(base, method, path, params):
    url = f"{base}/api/v1/{path}"
    if method == "GET":
        return h.get(url, params)
    return h.request(url, *form(params))


def compare(t, ours, theirs):
    now = int(time.time())
    for when, method, path, params in calls(now):
        a, b = ask(ours, method, path, params), ask(theirs, method, path, params)
        name = f"{when}: {method} {path} {params}"[:150]
        if b.status == 404:
            t.equal(a.status, 404, name + " is 404 there too")
            continue
        mine, other = a.json(), b.json()
        if path == "status/buildinfo":  # ours says more of itself
            mine["data"].pop("application", None)
            mine["data"].pop("applicationVersion", None)
            t.check("features" not in mine["data"], "buildinfo names no features")
        if path == "alertmanagers":  # ours always has its own
            t.equal(len(mine["data"]["activeAlertmanagers"]), 1, "our own Alertmanager is named")
            mine["data"]["activeAlertmanagers"] = []
        t.check(a.status == b.status and shape(mine) == shape(other), name,
                f"\n  ours   {a.status} {a.text()[:600]}\n  theirs {b.status} {b.text()[:600]}")
        if when == "wrong":
            t.equal(mine, other, name + ": in the same words")
        t.equal(a.headers.get("Content-Type"), b.headers.get("Content-Type"), name + ": type")


def edges(t, ours, theirs):
    """What browsers and probes see beside the data."""
    for path, method in (("/api/v1/query", "OPTIONS"), ("/api/v1/none", "OPTIONS"), ("/api/v1/labels", "GET"),
                         ("/-/reload", "GET"), ("/-/quit", "GET"), ("/-/healthy", "HEAD"), ("/-/ready", "GET")):
        a, b = (h.request(base + path, headers={"Origin": "http://page"}, method=method) for base in (ours, theirs))
        t.equal(a.status, b.status, f"{method} {path}: status")
        cors = [k for k in b.headers.keys() if k.startswith("Access-Control")]
        for name in cors:
            if name != "Access-Control-Allow-Origin":
                t.equal(a.headers.get(name), b.headers.get(name), f"{method} {path}: {name}")
        if cors:
            t.check(a.headers.get("Access-Control-Allow-Origin") in ("*", "http://page"), f"{method} {path}: allowed")
    a, b = (h.request(base + "/-/quit", b"", method="POST") for base in (ours, theirs))
    t.equal((a.status, a.body), (b.status, b.body), "POST /-/quit while that is off")
    reply = h.request(ours + "/api/v1/label/x/values", b"", method="POST")
    t.equal(reply.status, 405, "a POST where there is none is 405, which Grafana takes to GET")
    for path in ("/api/v1/none", "/api/none", "/prometheus/api/v1/series", "/alertmanager/api/v2/status"):
        reply = h.get(ours + path)
        t.check(reply.status == 404 and reply.json()["errorType"] == "not_found", f"{path} is 404 in JSON", reply.text())


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        mine, other = h.free_port(), h.free_port()
        ours, theirs = f"http://127.0.0.1:{mine}", f"http://127.0.0.1:{other}"
        rules = t.write("rules.yml", RULES)
        file = t.write("prometheus.yml", config(other, mine, rules))
        prometheus = t.start([peers / "prometheus", f"--config.file={file}", f"--storage.tsdb.path={t.dir / 'theirs'}",
                              f"--web.listen-address=127.0.0.1:{other}"], "prometheus")
        t.wait_ready(prometheus, theirs + "/-/ready", "prometheus")
        t.collector("ours", mine, f"--config.file={file}")

        def firing(base):
            alerts = h.get(base + "/api/v1/alerts").json()["data"]["alerts"]
            return len(alerts) == 2 and all(a["state"] == "firing" for a in alerts)

        t.eventually(lambda: firing(ours) and firing(theirs), "both scrape and evaluate the same")
        time.sleep(6)
        compare(t, ours, theirs)
        edges(t, ours, theirs)


if __name__ == "__main__":
    main()
