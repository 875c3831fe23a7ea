#!/usr/bin/env bash
# Cuts the power of all ports of the camera's hub; refuses while the camera's volume is mounted. For tests by hand; stop rig-dashcam first.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/hub.sh"
need uhubctl
mount_base=${CAMERA_MOUNT_BASE:-/mnt/cam}
while read -r _ _ _ _ mounted _; do
  case "$mounted" in
    "$mount_base"-*) echo "stop-all-ports.sh: $mounted is mounted; umount it first" >&2; exit 1 ;;
  esac
done < /proc/self/mountinfo
exec uhubctl -l "$hub" -a off
