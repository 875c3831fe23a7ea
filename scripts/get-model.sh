#!/usr/bin/env bash
# Fetches a network that finds people and ball, checks that its bytes are the expected ones, lays it in place and configures the home server
# with it (docs/guide/detection-model.md). Without options: Megvii's official YOLOX-nano, release 0.1.1rc0, 3.7 MB.
#   get-model.sh [--to FILE] [--program FOLDER] [--from ADDRESS] [--size BYTES --sha256 DIGITS]
#     --to FILE         where the network goes (~/.local/share/rig/models/yolox_nano.onnx)
#     --program FOLDER  where rig-ingest lies; its appsettings.json gets Rig:Detect:Model (Rig.Ingest/bin/Release/net10.0)
#     --from ADDRESS    of another server; the bytes are checked all the same
#     --size, --sha256  of another network
# A file that is there and right is not fetched again.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

fail() { echo "get-model.sh: $*" >&2; exit 1; }
say() { printf 'get-model: %s\n' "$*" >&2; }

from=https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx
size=3659407
sha256=c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d
to=${XDG_DATA_HOME:-${HOME:-/root}/.local/share}/rig/models/yolox_nano.onnx
program=$repository/Rig.Ingest/bin/Release/net10.0
while [ $# -gt 0 ]; do
  case "$1" in
    --from) from=${2:?--from wants an address}; shift 2 ;;
    --to) to=${2:?--to wants a file}; shift 2 ;;
    --program) program=${2:?--program wants a folder}; shift 2 ;;
    --size) size=${2:?--size wants a number}; shift 2 ;;
    --sha256) sha256=${2:?--sha256 wants 64 digits}; shift 2 ;;
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "get-model.sh: unknown option '$1' (--help lists them)" >&2; exit 2 ;;
  esac
done
[[ "$size" =~ ^[1-9][0-9]*$ ]] || fail "'$size' is no size in bytes"
[[ "$sha256" =~ ^[0-9a-f]{64}$ ]] || fail "'$sha256' is no SHA-256: 64 digits, 0 to 9 and a to f"
case "$from" in http://*|https://*) ;; *) fail "'$from' is no address; it begins with https://" ;; esac
for needed in curl sha256sum; do command -v "$needed" >/dev/null || fail "needs $needed"; done
to=$(realpath -m -- "$to")

right() { [ -f "$1" ] && [ "$(stat -c %s -- "$1")" = "$size" ] && [ "$(sha256sum -- "$1" | cut -d' ' -f1)" = "$sha256" ]; }

if right "$to"; then
  say "$to is there and right"
else
  mkdir -p -- "$(dirname -- "$to")"
  part=$(mktemp -- "$to.XXXXXX.part")
  trap 'rm -f -- "$part"' EXIT
  say "fetching $from"
  curl --fail --location --silent --show-error --proto '=http,https' --proto-redir '=http,https' --max-filesize "$size" --max-time 900 --retry 3 --output "$part" -- "$from" \
    || fail "it could not be fetched; nothing was changed"
  [ "$(stat -c %s -- "$part")" = "$size" ] || fail "what came has $(stat -c %s -- "$part") bytes, not $size: it is not that network, and was thrown away"
  right "$part" || fail "what came has another SHA-256 than $sha256: it is not that network, and was thrown away"
  chmod 644 -- "$part"
  sync -- "$part"
  mv -f -- "$part" "$to"
  say "$to is in place"
fi

[ -d "$program" ] || { say "there is no program in $program; set Rig__Detect__Model=$to where rig-ingest runs"; exit 0; }
command -v node >/dev/null || { say "without node its settings are not changed; set Rig__Detect__Model=$to where rig-ingest runs"; exit 0; }
node -e '
const fs = require("fs");
const [file, model] = process.argv.slice(1);
const key = (object, name) => Object.keys(object).find(known => known.toLowerCase() === name.toLowerCase()) ?? name;
const settings = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
const rig = settings[key(settings, "Rig")] ??= {};
const detect = rig[key(rig, "Detect")] ??= {};
detect[key(detect, "Model")] = model;
fs.writeFileSync(file + ".part", JSON.stringify(settings, null, 2) + "\n");
fs.renameSync(file + ".part", file);
' "$program/appsettings.json" "$to" || fail "$program/appsettings.json could not be changed; set Rig__Detect__Model=$to where rig-ingest runs"
say "$program/appsettings.json now names it; restart rig-ingest"
