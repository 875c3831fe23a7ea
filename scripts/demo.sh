#!/usr/bin/env bash
# Runs a whole rig on this machine: installs what is missing, builds, then films a match with three cameras and
# brings it to the viewer. Options are those of 'rig-rehearsal demo'; --help lists them. With --dashcam it plays a day of a
# car's camera instead ('rig-rehearsal dashcam').
set -euo pipefail
called_from=$PWD
cd "$(dirname "$0")/.."
root=$PWD
begin=$EPOCHREALTIME

verb=demo setup=()
arguments=()
for argument in "$@"; do
  if [ "$argument" = --dashcam ]; then verb=dashcam setup=(--dashcam); else arguments+=("$argument"); fi
done

scripts/setup.sh "${setup[@]}"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
echo "demo: building (Release)" >&2
if ! log=$(dotnet build scripts/programs.slnf -c Release -v quiet 2>&1); then
  printf '%s\n' "$log" >&2
  exit 1
fi

end=$EPOCHREALTIME
export RIG_DEMO_SETUP_SECONDS=$(awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.1f", b - a }')
# exec: Ctrl-C and SIGTERM reach rig-rehearsal, which stops everything it started.
cd "$called_from"
exec "$root"/Rig.Rehearsal/bin/Release/net10.0/rig-rehearsal "$verb" "${arguments[@]}"
