#!/usr/bin/env bash
# The include check must catch what it is for: a tree with one wrong arrow fails, a right one passes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{base,model,collector/tsdb,collector/promql}
echo '#include "base/status.h"' > "$tree/model/labels.h"
bash "$here/check_includes.sh" "$tree" || { echo "a right tree was refused"; exit 1; }
echo '#include "collector/tsdb/store.h"' > "$tree/collector/promql/engine.cc"
if bash "$here/check_includes.sh" "$tree" >"$tree/out"; then echo "promql -> tsdb was not caught"; exit 1; fi
grep -q 'collector/promql/engine.cc:1: collector/promql may not include collector/tsdb/store.h' "$tree/out"
echo '#include "model/labels.h"' > "$tree/base/x.h"
rm "$tree/collector/promql/engine.cc"
if bash "$here/check_includes.sh" "$tree" >"$tree/out"; then echo "base -> model was not caught"; exit 1; fi
