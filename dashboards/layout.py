"""What a dashboard is made of: panels in rows, in Grafana's classic JSON (schemaVersion 41).

A board says what to ask and how to read it; the conventions (data sources by variable, units,
legends, links among our dashboards) stand here once.
"""

SCHEMA_VERSION = 41
WIDTH = 24
PROMETHEUS = {"type": "prometheus", "uid": "${ds}"}
LOKI = {"type": "loki", "uid": "${ds_logs}"}
GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"


def target(expr, legend="", instant=False, ref="A", logs=False):
    """One query of a panel; `legend` is Grafana's {{label}} template."""
    made = {"refId": ref, "datasource": LOKI if logs else PROMETHEUS, "expr": expr}
    if legend:
        made["legendFormat"] = legend
    if logs:
        made["queryType"] = "range"
    elif instant:
        made.update(instant=True, range=False)
    else:
        made.update(instant=False, range=True)
    return made


def _targets(queries, instant=False, logs=False, table=False):
    made = []
    for i, query in enumerate(queries):
        expr, legend = query if isinstance(query, tuple) else (query, "")
        one = target(expr, legend, instant, chr(ord("A") + i), logs)
        if table:
            one["format"] = "table"
        made.append(one)
    return made


def _steps(thresholds):
    steps = [{"color": GREEN, "value": None}]
    for value, color in thresholds or []:
        steps.append({"color": color, "value": value})
    return {"mode": "absolute", "steps": steps}


def _field(unit, thresholds=None, low=None, high=None, decimals=None, color="thresholds"):
    defaults = {"unit": unit, "thresholds": _steps(thresholds), "color": {"mode": color}, "mappings": []}
    if low is not None:
        defaults["min"] = low
    if high is not None:
        defaults["max"] = high
    if decimals is not None:
        defaults["decimals"] = decimals
    return {"defaults": defaults, "overrides": []}


def _panel(kind, title, width, height, help_text):
    made = {"type": kind, "title": title, "_w": width, "_h": height, "datasource": PROMETHEUS}
    if help_text:
        made["description"] = help_text
    return made


def graph(title, queries, unit="short", width=12, height=8, stack=False, low=None, high=None, help_text="",
          negative=""):
    """Lines over time. Series whose legend matches `negative` are drawn downwards."""
    made = _panel("timeseries", title, width, height, help_text)
    made["targets"] = _targets(queries)
    made["fieldConfig"] = _field(unit, low=low, high=high, color="palette-classic")
    made["fieldConfig"]["defaults"]["custom"] = {
        "drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if stack else 10, "showPoints": "never",
        "spanNulls": False, "stacking": {"mode": "normal" if stack else "none", "group": "A"}}
    if negative:
        made["fieldConfig"]["overrides"] = [{
            "matcher": {"id": "byRegexp", "options": negative},
            "properties": [{"id": "custom.transform", "value": "negative-Y"}]}]
    made["options"] = {"tooltip": {"mode": "multi", "sort": "desc"},
                       "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}}
    return made


def stat(title, expr, unit="short", width=3, height=4, thresholds=None, help_text="", decimals=None,
         legend="", mappings=None):
    """One number."""
    made = _panel("stat", title, width, height, help_text)
    made["targets"] = _targets([(expr, legend)], instant=True)
    made["fieldConfig"] = _field(unit, thresholds, decimals=decimals)
    made["fieldConfig"]["defaults"]["mappings"] = mappings or []
    made["options"] = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                       "colorMode": "value", "graphMode": "none", "textMode": "auto", "justifyMode": "auto"}
    return made


def gauge(title, expr, unit="percentunit", width=3, height=4, thresholds=((0.8, ORANGE), (0.9, RED)),
          low=0, high=1, help_text=""):
    """One number between two ends."""
    made = _panel("gauge", title, width, height, help_text)
    made["targets"] = _targets([expr], instant=True)
    made["fieldConfig"] = _field(unit, thresholds, low, high, decimals=1)
    made["options"] = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                       "showThresholdMarkers": True, "showThresholdLabels": False}
    return made


def table(title, queries, columns, unit="short", width=24, height=9, help_text="", units=None):
    """One row a series. `columns`: what is shown, label or "Value #A", to its heading."""
    made = _panel("table", title, width, height, help_text)
    made["targets"] = _targets(queries, instant=True, table=True)
    made["fieldConfig"] = _field(unit)
    made["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "unit", "value": value}]}
        for name, value in (units or {}).items()]
    made["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": list(columns)}}},
        {"id": "organize", "options": {"renameByName": dict(columns),
                                       "indexByName": {name: i for i, name in enumerate(columns)}}}]
    made["options"] = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False}}
    return made


