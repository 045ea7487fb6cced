#!/usr/bin/env python3
"""Writes grafana/*.json from boards/*.py. `generate.py --check` writes nothing and fails where a
file is not what its board says."""
import importlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for source in sorted((HERE / "boards").glob("*.py")):
        made = importlib.import_module("boards." + source.stem).BOARD
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        path = HERE / "grafana" / (source.stem + ".json")
        if path.exists() and path.read_text() == text:
            continue
        stale.append(path.name)
        if not check:
            path.write_text(text)
    for name in stale:
        print(("stale: " if check else "written: ") + name)
    return 1 if check and stale else 0


sys.exit(main())
