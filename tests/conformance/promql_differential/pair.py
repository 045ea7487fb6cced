"""Ours and Prometheus beside each other, with the same samples."""

import subprocess
import time

import harness as h
import remote_write

from .server import Server

EXPERIMENTAL = "promql-experimental-functions"
# All that is newer than 3.5.3 or experimental.
NEWER = (EXPERIMENTAL, "promql-duration-expr", "promql-delayed-name-removal", "promql-extended-range-selectors",
         "promql-binop-fill-modifiers")


def takes_features():
    """Whether our collector knows --enable-feature."""
    done = subprocess.run([h.vedette(), "collector", "--help"], capture_output=True, text=True, timeout=30)
    return "--enable-feature" in done.stdout


def start_ours(t, features=(), flush="30m"):
    """A collector that scrapes nothing and keeps samples of any age. `flush`: how long in memory."""
    port = h.free_port()
    flags = [f"--config.file={t.write('ours.yml', 'scrape_configs: []')}",
             "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=100y",
             "--collector.parts=tsdb", f"--storage.tsdb.min-block-duration={flush}"]
    if features:
        flags.append("--enable-feature=" + ",".join(features))
    t.collector("ours", port, *flags)
    return Server("ours", port)


def start_prometheus(t, peers, features=()):
    """Prometheus 3.5.3, whose head takes a series of hours whole before it takes the next."""
    port = h.free_port()
    process = t.start([peers / "prometheus", f"--config.file={t.write('theirs.yml', 'scrape_configs: []')}",
                       f"--storage.tsdb.path={t.dir / 'theirs'}", f"--web.listen-address=127.0.0.1:{port}",
                       "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=100y",
                       "--storage.tsdb.min-block-duration=24h", "--storage.tsdb.max-block-duration=24h",
                       "--enable-feature=" + ",".join(("native-histograms", *features))], "theirs")
    t.wait_ready(process, f"http://127.0.0.1:{port}/-/ready", "theirs")
    return Server("theirs", port)


def await_parts(t, number):
    """Waits until ours has written that many parts."""
    folder = t.dir / "ours/metrics/parts"
    for _ in range(600):
        if len(list(folder.glob("*.part"))) >= number:
            return
        time.sleep(0.1)
    raise RuntimeError(f"no {number} parts in {folder}")


def fill(server, bodies):
    """Writes each body; a refusal raises, for then the two would not hold the same."""
    for body in bodies:
        reply = h.request(server.base + "/api/v1/write", body, remote_write.HEADERS, timeout=60)
        if reply.status not in (200, 204):
            raise RuntimeError(f"{server.name} refuses samples: {reply.status} {reply.text()[:500]}")
