"""`vedette query` against a running collector, as a table, JSON, CSV and a sparkline, with passwords
and tokens; `vedette check rules` and `vedette test rules` by their exit codes."""

import csv
import io
import json
import os
import subprocess

import harness as h
from web_config import bcrypt_hash, make_certificate


def run(*args, env=None):
    done = subprocess.run([h.vedette(), *map(str, args)], capture_output=True, text=True,
                          env={**os.environ, "NO_COLOR": "1", **(env or {})}, timeout=240)
    return done.returncode, done.stdout, done.stderr


def ask(t, base):
    def query(*args):
        return run("query", f"--server={base}", *args)

    t.equal(query("1 + 1"), (0, "2\n", ""), "a scalar is its number")
    t.equal(query('"text"'), (0, "text\n", ""), "a string is its text")
    t.eventually(lambda: "up" in query("up")[1], "the collector has scraped itself")
    code, out, err = query("up")
    t.check(code == 0 and out.splitlines()[0].split() == ["METRIC", "instance", "job", "VALUE"],
            "an instant vector is a table with a column a label", out + err)
    code, out, _ = query("up", "-o", "json")
    t.check(code == 0 and json.loads(out)["data"]["resultType"] == "vector", "JSON as it came", out)
    code, out, _ = query("up", "-o", "csv", "--since", "1m", "--step", "1s")
    rows = list(csv.DictReader(io.StringIO(out)))
    t.check(code == 0 and rows and all(row["value"] == "1" for row in rows), "a range as CSV", out)
    code, out, _ = query("time()", "--since", "10m")
    t.check(code == 0 and "▁" in out and "█" in out, "a range has a sparkline", out)
    t.equal(query("no_such_metric"), (0, "no series\n", ""), "no series is no error")

    code, out, err = query("sum(rat(up[5m]))")
    t.check(code == 1 and not out and 'unknown function with name "rat"' in err
            and err.endswith("  sum(rat(up[5m]))\n      ^\n"), "a caret under the mistake", err)
    code, _, err = query("quantile(2, up)")
    t.check(code == 0 and "warning: " in err, "annotations on standard error", err)
    t.equal(query("up", "--time=soon")[0], 2, "a time that is none is wrong use")
    t.equal(query("up", "--since=1h", "--start=0")[0], 2, "flags that exclude each other")
    t.equal(query("up", "-o", "xml")[0], 2, "an output that is none")
    t.equal(query()[0], 2, "no expression")
    t.equal(run("query", "--server=http://127.0.0.1:9", "up")[0], 1, "no server")
    t.equal(query("up", "--time=now-100000h")[1], "no series\n", "another time")


def tls_of(t, cert, name, more):
    return t.write(name, f"tls_config: {{ca_file: {cert}, server_name: localhost}}\n{more}\n")


def with_credentials(t):
    cert, key = make_certificate(t)
    web = t.write("web.yml", f"""
tls_server_config: {{cert_file: {cert}, key_file: {key}}}
basic_auth_users:
  ali: {bcrypt_hash("open sesame")}
tokens:
  - {{name: reader, token_file: {t.write("read", "read-token")}, scopes: [read]}}
""")
    port = h.free_port()
    t.start([h.vedette(), "collector", f"--storage.tsdb.path={t.dir / 'closed'}",
             f"--web.listen-address=127.0.0.1:{port}", f"--web.config.file={web}"], "closed")
    t.write("password", "open sesame\n")
    token = t.dir / "read"
    basic = tls_of(t, cert, "basic.yml", "basic_auth: {username: ali, password_file: password}")
    bearer = tls_of(t, cert, "bearer.yml", "authorization: {credentials_file: read}")
    nobody = tls_of(t, cert, "nobody.yml", "")

    def query(*args):
        return run("query", f"--server=https://127.0.0.1:{port}", "1", *args)

    t.eventually(lambda: query(f"--http.config.file={basic}")[0] == 0, "a password in a file")
    t.equal(query(f"--http.config.file={bearer}")[1], "1\n", "a token in a file")
    code, _, err = query(f"--http.config.file={nobody}")
    t.check(code == 1 and "credentials" in err, "without any it says what is missing", err)
    t.equal(query(f"--http.config.file={basic}", f"--token-file={token}")[0], 2, "one way alone")
    t.equal(query("--basic-auth.username=ali")[0], 2, "a user without a password")
    t.equal(query(f"--http.config.file={tls_of(t, cert, 'wrong.yml', 'no_such_key: 1')}")[0], 2,
            "a key that the file cannot have")


