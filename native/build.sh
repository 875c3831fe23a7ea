#!/usr/bin/env bash
# Builds the native libraries into native/build/. Quick when nothing changed. Needs g++, cmake and libopencv-dev (scripts/setup.sh).
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p build
if [ ! -f build/CMakeCache.txt ]; then
  cmake -S rigvision -B build -DCMAKE_BUILD_TYPE=Release >build/configure.log 2>&1 || { cat build/configure.log >&2; rm -f build/CMakeCache.txt; exit 1; }
fi
cmake --build build >build/build.log 2>&1 || { cat build/build.log >&2; exit 1; }
