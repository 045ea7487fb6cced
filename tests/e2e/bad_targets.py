"""Targets that do all that a target should not, beside a good one: each costs itself alone, and the collector says
why. One good target is scraped through it all without a gap."""

import gzip
import http.server
import ssl
import subprocess
import threading
import time

import harness as h

TEXT = "text/plain; version=0.0.4"
HTML = b"<html><body>Log in</body></html>"


def at(seconds):
    return int((time.time() + seconds) * 1000)


class Pages(http.server.BaseHTTPRequestHandler):
    """A page a path; `scrapes` counts those of /late."""

    scrapes = 0
    elsewhere = ""

    def do_GET(self):
        name = self.path.strip("/")
        if name in ("slow", "endless", "truncated"):
            return getattr(self, name)()
        if name == "redirect":
            self.send_response(302)
            self.send_header("Location", Pages.elsewhere)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        Pages.scrapes += name == "late"
        body, headers = {
            "good": (b"good_metric 1\n", {}),
            "encoding": (b'a{b="\xff"} 1\n', {}),
            "gzip": (gzip.compress(b"a 1\n")[:-6], {"Content-Encoding": "gzip"}),
            "html": (HTML, {"Content-Type": "text/html"}),
            "exploding": ("".join(f'a{{id="{i}"}} 1\n' for i in range(5000)).encode(), {}),
            "labels": (("a{" + ",".join(f'l{i}="v"' for i in range(100)) + "} 1\n").encode(), {}),
            "future": (b"future_metric 1 %d\n" % at(3600), {}),
            "late": (b"late_metric 1 %d\n" % at(-7200 * Pages.scrapes), {}),
            "twice": (b"twice_metric 1 %d\ntwice_metric 2 %d\n" % ((at(0),) * 2), {}),
        }[name]
        self.send_response(200)
        for key, value in {"Content-Type": TEXT, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self, length=None):
        self.send_response(200)
        self.send_header("Content-Type", TEXT)
        if length:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def slow(self):
        self.begin()
        self.wfile.write(b"a 1\n")
        self.wfile.flush()
        time.sleep(3)

    def endless(self):
        self.begin()
        while True:
            self.wfile.write(b"#" * 65536)

    def truncated(self):
        self.begin(99)
        self.wfile.write(b"a 1\n")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Who scrapes leaves when it has had enough."""


def serve(tls=None):
    server = Server(("127.0.0.1", 0), Pages)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def expired_certificate(t):
    """(certificate, key) that were good for one day of 2020."""
    folder = t.dir / "ca"
    folder.mkdir()
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("01\n")
    (folder / "ca.cnf").write_text(f"""[ca]
default_ca = d
[d]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = p
[p]
commonName = supplied
""")
    key, request, cert = (str(folder / name) for name in ("k.pem", "r.pem", "c.pem"))
    subprocess.run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", key,
                    "-out", request], check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", str(folder / "ca.cnf"), "-keyfile", key,
                    "-in", request, "-out", cert, "-notext", "-startdate", "200101000000Z", "-enddate",
                    "200102000000Z"], check=True, capture_output=True)
    return cert, key


# Job: further keys, up, what lastError has.
CASES = {
    "good": ("", 1, ""),
    "slow": ("", 0, "timed out"),
    "endless": ("body_size_limit: 1MB", 0, "body size limit exceeded (1048576 bytes)"),
    "truncated": ("", 0, "127.0.0.1"),
    "encoding": ("", 0, "line 1"),
    "gzip": ("", 0, "gzip"),
    "html": ("", 0, 'unsupported Content-Type "text/html"'),
    "exploding": ("sample_limit: 1000", 0, "sample limit exceeded (5000 samples, limit 1000)"),
    "labels": ("label_limit: 30", 0, "label_limit limit exceeded"),
    "redirect": ("follow_redirects: false", 0, "302"),
    "expired": ("scheme: https, tls_config: {ca_file: '%(cert)s', server_name: server}", 0, "certificate has expired"),
    # The scrape is good; the store refuses the sample and says so.
    "future": ("", 1, ""),
    "late": ("", 1, ""),
    "twice": ("", 1, ""),
}
REJECTED = {"future": "out_of_bounds", "late": "out_of_order", "twice": "duplicate"}


def main():
    with h.running() as t:
        cert, key = expired_certificate(t)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(cert, key)
        plain, secure = serve(), serve(tls)
        Pages.elsewhere = f"http://127.0.0.1:{plain}/good"
        jobs = "\n".join(
            f"- {{job_name: {name}, metrics_path: /{name if name != 'expired' else 'good'}, static_configs: "
            f"[{{targets: ['127.0.0.1:{secure if name == 'expired' else plain}']}}]"
            f"{', ' + keys % {'cert': cert} if keys else ''}}}" for name, (keys, _, _) in CASES.items())
        config = t.write("targets.yml", "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + jobs)
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        collector = t.collector("targets", port, f"--config.file={config}")
        time.sleep(12)
        targets = {one["labels"]["job"]: one for one in h.get(base + "/api/v1/targets").json()["data"]["activeTargets"]}
        for name, (_, up, error) in CASES.items():
            one = targets[name]
            t.check(one["health"] == ("up" if up else "down") and error in one["lastError"] and
                    (up or one["lastError"]), f"{name}: {'up' if up else 'down'}, and why",
                    f"{one['health']}: {one['lastError']}")
        reply = h.get(base + "/api/v1/query", {"query": "count_over_time(up[8s])"}).json()["data"]["result"]
        counts = {s["metric"]["job"]: int(s["value"][1]) for s in reply}
        t.check(set(counts) == set(CASES) and all(
            7 <= n <= 9 for name, n in counts.items() if name != "slow"), "nobody but the slow one was late", counts)
        reply = h.get(base + "/api/v1/query", {"query": "min_over_time(up{job='good'}[10s])"}).json()
        t.equal(reply["data"]["result"][0]["value"][1], "1", "the good target was never down")
        page = h.get(base + "/metrics").text()
        log = collector.output()
        for name, reason in REJECTED.items():
            value = [float(line.split()[-1]) for line in page.splitlines()
                     if line.startswith(f'vedette_scrape_samples_rejected_total{{reason="{reason}"}}')]
            t.check(value and value[0] > 3, f"{name}: counted as {reason}", value)
            t.check(f"job={name}" in log and f"{name}_metric" in log, f"{name}: the log names target and series")
        reply = h.get(base + "/api/v1/query", {"query": "count({__name__='a'})"}).json()
        t.equal(reply["data"]["result"], [], "nothing of a failed page is stored")


if __name__ == "__main__":
    main()