def heatmap(title, expr, unit="s", width=12, height=8, help_text=""):
    """A classic histogram's buckets over time."""
    made = _panel("heatmap", title, width, height, help_text)
    made["targets"] = [dict(target(expr, "{{le}}"), format="heatmap")]
    made["options"] = {"calculate": False, "yAxis": {"unit": unit}, "cellGap": 1,
                       "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
                       "tooltip": {"mode": "single", "yHistogram": False}}
    made["fieldConfig"] = {"defaults": {}, "overrides": []}
    return made


def logs(title, expr, width=24, height=10, help_text=""):
    """Log lines, newest first."""
    made = _panel("logs", title, width, height, help_text)
    made["datasource"] = LOKI
    made["targets"] = _targets([expr], logs=True)
    made["options"] = {"showTime": True, "wrapLogMessage": True, "sortOrder": "Descending",
                       "enableLogDetails": True, "dedupStrategy": "none"}
    return made


def log_graph(title, queries, unit="short", width=12, height=8, stack=True, help_text=""):
    """A LogQL metric over time."""
    made = graph(title, [], unit, width, height, stack, help_text=help_text)
    made["datasource"] = LOKI
    made["targets"] = _targets(queries, logs=True)
    return made


def row(title, panels, collapsed=False):
    return {"title": title, "panels": panels, "collapsed": collapsed}


def query_variable(name, label, expr, include_all=False, multi=False):
    """A variable filled by label_values(); refreshed with the time range."""
    return {"type": "query", "name": name, "label": label, "datasource": PROMETHEUS,
            "query": {"query": expr, "refId": name}, "definition": expr, "refresh": 2, "sort": 1,
            "includeAll": include_all, "multi": multi, "allValue": ".*" if include_all else None, "hide": 0,
            "options": [], "current": {}}


def text_variable(name, label):
    return {"type": "textbox", "name": name, "label": label, "query": "", "hide": 0,
            "current": {"text": "", "value": ""}, "options": []}


def _source_variable(name, label, kind):
    return {"type": "datasource", "name": name, "label": label, "query": kind, "refresh": 1, "hide": 0,
            "includeAll": False, "multi": False, "options": [], "current": {}}


class _Grid:
    """Puts panels from left to right, row below row, and numbers them."""

    def __init__(self):
        self.panels, self.y, self.next_id = [], 0, 1

    def _number(self, panel):
        panel["id"] = self.next_id
        self.next_id += 1
        return panel

    def _place(self, panels, y):
        x, tallest, placed = 0, 0, []
        for panel in panels:
            panel = dict(panel)
            width, height = panel.pop("_w"), panel.pop("_h")
            if x + width > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            panel["gridPos"] = {"x": x, "y": y, "w": width, "h": height}
            x, tallest = x + width, max(tallest, height)
            placed.append(self._number(panel))
        return placed, y + tallest

    def add(self, one):
        header = self._number({"type": "row", "title": one["title"], "collapsed": one["collapsed"],
                               "gridPos": {"x": 0, "y": self.y, "w": WIDTH, "h": 1}, "panels": []})
        self.panels.append(header)
        placed, end = self._place(one["panels"], self.y + 1)
        if one["collapsed"]:
            header["panels"] = placed
            self.y += 1
        else:
            self.panels += placed
            self.y = end


def board(uid, title, description, variables, rows):
    """A whole dashboard. `uid` never changes: links and bookmarks hold it."""
    grid = _Grid()
    for one in rows:
        grid.add(one)
    return {
        "uid": uid, "title": title, "description": description, "tags": ["vedette"], "editable": False,
        "schemaVersion": SCHEMA_VERSION, "version": 1, "graphTooltip": 1, "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"}, "timezone": "browser", "fiscalYearStartMonth": 0,
        "annotations": {"list": []},
        "links": [{"title": "Vedette", "type": "dashboards", "tags": ["vedette"], "asDropdown": True,
                   "includeVars": True, "keepTime": True, "targetBlank": False, "icon": "external link"}],
        "templating": {"list": [_source_variable("ds", "Metrics", "prometheus"),
                                _source_variable("ds_logs", "Logs", "loki"), *variables]},
        "panels": grid.panels,
    }
