#!/usr/bin/env bash
# Installs a camera node on a Raspberry Pi (Debian 12 or Raspberry Pi OS): packages, user, folders, settings, chrony and the
# systemd service. Run as root; safe to run again, settings that are there stay. The Debian package rig-node has this script as
# rig-node-setup, which leaves alone what the package laid down.
#   --camera ID       CAM_L, CAM_C or CAM_R
#   --master ADDRESS  the centre camera's address; on the centre camera itself leave it out
#   --address ADDRESS this node's address in the rig's network
#   --cameras LIST    the addresses of all cameras, the centre first, with commas, the same on each: then the others find each other
#                     when the centre camera stays away
#   --source NAME     v4l2 (USB and HDMI, unless told) or libcamera (a Pi's ribbon connector)
#   --program FOLDER  the built or unpacked rig-node; else Rig.CameraNode/bin/Release/net10.0
#   --root FOLDER     only write the files, under this folder, and change nothing of the machine
set -euo pipefail
me=$(basename "$0")
packaged=false program=Rig.CameraNode/bin/Release/net10.0
if [ "$me" = rig-node-setup ]; then packaged=true program=/opt/rig-node/installed; fi
$packaged || cd "$(dirname "$0")/.."

camera='' master='' address='' cameras='' source=v4l2 root=''
while [ $# -gt 0 ]; do
  case "$1" in
    --camera) camera=${2:?--camera wants an id}; shift 2 ;;
    --master) master=${2:?--master wants an address}; shift 2 ;;
    --address) address=${2:?--address wants an address}; shift 2 ;;
    --cameras) cameras=${2:?--cameras wants addresses}; shift 2 ;;
    --source) source=${2:?--source wants v4l2 or libcamera}; shift 2 ;;
    --program) program=${2:?--program wants a folder}; shift 2 ;;
    --root) root=${2:?--root wants a folder}; shift 2 ;;
    -h|--help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "$me: unknown option '$1' (--help lists them)" >&2; exit 2 ;;
  esac
done

fail() { echo "$me: $*" >&2; exit 2; }
case "$source" in v4l2|libcamera) ;; *) fail "--source is v4l2 or libcamera, not '$source'" ;; esac
case "$camera" in CAM_L|CAM_C|CAM_R) ;; *) fail "say which camera this is: --camera CAM_L, CAM_C or CAM_R" ;; esac
[ "$camera" = CAM_C ] || [ -n "$master" ] || fail "say where the centre camera is: --master ADDRESS"
cameras=${cameras:-${master:-$address}}
case ",$cameras," in ",${master:-$address},"*) ;; *) fail "--cameras begins with the centre camera's address, ${master:-$address}" ;; esac
[ -n "$address" ] || fail "say this node's address in the rig's network: --address ADDRESS"
[ -x "$program/rig-node" ] || fail "there is no rig-node in $program; build it with 'dotnet build -c Release', or name another folder with --program"

say() { printf '%s: %s\n' "${me%.sh}" "$*" >&2; }

[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "run it as root"
if [ -z "$root" ] && ! $packaged; then
  say "packages"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chrony ffmpeg libasound2 libturbojpeg0 >/dev/null
  id rig-node >/dev/null 2>&1 || useradd --system --home-dir /var/lib/rig-node --groups video,audio rig-node
fi

mkdir -p "$root/etc/rig-node" "$root/etc/chrony" "$root/etc/systemd/system" "$root/etc/polkit-1/rules.d" "$root/var/lib/rig-node" "$root/mnt/nvme/recordings" "$root/mnt/nvme/manifests"
lay_down_program() {
  say "program and folders"
  install -d -m 755 "$root/opt/rig-node"
  opt=$root/opt/rig-node
  rm -rf "$opt/installed.new"
  cp -a "$program" "$opt/installed.new"
  # Who takes over the node's service must not be able to replace its program: it belongs to root, and only the helper unit changes it.
  chmod -R u+w,go-w,a+rX "$opt/installed.new"
  [ -n "$root" ] || chown -R root:root "$opt"
  rm -rf "$opt/installed"
  mv "$opt/installed.new" "$opt/installed"
  sync -f "$opt"
  # What was laid down by hand is what runs from now on, and what the helper runs from. Each link moves in one step.
  for link in current good; do
    ln -sfn installed "$opt/.$link.new"
    mv -T "$opt/.$link.new" "$opt/$link"
  done
  rm -f "$opt/previous"
}
$packaged || lay_down_program

if [ ! -e "$root/etc/rig-node/environment" ]; then
  cat > "$root/etc/rig-node/environment" <<EOF
# Settings of this camera node; docs/ref/node-api.md lists all.
Rig__Node__CameraId=$camera
Rig__Node__ClusterHost=$address
Rig__Power__AllowShutdown=true
Rig__Camera__Source=$source
EOF
  number=0
  for seed in ${cameras//,/ }; do
    echo "Rig__Node__SeedNodes__$number=$seed:4053" >> "$root/etc/rig-node/environment"
    number=$((number + 1))
  done
  chmod 640 "$root/etc/rig-node/environment"
fi

say "chrony"
if [ -n "$master" ]; then
  "$program/rig-node" chrony-config --server "$master" --output "$root/etc/chrony/chrony.conf"
else
  "$program/rig-node" chrony-config --master --output "$root/etc/chrony/chrony.conf"
fi

if ! $packaged; then
  say "service"
  install -m 644 -t "$root/etc/systemd/system" scripts/systemd/rig-node.service scripts/systemd/rig-node-update.socket scripts/systemd/rig-node-update.service
  install -m 644 scripts/systemd/rig-node.rules "$root/etc/polkit-1/rules.d/50-rig-node.rules"
fi

if [ -z "$root" ]; then
  chown -R rig-node: /var/lib/rig-node /mnt/nvme/recordings /mnt/nvme/manifests
  chown root:rig-node /etc/rig-node/environment
  if [ ! -e /var/lib/rig-node/trust/machine.pem ]; then
    if [ -z "$master" ]; then
      say "the rig's authority; docs/guide/enrolment.md says how the other machines join"
      runuser -u rig-node -- /opt/rig-node/current/rig-node trust init "$camera"
    else
      say "this camera starts once it is enrolled. On the centre camera: sudo -u rig-node /opt/rig-node/current/rig-node trust invite $camera"
      say "then here: sudo -u rig-node /opt/rig-node/current/rig-node trust join $master CODE"
    fi
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl restart chrony
    systemctl enable --now rig-node-update.socket
    systemctl enable rig-node-update.service
    systemctl enable rig-node
    systemctl restart rig-node
  else
    say "systemd does not run here: start chrony, rig-node-update and rig-node by other means"
  fi
  say "done; the field page is at https://$address:8080/ (browsers warn of its certificate once) and the first phone that pairs owns this camera:"
  setpriv --reuid rig-node --regid rig-node --init-groups env "Rig__Node__ClusterHost=$address" "Rig__Node__CameraId=$camera" /opt/rig-node/current/rig-node pair
fi
