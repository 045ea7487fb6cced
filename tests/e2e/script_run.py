"""script/run on this host: it ends in URLs that answer, and Ctrl-C ends everything within 5 s."""

import os
import time

import harness as h


def main():
    h.enter_private_host()
    release = h.ROOT / "build/release/vedette"
    if not release.exists() or os.path.realpath(h.vedette()) != os.path.realpath(release):
        h.skip("script/run runs the release build: this is another preset")
    with h.running() as t:
        h.start_journald(t)
        run = t.start([h.ROOT / "script/run", "--data", t.dir / "data"], "run")
        t.eventually(lambda: "Ctrl-C stops both" in run.output(), "script/run gets to its URLs", 240)
        up = t.eventually(lambda: len(h.get("http://localhost:9090/api/v1/query", {"query": "up == 1"})
                                      .json()["data"]["result"]) >= 2, "agent and collector are scraped", 60)
        t.check(up, "without any configuration")
        query = "sum by (mode) (rate(node_cpu_seconds_total[1m]))"
        t.eventually(lambda: h.get("http://localhost:9090/api/v1/query", {"query": query})
                     .json()["data"]["result"], "its CPU use can be asked", 60)
        h.journal_send({"MESSAGE": "hello from script_run", "PRIORITY": 4})
        t.eventually(lambda: h.loki_lines("http://localhost:3100", '{job="journal"} |= "hello from"',
                                          time.time_ns() - 60 * 10**9, time.time_ns()), "its journal too", 30)
        for url in ("http://localhost:9093/api/v2/status", "http://localhost:9100/metrics",
                    "http://localhost:3100/ready", "http://localhost:9090/-/healthy"):
            t.equal(h.get(url).status, 200, url)
        rules = h.get("http://localhost:9090/api/v1/rules").json()["data"]["groups"]
        names = {r["name"] for g in rules for r in g["rules"]}
        t.check({"HostDown", "DiskSpaceCritical", "HighCPUUsage", "HighMemoryUsage", "ServiceDown"} <= names,
                "the five default rules are built in", names)
        status, seconds = run.stop(h.signal.SIGINT)
        t.check(status == 0 and seconds < 5, "Ctrl-C ends it within 5 s", f"status {status}, {seconds:.1f} s")
        t.equal(h.get("http://localhost:9100/metrics").status, 0, "the agent is gone")
        t.equal(h.get("http://localhost:9090/-/healthy").status, 0, "the collector is gone")


if __name__ == "__main__":
    main()
