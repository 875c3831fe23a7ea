#!/usr/bin/env bash
# Sets up what is missing, builds, checks formatting and runs every test. Further arguments go to 'dotnet test'.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --tests

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Rig.sln -c Release -v quiet
dotnet format Rig.sln --no-restore --verify-no-changes
for tests in Rig.*/Ui/tests; do
  [ -d "$tests" ] && node --test "$tests"/*.mjs
done
dotnet test Rig.sln -c Release --no-build --logger 'console;verbosity=normal' "$@"
