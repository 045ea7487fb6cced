"""promtool accepts the /metrics pages of agent and collector."""

import subprocess

import harness as h


def main():
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None:
            h.skip("no ../shared/peers on this machine")
        port, node = h.free_port(), h.free_port()
        t.collector("collector", port)
        agent = t.start([h.vedette(), "agent", f"--web.listen-address=127.0.0.1:{node}",
                         "--no-ship", f"--agent.state-path={t.dir / 'agent'}"], "agent")
        t.wait_ready(agent, f"http://127.0.0.1:{node}/metrics", "agent")
        for name, url in (("collector", f"http://127.0.0.1:{port}/metrics"),
                          ("agent", f"http://127.0.0.1:{node}/metrics")):
            page = h.get(url)
            t.equal(page.status, 200, f"{name}: /metrics answers")
            lint = subprocess.run([str(peers / "promtool"), "check", "metrics"], input=page.body,
                                  capture_output=True)
            # node_exporter itself breaks two naming hints of the linter; only those may stand.
            known = ("node_filesystem", "node_memory", "node_disk", "node_network", "node_pressure")
            complaints = [line for line in lint.stderr.decode().splitlines()
                          if name == "collector" or not line.startswith(known)]
            t.check(lint.returncode in (0, 3) and not complaints, f"{name}: promtool accepts it",
                    lint.stderr.decode())


if __name__ == "__main__":
    main()
