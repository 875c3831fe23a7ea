#!/usr/bin/env bash
# Replays seeds of the simulation (docs/design/simulation.md).
#   scripts/simulate.sh --set membership --seed 17     one seed, with its trace
#   scripts/simulate.sh --from 1000 --count 20000      many seeds of every set, for a night
#   scripts/simulate.sh --set match --seed 3           a whole match with faults, to read
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build bench/Rig.Bench -c Release -v quiet >&2
exec bench/Rig.Bench/bin/Release/net10.0/Rig.Bench simulate "$@"
