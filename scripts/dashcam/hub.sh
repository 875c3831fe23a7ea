# Read by the scripts beside it. Exit codes: 2 a program is missing, 3 the hub's file is missing, 4 it may not be written.
# CAMERA_HUB and CAMERA_PORT name another hub and port.
hub=${CAMERA_HUB:-1-1}
port=${CAMERA_PORT:-1}
authorized=${CAMERA_SYSFS:-/sys}/bus/usb/devices/$hub/authorized

need() { command -v "$1" >/dev/null || { echo "${0##*/}: $1 is missing (apt-get install $1)" >&2; exit 2; }; }

authorize() {
  [ -e "$authorized" ] || { echo "${0##*/}: there is no $authorized; is $hub the hub that uhubctl lists?" >&2; exit 3; }
  [ -w "$authorized" ] || { echo "${0##*/}: $authorized may not be written; run this as root" >&2; exit 4; }
  echo "$1" > "$authorized" || exit 4
}
