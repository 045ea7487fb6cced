"""Holds the dashboards to their conventions (dashboards/README.md). Prints each breach; exits 1."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "dashboards/grafana"


def panels_of(board):
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def breaches(name, board):
    if board.get("id") is not None:
        yield "has an id; only the uid may stand"
    if not re.fullmatch(r"vedette-[a-z0-9-]+", board.get("uid", "")):
        yield f"uid {board.get('uid')!r} is not vedette-NAME"
    wanted = {"schemaVersion": 41, "editable": False, "tags": ["vedette"], "graphTooltip": 1, "refresh": "1m",
              "time": {"from": "now-6h", "to": "now"}}
    for key, value in wanted.items():
        if board.get(key) != value:
            yield f"{key} is {board.get(key)!r}, not {value!r}"
    variables = {v["name"]: v for v in board["templating"]["list"]}
    for source in ("ds", "ds_logs"):
        if variables.get(source, {}).get("type") != "datasource":
            yield f"lacks the data source variable {source}"
    yield from panel_breaches(board, set(variables))
    text = json.dumps(board)
    if "__inputs" in text or "${DS_" in text:
        yield "has import placeholders, which break provisioning"


def panel_breaches(board, variables):
    seen = set()
    for panel in panels_of(board):
        what = f"panel {panel['title']!r}"
        if panel["id"] in seen:
            yield f"{what}: its id is used twice"
        seen.add(panel["id"])
        grid = panel["gridPos"]
        if grid["x"] + grid["w"] > 24:
            yield f"{what}: wider than the board"
        if panel["type"] == "row":
            continue
        if not panel.get("targets"):
            yield f"{what}: asks nothing"
        if "unit" not in panel.get("fieldConfig", {}).get("defaults", {}) and panel["type"] not in ("logs", "heatmap"):
            yield f"{what}: has no unit"
        for target in panel["targets"]:
            if target["datasource"]["uid"] not in ("${ds}", "${ds_logs}"):
                yield f"{what}: data source {target['datasource']['uid']!r} is fixed"
            expr = target["expr"]
            for used in re.findall(r"\$\{?(\w+)", expr):
                if used not in variables and not used.startswith("__"):
                    yield f"{what}: asks for ${used}, which is no variable"
            if re.search(r"\b(i?rate|increase)\([^()]*\[(?!\$__)", expr):
                yield f"{what}: a rate over a fixed window; use $__rate_interval"


def main():
    bad = subprocess.run([sys.executable, str(ROOT / "dashboards/generate.py"), "--check"]).returncode != 0
    uids = {}
    boards = sorted(GRAFANA.glob("*.json"))
    for path in boards:
        board = json.loads(path.read_text())
        for breach in breaches(path.name, board):
            print(f"{path.name}: {breach}")
            bad = True
        if board["uid"] in uids:
            print(f"{path.name}: uid {board['uid']} is {uids[board['uid']]}'s")
            bad = True
        uids[board["uid"]] = path.name
    if not boards:
        print("no dashboard found")
        bad = True
    print(f"{len(boards)} dashboards read")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
