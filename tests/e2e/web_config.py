"""The web configuration file on agent and collector: TLS, basic auth, tokens with scopes."""

import base64
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import harness as h


def bcrypt_hash(password):
    """By libcrypt, through perl, at the lowest cost."""
    salt = "$2b$04$abcdefghijklmnopqrstuu"
    out = subprocess.run(["perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, salt],
                         capture_output=True, text=True, check=True)
    return out.stdout


def make_certificate(t):
    cert, key = t.dir / "cert.pem", t.dir / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


def main():
    h.enter_private_host(required=False)  # its own services, not this machine's
    with h.running() as t:
        cert, key = make_certificate(t)
        web = t.write("web.yml", f"""
tls_server_config: {{cert_file: {cert}, key_file: {key}}}
basic_auth_users:
  ali: {bcrypt_hash("open sesame")}
tokens:
  - {{name: grafana, token_file: {t.write("read", "read-token")}, scopes: [read]}}
  - {{name: shipper, token_file: {t.write("push", "push-token")}, scopes: [push]}}
""")
        port, node = h.free_port(), h.free_port()
        collector = t.start([h.vedette(), "collector", f"--storage.tsdb.path={t.dir / 'data'}",
                             f"--web.listen-address=0.0.0.0:{port}", f"--web.config.file={web}"],
                            "collector")
        agent = t.start([h.vedette(), "agent", f"--web.listen-address=127.0.0.1:{node}", "--no-ship",
                         f"--web.config.file={web}", f"--agent.state-path={t.dir / 'agent'}"], "agent")
        context = ssl.create_default_context(cafile=str(cert))

        def ask(url, authorization=None, body=None):
            headers = {"Content-Type": "application/json"} if body else {}
            if authorization:
                headers["Authorization"] = authorization
            try:
                request = urllib.request.Request(url, data=body, headers=headers)
                with urllib.request.urlopen(request, context=context, timeout=10) as reply:
                    return reply.status
            except urllib.error.HTTPError as error:
                return error.code
            except (urllib.error.URLError, OSError):
                return 0

        def basic(password):
            return "Basic " + base64.b64encode(f"ali:{password}".encode()).decode()

        base, page = f"https://127.0.0.1:{port}", f"https://127.0.0.1:{node}/metrics"
        t.eventually(lambda: ask(base + "/-/ready") == 200, "a health probe needs no credentials, over TLS")
        t.eventually(lambda: ask(page, basic("open sesame")) == 200, "the agent's page with a password")
        query = base + "/api/v1/query?query=vector(1)"
        push = json.dumps({"streams": [{"stream": {"a": "b"},
                                        "values": [[str(time.time_ns()), "x"]]}]}).encode()
        cases = [
            ("no credentials", query, None, None, 401),
            ("a wrong password", query, basic("open barley"), None, 401),
            ("the right password", query, basic("open sesame"), None, 200),
            ("a read token reads", query, "Bearer read-token", None, 200),
            ("a wrong token", query, "Bearer no-token", None, 401),
            ("a read token may not push", base + "/loki/api/v1/push", "Bearer read-token", push, 403),
            ("a push token pushes", base + "/loki/api/v1/push", "Bearer push-token", push, 204),
            ("a push token may not read", query, "Bearer push-token", None, 403),
            ("the agent refuses strangers", page, None, None, 401),
            ("the agent takes a read token", page, "Bearer read-token", None, 200),
            ("the agent refuses a push token", page, "Bearer push-token", None, 403),
        ]
        for what, url, authorization, body, want in cases:
            t.equal(ask(url, authorization, body), want, what)
        t.equal(h.request(f"http://127.0.0.1:{port}/-/ready").status in (0, 400), True,
                "plain HTTP is not answered on a TLS port")
        t.write("read", "rotated")
        t.eventually(lambda: ask(query, "Bearer rotated") == 200, "a rotated token needs no restart")
        t.equal(ask(query, "Bearer read-token"), 401, "and the old one is out")
        for process in (collector, agent):
            t.check("read-token" not in process.output() and "sesame" not in process.output(),
                    "no secret in the log")


if __name__ == "__main__":
    main()
