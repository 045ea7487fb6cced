"""`logs.remote`: a collector that keeps no log lines. Pushes go to a Loki (here: another collector, and a
stand-in that answers what a test wants) and are taken when that has taken them; queries are answered there.
Over VictoriaLogs, a stand-in too, pushes go to its paths and queries are refused by name. No real one was run."""

import gzip
import json
import threading
import time

import harness as h

MAX_WAIT = 10


class StandIn(h.Recorder):
    """An engine that answers as told: (status, body, headers)."""

    def __init__(self):
        self.answer = (204, b"")
        super().__init__(lambda _: self.answer)
        self.url = f"http://127.0.0.1:{self.port}"


def push_body(line):
    return json.dumps({"streams": [{"stream": {"app": "a"}, "values": [[str(time.time_ns()), line]]}]}).encode()


def push(base, line, packed=False):
    body, headers = push_body(line), {"Content-Type": "application/json"}
    if packed:
        body, headers = gzip.compress(body), headers | {"Content-Encoding": "gzip"}
    return h.request(base + "/loki/api/v1/push", body, headers, timeout=30)


def lines(base, **params):
    reply = h.get(base + "/loki/api/v1/query_range", {"query": '{app="a"}', **params})
    return sorted(line for s in reply.json()["data"]["result"] for _, line, *_ in s["values"])


def without_stats(reply):
    """The answer without the time that it took."""
    if reply.status != 200:
        return reply.text()
    value = reply.json()
    if "data" in value and isinstance(value["data"], dict):
        value["data"].pop("stats", None)
    return value


def config(t, name, text):
    return f"--config.file={t.write(name, 'scrape_configs: []' + chr(10) + text)}"


def over_a_loki(t):
    port, engine_port = h.free_port(), h.free_port()
    ours, engine = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{engine_port}"
    t.collector("engine", engine_port, config(t, "engine.yml", ""))
    t.collector("ours", port, config(t, "ours.yml", f"logs: {{remote: {{url: '{engine}/'}}}}"))
    t.equal(push(ours, "one").status, 204, "a push is taken when the engine has taken it")
    t.equal(push(ours, "two", packed=True).status, 204, "packed as it came")
    t.equal(lines(engine), ["one", "two"], "the engine has the lines")
    t.equal(lines(ours), ["one", "two"], "and answers for us")
    t.check(not (t.dir / "ours/logs").exists(), "nothing is kept here")
    now = str(time.time_ns())
    for path, params in [("labels", {}), ("label/app/values", {}), ("series", {"match[]": '{app="a"}'}),
                         ("index/stats", {"query": '{app="a"}'}), ("query", {"query": "vector(1)", "time": now}),
                         ("query_range", {"query": '{app="a"'}), ("query_range", {"query": "{}"}),
                         ("nothing/here", {})]:
        got, want = (h.get(f"{base}/loki/api/v1/{path}", params) for base in (ours, engine))
        t.equal((got.status, got.headers["Content-Type"], without_stats(got)),
                (want.status, want.headers["Content-Type"], without_stats(want)), f"{path} {params}")
    form = h.request(ours + "/loki/api/v1/labels", b"query=%7Bapp%3D%22a%22%7D",
                     {"Content-Type": "application/x-www-form-urlencoded"})
    t.equal(form.status, 200, "by POST as well")
    categorized = h.request(ours + "/loki/api/v1/query_range?query=%7Bapp%3D%22a%22%7D", None,
                            {"X-Loki-Response-Encoding-Flags": "categorize-labels"})
    t.equal(categorized.json()["data"].get("encodingFlags"), ["categorize-labels"], "Grafana's header arrives")
    body = push_body("x").replace(b'"app"', b'"a b"')
    reply = h.request(ours + "/loki/api/v1/push", body, {"Content-Type": "application/json"})
    t.check(reply.status == 400 and "a b" in reply.text(), "what the engine refuses is refused",
            f"{reply.status} {reply.text()[:300]}")
    bad = h.request(ours + "/loki/api/v1/push", b"no", {"Content-Type": "application/json"})
    t.equal(bad.status, 400, "so is what it cannot read")
    return ours


