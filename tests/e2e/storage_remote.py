"""`storage.remote`: a collector that keeps nothing. It scrapes and evaluates rules, sends all of it to a
Prometheus by remote write, and answers queries by asking that: the same answers, the same errors. When
the engine is away, queries say so, rules too, and what was scraped arrives later."""

import json
import time
import urllib.parse

import harness as h

GETS = [
    ("query", {"query": "up"}), ("query", {"query": "sum by (job) (up)"}), ("query", {"query": "1+1"}),
    ("query", {"query": "up{"}), ("query", {}), ("query", {"query": "up", "time": "soon"}),
    ("query_range", {"query": "up", "start": "@-30", "end": "@0", "step": "5"}),
    ("query_range", {"query": "up", "start": "@0", "end": "@-30", "step": "5"}),
    ("labels", {}), ("series", {"match[]": "up"}), ("series", {}), ("label/job/values", {}),
    ("query_exemplars", {"query": "up", "start": "@-30", "end": "@0"}), ("metadata", {"limit": "2"}),
]


def call(base, path, params, now, *, post=False):
    params = {name: str(now + int(value[1:])) if value.startswith("@") else value
              for name, value in params.items()}
    if path == "query" and params.get("query") and "time" not in params:
        params["time"] = str(now)
    url = f"{base}/api/v1/{path}"
    if post:
        return h.request(url, urllib.parse.urlencode(params).encode(),
                         {"Content-Type": "application/x-www-form-urlencoded"})
    return h.get(url, params)


def same_answers(t, ours, engine):
    now = int(time.time()) - 3
    for path, params in GETS:
        for post in [False, True]:
            if post and path in ("label/job/values", "metadata"):
                continue
            got, want = call(ours, path, params, now, post=post), call(engine, path, params, now, post=post)
            t.equal((got.status, got.headers["Content-Type"], got.json()),
                    (want.status, want.headers["Content-Type"], want.json()),
                    f"{'POST' if post else 'GET'} {path} {params}")


def values(base, query):
    reply = h.get(base + "/api/v1/query", {"query": query})
    if reply.status != 200:
        return []
    return [s["value"][1] for s in reply.json()["data"]["result"]]


def rules(base):
    groups = h.get(base + "/api/v1/rules").json()["data"]["groups"]
    return {rule["name"]: (rule["health"], rule.get("lastError", "")) for group in groups for rule in group["rules"]}


