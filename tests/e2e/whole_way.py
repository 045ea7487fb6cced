"""The main job with real parts: journald, Caddy, agent, collector, and stand-ins for both phones.

The agent dies and HostDown reaches Home Assistant and Nextcloud Talk, signed; it returns and
'resolved' follows. Meanwhile the collector is killed with SIGKILL twice: every acknowledged log
line is there once, and every acknowledged sample too.
"""

import json
import shutil
import signal
import subprocess
import threading
import time

import harness as h

TALK_SECRET = "vedette-test-secret-0123456789abcdefghijklmnop"
TALK_TOKEN = "r00mt0ken"
LINES = 1500

RULES = """
groups:
  - name: test
    interval: 1s
    rules:
      - alert: HostDown
        expr: up{job="node"} == 0
        for: 2s
        labels: {severity: critical}
        annotations:
          summary: "{{ $labels.instance }} is down"
"""

ROUTES = """
route:
  receiver: phones
  group_by: [alertname, instance]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 4h
receivers:
  - name: phones
    home_assistant_configs:
      - webhook_url_file: {ha}
    nextcloud_talk_configs:
      - webhook_url_file: {talk}
        bot_secret_file: {secret}
"""

CADDYFILE = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  log {{
    output file {log}
    format json
  }}
  respond /missing 404
  respond "hello"
}}
"""


def config(node_port, rules):
    return f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{node_port}"]}}]
"""


def talk_reply(_):
    return 201, b'{"ocs":{"meta":{"status":"ok","statuscode":201},"data":null}}'


def openssl_signature(random, message):
    """Computed by the openssl program over random and message, as Nextcloud verifies it."""
    out = subprocess.run(["openssl", "dgst", "-sha256", "-hmac", TALK_SECRET],
                         input=(random + message).encode(), capture_output=True, check=True)
    return out.stdout.decode().strip().split()[-1]


def header(seen, name):
    return next((v for k, v in seen["headers"].items() if k.lower() == name.lower()), None)


def alerts_of(ha, status):
    return [b for b in (json.loads(r["body"]) for r in ha.seen()) if b.get("status") == status]


def remote_write_body(value, t_ms):
    """A remote write 1.0 request with one sample: protobuf by hand, snappy as one literal."""
    def varint(n):
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    def field(number, data):
        return varint(number << 3 | 2) + varint(len(data)) + data

    labels = b"".join(field(1, field(1, k) + field(2, v))
                      for k, v in [(b"__name__", b"pushed"), (b"job", b"test")])
    sample = field(2, b"\x09" + h.struct.pack("<d", value) + b"\x10" + varint(t_ms))
    raw = field(1, labels + sample)
    return varint(len(raw)) + bytes([60 << 2 | 0, len(raw) - 1]) + raw  # literal with 1-byte length


def push_samples(base, stop, acknowledged):
    """Pushes a sample every 20 ms; keeps those that got 204."""
    value = 0
    while not stop.is_set():
        value += 1
        t_ms = int(time.time() * 1000)
        reply = h.request(base + "/api/v1/write", remote_write_body(value, t_ms),
                          {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
                           "X-Prometheus-Remote-Write-Version": "0.1.0"}, timeout=5)
        if reply.status == 204:
            acknowledged[t_ms] = value
        time.sleep(0.02)


def main():
    h.enter_private_host()
    if shutil.which("caddy") is None:
        h.skip("no caddy on this machine")
    with h.running() as t:
        run(t)


def run(t):
    h.start_journald(t)
    ha = h.Recorder(lambda _: (200, b""))
    talk = h.Recorder(talk_reply)
    collector_port, node_port, caddy_port = h.free_port(), h.free_port(), h.free_port()
    base = f"http://127.0.0.1:{collector_port}"
    rules = t.write("rules.yml", RULES)
    routes = t.write("alertmanager.yml", ROUTES.format(
        ha=t.write("ha-url", f"http://127.0.0.1:{ha.port}/api/webhook/phone-id\n"),
        talk=t.write("talk-url", f"http://127.0.0.1:{talk.port}/ocs/v2.php/apps/spreed/api/v1/bot/"
                                 f"{TALK_TOKEN}/message\n"),
        secret=t.write("talk-secret", TALK_SECRET + "\n")))
    flags = [f"--config.file={t.write('prometheus.yml', config(node_port, rules))}",
             f"--alertmanager.config.file={routes}", "--web.enable-remote-write-receiver"]
    access_log = t.dir / "caddy-access-test.log"
    t.start(["caddy", "run", "--adapter", "caddyfile", "--config",
             t.write("Caddyfile", CADDYFILE.format(port=caddy_port, log=access_log))], "caddy",
            env={"HOME": str(t.dir), "XDG_DATA_HOME": str(t.dir), "XDG_CONFIG_HOME": str(t.dir)})

    def start_agent():
        agent = t.start([h.vedette(), "agent", f"--web.listen-address=127.0.0.1:{node_port}",
                         f"--agent.state-path={t.dir / 'agent'}", f"--push.url={base}",
                         "--journal.directory=/run/log/journal",
                         f"--logs.file={t.dir}/caddy-access-*.log"], "agent")
        t.wait_ready(agent, f"http://127.0.0.1:{node_port}/metrics", "agent")
        return agent

    began_ns = time.time_ns()
    collector = t.collector("collector", collector_port, *flags)
    agent = start_agent()

    # Load: journal lines, access-log lines and pushed samples, while the collector is killed twice.
    stop, acknowledged = h.threading.Event(), {}
    pusher = threading.Thread(target=push_samples, args=(base, stop, acknowledged))
    pusher.start()

    def write_lines():
        for i in range(LINES):
            h.journal_send({"MESSAGE": f"seq={i} of the test", "PRIORITY": 6,
                            "SYSLOG_IDENTIFIER": "whole-way"})
            if i % 10 == 0:
                h.get(f"http://127.0.0.1:{caddy_port}/{'missing' if i % 50 == 0 else 'ok'}?seq={i}")
            time.sleep(0.004)

    writer = threading.Thread(target=write_lines)
    writer.start()
    for _ in range(2):
        time.sleep(2.5)
        collector.kill()
        time.sleep(0.3)
        collector = t.collector("collector", collector_port, *flags)
    writer.join()
    time.sleep(1)
    stop.set()
    pusher.join()

    check_logs(t, base, began_ns)
    check_samples(t, base, acknowledged, began_ns)
    check_page(t, base, node_port, agent, start_agent, ha, talk)
    for process, name in ((collector, "collector"),):
        status, seconds = process.stop()
        t.check(status == 0 and seconds < 5, f"{name} ends within 5 s of SIGTERM",
                f"status {status}, {seconds:.1f} s")


