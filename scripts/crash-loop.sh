#!/usr/bin/env bash
# Kills the recorder 2,000 times at random moments and the capture process and whole nodes many times; every take must verify
# and decode, and no more be lost than docs/design/recording.md promises. --kills N, --seed N (else a new one, printed).
set -euo pipefail
cd "$(dirname "$0")/.."

kills=2000
seed=$((RANDOM * 32768 + RANDOM))
while [ $# -gt 0 ]; do
  case "$1" in
    --kills) kills=${2:?--kills wants a number}; shift 2 ;;
    --seed) seed=${2:?--seed wants a number}; shift 2 ;;
    -h|--help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
    *) echo "crash-loop.sh: unknown option '$1' (there are --kills and --seed)" >&2; exit 2 ;;
  esac
done

scripts/setup.sh --tests
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
echo "crash-loop: $kills kills, seed $seed (the same again: --kills $kills --seed $seed)" >&2
RIG_CRASH_KILLS=$kills RIG_CRASH_SEED=$seed dotnet test Rig.Tests -c Release --filter 'FullyQualifiedName~Rig.Tests.Faults.Killed' --logger 'console;verbosity=normal'
