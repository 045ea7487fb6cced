"""The two ends of a collector that scrapes and sends on: a page that changes, and a receiver that answers as it is
told."""

import http.server
import threading
import time

LONG = "v" * 10_000
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

PAGE = f"""# HELP sent_requests Requests so far.
# TYPE sent_requests counter
# UNIT sent_requests requests
sent_requests_total{{path="/a"}} %(n)d # {{trace_id="abc%(n)d",span_id="s1",custom="x"}} 1 %(now).3f
sent_requests_created{{path="/a"}} %(began).3f
# HELP temperature Degrees.
# TYPE temperature gauge
temperature 21.5
# TYPE latency histogram
latency_bucket{{le="0.1"}} 1
latency_bucket{{le="+Inf"}} 3
latency_sum 4.5
latency_count 3
latency_created %(began).3f
# TYPE wait summary
wait{{quantile="0.5"}} 0.25
wait_sum 1
wait_count 2
# TYPE odd unknown
odd{{kind="nan"}} NaN
odd{{kind="inf"}} +Inf
odd{{kind="-inf"}} -Inf
odd{{kind="zero"}} 0
odd{{kind="negative"}} -17.5
odd{{kind="precise"}} 0.1234567890123456
odd{{kind="text",text="a\\"b\\\\c\\nd"}} 1
odd{{kind="unicode",text="äöü 测试 🚀"}} 1
odd{{kind="long",text="{LONG}"}} 1
odd{{kind="timed"}} 5 %(timed).3f
odd{{kind="own",job="mine",instance="me"}} 1
"""


class Target:
    """A page that counts, loses a series and ends."""

    def __init__(self):
        self.scrapes, self.began, self.dead = 0, time.time(), False
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/empty":
                    return self.say(b"# EOF\n")
                if target.dead:
                    return self.send_error(500)
                target.scrapes += 1
                page = PAGE % {"n": target.scrapes, "now": time.time(), "began": target.began,
                               "timed": int(time.time()) - 0.5}
                if target.scrapes < 4:
                    page += 'odd{kind="goes"} 1\n'
                self.say((page + "# EOF\n").encode())

            def say(self, body):
                self.send_response(200)
                self.send_header("Content-Type", OPENMETRICS)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Receiver:
    """Keeps each request by its path, and answers by the path's list of answers, the last of which stays:
    (status, headers, body), a function of the request, "close" or "wait"."""

    def __init__(self, answers, port=0):
        self.seen, self.lock = {}, threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = self.path.strip("/")
                seen = {"method": "POST", "headers": dict(self.headers), "body": body, "time": time.time()}
                with receiver.lock:
                    before = receiver.seen.setdefault(name, [])
                    planned = answers.get(name, [(204, {}, b"")])
                    answer = planned[min(len(before), len(planned) - 1)]
                    before.append(seen)
                self.answer(answer(seen) if callable(answer) else answer)

            def answer(self, answer):
                if answer in ("close", "wait", "garbage"):
                    if answer == "garbage":
                        self.wfile.write(b"nonsense\r\n\r\n")
                    if answer == "wait":
                        time.sleep(2.5)
                    self.close_connection = True
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A sender may leave a connection when it has what it wants."""

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, name):
        with self.lock:
            return list(self.seen.get(name, []))
