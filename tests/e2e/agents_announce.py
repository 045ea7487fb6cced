"""Hosts that no configuration names: agents in namespaces of their own announce themselves, one is cut
off, one is renamed, one comes back; a second machine claims a name that is taken."""

import http.server
import json
import os
import shutil
import subprocess
import threading

import harness as h

COLLECTOR = "http://10.77.0.1:9090"
ADMIN = "http://127.0.0.1:9090"

CONFIG = """
global: {scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - {job_name: node, agent_sd_configs: [{job: node, refresh_interval: 500ms}]}
  - {job_name: process, agent_sd_configs: [{job: process, refresh_interval: 500ms}]}
"""
RULES = """
groups:
  - name: hosts
    rules: [{alert: HostDown, expr: 'up{job="node"} == 0', for: 3s}]
"""


def run(*args):
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(args)}: {done.stderr.strip()}")


def enter():
    """A private host with one bridge, 10.77.0.1/24 and fd77::1/64 on it."""
    h.enter_private_host()
    if shutil.which("ip") is None:
        h.skip("no ip(8) on this machine")
    try:
        run("ip", "link", "add", "br0", "type", "bridge")
    except RuntimeError as error:
        h.skip(f"this machine allows no bridges: {error}")
    run("ip", "addr", "add", "10.77.0.1/24", "dev", "br0")
    run("ip", "-6", "addr", "add", "fd77::1/64", "dev", "br0", "nodad")
    run("ip", "link", "set", "br0", "up")


