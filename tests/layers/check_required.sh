#!/usr/bin/env bash
# Whoever only runs the program has no more than script/bootstrap installs without --test: what the
# configuration cannot do without stands in cmake/dependencies.cmake alone. Usage:
# check_required.sh [ROOT]. Prints each line that asks for more and exits 1.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"
! grep -rnE '^[^#]*\b(find_package|find_program|find_path|find_library|pkg_check_modules)\(.*\bREQUIRED\b' \
  --include=CMakeLists.txt .
