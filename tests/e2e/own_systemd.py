"""A systemd as pid 1 of namespaces of its own, for tests of what it sees and of what it runs."""

import contextlib
import os
import pathlib
import subprocess
import time

import harness as h

PROGRAM = pathlib.Path("/lib/systemd/systemd")

# Run as root of new mount and pid namespaces, under a cgroup of its own. Nothing of the machine's
# own units, state or cgroups is in sight.
START = """
set -e
mount -t tmpfs tmpfs /run
mount --make-rshared /
mkdir -p /run/systemd/system /run/lock
for folder in /etc/systemd/system /var/lib; do [ -d $folder ] && mount -t tmpfs tmpfs $folder; done
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cp -r "$1"/* /run/systemd/system/
cp -r "$2" /run/credstore
exec env container=vedette-e2e /lib/systemd/systemd --system --unit=e2e.target --show-status=0 --log-target=console
"""


class Cgroup:
    """A cgroup for what systemd makes below it, which is gone afterwards."""

    MOUNT = pathlib.Path("/run/cgroup")  # of our own /run: nobody else's folders are removed with it

    def __init__(self):
        self.MOUNT.mkdir()
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", str(self.MOUNT)], check=True)
        lines = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
        own = next(line[3:] for line in lines if line.startswith("0::")).lstrip("/")
        self.folder = self.MOUNT / own / f"vedette-e2e-{os.getpid()}"
        self.folder.mkdir()

    def remove(self):
        for _ in range(50):
            for folder, _, _ in os.walk(self.folder, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            if not self.folder.exists():
                return
            time.sleep(0.1)


class Systemd:
    """A systemd of its own that starts e2e.target; `texts` are unit files by name, folders for drop-ins
    among them; `credentials` are what it hands to units by name. `inside` is what runs a program where it is pid 1."""

    def __init__(self, t, cgroup, texts, credentials=None):
        units = t.dir / "units"
        for name, text in texts.items():
            (units / name).parent.mkdir(parents=True, exist_ok=True)
            (units / name).write_text(text)
        store = t.dir / "credentials"
        store.mkdir()
        for name, text in (credentials or {}).items():
            (store / name).write_text(text)
        script = t.write("start-systemd.sh", START)
        self.process = t.start(["sh", "-c", 'echo $$ > "$1" && shift && exec "$@"', "sh",
                                str(cgroup.folder / "cgroup.procs"), "unshare", "--pid", "--fork", "--kill-child",
                                "--mount", "--cgroup", "--mount-proc", "sh", script, str(units), str(store)], "systemd")
        self.pid = self.find()
        self.inside = ["nsenter", f"--target={self.pid}", "--mount", "--pid"] if self.pid else None

    def find(self):
        """The pid, here, of what unshare became in the new namespace; None where it ended instead."""
        children = pathlib.Path(f"/proc/{self.process.popen.pid}/task/{self.process.popen.pid}/children")
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.alive():
            pids = children.read_text().split() if children.exists() else []
            if pids and pathlib.Path(f"/proc/{pids[0]}/comm").read_text().strip() == "systemd":
                return pids[0]
            time.sleep(0.1)
        return None

    def states(self):
        done = subprocess.run([*self.inside, "systemctl", "list-units", "--all", "--plain", "--no-legend"],
                              capture_output=True, text=True)
        rows = [line.split() for line in done.stdout.splitlines()]
        return {row[0]: row[2] for row in rows if len(row) > 2}


def main(run):
    """`run(test, cgroup)` where a systemd can be had."""
    if not PROGRAM.exists():
        h.skip("no systemd on this machine")
    h.enter_private_host()
    with h.running() as t:
        try:
            cgroup = Cgroup()
        except (subprocess.CalledProcessError, OSError, StopIteration) as error:
            h.skip(f"no cgroup of the second version may be made here: {error}")
        try:
            run(t, cgroup)
        finally:
            cgroup.remove()
