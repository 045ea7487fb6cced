"""The collector systemd asks a real systemd, pid 1 of namespaces of its own, and shows what upstream's
shows there: the same series, and the same values but those that move."""

import subprocess
import time

import harness as h
import own_systemd
import parts

UNITS = {
    "e2e.target": "[Unit]\nDescription=Everything here\nDefaultDependencies=no\n"
                  "Wants=e2e-busy.service e2e-broken.service e2e-once.service e2e.timer e2e.socket e2e@one.service\n",
    "e2e-busy.service": "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 1000\nTasksMax=50\n",
    "e2e-broken.service": "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/false\n",
    "e2e-once.service": "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
                        "ExecStart=/bin/true\n",
    "e2e@.service": "[Unit]\nDefaultDependencies=no\n[Service]\nType=exec\nExecStart=/bin/sleep 1000\n",
    "e2e.timer": "[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=1000\nUnit=e2e-once.service\n",
    "e2e.socket": "[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/e2e.socket\nService=e2e-busy.service\n",
}

FLAGS = ["--collector.disable-defaults", "--collector.systemd", "--web.disable-exporter-metrics",
         "--collector.systemd.enable-task-metrics", "--collector.systemd.enable-restarts-metrics",
         "--collector.systemd.enable-start-time-metrics",
         # Named, for Debian's build of upstream's has a default of its own.
         r"--collector.systemd.unit-exclude=.+\.(automount|device|mount|scope|slice)"]
MOVING = ("node_systemd_unit_tasks_current",)


def samples(page):
    lines = (line for line in page.splitlines() if line.startswith("node_systemd_"))
    return dict(line.rsplit(" ", 1) for line in lines)


def heads(page):
    return {line for line in page.splitlines() if line.startswith(("# HELP node_systemd_", "# TYPE node_systemd_"))}


def page_of(t, systemd, name, program):
    port = h.free_port()
    process = t.start([*systemd.inside, *program, f"--web.listen-address=127.0.0.1:{port}", *FLAGS], name)
    parts.wait_port(process, port, name)
    page = h.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text()
    process.kill()  # of nsenter; the exporter ends with the namespace
    return page


def check(t, systemd, peers):
    ours = page_of(t, systemd, "ours", [h.vedette(), "exporter", "node"])
    mine = samples(ours)
    state = 'node_systemd_unit_state{name="%s",state="%s",type="%s"}'
    for name, active, kind in [("e2e-busy.service", "active", "simple"), ("e2e-broken.service", "failed", "oneshot"),
                               ("e2e-once.service", "active", "oneshot"), ("e2e@one.service", "active", "exec"),
                               ("e2e.socket", "active", ""), ("e2e.timer", "active", "")]:
        t.equal(mine.get(state % (name, active, kind)), "1", f"{name} is {active}")
    t.equal(mine.get('node_systemd_units{state="failed"}'), "1", "one unit has failed")
    t.equal(mine.get('node_systemd_unit_tasks_max{name="e2e-busy.service"}'), "50", "its limit of tasks is seen")
    if peers is None:
        print("no ../shared/peers on this machine: not compared with upstream")
        return
    theirs = page_of(t, systemd, "theirs", [str(peers / "prometheus-node-exporter")])
    again = samples(theirs)
    t.check(len(again) > 50, "upstream shows this systemd", str(len(again)))
    t.equal(sorted(set(again) - set(mine)), [], "no series of upstream's is missing")
    t.equal(sorted(set(mine) - set(again)), [], "there is none that upstream lacks")
    t.equal(sorted(heads(theirs) ^ heads(ours)), [], "HELP and TYPE are upstream's")
    different = {s: (v, mine[s]) for s, v in again.items() if mine.get(s, v) != v and not s.startswith(MOVING)}
    t.equal(different, {}, "values are upstream's")


def run(t, cgroup):
    systemd = own_systemd.Systemd(t, cgroup, UNITS)
    try:
        if systemd.pid is None:
            h.skip("systemd does not start as pid 1 of a namespace here: " + systemd.process.output()[-300:])

        def has_settled():
            states = systemd.states()
            return states.get("e2e.target") == "active" and states.get("e2e-broken.service") == "failed" \
                and states.get("e2e-once.service") == "active"

        def is_quiet():
            before = systemd.states()
            time.sleep(1)
            return before and before == systemd.states()
        if t.eventually(has_settled, "its units are up", seconds=60):
            t.eventually(is_quiet, "nothing moves any more")
            check(t, systemd, h.unpack_peers(t.dir, "exporters"))
    finally:
        systemd.process.kill()


if __name__ == "__main__":
    own_systemd.main(run)
