#!/usr/bin/env bash
# Stands for every program that rig-node dashcam calls, by the name it is called by. What it is to do lies in $DASHCAM_WORLD/state;
# every call is a line of $DASHCAM_WORLD/calls.log: milliseconds, program, arguments.
set -u
name=$(basename "$0")
state=$DASHCAM_WORLD/state
printf '%s %s %s\n' "$(( ${EPOCHREALTIME/./} / 1000 ))" "$name" "${*//$'\n'/ }" >> "$DASHCAM_WORLD/calls.log"

# The program that called is killed before or after this call: state/kill holds "NAME before" or "NAME after".
kill_caller() {
  if [ -e "$state/kill" ] && [ "$(cat "$state/kill")" = "$name $1" ] && [ "$(cat "/proc/$PPID/comm")" = rig-node ]; then
    rm -f "$state/kill"
    kill -9 "$PPID"
    exit 1
  fi
}
next() { type -aP "$name" | grep -v "^$DASHCAM_WORLD/bin/" | head -n 1; }
mounted() { grep -c " $DASHCAM_WORLD/mnt/" /proc/self/mountinfo; }

kill_caller before
if [ -e "$state/fail-$name" ]; then cat "$state/fail-$name" >&2; exit 1; fi
case "$name" in
  uhubctl)
    case " $* " in
      *" -a on "*) new=1 ;;
      *" -a off "*) new=0 ;;
      *) echo "Current status for hub 1-1"; exit 0 ;;
    esac
    old=$(cat "$state/power")
    printf '%s power %s %s mounted=%s\n' "$(( ${EPOCHREALTIME/./} / 1000 ))" "$old" "$new" "$(mounted)" >> "$DASHCAM_WORLD/power.log"
    echo "$new" > "$state/power" ;;
  lifepo4wered-cli)
    [ -e "$state/battery" ] || { echo "no answer on I2C" >&2; exit 1; }
    cat "$state/battery" ;;
  mount)
    # A kernel without vfat gets the same volume by FUSE.
    if [ "$1 $2" = "-t vfat" ] && ! grep -qw vfat /proc/filesystems && ! modprobe -q vfat 2>/dev/null; then
      fusefat -o ro "${@: -2:1}" "${@: -1}" >/dev/null 2>&1 || { echo "fusefat could not mount it" >&2; exit 32; }
    else
      "$(next)" "$@" || exit $?
    fi ;;
  shutdown)
    mounted > "$state/shutdown" ;;
  systemctl)
    exit 1 ;;
  *)
    "$(next)" "$@" || { code=$?; kill_caller after; exit $code; } ;;
esac
kill_caller after
exit 0