def rules_over_a_loki(t):
    port, engine_port = h.free_port(), h.free_port()
    ours, engine = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{engine_port}"
    t.write("lines.yml", """groups: [{name: g, interval: 1s, rules: [
  {record: lines, logql: 'sum(count_over_time({app="a"}[1h]))'},
  {record: broken, logql: 'rate({app="a"} | logfmt | unwrap x | __error__!="" [1h])'}]}]""")
    t.collector("rules-engine", engine_port, config(t, "rules-engine.yml", ""))
    t.collector("rules", port, config(t, "rules.yml", f"rule_files: [lines.yml]\nlogs: {{remote: {{url: '{engine}'}}}}"))
    push(ours, "one"), push(ours, "two")

    until, recorded = time.monotonic() + MAX_WAIT, []
    while time.monotonic() < until and [s["value"][1] for s in recorded] != ["2"]:
        time.sleep(0.2)
        recorded = h.get(ours + "/api/v1/query", {"query": "lines"}).json()["data"]["result"]
    t.equal([s["value"][1] for s in recorded], ["2"], "a rule in LogQL counts the lines that the engine keeps")
    group = h.get(ours + "/prometheus/api/v1/rules").json()["data"]["groups"][0]
    t.equal([r["name"] for r in group["rules"]], ["lines", "broken"], "Grafana's Loki data source sees the rules")
    t.equal(group["rules"][0]["health"], "ok", "the rule is well")


def over_what_fails(t):
    engine, port = StandIn(), h.free_port()
    ours = f"http://127.0.0.1:{port}"
    flag = config(t, "fails.yml", f"""logs:
  remote:
    url: {engine.url}/tenant
    timeout: 2s
    max_response_size: 1KB
    basic_auth: {{username: me, password: secret}}
    http_headers: {{X-Scope-OrgID: {{values: [mine]}}}}
""")
    process = t.collector("fails", port, flag, "--web.enable-lifecycle")
    t.equal(push(ours, "one").status, 204, "taken")
    seen = engine.seen()[-1]
    t.equal((seen["method"], seen["path"], json.loads(seen["body"])["streams"][0]["values"][0][1]),
            ("POST", "/tenant/loki/api/v1/push", "one"), "behind the URL's path")
    headers = seen["headers"]
    t.equal((headers["X-Scope-OrgID"], headers["Authorization"][:6]), ("mine", "Basic "), "with the configuration's headers")
    for status, back in [(200, 204), (429, 429), (500, 500), (503, 503), (400, 400)]:
        engine.answer = (status, b"why", {"Retry-After": "7"})
        reply = push(ours, "again")
        t.equal((reply.status, reply.headers.get("Retry-After")), (back, "7"), f"{status} comes back")
    engine.answer = (200, b"x" * 5000)
    reply = h.get(ours + "/loki/api/v1/labels")
    t.check(reply.status == 503 and "logs.remote" in reply.text(), "an answer beyond the size is refused", reply.text())
    engine.answer = (302, b"", {"Location": "http://127.0.0.1:1/"})
    t.check(push(ours, "away").status in (302, 503), "a redirect is not followed with a push")
    engine.answer, engine.delay = (204, b""), 4
    began = time.monotonic()
    reply = push(ours, "slow")
    t.check(reply.status == 503 and time.monotonic() - began < 4, "an engine that hangs is 503 after the timeout",
            reply.status)
    hung = [threading.Thread(target=push, args=(ours, "hang")) for _ in range(30)]
    for thread in hung:
        thread.start()
    began = time.monotonic()
    t.equal(h.get(ours + "/-/healthy").status, 200, "others are answered meanwhile")
    text = b"a 1\n"
    t.equal(h.request(ours + "/metrics/job/x", text).status, 200, "samples are taken meanwhile")
    t.check(time.monotonic() - began < 2, "at once")
    for thread in hung:
        thread.join()
    engine.delay = 0
    refused = h.request(ours + "/loki/api/v1/rules/x", b"{}", {"Content-Type": "application/json"})
    t.equal(refused.status, 405, "POST passes on nothing that would change the engine")
    t.equal(h.get(ours + "/loki/api/v1/tail", {"query": '{app="a"}'}).status, 501, "tail is refused by name")
    asked = len(engine.seen())
    t.equal(h.get(ours + "/loki/api/v1/label/%2e%2e/values").status, 400, "nor a path that a proxy would fold")
    t.equal(len(engine.seen()), asked, "of which nobody is asked")
    shown = h.get(ours + "/api/v1/status/config").json()["data"]["yaml"]
    t.check("logs:\n  remote:\n    engine: loki\n" in shown and "secret" not in shown.replace("<secret>", ""),
            "the section is shown without its secrets", shown)
    other = StandIn()
    t.write("fails.yml", f"scrape_configs: []\nlogs: {{remote: {{url: '{other.url}'}}}}")
    t.equal(h.request(ours + "/-/reload", b"").status, 200, "a reload")
    push(ours, "elsewhere")
    pushed = [[b"elsewhere" in request["body"] for request in one.seen()] for one in (engine, other)]
    t.check(not any(pushed[0]) and pushed[1] == [True], "takes another URL", pushed)
    t.write("fails.yml", f"scrape_configs: []\nlogs: {{remote: {{url: 'http://127.0.0.1:{h.free_port()}'}}}}")
    h.request(ours + "/-/reload", b"")
    reply = push(ours, "away")
    t.check(reply.status == 503 and "logs.remote" in reply.text(), "an engine that is away is said", f"{reply.status} {reply.text()}")
    t.write("fails.yml", "scrape_configs: []")
    h.request(ours + "/-/reload", b"")
    t.check("logs.remote" in process.output() and "next start" in process.output(),
            "a store of our own takes a start, and the log says so")
    began = time.monotonic()
    process.stop()
    t.check(time.monotonic() - began < MAX_WAIT, "and nobody waits for it at the end")
    engine.stop()
    other.stop()