class Host:
    """A network namespace at 10.77.0.NUMBER and fd77::NUMBER, and the agent in it."""

    def __init__(self, test, number):
        self.test, self.number = test, number
        self.space, self.link = f"h{number}", f"veth{number}"
        self.agent, self.starts = None, 0
        run("ip", "netns", "add", self.space)
        run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        run("ip", "link", "set", self.link, "master", "br0", "up")
        self.inside("ip", "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
        self.inside("ip", "-6", "addr", "add", f"fd77::{number}/64", "dev", "eth0", "nodad")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("ip", "link", "set", "lo", "up")

    def inside(self, *args):
        run("ip", "netns", "exec", self.space, *args)

    def flags(self, name, url=COLLECTOR):
        return [f"--agent.host={name}", f"--push.url={url}", f"--agent.state-path={self.test.dir / self.space}"]

    def start(self, name, *more, url=COLLECTOR):
        self.starts += 1
        self.agent = self.test.start(
            ["ip", "netns", "exec", self.space, h.vedette(), "agent", "--no-ship", "--announce.interval=1s",
             *self.flags(name, url), *more], f"{self.space}-{self.starts}")

    def doctor(self, name):
        done = subprocess.run(["ip", "netns", "exec", self.space, h.vedette(), "doctor", "--collector=" + COLLECTOR,
                               *self.flags(name)], capture_output=True, text=True)
        return done.stdout

    def cut(self):
        run("ip", "link", "set", self.link, "down")

    def join(self):
        run("ip", "link", "set", self.link, "up")


def values(query):
    """{host: value} of an instant query."""
    reply = h.get(ADMIN + "/api/v1/query", {"query": query})
    if reply.status != 200:
        return {}
    return {r["metric"].get("host", ""): float(r["value"][1]) for r in reply.json()["data"]["result"]}


def up():
    return values('up{job="node"}')


def firing():
    reply = h.get(ADMIN + "/api/v1/alerts")
    if reply.status != 200:
        return set()
    return {a["labels"].get("host") for a in reply.json()["data"]["alerts"] if a["state"] == "firing"}


def targets():
    active = h.get(ADMIN + "/api/v1/targets", {"state": "active"}).json()["data"]["activeTargets"]
    return {t["labels"]["host"]: t for t in active if t["scrapePool"] == "node"}


def agents(*args):
    return subprocess.run([h.vedette(), "agents", *args, "--server=" + ADMIN], capture_output=True, text=True)


def post(host, announcement, query=""):
    """Announces by hand, from inside a host's namespace; the status."""
    code = ("import json,sys,urllib.request,urllib.error\n"
            "r=urllib.request.Request(sys.argv[1],sys.argv[2].encode(),{'Content-Type':'application/json'})\n"
            "try: print(urllib.request.urlopen(r).status)\n"
            "except urllib.error.HTTPError as e: print(e.code)\n")
    done = subprocess.run(["ip", "netns", "exec", host.space, "python3", "-c", code,
                           COLLECTOR + "/api/v1/agents" + query, json.dumps(announcement)],
                          capture_output=True, text=True, check=True)
    return int(done.stdout)


def start_collector(t):
    # Loopback is for the administrator; from the hosts' network everybody may read and push.
    return t.start([h.vedette(), "collector", f"--storage.tsdb.path={t.dir / 'data'}",
                    f"--config.file={t.dir / 'prometheus.yml'}", "--web.listen-address=127.0.0.1:9090",
                    "--web.listen-address=10.77.0.1:9090", "--web.listen-address=[fd77::1]:9090",
                    "--web.allow-plaintext=10.77.0.0/24,fd77::/64", "--agents.silent-after=6s",
                    "--agents.forget-after=10m", "--query.cache-bytes=0",
                    "--web.enable-remote-write-receiver"], "collector")


def announcing(t, web1, web2, web3):
    web1.start("web1", "--agent.label=rack=a")
    web2.start("web2")
    web3.start("web3", url="http://[fd77::1]:9090")
    t.eventually(lambda: up() == {"web1": 1, "web2": 1, "web3": 1},
                 "three hosts that no configuration names are scraped", seconds=30)
    t.eventually(lambda: len(values('count by (host) (namedprocess_namegroup_num_procs)')) == 3,
                 "the per-process exporter of each, too")
    found = targets()
    t.equal(found["web1"]["labels"], {"job": "node", "instance": "web1:9100", "host": "web1", "rack": "a"},
            "a target is named for its host and has the host's label")
    t.equal(found["web1"]["scrapeUrl"], f"http://10.77.0.{web1.number}:9100/metrics",
            "and is scraped where it announced itself from")
    t.equal(found["web3"]["scrapeUrl"], f"http://[fd77::{web3.number}]:9100/metrics", "by IPv6, too")
    mode = os.stat(t.dir / web1.space / "agent-id").st_mode & 0o777
    t.equal(oct(mode), "0o600", "the agent's key is for nobody else's eyes")
    t.check("the collector knows this host" in web1.agent.output(), "the agent says that it is known")
    text = web1.doctor("web1")
    t.check("listens to this host as web1" in text and "the collector reaches" in text,
            "its doctor says so, and that it is scraped", text)


def cut_off(t, web2):
    web2.cut()
    t.eventually(lambda: firing() == {"web2"}, "a host that is cut off: HostDown fires for it alone", seconds=40)
    t.equal(up(), {"web1": 1, "web2": 0, "web3": 1}, "its target stays, with up 0")
    t.eventually(lambda: "is silent since" in targets()["web2"]["lastError"], "and says that its agent is silent")
    listed = agents("list").stdout
    t.check("silent for" in listed and "web1" in listed, "`vedette agents list` shows it", listed)
    doctor = subprocess.run([h.vedette(), "doctor", "--no-announce", "--collector=" + ADMIN], capture_output=True,
                            text=True)
    t.check("host web2" in doctor.stdout and doctor.returncode == 1, "the collector's doctor names it",
            doctor.stdout)


def renamed(t, web3):
    web3.agent.stop()
    web3.start("db1")
    t.eventually(lambda: up().get("db1") == 1 and "web3" not in up(),
                 "a renamed host is scraped under its new name and no more under its old one", seconds=40)
    t.check("web3" not in firing(), "without HostDown for the old name")
    t.equal(sorted(targets()), ["db1", "web1", "web2"], "one target for it")


def claimed_twice(t, web1, other):
    other.start("web1")
    t.eventually(lambda: "HTTP 409" in other.agent.output(), "a second machine with a taken name is refused")
    t.check("vedette agents release web1" in other.agent.output(), "and told what to do")
    t.equal(targets()["web1"]["scrapeUrl"], f"http://10.77.0.{web1.number}:9100/metrics",
            "the first one keeps the name")
    t.check("belongs to agent" in agents("list").stdout, "`vedette agents list` has the refusal")
    text = other.doctor("web1")
    t.check("problem" in text and "belongs to agent" in text, "the agent's doctor says why", text)
    t.equal(agents("release", "web1").returncode, 0, "released")
    t.eventually(lambda: targets()["web1"]["scrapeUrl"] == f"http://10.77.0.{other.number}:9100/metrics",
                 "the second machine has the name then")
    t.eventually(lambda: "HTTP 409" in web1.agent.output(), "and the first one is refused")
    web1.agent.stop()
    t.eventually(lambda: up().get("web1") == 1, "scraped under the new owner")


def comes_back(t, web2):
    web2.join()
    t.eventually(lambda: up().get("web2") == 1, "the host that was cut off comes back", seconds=30)
    t.eventually(lambda: firing() == set(), "its alert ends", seconds=30)


def restarted(t, collector):
    before = {name: target["scrapeUrl"] for name, target in targets().items()}
    collector.kill()
    collector = start_collector(t)
    t.wait_ready(collector, ADMIN + "/-/ready", "collector")
    t.eventually(lambda: {n: x["scrapeUrl"] for n, x in targets().items()} == before,
                 "after a SIGKILL the collector knows all hosts", seconds=5)
    t.eventually(lambda: set(up().values()) == {1.0}, "and scrapes them")
    t.check(firing() == set(), "without an alert")


def forgotten(t, host):
    host.agent.stop()
    t.eventually(lambda: firing() == {"db1"}, "a host whose agent is stopped is down", seconds=40)
    t.equal(agents("forget", "db1").returncode, 0, "forgotten")
    t.eventually(lambda: "db1" not in targets() and "db1" not in up(), "its target is gone")
    t.eventually(lambda: firing() == set(), "and so is its alert")
    t.equal(agents("forget", "db1").returncode, 1, "it cannot be forgotten twice")


def sends(t, host):
    """A host that nobody can reach: its exporters listen on its loopback alone."""
    listen = ["--web.listen-address=127.0.0.1:9100", "--process.web.listen-address=127.0.0.1:9256"]
    host.start("nat", "--push.metrics", "--agent.label=rack=n", *listen)
    t.eventually(lambda: up().get("nat") == 1, "a host that sends its metrics is there with up 1", seconds=60)

    def labels():
        result = h.get(ADMIN + "/api/v1/query", {"query": 'up{host="nat"}'}).json()["data"]["result"]
        return sorted((r["metric"] for r in result), key=str)
    want = [{"__name__": "up", "job": job, "instance": f"nat:{port}", "host": "nat", "rack": "n"}
            for job, port in (("node", 9100), ("process", 9256))]
    # The page of each job is scraped at a time of its own.
    t.eventually(lambda: len(labels()) == len(want), "for each of its jobs")
    t.equal(labels(), sorted(want, key=str), "with the labels of one that is scraped")
    t.eventually(lambda: values('node_memory_MemTotal_bytes{host="nat"}'), "and its metrics")
    t.check("nat" not in targets(), "nobody tries to scrape it")
    host.cut()
    t.eventually(lambda: firing() == {"nat"}, "cut off it is down as others are", seconds=60)
    host.join()
    t.eventually(lambda: up().get("nat") == 1 and "nat" not in firing(), "it comes back", seconds=60)
    t.eventually(lambda: max_gap('node_memory_MemTotal_bytes{host="nat"}') <= 16,
                 "what it saw while it was cut off comes later, without a gap", seconds=30)
    host.agent.stop()


def max_gap(selector):
    """The longest time between two samples of a series of the last five minutes, in seconds."""
    reply = h.get(ADMIN + "/api/v1/query", {"query": selector + "[5m]"}).json()["data"]["result"]
    times = [time for series in reply for time, _ in series["values"]]
    return max((b - a for a, b in zip(times, times[1:])), default=1e9)


class Redirect(http.server.BaseHTTPRequestHandler):
    hits = 0

    def do_GET(self):
        Redirect.hits += 1
        self.send_response(302)
        self.send_header("Location", ADMIN + "/metrics")
        self.end_headers()

    def log_message(self, *_):
        pass


def forged(t, host):
    good = {"id": "ab" * 16, "key": "cd" * 32, "host": "forged", "pages": [{"job": "node", "port": 9999}]}
    t.equal(post(host, {**good, "address": "169.254.169.254"}), 403, "the metadata service is no address")
    t.equal(post(host, {**good, "address": "127.0.0.1"}), 403, "nor is the collector's loopback")
    t.equal(post(host, {**good, "address": "10.77.0.1"}), 403, "nor another host's address")
    t.equal(post(host, {**good, "host": "a\nb"}), 400, "a name with a line break is none")
    t.equal(post(host, good, "?check=true"), 200, "a good one passes the check")
    t.check("forged" not in targets(), "which takes nothing")
    # A page that leads elsewhere: the collector, whose address this server has, must not follow.
    server = http.server.HTTPServer(("10.77.0.1", 9999), Redirect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    request = h.post_json(COLLECTOR + "/api/v1/agents", good)
    t.equal(request.status, 200, "announced from the collector's own address")
    t.eventually(lambda: "302" in targets().get("forged", {}).get("lastError", ""), "a redirect is not followed")
    t.check(Redirect.hits > 0, "though it was asked")
    t.equal(h.post_json(COLLECTOR + "/api/v1/agents", {**good, "key": "ef" * 32}).status, 403,
            "the id with another key is refused")
    t.equal(h.request(COLLECTOR + "/api/v1/agents/forged", method="DELETE").status, 403,
            "who may push may not forget")
    t.equal(agents("forget", "forged").returncode, 0, "the administrator may")


def main():
    enter()
    with h.running() as t:
        t.write("prometheus.yml", CONFIG)
        t.write("rules.yml", RULES)
        collector = start_collector(t)
        t.wait_ready(collector, ADMIN + "/-/ready", "collector")
        web1, web2, web3, other, nat = [Host(t, number) for number in (11, 12, 13, 14, 15)]
        announcing(t, web1, web2, web3)
        cut_off(t, web2)
        renamed(t, web3)
        claimed_twice(t, web1, other)
        comes_back(t, web2)
        restarted(t, collector)
        forgotten(t, web3)
        forged(t, web1)
        sends(t, nat)


if __name__ == "__main__":
    main()
