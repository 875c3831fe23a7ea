#!/usr/bin/env bash
# Asks the package registry whether a package that Rig uses, directly or not, has a known vulnerability. Exit code 1 where one has;
# where the registry does not answer, it says so and goes on.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! dotnet list Rig.sln package --vulnerable --include-transitive >"$log" 2>&1; then
  echo "packages: not checked, because the registry did not answer: $(tail -n 1 "$log")"
elif grep -q 'has the following vulnerable packages' "$log"; then
  cat "$log"
  exit 1
else
  echo "packages: no known vulnerability in the packages of $(grep -c 'no vulnerable packages' "$log") projects"
fi
