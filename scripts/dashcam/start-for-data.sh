#!/usr/bin/env bash
# Lets the camera show its storage: data lines allowed, power on. For tests by hand; stop rig-dashcam first.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/hub.sh"
need uhubctl
authorize 1
exec uhubctl -l "$hub" -p "$port" -a on
