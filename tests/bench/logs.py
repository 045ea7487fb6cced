#!/usr/bin/env python3
"""What log lines cost: bytes on disk, ingest and scans, beside what VictoriaLogs and Loki did.

    logs.py [--lgen=PROGRAM] [--slices=N] [day] [L] [http]

day: the 600,000 lines of ../shared/reference/logs/bench/gen_day.py, as columns. L: the lines of
../shared/reference/peers/gen/lgen.go (--slices=288 is 24 hours), pushed to a store in process.
http: the same lines pushed to a collector by lgen itself.
The peers' figures are those of ../shared/reference/peers/README.md, taken on this kind of machine.
"""

import http.server
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import harness  # noqa: E402
import log_ingest  # noqa: E402

SHARED = ROOT.parent / "shared" / "reference"
PROGRAMS = ROOT / "build" / "release" / "tests"
PEERS = """
| measure | VictoriaLogs 1.26 | Loki |
| --- | --- | --- |
| day set on disk | 34.2-45.0 MB | 41.8 MB |
| L on disk, of raw | 19.3 % | 20.9 % (+123 % WAL) |
| ingest over HTTP, raw MB a CPU second, L | 11.5-17.8 (no WAL) | 11.9 |
| rare fragment, journal streams, 24 h of L | 812-1,119 ms (16 ms for whole words) | 24-28 s |
| counts by unit, 24 h of L | 250-750 ms | 25 s |
| memory, ingest / after queries | 287-326 / 721 MiB | 1,055-1,412 MiB |
"""


class Capture(http.server.ThreadingHTTPServer):
    """Takes pushes and writes their bodies to a file, each behind its length."""

    def __init__(self, path):
        super().__init__(("127.0.0.1", 0), CaptureHandler)
        self.file = open(path, "wb")
        self.lock = threading.Lock()


class CaptureHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.file.write(struct.pack("<I", len(body)) + body)
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def bench_day(folder):
    script = SHARED / "logs" / "bench" / "gen_day.py"
    lines = folder / "day"
    lines.mkdir()
    run(sys.executable, script, 600_000, lines)
    run(PROGRAMS / "log_columns", f"--day={lines}")


def fill_l(folder, lgen, slices):
    """Makes a store of L in FOLDER/store; says what that cost."""
    pushes = folder / "pushes"
    server = Capture(pushes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    lgen = lgen or harness.unpack_peers(folder, "generators") / "lgen"
    run(lgen, "-conc", 1, "-slices", slices, "-target",
        f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.file.close()
    store = folder / "store"
    store.mkdir()
    run(PROGRAMS / "log_store", f"--pushes={pushes}", f"--dir={store}")
    pushes.unlink()


def main(arguments):
    options = dict(a[2:].split("=", 1) for a in arguments if a.startswith("--") and "=" in a)
    parts = [a for a in arguments if not a.startswith("--")] or ["day", "L", "http"]
    if not set(options) <= {"lgen", "slices"} or not set(parts) <= {"day", "L", "http"}:
        print(__doc__, file=sys.stderr)
        return 2
    if not SHARED.is_dir():
        print(f"logs.py: {SHARED} is not there, nothing to measure", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = pathlib.Path(name)
        if "day" in parts:
            bench_day(folder)
        if "L" in parts:
            fill_l(folder, options.get("lgen"), int(options.get("slices", 288)))
        if "http" in parts:
            lgen = options.get("lgen") or harness.unpack_peers(folder, "generators") / "lgen"
            log_ingest.bench(lgen, int(options.get("slices", 288)))
    print(PEERS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
