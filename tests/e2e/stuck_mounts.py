"""File systems that stop answering cost the node exporter what stands on them and nothing else: not
the scrape, not the other collectors, not the end of the process."""

import ctypes
import errno
import os
import select
import stat
import struct
import subprocess
import threading
import time

import harness as h

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE, FLUSH = 1, 2, 3, 14, 15, 17, 18, 25
INIT, OPENDIR, READDIR, RELEASEDIR, INTERRUPT, DESTROY, BATCH_FORGET = 26, 27, 28, 29, 36, 38, 42
NO_ANSWER = (FORGET, INTERRUPT, DESTROY, BATCH_FORGET)
ROOT, FILE = 1, 2
MNT_DETACH = 2


class FuseMount:
    """A file system of one file, by the protocol of /dev/fuse itself. After its first answer to
    `holds_at` it takes no more requests, until `go_on`. What waits then can be killed; a request
    that a server took and did not answer could not."""

    def __init__(self, path, holds_at, name="up.prom", text="answered 1\n"):
        self.path, self.holds_at, self.name, self.text = str(path), holds_at, name.encode(), text.encode()
        self.mtime = 1
        self.going = threading.Event()
        self.going.set()
        os.makedirs(path)
        try:
            self.fd = os.open("/dev/fuse", os.O_RDWR)
        except OSError as error:
            h.skip(f"/dev/fuse cannot be opened: {error}")
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"stuck", self.path.encode(), b"fuse", 0, options.encode()) != 0:
            os.close(self.fd)
            h.skip("a FUSE mount is not permitted here: " + os.strerror(ctypes.get_errno()))
        self.ended = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def go_on(self):
        self.holds_at = None
        self.going.set()

    def hold(self):
        self.going.clear()

    def end(self):
        """Closing the device aborts every request, so that nothing stays in the kernel."""
        self.ended = True
        self.going.set()
        self.thread.join()
        os.close(self.fd)
        ctypes.CDLL(None).umount2(self.path.encode(), MNT_DETACH)

    def serve(self):
        while not self.ended:
            self.going.wait()
            if not select.select([self.fd], [], [], 0.05)[0]:
                continue
            if not self.going.is_set():
                continue
            try:
                request = os.read(self.fd, 1 << 20)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN):  # it was taken back
                    continue
                return
            self.answer(request)

    def answer(self, request):
        _, opcode, unique, node, _, _, _, _ = struct.unpack_from("<IIQQIIII", request)
        if opcode in NO_ANSWER:
            return
        if opcode == self.holds_at:
            self.going.clear()  # before the answer: what it sets off is not to be taken
        body = self.body(opcode, node, request[40:])
        error = -errno.ENOSYS if body is None else 0
        body = body or b""
        os.write(self.fd, struct.pack("<IiQ", 16 + len(body), error, unique) + body)

    def body(self, opcode, node, rest):
        if opcode == INIT:
            return struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, 0, 12, 9, 1 << 16, 1, 16, 0, 0)
        if opcode == GETATTR:
            return struct.pack("<QII", 0, 0, 0) + self.attributes(node)
        if opcode == LOOKUP:
            return struct.pack("<QQQQII", FILE, 0, 0, 0, 0, 0) + self.attributes(FILE)
        if opcode in (OPEN, OPENDIR):
            return struct.pack("<QII", 0, 0, 0)
        if opcode == READDIR:
            if struct.unpack_from("<QQ", rest)[1] != 0:
                return b""
            padding = bytes(-len(self.name) % 8)
            return struct.pack("<QQII", FILE, 1, len(self.name), stat.S_IFREG >> 12) + self.name + padding
        if opcode == READ:
            return self.text if struct.unpack_from("<QQ", rest)[1] == 0 else b""
        if opcode == STATFS:
            return struct.pack("<QQQQQIIII24x", 1000, 500, 500, 10, 5, 4096, 255, 4096, 0)
        return b"" if opcode in (RELEASE, RELEASEDIR, FLUSH) else None

    def attributes(self, node):
        mode = stat.S_IFDIR | 0o755 if node == ROOT else stat.S_IFREG | 0o644
        size = 0 if node == ROOT else len(self.text)
        return struct.pack("<6Q10I", node, size, 1, self.mtime, self.mtime, self.mtime, 0, 0, 0, mode, 1,
                           0, 0, 0, 4096, 0)