def check_logs(t, base, began_ns):
    def journal_lines():
        return h.loki_lines(base, '{job="journal"} |= "of the test"', began_ns - 10**9,
                            time.time_ns() + 10**9)

    t.eventually(lambda: len(journal_lines()) >= LINES, "every journal line arrives", 60, 1)
    numbers = [int(line.split("=")[1].split()[0]) for _, line in journal_lines()]
    t.equal(sorted(numbers), list(range(LINES)), "every journal line is there exactly once")

    def caddy_lines():
        return h.loki_lines(base, '{job="caddy"} | json | request_uri=~".*seq=.*"',
                            began_ns - 10**9, time.time_ns() + 10**9)

    want = list(range(0, LINES, 10))
    t.eventually(lambda: len(caddy_lines()) >= len(want), "every access-log line arrives", 30, 1)
    uris = [json.loads(line)["request"]["uri"] for _, line in caddy_lines()]
    t.equal(sorted(int(u.split("seq=")[1]) for u in uris), want,
            "every access-log line is there exactly once")
    reply = h.get(base + "/loki/api/v1/series",
                  {"match[]": '{job="caddy",status="404"}', "start": began_ns}).json()
    stream = (reply["data"] or [{}])[0]
    t.check(all(stream.get(k) for k in ("job", "host", "service_name", "detected_level", "logger",
                                        "status")), "Caddy streams carry their labels", stream)


def check_samples(t, base, acknowledged, began_ns):
    t.check(len(acknowledged) > 50, "samples were acknowledged", len(acknowledged))
    end = time.time()
    reply = h.get(base + "/api/v1/query",
                  {"query": f"pushed[{int(end - began_ns / 1e9) + 5}s]", "time": end}).json()
    series = reply["data"]["result"]
    t.equal(len(series), 1, "the pushed series is one series")
    stored = [(round(float(ts) * 1000), float(v)) for ts, v in series[0]["values"]]
    t.equal(len(stored), len(dict(stored)), "no sample is stored twice")
    lost = {ts: v for ts, v in acknowledged.items() if dict(stored).get(ts) != v}
    t.equal(lost, {}, "every acknowledged sample is there")
    reply = h.get(base + "/api/v1/query", {"query": 'count_over_time(up{job="node"}[1m])'}).json()
    t.check(float(reply["data"]["result"][0]["value"][1]) >= 5, "scraped samples are there", reply)


def check_page(t, base, node_port, agent, start_agent, ha, talk):
    agent.kill()
    t.eventually(lambda: alerts_of(ha, "firing"), "HostDown reaches Home Assistant", 30)
    t.eventually(talk.seen, "HostDown reaches Nextcloud Talk", 30)
    first = alerts_of(ha, "firing")[0]
    t.equal(first["alerts"][0]["labels"]["alertname"], "HostDown", "the alert is HostDown")
    t.equal(first["alerts"][0]["annotations"]["summary"], f"127.0.0.1:{node_port} is down",
            "its annotation is expanded")
    t.equal(first["version"], "4", "the payload is Alertmanager's version 4")
    t.equal(ha.seen()[0]["path"], "/api/webhook/phone-id", "the webhook's path is kept")

    seen = talk.seen()[0]
    message = json.loads(seen["body"])["message"]
    t.equal(seen["path"], f"/ocs/v2.php/apps/spreed/api/v1/bot/{TALK_TOKEN}/message", "Talk's path")
    t.check("HostDown" in message, "the chat message names the alert", message)
    random = header(seen, "X-Nextcloud-Talk-Bot-Random") or ""
    t.check(len(random) >= 32, "the random is long enough", random)
    t.equal(header(seen, "OCS-APIRequest"), "true", "OCS-APIRequest is set")
    t.equal((header(seen, "X-Nextcloud-Talk-Bot-Signature") or "").lower(),
            openssl_signature(random, message), "openssl computes the same signature")

    start_agent()
    t.eventually(lambda: alerts_of(ha, "resolved"), "resolved follows at Home Assistant", 40)
    t.eventually(lambda: len(talk.seen()) >= 2, "resolved follows at Nextcloud Talk", 10)
    t.equal(len(alerts_of(ha, "firing")), 1, "it fired once")
    reply = h.get(base + "/api/v1/alerts").json()
    t.equal(reply["data"]["alerts"], [], "no alert is left")


if __name__ == "__main__":
    main()
