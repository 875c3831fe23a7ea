#!/usr/bin/env bash
# Builds the native libraries into native/build/. Quick when nothing changed. Needs g++, cmake and libopencv-dev; rigcam also
# libcamera-dev, and is left out where that is missing (scripts/setup.sh).
set -euo pipefail
cd "$(dirname "$0")"

build() { # source folder, build folder
  mkdir -p "$2"
  if [ ! -f "$2/CMakeCache.txt" ]; then
    cmake -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=Release >"$2/configure.log" 2>&1 || { cat "$2/configure.log" >&2; rm -f "$2/CMakeCache.txt"; exit 1; }
  fi
  cmake --build "$2" >"$2/build.log" 2>&1 || { cat "$2/build.log" >&2; exit 1; }
}

build rigvision build
if pkg-config --exists libcamera; then
  build rigcam build/rigcam
else
  echo "native: libcamera-dev is not installed, so rigcam is not built; cameras by libcamera will not work" >&2
fi
