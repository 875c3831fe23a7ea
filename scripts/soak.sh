#!/usr/bin/env bash
# Records in real time for 100 minutes and prints dropped frames and memory as it goes. Exit code 0 only without a dropped
# frame, with flat memory and a take that verifies. --minutes N, --mode WIDTHxHEIGHTxFPS (640x360x30).
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=100
mode=640x360x30
while [ $# -gt 0 ]; do
  case "$1" in
    --minutes) minutes=${2:?--minutes wants a number}; shift 2 ;;
    --mode) mode=${2:?--mode wants WIDTHxHEIGHTxFPS}; shift 2 ;;
    -h|--help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
    *) echo "soak.sh: unknown option '$1' (there are --minutes and --mode)" >&2; exit 2 ;;
  esac
done

scripts/setup.sh
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build bench/Rig.Bench -c Release -v quiet >&2
exec bench/Rig.Bench/bin/Release/net10.0/Rig.Bench soak "$minutes" "$mode"
