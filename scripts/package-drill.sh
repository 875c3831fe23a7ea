#!/usr/bin/env bash
# Installs, runs, upgrades, downgrades, removes and purges the packages in a Debian 12 of their own, made by debootstrap, and says what was
# not as it should be. As root; needs debootstrap and the net for Debian's packages. There is no systemd in there: the units are not run.
#   package-drill.sh OLD NEW    two folders with packages of two versions (scripts/package.sh --version ... --out ...)
#   --keep FOLDER               makes the Debian there and leaves it
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

fail() { echo "package-drill.sh: $*" >&2; exit 2; }
folder='' keep=false sets=()
while [ $# -gt 0 ]; do
  case "$1" in
    --keep) folder=${2:?--keep wants a folder} keep=true; shift 2 ;;
    -h|--help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) sets+=("$(realpath -- "$1")"); shift ;;
  esac
done
[ "${#sets[@]}" -eq 2 ] || fail "say two folders with packages, the older first"
[ "$(id -u)" -eq 0 ] || fail "run it as root"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"

folder=${folder:-$(mktemp -d)}
root=$folder/debian
umounted() { for mount in proc dev; do mountpoint -q "$root/$mount" && umount -l "$root/$mount" || true; done; $keep || rm -rf "$folder"; }
trap umounted EXIT
if [ ! -e "$root/etc/debian_version" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | head -n 1)
  debootstrap --variant=minbase --include=ca-certificates,curl,procps bookworm "$root" "${mirror:?apt of this machine knows no bookworm}"
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/"
mkdir -p "$root/drill"
rm -rf "$root/drill"/*
cp -r "${sets[0]}" "$root/drill/old"
cp -r "${sets[1]}" "$root/drill/new"
cp "$repository/scripts/debian/drill.sh" "$root/drill/"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
# What they need comes over the net; after that the drill has a network of its own, so that no port of this machine is in the way.
chroot "$root" sh -c 'apt-get update -qq && apt-get install -y -qq --download-only postgresql /drill/old/*.deb' >/dev/null
unshare --net --pid --fork --kill-child sh -c 'ip link set lo up && mount -t proc proc "$1/proc" && exec chroot "$1" bash /drill/drill.sh' drill "$root"
