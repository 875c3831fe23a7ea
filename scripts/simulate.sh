#!/usr/bin/env bash
# Replays seeds of the simulation (docs/design/simulation.md).
#   scripts/simulate.sh --set membership --seed 17     one seed, with its trace
#   scripts/simulate.sh --from 1000 --count 20000      many seeds of every set
#   scripts/simulate.sh --set match --seed 3           a whole match with faults, to read
#   scripts/simulate.sh --suite                        what every run of the tests shows, a line of JSON each
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Rig.Simulation -c Release -v quiet >&2
exec Rig.Simulation/bin/Release/net10.0/rig-simulation "$@"
