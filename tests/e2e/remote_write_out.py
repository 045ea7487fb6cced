"""A collector sends what it scrapes to Prometheus 3.5.3, by 1.0 and by 2.0, to VictoriaMetrics and to another
collector: each has the samples that the sender has, no more and no other, also over kills of the sender and with
receivers that are away for a while."""

import http.server
import json
import signal
import threading
import time

import harness as h

SERIES = 40


class Target:
    """Exposes numbers that no two scrapes share, and one series that comes and goes."""

    def __init__(self):
        target = self
        self.scrapes = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                target.scrapes += 1
                n = target.scrapes
                lines = ["# HELP sent_total What is counted.", "# TYPE sent_total counter"]
                lines += [f'sent_total{{i="{i}"}} {n * 1000 + i if i % 3 else 7}' for i in range(SERIES)]
                if n % 4 < 2:
                    lines.append(f"comes_and_goes {n}.25")
                body = ("\n".join(lines) + "\n").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def samples(base, seconds, at, selector='{job="t"}', path="/api/v1/query"):
    """{labels: [[time, value]]} of the seconds before `at`; stale markers are not among them."""
    reply = h.get(base + path, {"query": f"{selector}[{seconds}s]", "time": at})
    if reply.status != 200:
        return {}
    out = {}
    for series in reply.json()["data"]["result"]:
        labels = {k: v for k, v in series["metric"].items() if k not in ("from", "via")}
        # VictoriaMetrics answers stale markers as NaN.
        out[json.dumps(labels, sort_keys=True)] = [[round(float(t), 3), float(v)]
                                                   for t, v in series["values"] if v != "NaN"]
    return out


def count(got):
    return sum(len(values) for values in got.values())


def differ(got, want):
    for labels in sorted(set(got) | set(want)):
        if got.get(labels) != want.get(labels):
            return f"{labels}: got {got.get(labels)}, want {want.get(labels)}"
    return ""


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        victoria = h.unpack_peers(t.dir, "victoria-metrics")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        names = ["ours", "prom1", "prom2", "vm", "other"]
        port = {name: h.free_port() for name in names}
        base = {name: f"http://127.0.0.1:{port[name]}" for name in names}
        target = Target()

        def prometheus(name):
            file = t.write(name + ".yml", "scrape_configs: []\n")
            return t.start([peers / "prometheus", f"--config.file={file}", f"--storage.tsdb.path={t.dir / name}",
                            f"--web.listen-address=127.0.0.1:{port[name]}",
                            "--web.enable-remote-write-receiver"], name)

        binary = next((victoria / b for b in ("victoria-metrics", "victoria-metrics-prod")
                       if (victoria / b).exists()), None)

        def victoria_metrics():
            return t.start([binary, f"-storageDataPath={t.dir / 'vm'}", f"-httpListenAddr=127.0.0.1:{port['vm']}",
                            "-search.latencyOffset=0s", "-retentionPeriod=1y"], "vm")

        def item(name, path="/api/v1/write", message="prometheus.WriteRequest"):
            return (f"{{name: {name}, url: '{base[name]}{path}', protobuf_message: {message}, "
                    f"write_relabel_configs: [{{target_label: via, replacement: {name}}}], "
                    "queue_config: {batch_send_deadline: 300ms, max_backoff: 500ms}}")

        v2 = "io.prometheus.write.v2.Request"
        writes = ", ".join([item("prom1"), item("prom2", message=v2), item("vm"), item("other", message=v2)])
        config = t.write("ours.yml", "global: {scrape_interval: 1s, external_labels: {from: ours}}\n"
                         f"remote_write: [{writes}]\n"
                         "scrape_configs: [{job_name: t, static_configs: "
                         f"[{{targets: ['127.0.0.1:{target.port}']}}]}}]\n")
        prom1, prom2, vm = prometheus("prom1"), prometheus("prom2"), victoria_metrics()
        t.collector("other", port["other"], "--web.enable-remote-write-receiver",
                    f"--config.file={t.write('other.yml', 'scrape_configs: []')}")
        for process, name in [(prom1, "prom1"), (prom2, "prom2")]:
            t.wait_ready(process, base[name] + "/-/ready", name)
        t.wait_ready(vm, base["vm"] + "/health", "vm")
        ours = t.collector("ours", port["ours"], f"--config.file={config}")
        began = time.time()
        time.sleep(5)

        ours.kill()
        ours = t.collector("ours", port["ours"], f"--config.file={config}")
        t.check(True, "the sender was killed and started again")
        time.sleep(3)
        # Two receivers are away while scrapes go on.
        prom1.stop()
        vm.stop()
        time.sleep(4)
        ours.kill()
        ours = t.collector("ours", port["ours"], f"--config.file={config}")
        time.sleep(2)
        prom1, vm = prometheus("prom1"), victoria_metrics()
        t.wait_ready(prom1, base["prom1"] + "/-/ready", "prom1")
        t.wait_ready(vm, base["vm"] + "/health", "vm")
        time.sleep(4)
        status, took = ours.stop(signal.SIGTERM)
        t.check(status == 0 and took < 5, "a stop is in order", f"{status} after {took:.1f} s")
        ours = t.collector("ours", port["ours"], f"--config.file={config}")
        time.sleep(3)

        # What was scraped by then must be everywhere some seconds later.
        at = int(time.time()) - 1
        seconds = int(at - began)
        want = samples(base["ours"], seconds, at)
        t.check(count(want) > seconds * SERIES / 2, "the sender has samples", count(want))
        for name in names[1:]:
            # VictoriaMetrics' export leaves nothing out; its range selectors are Prometheus'.
            t.eventually(lambda: count(samples(base[name], seconds, at)) >= count(want),
                         f"{name} has as many", seconds=20)
            got = samples(base[name], seconds, at)
            t.equal(differ(got, want), "", f"{name} has the same samples")
            reply = h.get(base[name] + "/api/v1/query", {"query": 'count by (from, via) (up{job="t"})'}).json()
            t.equal([s["metric"] for s in reply["data"]["result"]], [{"from": "ours", "via": name}],
                    f"{name}: with external_labels and relabelled")
        for name in ["prom1", "prom2", "other"]:
            gone = h.get(base[name] + "/api/v1/query", {
                "query": 'count_over_time(comes_and_goes[%ds])' % seconds, "time": at}).json()["data"]["result"]
            t.equal(len(gone), 1, f"{name} has the series that comes and goes")
        page = h.get(base["ours"] + "/metrics").text()

        def metric(name):
            return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines()
                       if line.startswith("prometheus_remote_storage_" + name + "{"))
        t.equal(metric("samples_failed_total"), 0, "no sample was refused")
        t.equal(metric("shards"), 16, "four shards a queue")
        t.check(metric("samples_total") > 0, "and they are counted")
        families = h.get(base["prom2"] + "/api/v1/metadata").json()["data"]
        t.check(isinstance(families, dict), "Prometheus answers for metadata")
        text = ours.output()
        t.check("delivered again" in text, "the log says when a receiver is back", text[-1500:])


if __name__ == "__main__":
    main()
