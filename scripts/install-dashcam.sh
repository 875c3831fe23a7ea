#!/usr/bin/env bash
# Installs the dashcam manager on a Raspberry Pi (Debian 12 or Raspberry Pi OS): packages, program, settings, an SSH key, the systemd
# service and logrotate. Run as root; safe to run again, settings and keys that are there stay.
#   --host ADDRESS    the home server that footage is uploaded to; else as in the settings
#   --program FOLDER  the built or unpacked rig-node; else Rig.CameraNode/bin/Release/net10.0
#   --root FOLDER     only write the files, under this folder, and change nothing of the machine
set -euo pipefail
cd "$(dirname "$0")/.."

host='' root='' program=Rig.CameraNode/bin/Release/net10.0
while [ $# -gt 0 ]; do
  case "$1" in
    --host) host=${2:?--host wants an address}; shift 2 ;;
    --program) program=${2:?--program wants a folder}; shift 2 ;;
    --root) root=${2:?--root wants a folder}; shift 2 ;;
    -h|--help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install-dashcam.sh: unknown option '$1' (--help lists them)" >&2; exit 2 ;;
  esac
done

fail() { echo "install-dashcam.sh: $*" >&2; exit 2; }
say() { printf 'install-dashcam: %s\n' "$*" >&2; }
[ -x "$program/rig-node" ] || fail "there is no rig-node in $program; build it with 'dotnet build -c Release', or name another folder with --program"
case "$host" in *[!A-Za-z0-9_.:-]*) fail "--host is a name or an address, not '$host'" ;; esac

if [ -z "$root" ]; then
  [ "$(id -u)" -eq 0 ] || fail "run it as root"
  say "packages"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends uhubctl rsync openssh-client mount logrotate >/dev/null
fi

say "program"
opt=$root/opt/rig-node
install -d -m 755 "$opt"
if [ ! -e "$opt/current" ]; then
  rm -rf "$opt/installed.new"
  cp -a "$program" "$opt/installed.new"
  chmod -R u+w,go-w,a+rX "$opt/installed.new"
  [ -n "$root" ] || chown -R root:root "$opt/installed.new"
  rm -rf "$opt/installed"
  mv "$opt/installed.new" "$opt/installed"
  ln -sfn installed "$opt/current"
fi

say "settings"
etc=$root/etc/camera_service
install -d -m 700 "$etc" "$root/var/lib/camera_service"
install -d -m 755 "$root/var/log" "$root/mnt" "$root/etc/systemd/system" "$root/etc/logrotate.d" "$root/usr/lib/camera_service"
if [ ! -e "$etc/config.yaml" ]; then
  install -m 600 scripts/dashcam/config.yaml "$etc/config.yaml"
  [ -z "$host" ] || sed -i "s/^  host: .*/  host: \"$host\"/" "$etc/config.yaml"
fi
chmod 600 "$etc/config.yaml"
if [ ! -e "$etc/id_rsa" ]; then
  ssh-keygen -q -t ed25519 -N '' -C rig-dashcam -f "$etc/id_rsa"
fi
chmod 600 "$etc/id_rsa"

say "scripts, service and logrotate"
install -m 755 -t "$root/usr/lib/camera_service" scripts/dashcam/*.sh
chmod 644 "$root/usr/lib/camera_service/hub.sh"
install -m 644 scripts/systemd/rig-dashcam.service "$root/etc/systemd/system/rig-dashcam.service"
install -m 644 scripts/dashcam/logrotate "$root/etc/logrotate.d/camera_service"

if [ -z "$root" ]; then
  systemctl daemon-reload
  systemctl enable rig-dashcam
  say "this key goes to the home server, into the uploading user's authorized_keys:"
  cat "$etc/id_rsa.pub"
  say "then: ssh-keyscan HOST > $etc/known_hosts, and compare with the host's own key"
  say "what is missing still:"
  /opt/rig-node/current/rig-node dashcam preflight || true
  say "start it with: systemctl start rig-dashcam"
fi
