#!/usr/bin/env bash
# Builds rigcam into native/build/rigcam/ where libcamera-dev, g++, make, cmake and pkg-config are installed, and says what is
# missing otherwise: only cameras by libcamera need it. Quick when nothing changed.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
for tool in g++ make cmake pkg-config; do command -v "$tool" >/dev/null || missing+=("$tool"); done
if ! command -v pkg-config >/dev/null || ! pkg-config --exists libcamera; then missing+=(libcamera-dev); fi
if [ "${#missing[@]}" -gt 0 ]; then
  echo "native: rigcam is not built, so cameras by libcamera will not work; it needs ${missing[*]}" >&2
  exit 0
fi

folder=build/rigcam
mkdir -p "$folder"
if [ ! -f "$folder/CMakeCache.txt" ]; then
  cmake -S rigcam -B "$folder" -DCMAKE_BUILD_TYPE=Release >"$folder/configure.log" 2>&1 || { cat "$folder/configure.log" >&2; rm -f "$folder/CMakeCache.txt"; exit 1; }
fi
cmake --build "$folder" >"$folder/build.log" 2>&1 || { cat "$folder/build.log" >&2; exit 1; }
