#!/usr/bin/env bash
# Writes Rig.Tests/Engine/akka-api.txt: of a folder of Akka.NET signature listings (*.api.txt), the types that
# Rig.Engine's namespaces mirror. Usage: scripts/akka-api-extract.sh FOLDER
set -euo pipefail

folder=${1:?"Give the folder of the listings: scripts/akka-api-extract.sh FOLDER"}
target=$(dirname "$0")/../Rig.Tests/Engine/akka-api.txt
types=$(dirname "$0")/../Rig.Tests/Engine/akka-types.txt

# A type begins at the first column; its members are indented below it.
cat "$folder"/Akka.api.txt "$folder"/Akka.Remote.api.txt "$folder"/Akka.Cluster.api.txt "$folder"/Akka.Cluster.Tools.api.txt "$folder"/Akka.Hosting.api.txt "$folder"/Akka.Streams.api.txt \
    "$folder"/Akka.TestKit.api.txt "$folder"/Akka.TestKit.Xunit2.api.txt |
  awk '
    NR == FNR { wanted[$1] = 1; next }
    /^[^ ]/ {
      name = $0
      sub(/ : .*/, "", name)
      sub(/^.*(class|struct|interface|enum|delegate) /, "", name)
      sub(/<.*/, "", name)
      keep = name in wanted
    }
    keep && !/^ *!/ { print }
  ' "$types" - > "$target"
echo "$(grep -c '^[^ ]' "$target") types in $target"
