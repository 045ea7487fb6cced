"""Clients that follow a query and never read what they are sent, over large lines: what the collector holds for all of
them together stays small, those that send are gone within half a minute, and others are answered."""

import base64
import os
import socket
import time

import account
import harness as h

TAILS = 32
LINES = 100
LINE_BYTES = 1 << 20
AT_MOST_MIB = 64
PING = b"\x89\x80\x00\x00\x00\x00"


def follow(port, query):
    s = socket.create_connection(("127.0.0.1", port), timeout=60)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    target = "/loki/api/v1/tail?" + h.urllib.parse.urlencode({"query": query, "limit": LINES})
    key = base64.b64encode(os.urandom(16)).decode()
    s.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    return s


def is_open(s):
    try:
        s.sendall(PING)
        return True
    except OSError:
        return False


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        collector = t.collector("followed", port, "--collector.parts=logs")
        pid = collector.popen.pid
        begin = time.time_ns() - 60 * 10**9

        def push(first, count):
            for i in range(first, first + count):
                line = f"{i} ".ljust(LINE_BYTES - 100, "xyz"[i % 3])
                reply = h.post_json(base + "/loki/api/v1/push", {"streams": [
                    {"stream": {"app": "big"}, "values": [[str(begin + i), line]]}]})
                if reply.status != 204:
                    t.check(False, "lines are taken", reply.text())

        push(0, LINES)
        time.sleep(2)
        before = account.memory_mib(pid)[0]
        sockets = [follow(port, '{app="big"}') for _ in range(TAILS)]
        most = 0
        for _ in range(30):
            time.sleep(0.1)
            most = max(most, account.memory_mib(pid)[0])
        print(f"       {TAILS} that do not read: {most - before:.0f} MiB more, of {before:.0f}")
        t.check(most - before < AT_MOST_MIB, "they hold little of what was there", f"{most - before:.0f} MiB")
        push(LINES, 20)
        most = max(most, account.memory_mib(pid)[0])
        t.check(most - before < 2 * AT_MOST_MIB, "and of what comes", f"{most - before:.0f} MiB")

        def gone():
            push(LINES + 20 + int(time.monotonic()), 1)  # until even the kernel takes no more for them
            return not any([is_open(s) for s in sockets])

        t.eventually(gone, "who sends and never reads is gone", seconds=90, every=1)
        with follow(port, '{app="big"} |= "no such"') as s:
            t.check(s.recv(12) == b"HTTP/1.1 101", "and there is room for others")


if __name__ == "__main__":
    main()
