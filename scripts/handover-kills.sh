#!/usr/bin/env bash
# Kills the home server's and a camera node's processes (SIGKILL) at steps of handing takes over, many times over, and looks each
# time that what is confirmed is there. The tests of every day do 40 kills.
#
# handover-kills.sh [--kills N] [--seed S]   1000 kills and seed 1 unless told; the same seed chooses the same steps
set -euo pipefail
cd "$(dirname "$0")/.."
kills=1000 seed=1
while [ $# -gt 0 ]; do
  case "$1" in
    --kills) kills=${2-}; shift 2 ;;
    --seed) seed=${2-}; shift 2 ;;
    -h|--help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "handover-kills.sh: unknown option '$1' (there are --kills N and --seed S)" >&2; exit 2 ;;
  esac
done
[[ $kills =~ ^[1-9][0-9]{0,6}$ ]] || { echo "handover-kills.sh: --kills wants a number from 1 on, not '$kills'" >&2; exit 2; }
[[ $seed =~ ^[0-9]{1,8}$ ]] || { echo "handover-kills.sh: --seed wants a number of at most 8 digits, not '$seed'" >&2; exit 2; }
scripts/setup.sh --tests
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Rig.sln -c Release -v quiet
RIG_HANDOVER_KILLS=$kills RIG_HANDOVER_SEED=$seed dotnet test Rig.Tests -c Release --no-build \
  --filter 'FullyQualifiedName~HandOverKillTests' --logger 'console;verbosity=detailed'
