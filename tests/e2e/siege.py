"""Hostile calls from many clients, while what must go on is watched: what sieges of both query languages share.

COUNT and SEED are a script's arguments: 300 calls and a fixed seed unless given; the long runs take 10,000."""

import socket
import sys
import threading
import time

import harness as h

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 300
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 5
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def form_of(params):
    return h.urllib.parse.urlencode(params, doseq=True, errors="surrogatepass").encode()


def hang_up(port, path, data):
    """Sends the question and goes away without waiting for the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        s.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                  f"Content-Length: {len(data)}\r\n\r\n".encode() + data)


def others(base, stop, failed, slowest):
    """What must go on meanwhile."""
    line = {"streams": [{"stream": {"job": "others"}, "values": [["0", "x"]]}]}
    while not stop.is_set():
        line["streams"][0]["values"] = [[str(time.time_ns()), "x"]]
        for name, ask in (("health", lambda: h.get(base + "/-/healthy").status == 200),
                          ("push", lambda: h.post_json(base + "/loki/api/v1/push", line).status == 204),
                          ("alerts", lambda: h.get(base + "/api/v1/alerts").status == 200)):
            began = time.monotonic()
            if not ask():
                failed.append(name)
            slowest[name] = max(slowest.get(name, 0), time.monotonic() - began)
        stop.wait(0.1)


def attack(hostile, count, port, prefix, send, is_answer, bad, seen):
    for i in range(count):
        path, params = hostile.call()
        if i % 10 == 9:
            try:
                hang_up(port, prefix + path, form_of(params))
            except OSError as error:
                bad.append((path, str(params)[:300], f"hang-up: {error}"))
            continue
        reply = send(path, params)
        seen[reply.status] = seen.get(reply.status, 0) + 1
        try:
            fine = is_answer(reply)
        except (ValueError, KeyError):
            fine = False
        if not fine:
            bad.append((path, str(params)[:300], f"{reply.status} {reply.text()[:300]}"))


def besiege(t, collector, port, prefix, hostiles, send, is_answer):
    """COUNT calls, shared among `hostiles`, whose call() makes (path behind `prefix`, parameters). `send` asks
    one, `is_answer` says whether a reply is one; it may raise ValueError and KeyError."""
    base = f"http://127.0.0.1:{port}"
    bad, seen, failed, slowest, stop = [], {}, [], {}, threading.Event()
    watcher = threading.Thread(target=others, args=(base, stop, failed, slowest))
    watcher.start()
    clients = [threading.Thread(target=attack, args=(one, COUNT // len(hostiles), port, prefix, send, is_answer, bad, seen))
               for one in hostiles]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    stop.set()
    watcher.join()
    print("answers by status:", dict(sorted(seen.items())),
          "slowest of the others:", {k: f"{v * 1000:.0f} ms" for k, v in slowest.items()})
    t.check(not bad, f"each of {COUNT} hostile calls gets an answer (seed {SEED})", bad[:5])
    t.check(not failed, "probes, pushes and alerts were answered all the time", failed[:5])
    t.check(collector.alive(), "the server lives", collector.output()[-500:])