def rules(t):
    good = t.write("good.yml", "groups: [{name: g, rules: [{record: a, expr: vector(1)}]}]\n")
    bad = t.write("bad.yml", "groups: [{name: g, rules: [{record: a, expr: rate(up)}]}]\n")
    twice = t.write("twice.yml", "groups: [{name: g, rules: [{record: a, expr: '1'}, "
                                 "{record: a, expr: '2'}]}]\n")
    code, out, _ = run("check", "rules", good)
    t.check(code == 0 and "SUCCESS: 1 rules found" in out, "a good rule file", out)
    code, _, err = run("check", "rules", good, bad)
    t.check(code == 1 and f"{bad}:1:" in err and "expected type range vector" in err,
            "a bad one, with its place", err)
    t.equal(run("check", "rules", twice)[0], 0, "rules that stand twice are remarked on")
    t.equal(run("check", "rules", "--lint-fatal", twice)[0], 1, "and are a problem when asked so")
    t.equal(run("check", "rules")[0], 2, "no file")
    code, out, _ = run("check", "rules", "-o", "json", bad)
    t.check(code == 1 and json.loads(out)["files"][0]["errors"], "as JSON", out)
    newer = t.write("newer.yml", "groups: [{name: g, rules: [{record: a, expr: 'a + fill(0) b'}]}]\n")
    t.equal(run("check", "rules", newer)[0], 1, "what 3.5 does not know")
    code, _, err = run("check", "rules", "--enable-feature=promql-binop-fill-modifiers,made-up", newer)
    t.check(code == 0 and "made-up" in err, "is known when enabled; an unknown name is said", err)

    passing = t.write("pass_test.yml", "rule_files: [good.yml]\ntests: [{promql_expr_test: [{expr: a, "
                                       "eval_time: 1m, exp_samples: [{labels: a, value: 1}]}]}]\n")
    failing = t.write("fail_test.yml", "rule_files: [good.yml]\ntests: [{name: x, promql_expr_test: "
                                       "[{expr: a, eval_time: 1m, exp_samples: [{labels: a, value: 2}]}]}]\n")
    t.equal(run("test", "rules", passing)[0], 0, "tests that pass")
    code, _, err = run("test", "rules", passing, failing)
    t.check(code == 1 and "got: {__name__=\"a\"} 1E+00" in err, "tests that fail say why", err)
    junit = t.dir / "junit.xml"
    t.equal(run("test", "rules", f"--junit={junit}", "-o", "json", failing)[0], 1, "as JSON and JUnit")
    t.check('failures="1"' in junit.read_text(), "JUnit's counts", junit.read_text())
    t.equal(run("test", "rules", "--run=nothing", failing)[0], 0, "only tests that are named")
    t.equal(run("test", "rules", "--run=(", failing)[0], 2, "a name that is no expression")
    # An instrumented build takes minutes for all of them.
    some = "node_test.yml" if h.is_instrumented() else "*_test.yml"
    ours = sorted((h.ROOT / "deploy/rules/tests").glob(some))
    code, _, err = run("test", "rules", *ours)
    t.check(ours and code == 0, "the unit tests of our own rules", err)


def main():
    with h.running() as t:
        port = h.free_port()
        config = t.write("prometheus.yml", f"""
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: self
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
""")
        t.collector("open", port, f"--config.file={config}",
                    "--enable-feature=promql-experimental-functions,made-up")
        ask(t, f"http://127.0.0.1:{port}")
        code, out, err = run("query", f"--server=http://127.0.0.1:{port}", "limitk(1, up)")
        t.check(code == 0 and "up" in out, "a feature that was enabled", err)
        with_credentials(t)
        rules(t)


if __name__ == "__main__":
    main()
