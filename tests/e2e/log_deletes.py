"""/loki/api/v1/delete of a running collector: lines of a query go at once and stay gone over a restart, come
back when the request is taken back, and without --web.enable-admin-api there is no such path."""

import sys
import time
import urllib.parse

sys.dont_write_bytecode = True
import harness as h

PUSHED = 30


def lines(base):
    reply = h.get(base + "/loki/api/v1/query_range", {"query": '{app="a"}', "limit": 100})
    return [v[1] for stream in reply.json()["data"]["result"] for v in stream["values"]]


def count(base):
    reply = h.get(base + "/loki/api/v1/query", {"query": 'sum(count_over_time({app="a"}[1h]))'})
    result = reply.json()["data"]["result"]
    return int(result[0]["value"][1]) if result else 0


def ask(base, method, **params):
    return h.request(base + "/loki/api/v1/delete?" + urllib.parse.urlencode(params), method=method)


def main():
    with h.running() as t:
        port = h.free_port()
        base = f"http://127.0.0.1:{port}"
        flags = ("--collector.parts=logs", "--web.enable-admin-api")
        collector = t.collector("store", port, *flags)
        first = time.time_ns() - 5 * 10**9
        h.post_json(base + "/loki/api/v1/push", {"streams": [{"stream": {"app": "a"}, "values": [
            [str(first + i), f"line {i} status={i % 3}"] for i in range(PUSHED)]}]})
        t.equal(len(lines(base)), PUSHED, "lines are there")
        asked = {"query": '{app="a"} | logfmt | status="1"', "start": int(time.time()) - 60}
        reply = ask(base, "POST", **asked)
        t.equal((reply.status, reply.text()), (204, ""), "a delete is taken")
        left = [line for line in lines(base) if "status=1" not in line]
        t.equal((len(lines(base)), len(left), count(base)), (20, 20, 20), "its lines are gone, counts too")
        collector.popen.kill()
        collector.popen.wait()
        collector = t.collector("store", port, *flags)
        t.equal(len(lines(base)), 20, "also after a kill")
        listed = ask(base, "GET").json()
        t.equal([(r["query"], r["status"]) for r in listed], [(asked["query"], "received")], "it is listed")
        t.equal(ask(base, "DELETE", request_id="nobody").status, 404, "an unknown one is not taken back")
        t.equal(ask(base, "DELETE", request_id=listed[0]["request_id"]).status, 204, "it is taken back")
        t.equal((len(lines(base)), ask(base, "GET").text()), (PUSHED, "[]\n"), "its lines are there again")
        reply = ask(base, "POST", query="{app=", start=int(time.time()) - 60)
        t.check(reply.status == 400 and "invalid query expression" in reply.text(), "a wrong query is told", reply.text())
        collector.stop()
        t.collector("store", port, "--collector.parts=logs")
        reply = ask(base, "GET")
        t.equal((reply.status, reply.text()), (404, "404 page not found\n"), "without the flag there is no such path")


if __name__ == "__main__":
    main()
