#!/usr/bin/env bash
# Puts three real nodes through partitions, pauses, rolling restarts and kills, many times over. The tests of every day do each
# once. Argument: how often (20 unless told). The partitions need root and network namespaces; without them that test says so.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-20}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "cluster-faults: '$rounds' is no number of rounds; use 1 or more." >&2; exit 2; }
scripts/setup.sh --tests
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Rig.sln -c Release -v quiet
RIG_FAULT_ROUNDS=$rounds dotnet test Rig.Tests -c Release --no-build --filter 'FullyQualifiedName~ClusterFaults' --logger 'console;verbosity=detailed'
