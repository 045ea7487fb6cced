"""What the end-to-end tests share: a private place to run in, processes, HTTP, stand-ins.

Each test is one program: it prints what it saw, ends with 'N passed, N failed' and exits 0 or 1;
77 means skipped, with the reason printed.
"""

import contextlib
import ctypes
import fcntl
import gzip
import http.server
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SKIPPED = 77


def vedette():
    """The binary under test: $VEDETTE_BINARY, set by ctest, else the release build."""
    return os.environ.get("VEDETTE_BINARY", str(ROOT / "build/release/vedette"))


def is_instrumented():
    """Whether that is a build for AddressSanitizer: many times slower, and what is freed stays in its
    memory."""
    return "libasan" in subprocess.run(["ldd", vedette()], capture_output=True, text=True).stdout


def skip(reason):
    print("SKIPPED:", reason)
    sys.exit(SKIPPED)


def enter_private_host(required=True, processes=False):
    """Moves this process into its own mount and network namespace with an empty /run and only
    loopback, so that a journald, fixed ports and a small disk of ours meet nobody else's; with `processes`
    also among its own processes alone. Where that is not allowed the test is skipped, or goes on as it
    is when not `required`."""
    if os.environ.get("VEDETTE_PRIVATE_HOST") == "1":
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        loopback_up()
        return
    own_processes = ["--pid", "--fork", "--kill-child", "--mount-proc"] if processes else []
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        why = "needs root and unshare(1) for namespaces of its own"
    else:
        probe = subprocess.run(["unshare", "--mount", "--net", *own_processes, "true"], capture_output=True)
        why = probe.returncode and "this machine does not allow namespaces: " + probe.stderr.decode().strip()
    if why:
        return skip(why) if required else None
    os.environ["VEDETTE_PRIVATE_HOST"] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--net", "--propagation", "private", *own_processes,
                          sys.executable, *sys.argv])


def loopback_up():
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(s, siocgifflags, request))[1]
        fcntl.ioctl(s, siocsifflags, struct.pack("16sh14x", b"lo", flags | iff_up))


def free_port():
    """A port that nobody has, below those that the kernel gives out itself: no program beside this one
    gets it before our server, or while that is down."""
    while True:
        port = random.randrange(22000, 32000)
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    # A shell ignores it for what it starts in the background, and then no script can trap it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Process:
    """A process of ours; its output goes to a file that is shown when a check fails."""

    def __init__(self, args, log, env=None):
        self.args, self.log = [str(a) for a in args], log
        self.file = open(log, "ab")
        self.popen = subprocess.Popen(self.args, stdout=self.file, stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, preexec_fn=die_with_parent,
                                      env={**os.environ, **(env or {})})

    def alive(self):
        return self.popen.poll() is None

    def stop(self, sig=signal.SIGTERM, timeout=10):
        """Sends `sig`, waits, and returns the exit status and the seconds it took."""
        began = time.monotonic()
        if self.alive():
            self.popen.send_signal(sig)
        try:
            status = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            status = self.popen.wait()
        self.file.close()
        return status, time.monotonic() - began

    def kill(self):
        self.stop(signal.SIGKILL)

    def output(self):
        return pathlib.Path(self.log).read_text(errors="replace")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode(errors="replace")


def request(url, data=None, headers=None, method=None, timeout=10):
    """Any HTTP status is a Reply; no answer at all is status 0."""
    req = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(req, timeout=timeout) as r:
            body = r.read()
            if r.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            return Reply(r.status, r.headers, body)
    except urllib.error.HTTPError as e:
        return Reply(e.code, e.headers, e.read())
    except (urllib.error.URLError, OSError) as e:
        return Reply(0, {}, str(e).encode())


def get(url, params=None, **kwargs):
    if params:
        url += "?" + urllib.parse.urlencode(params, doseq=True)
    return request(url, **kwargs)


def post_json(url, value, **kwargs):
    return request(url, json.dumps(value).encode(), {"Content-Type": "application/json"}, **kwargs)


