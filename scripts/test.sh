#!/usr/bin/env bash
# Sets up what is missing, builds, checks formatting and runs every test. Further arguments go to 'dotnet test'. At the end it
# says which tests this machine could not run, and why.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --tests

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Rig.sln -c Release -v quiet
dotnet format Rig.sln --no-restore --verify-no-changes
for tests in Rig.*/Ui/tests; do
  [ -d "$tests" ] && node --test "$tests"/*.mjs
done

# Rig.Tests/Support/NotRun.cs adds to it. Said also when a test failed, and without a say in the exit code.
RIG_NOT_RUN_LIST=$(mktemp)
export RIG_NOT_RUN_LIST
tell_what_did_not_run() {
  echo
  sort -u "$RIG_NOT_RUN_LIST"
  echo 'Not run: the drivers on virtual hardware: they take a virtual machine (QEMU), which scripts/driver-bench.sh starts'
  rm -f "$RIG_NOT_RUN_LIST"
}
trap tell_what_did_not_run EXIT
dotnet test Rig.sln -c Release --no-build --logger 'console;verbosity=normal' "$@"