def reload_takes_another(t, ours, collector, file, config, engine):
    """Queries go where a reloaded configuration says, with its credentials, which are not shown."""
    other = h.Recorder(lambda seen: (200, json.dumps({"status": "success", "data": {
        "resultType": "vector", "result": []}}).encode()))
    changed = config.replace(f"url: '{engine}/'", f"url: 'http://127.0.0.1:{other.port}', authorization: "
                             "{credentials: s3cret}")
    t.write(file, changed)
    collector.popen.send_signal(h.signal.SIGHUP)
    def asked_there():
        return call(ours, "query", {"query": "up"}, int(time.time()), post=True).json()["data"]["result"] == []
    t.eventually(asked_there, "a URL that a reload changes is taken")
    t.equal(other.seen()[-1]["headers"].get("Authorization"), "Bearer s3cret", "with its credentials")
    shown = h.get(ours + "/api/v1/status/config").json()["data"]["yaml"]
    t.check("s3cret" not in shown and "credentials: <secret>" in shown, "which are not shown", shown)
    t.write(file, config)
    collector.popen.send_signal(h.signal.SIGHUP)
    t.eventually(lambda: values(ours, "answer") == ["42"], "and back")


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        port, engine_port = h.free_port(), h.free_port()
        ours, engine = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{engine_port}"
        t.write("engine.yml", "global: {external_labels: {site: engine}}\n")
        web = t.write("web.yml", "basic_auth_users: {}\n")

        def start_engine():
            process = t.start([peers / "prometheus", f"--config.file={t.dir / 'engine.yml'}",
                               f"--storage.tsdb.path={t.dir / 'engine'}", f"--web.config.file={web}",
                               "--web.enable-remote-write-receiver", f"--web.listen-address=127.0.0.1:{engine_port}"],
                              "engine")
            t.wait_ready(process, engine + "/-/ready", "engine")
            return process
        process = start_engine()
        t.write("rules.yml", """
groups:
- name: g
  interval: 1s
  rules:
  - {record: "job:up:sum", expr: "sum by (job) (up)"}
  - {record: "answer", expr: "scalar(vector(42))"}
  - {alert: Up, expr: "up == 1", labels: {severity: page}}
""")
        config = f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs: [{{job_name: self, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]
remote_write: [{{url: '{engine}/api/v1/write', queue_config: {{batch_send_deadline: 200ms}}}}]
storage: {{remote: {{url: '{engine}/', timeout: 5s, max_response_size: 1MB}}}}
"""
        file = t.write("ours.yml", config)
        collector = t.collector("ours", port, f"--config.file={file}")
        t.eventually(lambda: values(ours, "up{job=\"self\"}") == ["1"], "what is scraped can be asked for")
        t.eventually(lambda: values(ours, "job:up:sum") == ["1"], "rules evaluate over it")
        t.equal(values(ours, "answer"), ["42"], "a scalar rule")
        t.eventually(lambda: values(ours, "ALERTS{alertname=\"Up\",alertstate=\"firing\"}") == ["1"], "alerts fire")
        time.sleep(5)
        same_answers(t, ours, engine)
        t.equal({name: health for name, (health, _) in rules(ours).items()},
                {"job:up:sum": "ok", "answer": "ok", "Up": "ok"}, "rules are healthy")
        t.equal(h.get(ours + "/federate", {"match[]": "up"}).status, 404, "what reads the own store is not there")
        shown = h.get(ours + "/api/v1/status/config").json()["data"]["yaml"]
        t.check(f"  remote:\n    url: {engine}/\n    timeout: 5s" in shown, "the section is shown", shown)

        big = "{" + ",".join(f"a{i}!~\"{'x' * 50}\"" for i in range(3)) + ",__name__=~\".+\"}"
        reply = h.get(ours + "/api/v1/query_range", {"query": big, "start": time.time() - 3600, "end": time.time(),
                                                     "step": "1"})
        t.check(reply.status in (200, 422), "an answer beyond the size is refused, not truncated", reply.status)

        reload_takes_another(t, ours, collector, file, config, engine)
        scraped = int(values(ours, "count_over_time(up{job=\"self\"}[1h])")[0])
        process.stop()
        reply = h.get(ours + "/api/v1/query", {"query": "up"})
        t.check(reply.status == 503 and reply.json()["errorType"] == "unavailable" and
                "storage.remote" in reply.json()["error"], "an engine that is away is said", reply.text())
        t.eventually(lambda: rules(ours)["job:up:sum"][0] == "err" and "storage.remote" in rules(ours)["job:up:sum"][1],
                     "by rules too")
        time.sleep(3)
        start_engine()
        t.eventually(lambda: int((values(ours, "count_over_time(up{job=\"self\"}[1h])") or ["0"])[0]) >= scraped + 3,
                     "what was scraped meanwhile arrives")
        t.eventually(lambda: rules(ours)["job:up:sum"] == ("ok", ""), "and rules recover")

        t.write("bad.yml", config.replace("remote_write:", "#"))
        bad = t.start([h.vedette(), "collector", f"--storage.tsdb.path={t.dir / 'bad'}",
                       f"--web.listen-address=127.0.0.1:{h.free_port()}", f"--config.file={t.dir / 'bad.yml'}"], "bad")
        t.check(bad.popen.wait(10) != 0 and "needs remote_write" in bad.output(),
                "without remote_write nothing would keep the samples: refused", bad.output())


if __name__ == "__main__":
    main()
