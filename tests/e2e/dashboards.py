"""Every expression of every dashboard and rule file asks something that the collector can answer,
and that has an answer where the real parts run: this host, processes, PostgreSQL, Redis, Caddy and
recorded Proxmox replies."""

import json
import re
import time

import harness as h
import parts

# What has no answer on a machine that is well and small, by panel title; the reason is the subject.
EMPTY = {
    "host": {"Swap used", "Connection tracking", "Units by state", "Failed units", "Temperature",
             "Collectors without data", "Clock offset", "Lines by level", "Errors", "Mean wait",
             "Read-only or failing", "Disk space used", "Root filesystem used", "Mounts", "Inodes used",
             "Operations", "Throughput", "Busy", "Network", "Killed for lack of memory", "Paging",
             "Pressure", "CPU pressure", "TCP", "Dropped", "Sockets"},
    "processes": {"Swapped memory"},
    "postgres": {"Lag", "Bytes behind", "Slots", "Failing collectors", "Longest transaction",
                 "Longest transaction by state", "Dead rows", "Since the last vacuum", "Sequential scans",
                 "Cache hits", "Locks"},
    "redis": {"Memory of its limit", "Hits", "Errors", "Replicas' lag", "Offsets", "Keys", "Memory",
              "Last save", "Slow log", "Mean time by command"},
    "proxmox": {"High availability", "Locked", "Guest", "Subscriptions", "Quorum"},
    "caddy": {"Client errors", "Server errors", "First certificate to end", "Certificates", "Upstreams healthy",
              "Upstreams' failures", "Lines by status", "Errors", "Last reload ok"},
}


def panels_of(board):
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def fill(expr, values):
    expr = expr.replace("$__rate_interval", "30s").replace("$__auto", "1m").replace("$__range", "1m")
    return re.sub(r"\$\{?(\w+)\}?", lambda m: values.get(m.group(1), ".*"), expr)


class Lab:
    """The parts, each with its exporter, and a collector that scrapes them every second."""

    def __init__(self, t):
        self.t, self.ports = t, {}
        self.targets = {}

    def exporter(self, name, *flags, env=None):
        port = h.free_port()
        process = self.t.start([h.vedette(), "exporter", name, f"--web.listen-address=127.0.0.1:{port}",
                                *map(str, flags)], "exporter-" + name, env)
        parts.wait_port(process, port, name)
        self.targets[name] = f"127.0.0.1:{port}"

    def start(self):
        t = self.t
        self.exporter("node")
        self.exporter("process", "--procnames=vedette,postgres,redis-server,caddy,python3")
        redis = h.free_port()
        parts.start_redis(t, redis)
        self.exporter("redis", f"--redis.addr=redis://127.0.0.1:{redis}")
        postgres = parts.Postgres(t, h.free_port())
        postgres.sql("create table t (id int primary key); insert into t select generate_series(1, 1000)")
        self.exporter("postgres", env={"DATA_SOURCE_NAME":
                                       f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres?sslmode=disable"})
        self.admin, self.site, log = h.free_port(), h.free_port(), t.dir / "caddy-access-site.log"
        parts.start_caddy(t, self.admin, [self.site], log)
        self.exporter("caddy", f"--caddy.admin-address=http://127.0.0.1:{self.admin}",
                      f"--caddy.access-log={log}")
        self.scrape()

    def scrape(self):
        jobs = [{"job_name": name, "scrape_interval": "2s", "static_configs": [{"targets": [target]}]}
                for name, target in self.targets.items()]
        pve = parts.start_proxmox()
        if pve is not None:
            self.exporter("pve", env={"PVE_USER": "root@pam", "PVE_TOKEN_NAME": "x", "PVE_TOKEN_VALUE": "y",
                                      "PVE_VERIFY_SSL": "false"})
            jobs.append({"job_name": "pve", "scrape_interval": "2s", "metrics_path": "/pve",
                         "params": {"target": [f"http://127.0.0.1:{pve}"], "cluster": ["1"], "node": ["1"]},
                         "static_configs": [{"targets": [self.targets["pve"]]}]})
        self.has_proxmox = pve is not None
        config = self.t.write("prometheus.yml", json.dumps({"scrape_configs": jobs}))
        self.port = h.free_port()
        self.t.collector("collector", self.port, f"--config.file={config}")

    def work(self, seconds):
        """Requests and commands, so that rates are not empty."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            h.get(f"http://127.0.0.1:{self.site}/page")
            time.sleep(0.1)

    def ask(self, target, values):
        logs = target["datasource"]["uid"] == "${ds_logs}"
        path = "/loki/api/v1/query_range" if logs else "/api/v1/query"
        return h.get(f"http://127.0.0.1:{self.port}{path}", {"query": fill(target["expr"], values)})


    def ask_until_there(self, panel, values, name):
        """Where a busy machine made a scrape late the series have ended, until the next."""
        is_empty = panel["title"] in EMPTY[name] or (name == "proxmox" and not self.has_proxmox)
        for _ in range(1 if is_empty else 10):
            replies = [self.ask(target, values) for target in panel["targets"]]
            if all(reply.status != 200 or reply.json()["data"]["result"] for reply in replies):
                break
            time.sleep(1)
        return replies


JOB_OF = {"host": "node", "processes": "process", "proxmox": "pve"}


def check_board(t, lab, path):
    name = path.stem
    job = JOB_OF.get(name, name)
    values = {"job": job, "instance": lab.targets.get(job, "")}
    for panel in panels_of(json.loads(path.read_text())):
        if panel["type"] == "row":
            continue
        replies = lab.ask_until_there(panel, values, name)
        what = f"{name}: {panel['title']}"
        wrong = [(target["expr"], reply.text()) for target, reply in zip(panel["targets"], replies)
                 if reply.status != 200 or reply.json()["status"] != "success"]
        if not t.check(not wrong, f"{what}: no error", wrong):
            continue
        if job == "pve" and not lab.has_proxmox:
            continue
        empty = [target["expr"] for target, reply in zip(panel["targets"], replies)
                 if not reply.json()["data"]["result"]]
        if panel["title"] not in EMPTY[name]:
            t.check(not empty, f"{what}: has data", empty)


def check_rules(t, lab):
    for path in sorted((h.ROOT / "deploy/rules").glob("*.yml")):
        exprs = rule_expressions(path, t)
        t.check(exprs, f"{path.name}: has rules")
        wrong = [(expr, reply.text()) for expr in exprs
                 for reply in [h.get(f"http://127.0.0.1:{lab.port}/api/v1/query", {"query": expr})]
                 if reply.status != 200]
        t.check(not wrong, f"{path.name}: every expression can be asked", wrong)


def rule_expressions(path, t):
    """The collector reads the file; its rules API gives the expressions."""
    port = h.free_port()
    config = t.write(f"rules-{path.stem}.yml", json.dumps({"rule_files": [str(path)]}))
    collector = t.collector(f"rules-{path.stem}", port, f"--config.file={config}")
    groups = h.get(f"http://127.0.0.1:{port}/api/v1/rules").json()["data"]["groups"]
    collector.stop()
    return [rule["query"] for group in groups for rule in group["rules"]]


def main():
    h.enter_private_host()
    with h.running() as t:
        lab = Lab(t)
        lab.start()
        lab.work(15)
        for path in sorted((h.ROOT / "dashboards/grafana").glob("*.json")):
            check_board(t, lab, path)
        check_rules(t, lab)


if __name__ == "__main__":
    main()
