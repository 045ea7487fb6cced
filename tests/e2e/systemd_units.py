"""Our units as they are delivered, run by a real systemd: hardened, with the credentials that are there, told READY,
RELOADING and STOPPING, killed by the watchdog when they hang, ended within five seconds."""

import shutil
import subprocess
import time

import harness as h
import own_systemd

UNITS = h.ROOT / "deploy/systemd"
NAMES = ("vedette-collector", "vedette-agent")
TARGET = ("[Unit]\nDescription=Both\nDefaultDependencies=no\n"
          "Wants=vedette-collector.service vedette-agent.service\n")
# Nothing of the machine's own start; output where the test can read it; a watchdog worth waiting for.
DROP_IN = """[Unit]
DefaultDependencies=no
[Service]
StandardOutput=append:/run/{name}.log
StandardError=append:/run/{name}.log
WatchdogSec=3
"""
# systemd.exec(5): what failed before the program was run, and is not about the program being absent.
SANDBOX_FAILED = range(204, 244)
# Collectors that the agent's unit leaves nothing to see: ProtectClock.
FORBIDDEN = {"timex"}
PROGRAM = "/run/systemd/system/bin/vedette"


def texts():
    units = {"e2e.target": TARGET}
    for name in NAMES:
        text = (UNITS / f"{name}.service").read_text()
        units[f"{name}.service"] = text.replace("/usr/bin/vedette", PROGRAM)
        units[f"{name}.service.d/e2e.conf"] = DROP_IN.format(name=name)
    return units


class Units:
    def __init__(self, systemd):
        self.inside = systemd.inside

    def run(self, *command):
        return subprocess.run([*self.inside, *command], capture_output=True, text=True)

    def show(self, name, key):
        return self.run("systemctl", "show", f"{name}.service", f"--property={key}", "--value").stdout.strip()

    def log(self, name):
        return self.run("cat", f"/run/{name}.log").stdout

    def active(self, name):
        return self.show(name, "ActiveState") == "active"


def samples(page, name):
    return [line for line in page.splitlines() if line.startswith(name + "{") or line.startswith(name + " ")]


def check_running(t, units):
    for name in NAMES:
        up = t.eventually(lambda: units.active(name), f"{name} says READY", 60)
        if not up:
            status = int(units.show(name, "ExecMainStatus") or 0)
            if status in SANDBOX_FAILED:
                h.skip(f"systemd cannot build the unit's sandbox on this machine: status {status}")
            print(units.run("systemctl", "status", name).stdout, units.log(name)[-3000:])
            return False
        t.check(int(units.show(name, "UID")) > 60000, f"{name} runs as a user of its own", units.show(name, "UID"))
        t.equal(units.show(name, "WatchdogUSec"), "3s", "and has a watchdog")
    log = units.log("vedette-collector")
    off = [line for line in log.splitlines() if "receiver is off" in line]
    t.check(len(off) == 1 and "nextcloud-talk" in off[0],
            "of two receivers the one without a credential is off, said once", log[-2000:])
    bad = [line for name in NAMES for line in units.log(name).splitlines()
           if "level=error" in line or "rejected" in line]
    t.equal(bad, [], "nothing fails in the sandbox")
    return True


def found_nothing(page):
    return {line.split('"')[1] for line in samples(page, "node_scrape_collector_success") if line.endswith(" 0")}


def root_page(t, units):
    """What the same exporter shows without a unit."""
    port = h.free_port()
    root = t.start([*units.inside, PROGRAM, "exporter", "node", f"--web.listen-address=127.0.0.1:{port}",
                    "--collector.processes"], "root")
    t.wait_ready(root, f"http://127.0.0.1:{port}/metrics", "root")
    return h.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text()


def check_sees_the_host(t, units):
    """What the exceptions of the agent's unit are for."""
    page = h.get("http://127.0.0.1:9100/metrics", timeout=30).text()
    for metric in ("node_cpu_seconds_total", "node_memory_MemTotal_bytes", "node_network_receive_bytes_total",
                   "node_disk_io_time_seconds_total", "node_pressure_cpu_waiting_seconds_total"):
        t.check(samples(page, metric), f"{metric} is there")
    t.equal(found_nothing(page) - found_nothing(root_page(t, units)), FORBIDDEN,
            "what root sees outside the unit is seen inside but for what its file names")
    writable = [line for line in samples(page, "node_filesystem_readonly") if line.endswith(" 0")]
    t.check(writable, "file systems are told as the host has them, not as the unit's sandbox does")
    counted = [line.rsplit(" ", 1)[1] for line in samples(page, "node_processes_pids")]
    t.check(counted and float(counted[0]) >= 3, "processes of others are counted", counted)

    def up():
        reply = h.get("http://127.0.0.1:9090/api/v1/query", {"query": 'up{job="node"}'}).json()
        return [s["value"][1] for s in reply["data"]["result"]] == ["1"]
    t.eventually(up, "the collector scrapes the agent", 40, 1)


def check_reload(t, units):
    for name in NAMES:
        before = units.show(name, "MainPID")
        # Waits for READY after RELOADING where systemd knows of it.
        t.equal(units.run("systemctl", "reload", f"{name}.service").returncode, 0, f"{name} reloads")
        t.eventually(lambda: units.active(name), "and is active again", 10)
        t.equal(units.show(name, "MainPID"), before, "as the same process")


def check_watchdog(t, units):
    for name in NAMES:
        t.equal(units.show(name, "NRestarts"), "0", f"{name} has told its watchdog all the time")
        pid = int(units.show(name, "MainPID"))
        units.run("kill", "-STOP", str(pid))
        t.eventually(lambda: units.show(name, "NRestarts") == "1" and units.active(name),
                     f"{name} is started again where it hangs", 30, 0.5)


def check_stop(t, units):
    for name in NAMES:
        began = time.monotonic()
        t.equal(units.run("systemctl", "stop", f"{name}.service").returncode, 0, f"{name} stops")
        t.check(time.monotonic() - began < 5, "within 5 s", time.monotonic() - began)
        t.equal(units.show(name, "Result"), "success", "and ended by itself")


def run(t, cgroup):
    program = t.dir / "units/bin/vedette"
    program.parent.mkdir(parents=True)
    shutil.copy(h.vedette(), program)
    systemd = own_systemd.Systemd(t, cgroup, texts(), credentials={"home-assistant-webhook": "http://127.0.0.1:9/x\n"})
    try:
        if systemd.pid is None:
            h.skip("systemd does not start as pid 1 of a namespace here: " + systemd.process.output()[-300:])
        units = Units(systemd)
        if check_running(t, units):
            check_sees_the_host(t, units)
            check_reload(t, units)
            check_watchdog(t, units)
            check_stop(t, units)
    finally:
        systemd.process.kill()


def main():
    if h.is_instrumented():
        h.skip("sanitizers need what the units forbid")
    own_systemd.main(run)


if __name__ == "__main__":
    main()
