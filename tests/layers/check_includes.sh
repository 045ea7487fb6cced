#!/usr/bin/env bash
# Reads every include of our own headers and compares it with the allow-list below. Usage:
# check_includes.sh [ROOT]. Prints each arrow that is not allowed and exits 1.
# A second guard beside CMake's include paths: it also sees headers and unused files.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

# "folder: what it may include besides itself". Longest folder first where one holds another.
allow='
base/http: base
base/template: base
base/durable_map: base
base:
model: base
exporters/runtime: base model
exporters/node: base model exporters/runtime
exporters/process: base model exporters/runtime
exporters/postgres: base model exporters/runtime
exporters/redis: base model exporters/runtime
exporters/pve: base model exporters/runtime
exporters/caddy: base model exporters/runtime
announcer: base model
shipper: base model
collector/tsdb: base model
collector/logstore: base model
collector/promql: base model
collector/logql/parse: base model
collector/logql/template: base model collector/logql/parse
collector/logql/stages: base model collector/logql/parse collector/logql/template
collector/logql: base model
collector/logscan: base model collector/logstore collector/logql
collector/agents: base model
collector/scrape: base model
collector/remote: base model
collector/api: base model collector/promql collector/logql
alerting/rules: base model
alerting/routing: base model
alerting/notify: base model
'
# The folders below base may be used by everyone who may use base.

bad=0
while read -r line; do
  [ -n "$line" ] || continue
  folder=${line%%:*}
  allowed="${line#*:} $folder"
  case " $allowed " in *" base "*) [ "$folder" = base ] || allowed="$allowed base/http base/template base/durable_map" ;; esac
  [ -d "$folder" ] || continue
  # the files of this folder, not of a folder inside it that has a line of its own
  while IFS=: read -r file number include; do
    case "$file" in
      base/http/*|base/template/*|base/durable_map/*)
        [ "$folder" != base ] || continue ;;
    esac
    header=${include#*\"}
    header=${header%%\"*}
    ok=no
    for target in $allowed; do
      case "$header" in "$target"/*)
        if [ "$target" = base ] && [ "$folder" = base ]; then
          case "$header" in base/http/*|base/template/*|base/durable_map/*) continue ;; esac
        fi
        ok=yes; break ;;
      esac
    done
    if [ "$ok" = no ]; then
      echo "$file:$number: $folder may not include $header (allowed:$allowed)"
      bad=1
    fi
  done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"(base|model|exporters|announcer|shipper|collector|alerting|app|tests)/' --include='*.h' --include='*.cc' "$folder" || true)
done <<<"$allow"

# Traps of this code base that no compiler flag catches.
if grep -rnE '^#include <(regex|iostream)>' --include='*.h' base model exporters announcer shipper collector alerting app 2>/dev/null; then
  echo "headers may not include <regex> or <iostream>"
  bad=1
fi
if grep -rnE '^#include <boost/(beast|asio)' --include='*.h' base model exporters announcer shipper collector alerting app 2>/dev/null | grep -v '^base/http/'; then
  echo "Beast and Asio stay inside base/http"
  bad=1
fi
exit $bad
