"""People's dashboards and alerts keep their data: every expression of the recorded ones that answers
over the upstream exporters answers over ours, both asking the same host and services."""

import csv
import json
import re
import time

import harness as h
import parts

QUERIES = h.SHARED / "reference/exporters/dashboard-queries.tsv"


def fill(expr):
    """Variables match everything; windows are short, since nothing runs for long here."""
    expr = re.sub(r"\[\$\{?\w+\}?(:[^\]]*)?\]", r"[30s\1]", expr)
    expr = re.sub(r'(=~?|!~|!=)\s*"[^"]*\$[^"]*"', '=~".*"', expr)
    return without_thresholds(re.sub(r"\$\{?\w+\}?", "1", expr))


def without_thresholds(expr):
    """Comparisons tell 0 or 1 in place of leaving out: whether there is data must not hang on how
    full a disk is at that moment."""
    pieces = re.split(r'(\{[^}]*\}|"[^"]*")', expr)
    for i in range(0, len(pieces), 2):
        pieces[i] = re.sub(r"(==|!=|<=|>=|<|>)(?!=)(?!\s*bool)", r"\1 bool ", pieces[i])
    return "".join(pieces)


class Side:
    """One set of exporters and the collector that scrapes it."""

    def __init__(self, t, name):
        self.t, self.name, self.jobs = t, name, []

    def add(self, job, target):
        self.jobs.append({"job_name": job, "scrape_interval": "2s",
                          "static_configs": [{"targets": [target]}]})

    def exporter(self, job, args, flag="--web.listen-address", env=None):
        port = h.free_port()
        process = self.t.start([*args, f"{flag}=127.0.0.1:{port}"], f"{self.name}-{job}", env)
        parts.wait_port(process, port, f"{self.name} {job}")
        self.add(job, f"127.0.0.1:{port}")

    def scrape(self):
        config = self.t.write(f"{self.name}.yml", json.dumps({"scrape_configs": self.jobs}))
        self.port = h.free_port()
        self.t.collector(self.name, self.port, f"--config.file={config}")

    def ask(self, expr, at):
        return h.get(f"http://127.0.0.1:{self.port}/api/v1/query", {"query": expr, "time": at})


def start(t, bin_dir):
    theirs, ours = Side(t, "theirs"), Side(t, "ours")
    redis = h.free_port()
    parts.start_redis(t, redis)
    postgres = parts.Postgres(t, h.free_port())
    t.start([postgres.bin / "psql", "-h", "127.0.0.1", "-p", postgres.port, "-U", "postgres", "-c",
             "select pg_sleep(120)"], "active-session")
    dsn = {"DATA_SOURCE_NAME": f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres?sslmode=disable"}
    admin, site, log = h.free_port(), h.free_port(), t.dir / "access.log"
    parts.start_caddy(t, admin, [site], log)
    extra = ["--collector.processes", "--collector.interrupts", "--collector.tcpstat", "--collector.qdisc"]
    names = "postgres,redis-server,caddy,python3"
    # Debian's build of the peer has a textfile folder by default, which is an error where it is absent.
    theirs.exporter("node", [bin_dir / "prometheus-node-exporter", "--no-collector.systemd",
                             "--collector.textfile.directory=", *extra])
    theirs.exporter("process", [bin_dir / "prometheus-process-exporter", f"-procnames={names}"],
                    flag="-web.listen-address")
    theirs.exporter("redis", [bin_dir / "prometheus-redis-exporter", f"-redis.addr=redis://127.0.0.1:{redis}"],
                    flag="-web.listen-address")
    theirs.exporter("postgres", [bin_dir / "prometheus-postgres-exporter"], env=dsn)
    theirs.add("caddy", f"127.0.0.1:{admin}")
    ours.exporter("node", [h.vedette(), "exporter", "node", *extra])
    ours.exporter("process", [h.vedette(), "exporter", "process", f"--procnames={names}"])
    ours.exporter("redis", [h.vedette(), "exporter", "redis", f"--redis.addr=redis://127.0.0.1:{redis}"])
    ours.exporter("postgres", [h.vedette(), "exporter", "postgres"], env=dsn)
    ours.exporter("caddy", [h.vedette(), "exporter", "caddy", f"--caddy.admin-address=http://127.0.0.1:{admin}"])
    theirs.scrape()
    ours.scrape()
    end = time.monotonic() + 15
    while time.monotonic() < end:
        h.get(f"http://127.0.0.1:{site}/page")
        time.sleep(0.1)
    return theirs, ours


def main():
    h.enter_private_host()
    with h.running() as t:
        bin_dir = h.unpack_peers(t.dir, "exporters")
        if bin_dir is None or not QUERIES.exists():
            h.skip("no ../shared on this machine")
        theirs, ours = start(t, bin_dir)
        at = time.time()
        answered = 0
        for row in csv.DictReader(QUERIES.open(), delimiter="\t", quoting=csv.QUOTE_NONE):
            expr = fill(row["expr"])
            reply = theirs.ask(expr, at)
            if reply.status != 200 or not reply.json()["data"]["result"]:
                continue
            answered += 1
            mine = ours.ask(expr, at)
            t.check(mine.status == 200 and mine.json()["data"]["result"],
                    f"{row['dashboard']}: {row['panel']}", expr + " " + mine.text()[:200])
        t.check(answered > 300, f"{answered} expressions answer over upstream")


if __name__ == "__main__":
    main()
