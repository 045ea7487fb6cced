"""Every bad input gets a clear answer and harms nothing else: exposition, push, query, files, disk, folder."""

import http.server
import json
import os
import shutil
import subprocess
import threading
import time

import harness as h
from import_prometheus import write


class Pages(http.server.BaseHTTPRequestHandler):
    """Two targets: one good, one whose third line is no exposition."""

    def do_GET(self):
        body = b"good_metric 1\n" if self.path == "/good" else b"# HELP a b\nfine 1\nbroken{ 2\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def exposition(t):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    target, port = server.server_address[1], h.free_port()
    config = t.write("prometheus.yml", f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: good
    metrics_path: /good
    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]
  - job_name: bad
    metrics_path: /bad
    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]
""")
    base = f"http://127.0.0.1:{port}"
    t.collector("exposition", port, f"--config.file={config}")

    def ups():
        reply = h.get(base + "/api/v1/query", {"query": "up"}).json()
        return {s["metric"]["job"]: s["value"][1] for s in reply["data"]["result"]}

    t.eventually(lambda: ups() == {"good": "1", "bad": "0"}, "a malformed page is up 0, others go on")
    targets = h.get(base + "/api/v1/targets").json()["data"]["activeTargets"]
    error = next(x["lastError"] for x in targets if x["labels"]["job"] == "bad")
    t.check("line 3" in error or ":3" in error, "the target's error names the line", error)
    reply = h.get(base + "/api/v1/query", {"query": "fine"}).json()
    t.equal(reply["data"]["result"], [], "nothing of the malformed page is stored")
    return base


def queries(t, base):
    reply = h.get(base + "/api/v1/query", {"query": "sum(rate(x[5m])"})
    t.equal(reply.status, 400, "a bad PromQL query is 400")
    t.check("parse error" in reply.json()["error"] and "1:" in reply.json()["error"],
            "with its position", reply.text())
    reply = h.get(base + "/loki/api/v1/query_range", {"query": '{job="x"} |= '})
    t.check(reply.status == 400 and "line 1, col" in reply.text(), "a bad LogQL query likewise",
            f"{reply.status} {reply.text()}")


def pushes(t, base):
    now = str(time.time_ns())
    for name, body in {
        "broken JSON": b'{"streams": [',
        "a bad label name": json.dumps({"streams": [{"stream": {"a-b": "c"}, "values": [[now, "x"]]}]}).encode(),
        "a bad timestamp": json.dumps({"streams": [{"stream": {"a": "c"}, "values": [["soon", "x"]]}]}).encode(),
    }.items():
        reply = h.request(base + "/loki/api/v1/push", body, {"Content-Type": "application/json"})
        t.check(reply.status == 400 and reply.body, f"{name} in a push is 400 with the reason",
                f"{reply.status} {reply.text()}")
    reply = h.request(base + "/loki/api/v1/push", b"\xff\xff\xff\xff\x0f", {"Content-Type": "application/x-protobuf"})
    t.equal(reply.status, 400, "a snappy length of 4 GiB is 400")
    lines = h.loki_lines(base, '{a=~".+"}', int(now) - 10**9, int(now) + 10**9)
    t.equal(lines, [], "nothing of a bad push is stored")
    reply = h.request(base + "/api/v1/write", b"garbage", {"Content-Type": "application/x-protobuf"})
    t.check(reply.status in (400, 404), "garbage as remote write is refused", reply.status)


def files(t):
    cases = {
        "--config.file": ("scrape.yml", "global:\n  scrape_interval: soon\nscrape_confgs: []\n",
                          ["scrape.yml:2:", "scrape_interval", "scrape.yml:3:", "scrape_confgs"]),
        "--alertmanager.config.file": ("am.yml", "route:\n  receiver: nobody\nreceivers: []\n",
                                       ["am.yml", "nobody"]),
    }
    rules = t.write("bad-rules.yml", "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: sum(\n")
    cases["--config.file "] = ("with-rules.yml", f"rule_files: ['{rules}']\n", ["bad-rules.yml:5", "expr"])
    for flag, (name, text, wanted) in cases.items():
        path = t.write(name, text)
        run = subprocess.run([h.vedette(), "collector", f"{flag.strip()}={path}",
                              f"--storage.tsdb.path={t.dir / 'never'}",
                              f"--web.listen-address=127.0.0.1:{h.free_port()}"],
                             capture_output=True, text=True, timeout=30)
        t.equal(run.returncode, 1, f"{name}: exit 1")
        for text in wanted:
            t.check(text in run.stderr, f"{name}: the message has {text}", run.stderr)
    run = subprocess.run([h.vedette(), "collector", "--no-such-flag"], capture_output=True, text=True)
    t.equal(run.returncode, 2, "an unknown flag is exit 2")
    run = subprocess.run([h.vedette(), "collector", f"--storage.tsdb.path={t.dir / 'never'}",
                          "--web.listen-address=0.0.0.0:0"], capture_output=True, text=True, timeout=30)
    t.equal(run.returncode, 1, "an open listener without a web configuration is refused")
    t.check("--web.config.file" in run.stderr, "and the message says what is needed", run.stderr)


def reload(t):
    port = h.free_port()
    path = t.write("reload.yml", "scrape_configs: []\n")
    collector = t.collector("reload", port, f"--config.file={path}")
    t.write("reload.yml", "scrape_configs: {}\n")
    collector.popen.send_signal(h.signal.SIGHUP)
    t.eventually(lambda: "reload.yml:1" in collector.output(), "a bad file at reload is named")
    t.equal(h.get(f"http://127.0.0.1:{port}/-/healthy").status, 200, "and the old one keeps running")
    t.write("reload.yml", "rule_files: [mistyped.yml]\n")
    collector.popen.send_signal(h.signal.SIGHUP)
    t.eventually(lambda: "reload.yml:1:14: rule_files[0]: no file is" in collector.output(),
                 "a rule file that is not there is warned of")


def push_line(base, i, size=20000):
    body = json.dumps({"streams": [{"stream": {"job": "full"}, "values": [
        [str(time.time_ns()), f"seq={i} " + os.urandom(size // 2).hex()]]}]}).encode()
    return h.request(base + "/loki/api/v1/push", body, {"Content-Type": "application/json"}, timeout=10).status


def full_disk(t):
    """A small tmpfs fills up: pushes answer 503, what was acknowledged stays, it resumes by itself."""
    disk = t.dir / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)], check=True)
    filler = disk / "filler"
    port = h.free_port()
    base = f"http://127.0.0.1:{port}"
    collector = t.start([h.vedette(), "collector", f"--storage.tsdb.path={disk / 'data'}",
                         f"--web.listen-address=127.0.0.1:{port}"], "full")
    t.wait_ready(collector, base + "/-/ready", "full")
    acknowledged = [i for i in range(20) if push_line(base, i) == 204]
    t.equal(len(acknowledged), 20, "pushes are taken while there is room")
    with open(filler, "wb") as f:
        try:
            while True:
                f.write(b"\0" * 65536)
        except OSError:
            pass
    statuses = []
    for i in range(20, 60):
        statuses.append(push_line(base, i))
        if statuses[-1] == 204:
            acknowledged.append(i)
    t.check(503 in statuses and set(statuses) <= {204, 503}, "a full disk is 503", statuses)
    t.equal(h.get(base + "/-/healthy").status, 200, "the process lives on")
    t.equal(h.get(base + "/api/v1/query", {"query": "vector(1)"}).status, 200, "queries go on")
    filler.unlink()
    t.eventually(lambda: push_line(base, 1000) == 204, "it resumes by itself")
    acknowledged.append(1000)
    collector.kill()
    collector = t.collector("disk/data", port)
    lines = h.loki_lines(base, '{job="full"}', time.time_ns() - 600 * 10**9, time.time_ns())
    seen = [int(line.split("=")[1].split()[0]) for _, line in lines]
    t.check(set(acknowledged) <= set(seen), "everything acknowledged is there after a kill",
            sorted(set(acknowledged) - set(seen)))
    t.equal(len(seen) - seen.count(1000), len(set(seen) - {1000}), "nothing is there twice")
    collector.stop()
    subprocess.run(["umount", str(disk)])


def removed_folder(t):
    """Somebody removes the data folder of a running collector: nothing is acknowledged into nowhere, what
    was in memory comes back with the folder, and the next start finds nothing to complain of."""
    port = h.free_port()
    base = f"http://127.0.0.1:{port}"
    idle = t.write("idle.yml", "scrape_configs: []\n")
    flags = [f"--config.file={idle}", "--web.enable-remote-write-receiver"]
    collector = t.collector("gone", port, *flags)

    def send():
        return write(base, [({"__name__": "kept"}, [(time.time_ns() // 10**6, 1)])]).status

    t.equal([send() for _ in range(5)], [204] * 5, "samples are taken")
    shutil.rmtree(t.dir / "gone")
    acknowledged = 5
    end = time.monotonic() + 60
    while acknowledged < 15 and time.monotonic() < end:
        acknowledged += send() == 204
        time.sleep(0.2)
    t.equal(acknowledged, 15, "samples are taken again")
    t.eventually(lambda: (t.dir / "gone/lock").exists() and (t.dir / "gone/metrics/MANIFEST").exists(),
                 "the folder is made again, its lock too")
    t.check("was removed while in use" in collector.output(), "that is said", collector.output()[-500:])
    collector.kill()
    verify = subprocess.run([h.vedette(), "tsdb", "verify", str(t.dir / "gone")], capture_output=True, text=True)
    t.equal(verify.returncode, 0, "what it left is sound" + verify.stdout)
    said_before = len(collector.output())
    collector = t.collector("gone", port, *flags)
    count = h.get(base + "/api/v1/query", {"query": "count_over_time(kept[1h])"}).json()["data"]["result"]
    t.check(count and int(count[0]["value"][1]) >= acknowledged, "all that was acknowledged is there", count)
    errors = [line for line in collector.output()[said_before:].splitlines() if "level=error" in line and "metrics" in line]
    t.equal(errors, [], "the start has nothing to complain of")
    collector.stop()


def main():
    h.enter_private_host()
    with h.running() as t:
        base = exposition(t)
        queries(t, base)
        pushes(t, base)
        files(t)
        reload(t)
        full_disk(t)
        removed_folder(t)


if __name__ == "__main__":
    main()
