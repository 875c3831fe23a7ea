#!/usr/bin/env bash
# Measures the actor engines side by side: the embedded one and, where its packages can be restored, Akka.NET 1.5.27.
# Usage: scripts/bench-engine.sh [rounds] [-p:RestoreAdditionalProjectSources=folder and other options of dotnet build]
# Each bench runs on one engine and then on the other, so that both see the same neighbours on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=3
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    rounds=$1
    shift
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

echo "Building with the embedded engine"
dotnet build bench/Rig.Bench -c Release -v quiet -nologo
engines=(embedded)
echo "Building with Akka.NET"
if dotnet build bench/Rig.Bench -c Release -v quiet -nologo -p:ActorEngine=akka "$@" >"$results/build.log" 2>&1; then
    engines+=(akka)
elif grep -qE 'error NU[0-9]+' "$results/build.log"; then
    echo "Akka.NET's packages cannot be restored here; only the embedded engine is measured."
else
    cat "$results/build.log" >&2
    exit 1
fi

program() {
    case $1 in
        embedded) echo bench/Rig.Bench/bin/Release/net10.0/Rig.Bench ;;
        akka) echo bench/Rig.Bench/bin/akka/Release/net10.0/Rig.Bench ;;
    esac
}

for bench in engine-local engine-remote engine-cluster; do
    for engine in "${engines[@]}"; do
        echo "Running $bench on $engine"
        "$(program "$engine")" "$bench" "$rounds" --json >"$results/$bench.$engine.json"
    done
done

node scripts/bench-engine-table.mjs "$results"/*.json
