"""What a process costs, by the kernel's accounts: CPU, memory, bytes on disk."""

import os
import pathlib
import threading

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    """User and system time of the process so far, in ticks of 10 ms."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_ns(pid):
    """Nanoseconds that the threads which a process has now have had of the CPUs."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            total += int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
        except OSError:
            pass  # ended meanwhile
    return total


def usage(pid):
    """What the kernel says a process has: `own` memory (RssAnon + RssShmem), its `shmem` alone and all
    that is resident (`rss`) in MiB, open `fds` and `threads`."""
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())

    def mib(name):
        return int(status[name].split()[0]) / 1024

    return {"own": mib("RssAnon") + mib("RssShmem"), "shmem": mib("RssShmem"), "rss": mib("VmRSS"),
            "fds": len(os.listdir(f"/proc/{pid}/fd")), "threads": int(status["Threads"])}


def memory_mib(pid):
    """(RssAnon + RssShmem, VmRSS) in MiB."""
    now = usage(pid)
    return now["own"], now["rss"]


def folder_bytes(path):
    """Sum of the sizes of all files below; a file that is linked twice counts once."""
    seen = {}
    for root, _, names in os.walk(path):
        for name in names:
            try:
                stat = os.lstat(os.path.join(root, name))
            except FileNotFoundError:
                continue
            seen[stat.st_dev, stat.st_ino] = stat.st_size
    return sum(seen.values())


class Peak:
    """The most memory a process held while it ran, looked at each second."""

    def __init__(self, pid, every=1.0):
        self.pid, self.every = pid, every
        self.anon = self.rss = 0.0
        self.samples = []
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                anon, rss = memory_mib(self.pid)
            except (OSError, KeyError):
                return
            self.samples.append(anon)
            self.anon, self.rss = max(self.anon, anon), max(self.rss, rss)
            if self.done.wait(self.every):
                return

    def stop(self):
        self.done.set()
        self.thread.join()
        return self
