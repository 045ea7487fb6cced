"""promtool accepts every exporter's page, each asking a real service: what it remarks on, it remarks
on in upstream's recorded page too."""

import subprocess

import harness as h
import parts

RECORDED = h.SHARED / "reference/exporters"
PAGES_OF = {
    "process": ("process.prom",),
    "redis": ("redis.prom", "redis-all-options.prom"),
    "postgres": ("postgres.prom", "postgres-all-collectors.prom", "postgres-replica.prom"),
    "caddy": ("caddy.prom",),
    "pve": ("pve.prom",),
}


def remarks(promtool, page):
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True)
    return done.returncode, set(done.stderr.decode().splitlines())


class Pages:
    def __init__(self, t, promtool):
        self.t, self.promtool = t, promtool

    def check(self, name, *flags, path="/metrics", env=None):
        port = h.free_port()
        process = self.t.start([h.vedette(), "exporter", name, f"--web.listen-address=127.0.0.1:{port}",
                                *flags], name, env)
        parts.wait_port(process, port, name)
        for _ in range(2):
            page = h.get(f"http://127.0.0.1:{port}{path}", timeout=30)
        if not self.t.equal(page.status, 200, f"{name}: the page answers"):
            return
        known = set()
        for recorded in PAGES_OF[name]:
            known |= remarks(self.promtool, (RECORDED / recorded).read_bytes())[1]
        status, said = remarks(self.promtool, page.body)
        self.t.check(status in (0, 3) and not said - known, f"{name}: promtool accepts it",
                     "\n".join(sorted(said - known)))


def main():
    h.enter_private_host()
    with h.running() as t:
        peers = h.unpack_peers(t.dir, "prometheus")
        if peers is None or not RECORDED.exists():
            h.skip("no ../shared on this machine")
        pages = Pages(t, str(peers / "promtool"))
        pages.check("process")
        redis = h.free_port()
        parts.start_redis(t, redis)
        pages.check("redis", f"--redis.addr=redis://127.0.0.1:{redis}")
        postgres = parts.Postgres(t, h.free_port())
        pages.check("postgres", env={"DATA_SOURCE_NAME":
                                     f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres?sslmode=disable"})
        admin, site, log = h.free_port(), h.free_port(), t.dir / "access.log"
        parts.start_caddy(t, admin, [site], log)
        h.get(f"http://127.0.0.1:{site}/page")
        pages.check("caddy", f"--caddy.admin-address=http://127.0.0.1:{admin}", f"--caddy.access-log={log}")
        pve = parts.start_proxmox()
        pages.check("pve", path=f"/pve?target=http://127.0.0.1:{pve}&cluster=1&node=1",
                    env={"PVE_USER": "root@pam", "PVE_TOKEN_NAME": "x", "PVE_TOKEN_VALUE": "y",
                         "PVE_VERIFY_SSL": "false"})


if __name__ == "__main__":
    main()