def over_victorialogs(t):
    engine, port = StandIn(), h.free_port()
    ours = f"http://127.0.0.1:{port}"
    t.collector("victoria", port, config(t, "victoria.yml",
                                         f"logs: {{remote: {{url: '{engine.url}', engine: victorialogs}}}}"))
    engine.answer = (200, b"")
    t.equal(push(ours, "one").status, 204, "a push is taken")
    t.equal(engine.seen()[-1]["path"], "/insert/loki/api/v1/push", "at the path that takes Loki's protocol")
    t.equal(h.request(ours + "/otlp/v1/logs", b"{}", {"Content-Type": "application/json"}).status, 204, "OTLP is")
    t.equal(engine.seen()[-1]["path"], "/insert/opentelemetry/v1/logs", "at its own path")
    h.request(ours + "/api/prom/push?_stream_fields=app", b"{}", {"Content-Type": "application/json"})
    t.equal(engine.seen()[-1]["path"], "/insert/loki/api/v1/push?_stream_fields=app",
            "an old sender's push is, with its parameters")
    for path in ("query_range", "labels", "index/stats", "detected_fields"):
        reply = h.get(f"{ours}/loki/api/v1/{path}", {"query": '{app="a"}'})
        t.check(reply.status == 501 and "not supported: VictoriaLogs" in reply.text() and
                "ask it directly" in reply.text(), f"{path} says whom to ask", reply.text())
    t.equal(len(engine.seen()), 3, "and asks nobody")
    engine.stop()


def bad_configurations(t):
    rows = [("logs: {remote: {}}", "bad.yml:2:16: logs.remote.url: url for logs.remote is empty"),
            ("logs: {remote: {url: 'ftp://h'}}", "logs.remote.url"),
            ("logs: {remote: {url: 'http://h', engine: loco}}",
             'logs.remote.engine: \\"loco\\"; allowed are loki and victorialogs'),
            ("logs: {remote: {url: 'http://h', key: 1}}", "logs.remote.key"),
            ("logs: {elsewhere: 1}", "logs.elsewhere")]
    for text, want in rows:
        process = t.start([h.vedette(), "collector", f"--storage.tsdb.path={t.dir / 'bad'}",
                           f"--web.listen-address=127.0.0.1:{h.free_port()}", config(t, "bad.yml", text)], "bad")
        t.check(process.popen.wait(20) != 0 and want in process.output(), f"{text} is refused", process.output()[-800:])


def main():
    with h.running() as t:
        over_a_loki(t)
        rules_over_a_loki(t)
        over_what_fails(t)
        over_victorialogs(t)
        bad_configurations(t)


if __name__ == "__main__":
    main()