class Page:
    """One scrape: its text, its series, how long it took."""

    def __init__(self, port):
        began = time.monotonic()
        reply = h.get(f"http://127.0.0.1:{port}/metrics", timeout=15,
                      headers={"X-Prometheus-Scrape-Timeout-Seconds": "10"})
        self.seconds, self.status, self.text = time.monotonic() - began, reply.status, reply.text()
        lines = [line.rpartition(" ") for line in self.text.splitlines() if not line.startswith("#")]
        self.series = {name: float(value) for name, _, value in lines}

    def collectors(self):
        """The names of those that succeeded."""
        start = 'node_scrape_collector_success{collector="'
        return {name[len(start):-2] for name, value in self.series.items() if name.startswith(start) and value == 1}

    def of_mount(self, family, path):
        label = f'mountpoint="{path}"'
        return [value for name, value in self.series.items() if name.startswith(family + "{") and label in name]


def device_error(page, mount):
    return page.of_mount("node_filesystem_device_error", mount.path)


def main():
    h.enter_private_host()
    # The exporter reads what init has mounted, which is not in this test's namespace.
    subprocess.run(["mount", "--bind", f"/proc/{os.getpid()}/mountinfo", "/proc/1/mountinfo"], check=True)
    with h.running() as t:
        mounts = []
        try:
            show(t, mounts)
        finally:
            for mount in mounts:
                mount.end()


def show(t, mounts):
    port, folder = h.free_port(), t.dir / "textfiles"
    node = t.start([h.vedette(), "exporter", "node", f"--web.listen-address=127.0.0.1:{port}",
                    f"--collector.textfile.directory={folder}", "--collector.filesystem.mount-timeout=1s",
                    "--scrape.collector-timeout=2s"], "node")
    t.wait_ready(node, f"http://127.0.0.1:{port}/metrics", "node")
    before = Page(port).collectors()

    mounts.append(FuseMount(t.dir / "stuck", holds_at=INIT))
    dead = mounts[0]
    page = Page(port)
    t.equal(page.status, 200, "a mount that does not answer statfs: the page is there")
    t.equal(device_error(page, dead), [1.0], "device_error tells of it")
    t.equal(page.of_mount("node_filesystem_size_bytes", dead.path), [], "without a size")
    t.equal(before - page.collectors(), set(), "no collector is lost, filesystem's least")
    t.check(page.seconds < 5, "within its timeout", page.seconds)
    page = Page(port)
    t.equal(device_error(page, dead), [1.0], "device_error stays")
    t.check(page.seconds < 1, "and it is waited for once", page.seconds)

    mounts.append(FuseMount(folder, holds_at=OPEN))
    texts = mounts[1]
    page = Page(port)
    t.equal(page.status, 200, "a directory of textfiles that hangs: the page is there")
    t.equal(before - page.collectors(), {"textfile"}, "it costs that collector only")
    t.check(page.seconds < 8, "within the collector's timeout", page.seconds)
    duration = 'node_scrape_collector_duration_seconds{collector="textfile"}'
    again = Page(port)
    t.equal(before - again.collectors(), {"textfile"}, "it is passed over while it hangs")
    t.check(again.seconds < page.seconds and again.series[duration] > page.series[duration],
            "without waiting, its duration growing", (again.seconds, again.series.get(duration)))
    t.equal(node.output().count("still busy after"), 1, "the log tells it once")
    t.equal(device_error(again, texts), [1.0], "its mount shows by device_error, too")

    texts.go_on()
    t.eventually(lambda: Page(port).series.get("answered") == 1, "it is back when the mount answers")
    t.equal(before - Page(port).collectors(), set(), "with every collector")
    t.equal(device_error(Page(port), texts), [0.0], "and the mount")

    texts.hold()
    t.equal(before - Page(port).collectors(), {"textfile"}, "it hangs again")
    status, seconds = node.stop(timeout=30)
    t.check(seconds < 7, "SIGTERM ends the process all the same", seconds)
    t.equal(status, 1, "which says that something was left")
    t.check("a thread does not end" in node.output(), "in its log, too")


if __name__ == "__main__":
    main()
