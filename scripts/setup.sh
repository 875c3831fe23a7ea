#!/usr/bin/env bash
# Installs what building and running Rig needs and the machine lacks, and builds the native library where libcamera-dev is
# installed. Safe to run again: what is there is left alone. As root or with sudo. --tests adds what only the tests and the bench need,
# --dashcam what the dashcam's demo needs.
set -euo pipefail
cd "$(dirname "$0")/.."

with_tests=false with_dashcam=false
for argument in "$@"; do
  case "$argument" in
    --tests) with_tests=true with_dashcam=true ;;
    --dashcam) with_dashcam=true ;;
    -h|--help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
    *) echo "setup.sh: unknown option '$argument' (there are --tests and --dashcam)" >&2; exit 2 ;;
  esac
done

say() { printf 'setup: %s\n' "$*" >&2; }

# libgtk-3-0: OpenCV's library is linked with it, though Rig opens no window.
packages=(ffmpeg postgresql postgresql-client libgtk-3-0 libturbojpeg0 fonts-dejavu-core procps)
if $with_tests; then packages+=(chromium nginx-light iproute2 curl chrony libasound2 gcc libc6-dev); fi
if $with_dashcam; then packages+=(rsync openssh-server openssh-client dosfstools mtools); fi
# A kernel without vfat mounts the dashcam's card by FUSE.
if $with_dashcam && ! grep -qw vfat /proc/filesystems && ! modprobe -q vfat 2>/dev/null; then packages+=(fusefat fuse3); fi
# A machine may have node and npm from elsewhere; Debian's are only for one that has none.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "needs these packages and is neither root nor has sudo: ${missing[*]}"; exit 1; }
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    say "apt-get could not install the packages; what it said is above"
    exit 1
  fi
  rm -f "$log"
fi

command -v dotnet >/dev/null || { say "the .NET 10 SDK is missing; install it from Microsoft's package for this system"; exit 1; }

if [ ! -f node_modules/typescript/bin/tsc ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "npm ci (the TypeScript compiler)"
  npm ci --no-audit --no-fund --loglevel=error >&2
fi

if [ -x native/build.sh ]; then native/build.sh >&2; fi
