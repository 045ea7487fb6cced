"""Real services for tests: PostgreSQL, Redis and Caddy of Debian, each on ports and in folders of
the test's own, and a Proxmox stand-in that answers from the recorded replies."""

import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

import harness as h


def find(*candidates):
    """The first program that exists, or None."""
    for candidate in candidates:
        path = shutil.which(candidate)
        if path:
            return path
    return None


def start_redis(test, port, *flags, name="redis"):
    binary = find("redis-server")
    if binary is None:
        h.skip("no redis-server on this machine")
    folder = test.dir / name
    folder.mkdir()
    process = test.start([binary, "--port", port, "--bind", "127.0.0.1", "--dir", folder,
                          "--latency-tracking", "yes", *flags], name)
    wait_port(process, port, name)
    return process


class Postgres:
    """A PostgreSQL 15 of the test's own, superuser `postgres`, trusted on its socket and loopback."""

    def __init__(self, test, port, name="postgres"):
        folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not folders:
            h.skip("no PostgreSQL server on this machine")
        self.bin, self.port, self.folder = folders[-1], port, test.dir / name
        self.socket = test.dir / (name + "-run")
        self.folder.mkdir()
        self.socket.mkdir()
        # The server refuses to run as root, and its user must be able to reach its folder.
        os.chmod(test.dir, 0o755)
        for path in (self.folder, self.socket):
            shutil.chown(path, "postgres", "postgres")
        os.chmod(self.folder, 0o700)
        self.run("initdb", "-D", self.folder, "-A", "trust", "-U", "postgres", "--no-sync")
        self.process = test.start(
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", self.bin / "postgres",
             "-D", self.folder, "-k", self.socket, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
             "-c", "fsync=off", "-c", "shared_buffers=16MB"], name)
        wait_port(self.process, port, name)
        wait_until(lambda: self.sql("select 1").returncode == 0, name)

    def run(self, program, *args):
        return subprocess.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                               str(self.bin / program), *map(str, args)], check=True,
                              capture_output=True, cwd="/", text=True)

    def sql(self, text, database="postgres"):
        return subprocess.run([str(self.bin / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U",
                               "postgres", "-d", database, "-Atc", text], capture_output=True, text=True)


def start_caddy(test, admin, ports, log):
    """Debian's Caddy with metrics, an access log in JSON, and one answer on each of `ports`."""
    binary = find("caddy")
    if binary is None:
        h.skip("no caddy on this machine")
    servers = {f"s{i}": {"listen": [f"127.0.0.1:{port}"], "logs": {"default_logger_name": "access"},
                         "metrics": {},
                         "routes": [{"handle": [{"handler": "static_response", "body": "hello"}]}]}
               for i, port in enumerate(ports)}
    config = {"admin": {"listen": f"127.0.0.1:{admin}"},
              "logging": {"logs": {"access": {"writer": {"output": "file", "filename": str(log)},
                                              "include": ["http.log.access"]}}},
              "apps": {"http": {"servers": servers}}}
    path = test.write("caddy.json", json.dumps(config))
    process = test.start([binary, "run", "--config", path], "caddy",
                         {"HOME": str(test.dir), "XDG_DATA_HOME": str(test.dir / "caddy-data"),
                          "XDG_CONFIG_HOME": str(test.dir / "caddy-config")})
    wait_port(process, admin, "caddy")
    return process


def start_proxmox():
    """The recorded replies of a cluster, over plain HTTP. Returns the port; None without them."""
    samples = h.SHARED / "reference/exporters/pve-samples"
    if not samples.exists():
        return None
    by_path = {"version": "version", "cluster/status": "cluster_status",
               "cluster/resources": "cluster_resources",
               "cluster/resources?type=vm": "cluster_resources_type_vm",
               "cluster/resources?type=storage": "cluster_resources_type_storage",
               "cluster/backup-info/not-backed-up": "cluster_backup-info_not-backed-up",
               "cluster/config/qdevice": "cluster_config_qdevice"}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.removeprefix("/api2/json/")
            name = by_path.get(path, path.split("?")[0].replace("/", "_"))
            reply = samples / (name + ".json")
            body = reply.read_bytes() if reply.exists() else b'{"data":null}'
            self.send_response(200 if reply.exists() else 501)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class WholeAgent:
    """Every service that the agent has an exporter for, and the agent with all of them on. In a
    network namespace of the test's own: the exporters stand on their usual ports."""

    PORTS = {"node": 9100, "process": 9256, "redis": 9121, "postgres": 9187, "caddy": 9180, "pve": 9221}

    def __init__(self, test):
        self.test, self.access_log = test, test.dir / "caddy-access-site.log"
        self.redis, self.admin, self.site = h.free_port(), h.free_port(), h.free_port()
        start_redis(test, self.redis)
        self.postgres = Postgres(test, h.free_port())
        self.postgres.sql("create table t (id int primary key); insert into t select generate_series(1, 1000)")
        start_caddy(test, self.admin, [self.site], self.access_log)
        self.proxmox = start_proxmox()

    def start(self, *flags):
        """The agent's process, once each of its exporters answers."""
        dsn = f"postgresql://postgres@127.0.0.1:{self.postgres.port}/postgres?sslmode=disable"
        agent = self.test.start(
            [h.vedette(), "agent", f"--agent.state-path={self.test.dir / 'agent'}",
             "--collector.processes", "--collector.interrupts", "--collector.tcpstat", "--collector.qdisc",
             "--exporter.process=on", "--process.procnames=postgres,redis-server,caddy,vedette,python3",
             "--exporter.redis=on", f"--redis.addr=redis://127.0.0.1:{self.redis}",
             "--exporter.postgres=on",
             "--exporter.caddy=on", f"--caddy.admin-address=http://127.0.0.1:{self.admin}",
             f"--caddy.access-log={self.access_log}",
             "--exporter.pve=" + ("on" if self.proxmox else "off"), *flags],
            "agent", {"DATA_SOURCE_NAME": dsn, "PVE_USER": "root@pam", "PVE_TOKEN_NAME": "x",
                      "PVE_TOKEN_VALUE": "y", "PVE_VERIFY_SSL": "false"})
        for name, port, _, _ in self.pages():
            wait_port(agent, port, f"the agent's {name} exporter")
        return agent

    def pages(self):
        """(exporter, port, path, parameters) of each page that the agent has here."""
        pages = [(name, port, "/metrics", {}) for name, port in self.PORTS.items() if name != "pve"]
        if self.proxmox:
            pages.append(("pve", self.PORTS["pve"], "/pve",
                          {"target": [f"http://127.0.0.1:{self.proxmox}"], "cluster": ["1"], "node": ["1"]}))
        return pages


def wait_port(process, port, name, seconds=30):
    def connects():
        if not process.alive():
            raise RuntimeError(f"{name} ended:\n{process.output()[-2000:]}")
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", int(port))) == 0

    wait_until(connects, name, seconds)


def wait_until(probe, name, seconds=30):
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            raise RuntimeError(f"{name} is not ready after {seconds} s")
        time.sleep(0.05)
