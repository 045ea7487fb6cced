"""Caddy: what it answers and how fast, by server and, from its access logs, by host."""
from layout import ORANGE, RED, board, graph, heatmap, logs, log_graph, query_variable, row, stat, table

H = 'instance="$instance"'
L = f'{H},host=~"$vhost"'


def m(name, extra=""):
    return f"caddy_{name}{{{H}{',' + extra if extra else ''}}}"


def rate(name, by, labels=H):
    return f"sum by ({by}) (rate(caddy_{name}{{{labels}}}[$__rate_interval]))"


def quantile(q, name, labels=H):
    return f'histogram_quantile({q}, {rate(name + "_bucket", "le", labels)})'


ALL = f"sum(rate(caddy_access_log_requests_total{{{L}}}[$__rate_interval]))"


def share(code):
    return f'sum(rate(caddy_access_log_requests_total{{{L},code=~"{code}"}}[$__rate_interval])) / ({ALL} > 0)'


GLANCE = row("At a glance", [
    stat("Up", m("up"), thresholds=((0, RED), (1, "green")),
         mappings=[{"type": "value", "options": {"0": {"text": "down"}, "1": {"text": "up"}}}]),
    stat("Requests", ALL, "reqps"),
    stat("Client errors", share("4.."), "percentunit", decimals=2, thresholds=((0.1, ORANGE),)),
    stat("Server errors", share("5.."), "percentunit", decimals=2, thresholds=((0.01, ORANGE), (0.05, RED))),
    stat("p99", quantile(0.99, "access_log_request_duration_seconds", L), "s"),
    stat("In flight", f'sum({m("http_requests_in_flight")})'),
    stat("Last reload ok", m("config_last_reload_successful"), thresholds=((0, RED), (1, "green"))),
    stat("First certificate to end", f'min({m("certificate_not_after_timestamp_seconds")}) - time()', "s",
         thresholds=None),
])
TRAFFIC = row("Traffic by host, from the access logs", [
    graph("Requests", [(rate("access_log_requests_total", "host", L), "{{host}}")], "reqps", stack=True, low=0),
    graph("By status", [(rate("access_log_requests_total", "code", L), "{{code}}")], "reqps", stack=True, low=0),
    graph("Latency", [(quantile(0.5, "access_log_request_duration_seconds", L), "p50"),
                      (quantile(0.9, "access_log_request_duration_seconds", L), "p90"),
                      (quantile(0.99, "access_log_request_duration_seconds", L), "p99")], "s", low=0),
    heatmap("Latency", rate("access_log_request_duration_seconds_bucket", "le", L)),
    graph("Bytes sent", [(rate("access_log_response_size_bytes_sum", "host", L), "{{host}}")], "Bps", stack=True, low=0),
    graph("Server errors", [(rate("access_log_requests_total", "host", L + ',code=~"5.."'), "{{host}}")], "reqps", low=0),
])
OWN = row("Caddy's own metrics", [
    graph("Requests", [(rate("http_requests_total", "server, handler"), "{{server}} {{handler}}")], "reqps", low=0),
    graph("Latency", [(quantile(0.5, "http_request_duration_seconds"), "p50"),
                      (quantile(0.99, "http_request_duration_seconds"), "p99")], "s", low=0),
    graph("In flight", [(f'sum by (server) ({m("http_requests_in_flight")})', "{{server}}")], low=0),
    graph("Admin requests", [(rate("admin_http_requests_total", "handler, code"), "{{handler}} {{code}}")], "reqps", low=0),
], True)
UPSTREAMS = row("Upstreams, configuration, certificates", [
    graph("Upstreams healthy", [(m("reverse_proxy_upstreams_healthy"), "{{upstream}}")], low=0, high=1),
    graph("Upstreams' failures", [(m("reverse_proxy_upstream_fails"), "{{upstream}}")], low=0),
    stat("Configuration's age", m("config_age_seconds"), "s", width=6),
    table("Certificates", [f'{m("certificate_not_after_timestamp_seconds")} - time()'],
          {"name": "Name", "issuer": "Issuer", "Value": "Ends in"}, units={"Ends in": "s"}, width=18, height=8),
], True)
LOGS = row("Logs", [
    log_graph("Lines by status", [('sum by (status) (count_over_time({job="caddy"}[$__auto]))', "{{status}}")],
              width=24, height=6),
    logs("Errors", '{job="caddy",detected_level=~"error|critical|fatal"}'),
], True)

BOARD = board("vedette-caddy", "Caddy", "Requests, latency, errors, upstreams, certificates.",
              [query_variable("instance", "Instance", "label_values(caddy_up, instance)"),
               query_variable("vhost", "Virtual host",
                              'label_values(caddy_access_log_requests_total{instance="$instance"}, host)',
                              include_all=True, multi=True)],
              [GLANCE, TRAFFIC, OWN, UPSTREAMS, LOGS])
