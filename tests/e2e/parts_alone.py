"""Each part alone: logs behind an agent, alert routing behind Prometheus and amtool."""

import json
import subprocess
import time

import harness as h

ROUTES = """
route: {{receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 4h}}
receivers:
  - name: hook
    webhook_configs: [{{url: "http://127.0.0.1:{port}/hook"}}]
"""

RULES = """
groups:
  - name: always
    interval: 1s
    rules: [{alert: Always, expr: vector(1), labels: {severity: critical}}]
"""


def logs_alone(t):
    port, node = h.free_port(), h.free_port()
    base = f"http://127.0.0.1:{port}"
    t.collector("logs", port, "--collector.parts=logs")
    log = t.dir / "caddy-access-alone.log"
    log.write_text('{"level":"info","ts":%.6f,"logger":"http.log.access","msg":"handled request",'
                   '"status":200}\n' % time.time())
    agent = t.start([h.vedette(), "agent", f"--web.listen-address=127.0.0.1:{node}",
                     f"--agent.state-path={t.dir / 'agent'}", f"--push.url={base}",
                     f"--journal.directory={t.dir / 'no-journal'}",
                     f"--logs.file={t.dir}/caddy-access-*.log"], "agent")
    t.wait_ready(agent, f"http://127.0.0.1:{node}/metrics", "agent")
    began = (int(time.time()) - 60) * 10**9
    t.eventually(lambda: h.loki_lines(base, '{job="caddy"}', began, time.time_ns()),
                 "a line reaches the log store alone")
    t.equal(h.get(base + "/api/v1/query", {"query": "up"}).status, 404, "no PromQL without tsdb")
    t.equal(h.get(base + "/api/v2/status").status, 404, "no Alertmanager without that part")
    t.check("journal" in agent.output(), "the missing journal is said", agent.output()[-500:])


def alertmanager_alone(t, peers):
    hook = h.Recorder(lambda _: (200, b""))
    port, prom = h.free_port(), h.free_port()
    base = f"http://127.0.0.1:{port}"
    routes = t.write("alertmanager.yml", ROUTES.format(port=hook.port))
    t.collector("alertmanager", port, "--collector.parts=alertmanager",
                f"--alertmanager.config.file={routes}")
    rules = t.write("rules.yml", RULES)
    config = t.write("prometheus.yml", f"""
global: {{evaluation_interval: 1s}}
rule_files: ["{rules}"]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]
""")
    prometheus = t.start([peers / "prometheus", f"--config.file={config}",
                          f"--storage.tsdb.path={t.dir / 'prom'}",
                          f"--web.listen-address=127.0.0.1:{prom}",
                          # What it sent before it found its Alertmanager it sends again so soon.
                          "--rules.alert.resend-delay=1s"], "prometheus")
    t.wait_ready(prometheus, f"http://127.0.0.1:{prom}/-/ready", "prometheus")
    t.eventually(hook.seen, "Prometheus' alert reaches the webhook", 30)
    if hook.seen():
        body = json.loads(hook.seen()[0]["body"])
        t.equal(body["groupKey"], '{}:{alertname="Always"}', "the group key is Alertmanager's")

    def amtool(*args):
        return subprocess.run([str(peers / "amtool"), f"--alertmanager.url={base}", *args],
                              capture_output=True, text=True)

    query = amtool("alert", "query", "-o", "json")
    t.check(query.returncode == 0 and "Always" in query.stdout, "amtool sees the alert",
            query.stdout + query.stderr)
    t.check("does not match" not in query.stderr and "Warning" not in query.stderr,
            "amtool takes our version", query.stderr)
    added = amtool("alert", "add", "alertname=ByHand", "severity=warning", "host=a")
    t.equal(added.returncode, 0, "amtool adds an alert")
    query = amtool("alert", "query", "alertname=ByHand", "-o", "json")
    t.equal([a["labels"]["host"] for a in json.loads(query.stdout or "[]")], ["a"],
            "amtool finds what it added")
    t.equal(h.get(base + "/alertmanager/api/v2/status").status, 404, "/alertmanager is 404")


def main():
    h.enter_private_host(required=False)  # its own services, not this machine's
    with h.running() as t:
        logs_alone(t)
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None or h.unpack_peers(t.dir, "alertmanager") is None:
            print("SKIPPED: no ../shared/peers on this machine: the alertmanager part is not tried")
            return
        alertmanager_alone(t, peers)


if __name__ == "__main__":
    main()
