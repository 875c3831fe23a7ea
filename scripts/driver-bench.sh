#!/usr/bin/env bash
# Runs the camera and encoder drivers' code against real kernel drivers, without a camera: boots Debian's kernel in a virtual
# machine with the virtual camera vivid, the virtual codec vicodec and libcamera's vimc, and runs 'rig-rehearsal drivers'
# there. The guest's clock counts its instructions, so a busy host makes it slow and not late. Every expected check must hold. Downloads about 230 MB once, into the user's cache folder; the packages
# are unpacked, not installed. Needs Debian 12 on x64 and as root or with sudo: qemu-system-x86, gcc-12, make, cpio, libcamera-dev.
#
# driver-bench.sh [--results FILE]   leaves the checks' results, a line of JSON each, in FILE
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

results_copy=
while [ $# -gt 0 ]; do
  case "$1" in
    --results) results_copy=$2; shift 2 ;;
    -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "driver-bench.sh: unknown option '$1' (there is --results FILE)" >&2; exit 2 ;;
  esac
done

say() { printf 'driver-bench: %s\n' "$*" >&2; }

# What the host needs to build and boot.
missing=()
for package in qemu-system-x86 gcc-12 make cpio xz-utils libelf1 libcamera-dev cmake g++ pkg-config; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  say "installing ${missing[*]}"
  as_root=(); [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# The newest 6.1 kernel of the archive, whose source package has the same version.
version=$(apt-cache policy linux-source-6.1 | sed -n 's/^  Candidate: //p')
kernel=$(apt-cache show linux-image-amd64 | awk -v v="$version" '/^Version:/{ok = index($2, v) == 1 || $2 == v} /^Depends:/{if (match($0, /linux-image-6\.1\.0-[0-9]+-amd64/)) { print substr($0, RSTART + 12, RLENGTH - 12); exit }}')
[ -n "$version" ] && [ -n "$kernel" ] || { say "no Debian 6.1 kernel is in the package lists; run apt-get update"; exit 1; }
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rig/driver-bench/$kernel-$version
mkdir -p "$cache"

if [ ! -f "$cache/ready" ]; then
  say "fetching $kernel ($version) and its source"
  rm -rf "$cache"; mkdir -p "$cache/packages" "$cache/system" "$cache/source" "$cache/modules/m2m"
  (cd "$cache/packages" && apt-get download -qq \
    "linux-image-$kernel" "linux-headers-$kernel" "linux-headers-${kernel%-amd64}-common" linux-kbuild-6.1 linux-source-6.1 \
    busybox-static kmod libkmod2 udev libudev1 libcamera-ipa 2>/dev/null)
  for package in "$cache"/packages/*.deb; do
    case "$package" in */linux-source*) dpkg-deb -x "$package" "$cache/source" ;; *) dpkg-deb -x "$package" "$cache/system" ;; esac
  done
  say "building v4l2-mem2mem, vicodec and vimc"
  tar -xJf "$cache"/source/usr/src/linux-source-6.1.tar.xz -C "$cache/source" --strip-components=1 \
    linux-source-6.1/drivers/media/test-drivers/vicodec linux-source-6.1/drivers/media/test-drivers/vimc linux-source-6.1/drivers/media/v4l2-core/v4l2-mem2mem.c
  cp -r "$cache"/source/drivers/media/test-drivers/{vicodec,vimc} "$cache/modules/"
  cp "$cache/source/drivers/media/v4l2-core/v4l2-mem2mem.c" "$cache/modules/m2m/"
  echo 'obj-m := m2m/ vicodec/ vimc/' >"$cache/modules/Kbuild"
  echo 'obj-m := v4l2-mem2mem.o' >"$cache/modules/m2m/Makefile"
  headers=$cache/system/usr/src/linux-headers-$kernel
  echo "include $cache/system/usr/src/linux-headers-${kernel%-amd64}-common/Makefile" >"$headers/Makefile"
  make -C "$headers" M="$cache/modules" CONFIG_VIDEO_VICODEC=m CONFIG_VIDEO_VIMC=m modules >"$cache/build.log" 2>&1 || { tail -n 30 "$cache/build.log" >&2; exit 1; }
  find "$cache/packages" "$cache/source" -mindepth 1 -delete
  touch "$cache/ready"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
