"""The agent finds what runs on its host: each exporter on its own port and under /metrics/NAME."""

import os

import harness as h
import parts


def page(path, port=9100):
    return h.get(f"http://127.0.0.1:{port}{path}")


def main():
    h.enter_private_host()
    with h.running() as t:
        # At a socket alone: one that is switched on must ask what was found, not the default address.
        socket = "/run/redis/redis-server.sock"
        os.makedirs("/run/redis")
        parts.start_redis(t, h.free_port(), "--unixsocket", socket)
        parts.wait_until(lambda: os.path.exists(socket), "redis' socket")
        agent = t.start([h.vedette(), "agent", "--no-ship", f"--agent.state-path={t.dir / 'agent'}",
                         "--exporter.process=off", "--exporter.redis=on"], "agent")
        t.wait_ready(agent, "http://127.0.0.1:9100/metrics", "agent")
        t.eventually(lambda: page("/metrics", 9121).status == 200, "Redis: its exporter serves its own port")
        t.check("redis_up 1" in page("/metrics/redis").text(), "Redis: under /metrics/redis too")
        own = page("/metrics").text()
        t.check('vedette_agent_exporter_detected{exporter="redis"} 1' in own, "the agent says that it found Redis")
        t.check('vedette_agent_exporter_detected{exporter="postgres"} 0' in own, "and that it found no PostgreSQL")
        t.equal(page("/metrics/postgres").status, 404, "PostgreSQL: no page before it runs")
        t.equal(page("/metrics/process").status, 404, "an exporter switched off has no page")
        t.equal(page("/metrics/nothing").status, 404, "an unknown name has no page")

        parts.start_caddy(t, 2019, [8080], t.dir / "caddy-access-site.log")
        t.eventually(lambda: "caddy_up 1" in page("/metrics/caddy").text(),
                     "Caddy: found after it was started", seconds=75, every=1)
        t.equal(page("/metrics", 9180).status, 200, "Caddy: its exporter serves its own port")

        status, seconds = agent.stop()
        t.equal(status, 0, "the agent ends cleanly")
        t.check(seconds < 5, "within 5 s", seconds)



if __name__ == "__main__":
    main()
