"""`vedette logs` with journalctl's flags against a running collector, and `vedette logs import` from a
Loki, whose stand-in is another collector: this project's own answers to Loki's recorded requests are
held against Loki's elsewhere."""

import json
import os
import subprocess
import time

import harness as h

NOW = time.time_ns()
SECOND = 10**9
DAY = 86_400 * SECOND


def run(*args, env=None, timeout=120):
    done = subprocess.run([h.vedette(), "logs", *map(str, args)], capture_output=True, text=True,
                          env={**os.environ, "TZ": "UTC", **(env or {})}, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def push(base, labels, values):
    return h.post_json(base + "/loki/api/v1/push", {"streams": [{"stream": labels, "values": values}]})


def line(seconds_ago, text, **metadata):
    return [str(NOW - seconds_ago * SECOND), text, metadata]


def fill(t, base):
    for host in ("web1", "web2"):
        t.equal(push(base, {"host": host, "unit": "nginx.service"},
                     [line(50, f"level=info {host} started", pid="17"),
                      line(40, f"level=error {host} Timeout"), line(30, f"level=warn {host} slow")]).status,
                204, f"lines of {host}")
    push(base, {"host": "web1", "unit": "ssh.socket"}, [line(20, "level=debug listening")])
    push(base, {"host": "web1", "unit": "many.service"},
         [[str(NOW - 10 * SECOND + i // 3), f"line {i}"] for i in range(3500)])


def texts(out):
    return [json.loads(one)["line"] for one in out.splitlines()]


def ask(t, base):
    def logs(*args, **kwargs):
        return run(f"--server={base}", *args, **kwargs)

    code, out, err = logs("-u", "nginx", "-H", "web1")
    stamp = time.strftime("%b %d %H:%M:%S", time.gmtime(NOW // SECOND - 50))
    t.equal((code, out.splitlines()[0]), (0, f"{stamp} web1 nginx[17]: level=info web1 started"),
            "a line as journalctl prints it")
    t.equal(len(out.splitlines()), 3, "of one unit and host")
    t.equal(logs("-u", "nginx", "-p", "err", "-o", "cat", "-H", "web*")[1].split("\n")[:2],
            ["level=error web1 Timeout", "level=error web2 Timeout"], "of a priority, the text alone")
    t.equal(texts(logs("-u", "nginx", "-p", "warning..warning", "-o", "json", "-H", "web2")[1]),
            ["level=warn web2 slow"], "of one level, as JSON")
    t.equal(texts(logs("-g", "timeout", "-o", "json", "-H", "web1")[1]), ["level=error web1 Timeout"],
            "a pattern without capitals finds any case")
    t.equal(logs("-g", "TIMEOUT", "-o", "cat")[1], "", "one with capitals only them")
    t.equal(texts(logs("-u", "many", "-o", "json")[1]), [f"line {i}" for i in range(3500)],
            "more lines than a page, in order")
    t.equal(texts(logs("-u", "many", "-n", 1500, "-o", "json")[1]),
            [f"line {i}" for i in range(2000, 3500)], "the newest of them")
    t.equal(texts(logs('{host="web1"} |= "slow"', "-o", "json")[1]), ["level=warn web1 slow"], "LogQL")
    t.equal(logs("-u", "nginx", "--since", "15 seconds ago")[1], "", "since then there are none")
    t.equal(len(logs("-u", "nginx", "--since=-45s", "--until=-35s", "-o", "cat")[1].splitlines()), 2,
            "between two times")
    wrong = [(("-p", "loud"), "-p: found"), (("--since", "soon"), "--since: found"),
             (("-n", "few"), "-n: found"), (("-f", "--until", "now"), "--until: cannot be had with -f"),
             (("{a=\"b\"}", "-u", "x"), "cannot be had with -u and -H"), (("-o", "xml"), "-o"),
             (("{a=",), "parse error at line 1"), (("rate({a=\"b\"}[1m])",), "metric query")]
    for args, words in wrong:
        code, out, err = logs(*args)
        t.check(code == 2 and not out and words in err, f"wrong use: {args}", err)
    code, _, err = run("--server=http://127.0.0.1:9", "-n", 1)
    t.check(code == 1 and "vedette logs: " in err, "no server", err)


def colours(t, base):
    """A terminal gets colours, and no control characters of a line."""
    push(base, {"host": "tty"}, [line(1, "level=error \x1b[31mred\x1b[0m")])
    command = f"{h.vedette()} logs --server={base} -H tty"
    for no_colour, want in (({}, "\x1b[1;31mlevel=error \\x1b[31mred"),
                            ({"NO_COLOR": "1"}, ": level=error \\x1b[31mred")):
        out = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True, text=True,
                             env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
                                  **no_colour}).stdout
        t.check(want in out, f"a terminal, {no_colour}", repr(out))


def follow(t, base):
    process = t.start([h.vedette(), "logs", f"--server={base}", "-f", "-H", "follow", "-o", "cat"], "follow")
    push(base, {"host": "follow"}, [[str(time.time_ns()), "first"]])
    t.eventually(lambda: process.output() == "first\n", "a line that comes is shown")
    late = time.time_ns() - 3 * SECOND
    push(base, {"host": "follow"}, [[str(time.time_ns()), "second"], [str(late), "late"]])
    t.eventually(lambda: sorted(process.output().split()) == ["first", "late", "second"],
                 "so is one that comes late, once")
    process.kill()


def follow_on(t):
    """Over kills of the server, pushes that are sent twice, and a burst."""
    port = h.free_port()
    base = f"http://127.0.0.1:{port}"
    collector = t.collector("followed", port, "--collector.parts=logs")
    push(base, {"host": "on"}, [[str(time.time_ns() - 60 * SECOND), "old"]])
    process = t.start([h.vedette(), "logs", f"--server={base}", "-f", "-n", "0", "-H", "on", "-o", "cat"], "follow_on")
    time.sleep(1)
    sent = []

    def send(count, twice=False):
        lines = [[str(time.time_ns() + i), f"{len(sent) + i}"] for i in range(count)]
        for _ in range(2 if twice else 1):
            push(base, {"host": "on"}, lines)
        sent.extend(line for _, line in lines)

    def shown():
        return [word for word in process.output().split() if word.isdigit()]

    send(5, twice=True)
    t.eventually(lambda: shown() == sent, "lines come, and once though they were pushed twice")
    t.check('vedette_http_requests_total{code="101"} 1' in h.get(base + "/metrics").text(), "over a WebSocket")
    for _ in range(2):
        collector.kill()
        collector = t.collector("followed", port, "--collector.parts=logs")
        send(3)
        t.eventually(lambda: sorted(shown(), key=int) == sent, "after a kill it goes on where it was")
    send(30_000)
    t.eventually(lambda: len(shown()) >= len(sent), "a burst comes")
    time.sleep(2)
    t.check(sorted(shown(), key=int) == sent, "and none of it is missing or comes twice", len(shown()))
    process.kill()


def imports(t, base):
    port = h.free_port()
    t.collector("target", port)
    target = f"http://127.0.0.1:{port}"
    state = t.dir / "state"

    def import_logs(*args):
        return run("import", base, f"--to={target}", f"--state={state}", "--query", '{unit="many.service"}',
                   *args)

    begun = time.time_ns()
    code, out, err = import_logs("--since=-2d")
    ended = time.time_ns()
    t.check(code == 0 and out.startswith("3500 lines of 3 days; 0 days"), "lines of a Loki", out + err)
    t.equal(texts(run(f"--server={target}", "-u", "many", "-o", "json")[1]),
            [f"line {i}" for i in range(3500)], "are in, once")
    code, out, _ = import_logs("--since=-2d")
    # The day of the lines may have been over when they were read first: then it is done.
    again = {f"{3500 if (NOW - 10 * SECOND) // DAY == at // DAY else 0} lines" for at in (begun, ended)}
    t.check(any(out.startswith(f"{lines} of 2 days; 1 days were in before") for lines in again),
            "what is done is not read again; what may have grown is", out)
    t.equal(len(texts(run(f"--server={target}", "-u", "many", "-o", "json")[1])), 3500, "and none is twice")
    one = [stream for stream in h.get(target + "/loki/api/v1/query_range", {
        "query": '{unit="many.service"}', "limit": 1, "start": NOW - 3600 * SECOND}).json()["data"]["result"]]
    t.equal(one[0]["stream"], {"host": "web1", "unit": "many.service", "service_name": "unknown_service",
                               "detected_level": "unknown"}, "with labels and metadata")
    later = time.strftime("--until=%Y-%m-%d", time.gmtime(time.time() + 2 * 86400))
    for _ in range(2):
        code, out, err = run("import", base, f"--to={target}", f"--state={t.dir / 'ahead'}", "--query",
                             '{unit="many.service"}', "--since=-1d", later)
    t.check(code == 0 and out.rstrip().endswith("; 0 days were in before"),
            "no day is done before it is over, whatever --until says", out + err)
    t.equal(import_logs("--since=soon")[0], 2, "a time that is none")
    t.equal(run("import", "http://127.0.0.1:9", f"--state={t.dir / 'x'}")[0], 1, "no Loki there")
    code, out, err = run("import", base + "/", f"--to={target}", f"--state={state}", "--since=-2d")
    # Those of fill(), of colours() and of follow().
    t.check(code == 0 and out.startswith("3511 lines of 3 days; 0 days"),
            "without a query all lines, whatever labels their streams have", out + err)
    code, out, err = run("import", base, f"--to={target}", f"--state={t.dir / 'y'}", "--query", "{a=")
    t.check(code == 2 and "parse error" in err, "a query that is none", err)


def main():
    with h.running() as t:
        port = h.free_port()
        t.collector("c", port)
        base = f"http://127.0.0.1:{port}"
        fill(t, base)
        ask(t, base)
        colours(t, base)
        follow(t, base)
        follow_on(t)
        imports(t, base)


main()