share=$work/share initrd=$work/initrd program=$work/initrd/rehearsal
mkdir -p "$share" "$initrd"/{bin,sbin,proc,sys,dev,run,tmp,etc,mnt,dotnet/host,dotnet/shared,usr/bin,lib64} "$initrd/lib/modules/$kernel"

say "building rig-rehearsal"
native/build.sh
dotnet publish Rig.Rehearsal -c Release -o "$program" -v quiet --nologo
[ -f "$program/librigcam.so" ] || { say "librigcam.so was not built"; exit 1; }

say "making the initramfs"
system=$cache/system
cp "$system/bin/busybox" "$initrd/bin/"
cp "$system/bin/udevadm" "$initrd/bin/"
modules=$initrd/lib/modules/$kernel
cp "$system/lib/modules/$kernel"/modules.{builtin,builtin.modinfo,order} "$modules/"
wanted=$(find "$system/lib/modules/$kernel/kernel" -name '*.ko' | grep -E '/(drivers/media|drivers/virtio|net/9p|fs/9p|fs/netfs|fs/fscache|drivers/dma-buf)/|/(cec|rc-core|font|fb|vga|cfb[a-z]*|sys[a-z]*|drm[a-z_]*|i2c-core)\.ko$' | grep -vE '/(dvb[a-z-]*|usb|pci|tuners|radio|firewire|mmc|rc/keymaps|gpu)/')
for module in $wanted; do
  mkdir -p "$modules/$(dirname "${module#"$system/lib/modules/$kernel/"}")"
  cp "$module" "$modules/${module#"$system/lib/modules/$kernel/"}"
done
mkdir -p "$modules/extra"
cp "$cache"/modules/*/*.ko "$modules/extra/"
PATH=$PATH:/sbin:/usr/sbin
command -v depmod >/dev/null || { ln -sf kmod "$system/bin/depmod"; export PATH=$PATH:$system/bin; }
LD_LIBRARY_PATH=$system/lib/x86_64-linux-gnu depmod -b "$initrd" "$kernel"

# The program and its runtime lie in the guest's memory: a read from the host would take no time by the guest's clock.
dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
cp "$dotnet_root/dotnet" "$initrd/dotnet/"
cp -r "$dotnet_root/host/fxr" "$initrd/dotnet/host/"
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
  mkdir "$initrd/dotnet/shared/$framework"
  cp -r "$(find "$dotnet_root/shared/$framework" -maxdepth 1 -name '10.*' | sort -V | tail -n 1)" "$initrd/dotnet/shared/$framework/"
done

# The shared libraries that the programs in the guest need, from this machine, and libcamera's own modules.
copy_libraries() {
  LD_LIBRARY_PATH=$system/lib/x86_64-linux-gnu:$system/usr/lib/x86_64-linux-gnu ldd "$@" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\).*/\1/p' | sort -u | while read -r library; do
    target=$initrd${library#"$system"}
    mkdir -p "$(dirname "$target")"
    cp -Ln "$library" "$target"
  done
}
copy_libraries "$dotnet_root/dotnet" "$dotnet_root"/shared/Microsoft.NETCore.App/10.*/lib{coreclr,clrjit,System.Native,hostpolicy}.so "$dotnet_root"/host/fxr/*/libhostfxr.so \
  "$program/librigcam.so" "$initrd/bin/udevadm" "$system"/usr/lib/x86_64-linux-gnu/libcamera/ipa_vimc.so
mkdir -p "$initrd/usr/lib/x86_64-linux-gnu" "$initrd/usr/share/libcamera"
cp -r "$system/usr/lib/x86_64-linux-gnu/libcamera" "$initrd/usr/lib/x86_64-linux-gnu/"
cp -r "$system/usr/share/libcamera/ipa" "$initrd/usr/share/libcamera/"

cat >"$initrd/init" <<'GUEST'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin:/sbin HOME=/tmp DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0 LD_LIBRARY_PATH=/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs run /run; mount -t tmpfs tmp /tmp
modprobe virtio_pci; modprobe 9pnet_virtio; modprobe 9p
mount -t 9p -o trans=virtio,version=9p2000.L host /mnt || { echo "guest: mounting failed"; poweroff -f; }
exec >/tmp/guest.log 2>&1
keep() { cp /tmp/guest.log /mnt/; [ ! -f /tmp/results.json ] || cp /tmp/results.json /mnt/; }
group() { echo "== $1"; /dotnet/dotnet /rehearsal/rig-rehearsal.dll drivers /tmp/results.json "$1"; echo "== $1: $?"; keep; }
vivid='vivid n_devs=1 node_types=0x1 num_inputs=4 input_types=0xe4 allocators=0'
modprobe $vivid multiplanar=2; modprobe vicodec multiplanar=1
ls -l /dev/video*
group multiplanar
group faults
group hdmi
rmmod vicodec; rmmod vivid
modprobe $vivid multiplanar=1; modprobe vicodec multiplanar=0
group singleplanar
rmmod vicodec; rmmod vivid
mkdir -p /run/udev
ln -s /bin/udevadm /bin/systemd-udevd
systemd-udevd --daemon
modprobe vimc
udevadm trigger; udevadm settle --timeout=20
group libcamera
dmesg | tail -n 40
echo "== end"
keep
sync
poweroff -f
GUEST
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd.gz"

say "booting"
started=$(date +%s)
timeout 1800 qemu-system-x86_64 -accel tcg -icount shift=0,sleep=off -cpu max -smp 1 -m 2048 -nographic -no-reboot \
  -kernel "$system/boot/vmlinuz-$kernel" -initrd "$work/initrd.gz" -append 'console=ttyS0 panic=-1 quiet' \
  -virtfs "local,path=$share,mount_tag=host,security_model=none,id=host" </dev/null >"$work/console.log" 2>&1 || say "the virtual machine did not end by itself"
say "the guest ran for $(($(date +%s) - started)) s"

if ! grep -q '^== end' "$share/guest.log" 2>/dev/null; then
  tail -n 40 "$work/console.log" "$share/guest.log" >&2 || true
  say "the guest did not come to its end"
  exit 1
fi

[ -z "$results_copy" ] || cp "$share/results.json" "$results_copy"
failed=0
while IFS= read -r check; do
  line=$(grep -F "\"check\":\"$check\"" "$share/results.json" || true)
  if [ -z "$line" ]; then printf 'MISSING  %s\n' "$check"; failed=1
  else
    detail=$(sed 's/.*"detail":"\(.*\)"}$/\1/' <<<"$line")
    if grep -q '"ok":true' <<<"$line"; then printf 'ok       %s: %s\n' "$check" "$detail"; else printf 'FAILED   %s: %s\n' "$check" "$detail"; failed=1; fi
  fi
done <<'CHECKS'
cameras and encoders are found by capability
camera into multi-planar encoder without a copy
camera into multi-planar encoder by copy
an encoder whose queues are restarted goes on in the take
dropped buffers are counted
a fatal streaming error costs a gap
a disconnected camera costs a gap
a changed source costs a gap
a mode that the camera has not is refused with a sentence
digital video timings are taken over
a missing signal is named
camera into single-planar encoder without a copy
camera into single-planar encoder by copy
frames come with metadata
a missing camera is named
CHECKS
[ "$failed" -eq 0 ] || { tail -n 60 "$share/guest.log" >&2; exit 1; }
