"""`vedette logs stats|verify|backup|restore`: a running collector's lines and alerts are copied, checked and
put into another collector's folder, which has all of them; damage is found in its file; wrong use is said."""

import json
import pathlib
import subprocess
import time

import harness as h


def run(*args):
    return subprocess.run([h.vedette(), "logs", *map(str, args)], capture_output=True, text=True, timeout=60)


def push(base, lines):
    now = time.time_ns()
    values = [[str(now + i), line] for i, line in enumerate(lines)]
    body = {"streams": [{"stream": {"app": app}, "values": values} for app in ("a", "b")]}
    return h.post_json(base + "/loki/api/v1/push", body).status


def lines(base):
    reply = h.get(base + "/loki/api/v1/query_range", {"query": '{app=~"a|b"}', "limit": 5000})
    return sorted(line for s in reply.json()["data"]["result"] for _, line, *_ in s["values"])


RULES = """
groups:
- name: g
  interval: 1s
  rules: [{alert: Dark, expr: "vector(1)", for: 1h}]
"""


def pending_since(base):
    """When each alert began to wait: what a collector without its state begins anew."""
    return [a["activeAt"] for a in h.get(base + "/api/v1/alerts").json()["data"]["alerts"]]


def start(t, name):
    port = h.free_port()
    t.write("rules.yml", RULES)
    t.collector(name, port, f"--config.file={t.write(name + '.yml', 'rule_files: [rules.yml]')}")
    return f"http://127.0.0.1:{port}", t.dir / name


def of_a_running_collector(t):
    ours, folder = start(t, "ours")
    t.equal(push(ours, [f"line {i}" for i in range(100)]), 204, "lines")
    t.eventually(lambda: pending_since(ours), "an alert waits")
    time.sleep(2)
    stats = json.loads(run("stats", folder, "-o", "json").stdout)
    t.check(stats["log_bytes"] > 0 and stats["parts"] == 0, "what is in the log alone is told", stats)
    made = run("backup", folder, t.dir / "backup", "-o", "json")
    t.equal(made.returncode, 0, f"a backup of a collector that runs {made.stderr}")
    report = json.loads(made.stdout)
    t.equal((report["verified"], report["alert_states"]), (True, 2), "lines and the state of alerts")
    push(ours, ["behind the backup"])
    checked = run("verify", t.dir / "backup")
    t.check(checked.returncode == 0 and " 0 findings" in checked.stdout, "the copy is sound", checked.stdout)
    t.equal(run("verify", folder).returncode, 0, "so is the store beside its collector")
    (t.dir / "second/logs.unfinished/parts").mkdir(parents=True)  # as a restore leaves it that was killed
    restored = run("restore", t.dir / "backup", t.dir / "second")
    t.equal(restored.returncode, 0, f"a restore {restored.stderr}")
    t.equal(sorted(path.name for path in (t.dir / "second").iterdir()), ["alerting", "logs", "rules"],
            "leaves nothing unfinished")
    second, _ = start(t, "second")
    t.equal(lines(second), [line for line in lines(ours) if line != "behind the backup"], "has all lines of then")
    t.eventually(lambda: pending_since(second) == pending_since(ours), "and the alert goes on waiting")
    t.equal(push(second, ["its own"]), 204, "and takes more")
    return folder


def stop_and_flush(t):
    """A folder with parts: a collector of another day's lines, stopped."""
    ours, folder = start(t, "parts")
    then = (int(time.time()) - 2 * 86400) * 1_000_000_000
    for app in ("a", "b"):
        values = [[str(then + i), f"old line {i}"] for i in range(2000)]
        body = {"streams": [{"stream": {"app": app}, "values": values}]}
        t.equal(h.post_json(ours + "/loki/api/v1/push", body).status, 204, f"older lines of {app}")
    return ours, folder


def damage(t, folder):
    segment = sorted((pathlib.Path(folder) / "logs/wal").glob("*.wal"))[0]
    whole = segment.read_bytes()
    segment.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    found = run("verify", folder, "-o", "json")
    report = json.loads(found.stdout)
    bad = [file["path"] for file in report["files"] if file["findings"]]
    t.equal((found.returncode, bad), (1, [str(segment)]), "damage is found in its file alone, exit 1")
    segment.write_bytes(whole)


def wrong_use(t):
    empty = t.dir / "empty"
    empty.mkdir()
    rows = [(("stats", t.dir / "nowhere"), "no such folder"), (("verify", empty), "no log store"),
            (("backup", empty, t.dir / "x"), "no log store"), (("restore", empty, t.dir / "x"), "no log store"),
            (("backup", t.dir / "ours", t.dir / "backup"), "allowed is a new or an empty folder"),
            (("restore", t.dir / "backup", t.dir / "second"), "allowed is a new or an empty folder"),
            (("backup", t.dir / "ours", t.dir / "ours/logs/parts/x"), "lies in"),
            (("stats",), "DIR is required")]
    for args, want in rows:
        done = run(*args)
        t.check(done.returncode == 2 and want in done.stderr and not done.stdout,
                f"logs {' '.join(map(str, args))}: exit 2", f"{done.returncode} {done.stderr} {done.stdout}")
    t.check(not (t.dir / "x").exists(), "and makes nothing")


def main():
    with h.running() as t:
        folder = of_a_running_collector(t)
        _, parts = stop_and_flush(t)
        text = run("stats", parts).stdout
        t.check("streams" in text and "LABEL" in text, "stats can be read", text)
        damage(t, folder)
        wrong_use(t)


if __name__ == "__main__":
    main()