class Test:
    """Counts checks, owns the processes and the folder of one test program."""

    def __init__(self):
        self.passed = self.failed = 0
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="vedette-e2e-"))
        self.processes = []

    def check(self, ok, what, detail=""):
        if ok:
            self.passed += 1
            print("ok    ", what, flush=True)
        else:
            self.failed += 1
            print("FAILED", what, str(detail)[:2000], flush=True)
        return bool(ok)

    def equal(self, got, want, what):
        return self.check(got == want, what, f"got {got!r}, want {want!r}")

    def eventually(self, probe, what, seconds=30, every=0.2):
        """Waits until `probe` returns something true, and returns it. Counts as one check."""
        end = time.monotonic() + seconds
        value = None
        while time.monotonic() < end:
            value = probe()
            if value:
                break
            time.sleep(every)
        self.check(value, what, "not within %d s" % seconds)
        return value

    def start(self, args, name, env=None):
        process = Process(args, self.dir / (name + ".log"), env)
        self.processes.append(process)
        return process

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def collector(self, name, port, *flags, ready=True):
        """Without the cache of query results, unless a flag gives it one."""
        if not any(flag.startswith("--query.cache-bytes") for flag in flags):
            flags += ("--query.cache-bytes=0",)
        process = self.start([vedette(), "collector", f"--storage.tsdb.path={self.dir / name}",
                              f"--web.listen-address=127.0.0.1:{port}", *flags], name)
        if ready:
            self.wait_ready(process, f"http://127.0.0.1:{port}/-/ready", name)
        return process

    def wait_ready(self, process, url, name, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.alive():
            if request(url, timeout=2).status == 200:
                return
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not become ready:\n{process.output()[-3000:]}")

    def finish(self):
        for process in self.processes:
            if process.alive():
                process.stop()
        if self.failed:
            for process in self.processes:
                print("---- last lines of", process.log)
                print(process.output()[-1500:])
        shutil.rmtree(self.dir, ignore_errors=True)
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


@contextlib.contextmanager
def running():
    """`with running() as t:` runs a test and ends what it started, also when it raises."""
    test = Test()
    try:
        yield test
    except SystemExit:
        raise
    except Exception as error:  # a test that raises has failed and still must clean up
        test.check(False, f"raised {type(error).__name__}: {error}")
    test.finish()


class Recorder:
    """An HTTP server that keeps every request and answers with what `reply` says, (status, body) or
    (status, body, headers), `delay` seconds later."""

    def __init__(self, reply, delay=0):
        self.requests, self.lock, self.delay = [], threading.Lock(), delay
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                seen = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body,
                        "time": time.time()}
                time.sleep(recorder.delay)
                with recorder.lock:
                    status, answer, *more = reply(seen)
                    seen["status"] = status
                    recorder.requests.append(seen)
                self.send_response(status)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(answer))}
                for name, value in (headers | dict(*more)).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = do_DELETE = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def seen(self):
        with self.lock:
            return list(self.requests)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def unpack_peers(into, name):
    """The folder of the peers' binaries, or None where they are absent."""
    unpack = SHARED / "peers/unpack"
    if not unpack.exists():
        return None
    subprocess.run([str(unpack), str(into), name], check=True, stdout=subprocess.DEVNULL)
    return pathlib.Path(into) / "bin"


def loki_lines(base, query, start_ns, end_ns, limit=5000):
    """Every line of `query`, paging by time, as (timestamp, line) pairs, oldest first."""
    lines = []
    while True:
        reply = get(base + "/loki/api/v1/query_range",
                    {"query": query, "start": start_ns, "end": end_ns, "limit": limit,
                     "direction": "forward"})
        if reply.status != 200:
            raise RuntimeError(f"query_range: {reply.status} {reply.text()[:300]}")
        page = sorted((int(v[0]), v[1]) for s in reply.json()["data"]["result"]
                      for v in s["values"])
        lines += page
        if len(page) < limit:
            return lines
        # Ask again after the last time seen; that time itself may be cut, so drop and refetch it.
        last = page[-1][0]
        lines = [line for line in lines if line[0] < last]
        start_ns = last


def journal_send(fields):
    """One entry by journald's native protocol."""
    payload = b""
    for name, value in fields.items():
        value = value if isinstance(value, bytes) else str(value).encode()
        payload += name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect("/run/systemd/journal/socket")
        s.send(payload)


def start_journald(test):
    """A real journald of this test's own namespace."""
    binary = "/lib/systemd/systemd-journald"
    if not os.path.exists(binary):
        skip("no systemd-journald on this machine")
    os.makedirs("/run/systemd/journal", exist_ok=True)
    os.makedirs("/run/log/journal", exist_ok=True)
    if not os.path.exists("/etc/machine-id") or not pathlib.Path("/etc/machine-id").read_text().strip():
        subprocess.run(["systemd-machine-id-setup"], check=True, capture_output=True)
    process = test.start([binary], "journald")
    end = time.monotonic() + 10
    while not os.path.exists("/run/systemd/journal/socket"):
        if time.monotonic() > end or not process.alive():
            raise RuntimeError("journald did not start:\n" + process.output())
        time.sleep(0.05)
    return process
