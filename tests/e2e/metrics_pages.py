"""promtool accepts the /metrics pages of agent and collector."""

import subprocess

import harness as h


def lint(peers, page):
    """promtool's exit status and its remarks on a page."""
    done = subprocess.run([str(peers / "promtool"), "check", "metrics"], input=page, capture_output=True)
    return done.returncode, set(done.stderr.decode().splitlines())


def upstream_remarks(peers):
    """What promtool has to say of upstream's own names, in the recorded pages."""
    known = set()
    for name in ("node.prom", "node-fixtures-all-collectors.prom"):
        known |= lint(peers, (h.SHARED / "reference/exporters" / name).read_bytes())[1]
    return known


def main():
    h.enter_private_host(required=False)  # its own services, not this machine's
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        known = upstream_remarks(peers)
        port, node = h.free_port(), h.free_port()
        t.collector("collector", port)
        agent = t.start([h.vedette(), "agent", f"--web.listen-address=127.0.0.1:{node}",
                         "--no-ship", f"--agent.state-path={t.dir / 'agent'}"], "agent")
        t.wait_ready(agent, f"http://127.0.0.1:{node}/metrics", "agent")
        for name, url in (("collector", f"http://127.0.0.1:{port}/metrics"),
                          ("agent", f"http://127.0.0.1:{node}/metrics")):
            page = h.get(url)
            t.equal(page.status, 200, f"{name}: /metrics answers")
            status, remarks = lint(peers, page.body)
            unknown = remarks - (known if name == "agent" else set())
            t.check(status in (0, 3) and not unknown, f"{name}: promtool accepts it", unknown)


if __name__ == "__main__":
    main()
