#!/usr/bin/env bash
# Sets up what is missing, builds, checks formatting and runs every test. Further arguments go to 'dotnet test'. At the end it
# says again which tests failed, and which ones this machine could not run, and why.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --tests

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet restore Rig.sln --locked-mode -v quiet
dotnet build Rig.sln -c Release -v quiet --no-restore
scripts/check-packages.sh
dotnet format Rig.sln --no-restore --verify-no-changes
for tests in Rig.*/Ui/tests; do
  [ -d "$tests" ] && node --test "$tests"/*.mjs
done

# Rig.Tests/Support/NotRun.cs adds to the list. Both parts are said without a say in the exit code, at the end, where the last
# page of a long log still has them.
RIG_NOT_RUN_LIST=$(mktemp)
export RIG_NOT_RUN_LIST
log=$(mktemp)
sum_up() {
  echo
  # A failed test's lines go on until the next test's; 25 of them have the message and where it was.
  awk '/^ +(Passed|Skipped) |^Test Run |^Test run |^\[xUnit/ { left = 0 }
       /^ +Failed [A-Z]/ { left = 25 }
       left-- > 0' "$log"
  sort -u "$RIG_NOT_RUN_LIST"
  echo 'Not run: the drivers on virtual hardware: they take a virtual machine (QEMU), which scripts/driver-bench.sh starts'
  rm -f "$RIG_NOT_RUN_LIST" "$log"
}
trap sum_up EXIT
dotnet test Rig.sln -c Release --no-build --logger 'console;verbosity=normal' "$@" | tee "$log"
