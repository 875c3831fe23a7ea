#!/usr/bin/env bash
# Makes Debian packages of the programs, with all of .NET that they need: rig-node, rig-ingest, rig-viewer and rigctl, or those named.
# docs/guide/packages.md tells how they are installed, upgraded and removed.
#   --version V        the packages' version, such as 1.2.0; else one made of the last commit's date
#   --arch ARCH        amd64 (else this) or arm64; rig-ingest is for amd64 alone, since OpenCV's library is
#   --out FOLDER       else artifacts/
#   --programs FOLDER  packs FOLDER/rig-node, FOLDER/rig-ingest ... as they are; else what is committed is built
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

fail() { echo "package.sh: $*" >&2; exit 2; }
say() { printf 'package: %s\n' "$*" >&2; }

version='' arch=amd64 out=$repository/artifacts programs='' packages=()
while [ $# -gt 0 ]; do
  case "$1" in
    --version) version=${2:?--version wants a version}; shift 2 ;;
    --arch) arch=${2:?--arch wants amd64 or arm64}; shift 2 ;;
    --out) out=${2:?--out wants a folder}; shift 2 ;;
    --programs) programs=$(realpath -- "${2:?--programs wants a folder}"); shift 2 ;;
    -h|--help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    rig-node|rig-ingest|rig-viewer|rigctl) packages+=("$1"); shift ;;
    *) fail "unknown argument '$1' (--help lists them)" ;;
  esac
done
case "$arch" in amd64) platform=linux-x64 ;; arm64) platform=linux-arm64 ;; *) fail "--arch is amd64 or arm64, not '$arch'" ;; esac
version=${version:-0.1.0~$(git -C "$repository" log -1 --format=%cd --date=format:%Y%m%d%H%M%S)}
[[ "$version" =~ ^[0-9][0-9A-Za-z.+~]*$ ]] || fail "'$version' is no version such as 1.2.0"
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing; this needs Debian or a system made of it"
if [ "${#packages[@]}" -eq 0 ]; then
  packages=(rig-node rig-viewer rigctl)
  [ "$arch" = arm64 ] || packages+=(rig-ingest)
fi
[ "$arch" = amd64 ] || [[ " ${packages[*]} " != *' rig-ingest '* ]] || fail "rig-ingest is for amd64 alone: there is no OpenCV library for arm64"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

declare -A projects=([rig-node]=Rig.CameraNode [rig-ingest]=Rig.Ingest [rig-viewer]=Rig.Viewer [rigctl]=Rig.Ctl)
if [ -z "$programs" ]; then
  [ -d "$repository/node_modules" ] || fail "run scripts/setup.sh first"
  programs=$work/programs
  mkdir -p "$work/source"
  git -C "$repository" archive HEAD | tar -x -C "$work/source"
  cp -r "$repository/node_modules" "$work/source/"
  for package in "${packages[@]}"; do
    say "building $package for $arch"
    # .NET versions have three numbers; the package's own version goes into the informational one.
    dotnet publish "$work/source/${projects[$package]}" -c Release -r "$platform" --self-contained true -v quiet -p:InformationalVersion="$version" \
      -p:SourceRevisionId="$(git -C "$repository" rev-parse HEAD)" -o "$programs/$package" >&2
  done
fi

# One of the package's scripts, with '#include FILE' lines replaced by that file.
script() {
  sed -e "/^#include database.sh$/{r $repository/scripts/debian/database.sh
d}" -e "/^#include service.sh$/{r $repository/scripts/debian/service.sh
d}" "$repository/scripts/debian/$1" | sed "s/@UNITS@/$3/" > "$2"
  chmod 755 "$2"
}

unit() { install -D -m 644 -t "$tree/lib/systemd/system" "${@/#/$repository/scripts/systemd/}"; }

program() {
  install -d "$(dirname "$tree$1")"
  cp -r "$programs/$package" "$tree$1"
  find "$tree$1" \( -name '*.pdb' -o -name '*.xml' \) -delete
  # Only the program and what .NET starts is for running.
  find "$tree$1" -type f -exec chmod 644 {} +
  find "$tree$1" -type d -exec chmod 755 {} +
  for name in rig-node rig-ingest rig-viewer rigctl rig-rehearsal createdump rigcam; do [ ! -f "$tree$1/$name" ] || chmod 755 "$tree$1/$name"; done
}

server() {
  program "/usr/lib/$package"
  install -d "$tree/usr/bin"
  sed "s/@PROGRAM@/$package/g" "$repository/scripts/debian/program.sh" > "$tree/usr/bin/$package"
  chmod 755 "$tree/usr/bin/$package"
  install -D -m 640 "$repository/scripts/debian/$package/environment" "$tree/etc/$package/environment"
  echo "/etc/$package/environment" > "$control/conffiles"
  unit "$package.service"
}

for package in "${packages[@]}"; do
  [ -x "$programs/$package/$package" ] || fail "there is no program $programs/$package/$package"
  tree=$work/$package control=$work/$package/DEBIAN
  mkdir -p "$control" "$tree/usr/share/doc/$package"
  units=$package.service
  case "$package" in
    rig-ingest)
      server
      install -m 644 "$repository/docs/ref/ingest-api.md" "$repository/docs/guide/home-server.md" "$tree/usr/share/doc/$package/" ;;
    rig-viewer)
      server
      install -m 644 "$repository/docs/ref/viewer-api.md" "$repository/docs/guide/viewer.md" "$tree/usr/share/doc/$package/"
      install -D -m 644 -t "$tree/usr/share/doc/$package/examples" "$repository/scripts/nginx/rig-viewer.conf" ;;
    rigctl)
      program /usr/lib/rigctl
      install -d "$tree/usr/bin"
      ln -s ../lib/rigctl/rigctl "$tree/usr/bin/rigctl"
      install -m 644 "$repository/docs/ref/rigctl.md" "$tree/usr/share/doc/$package/" ;;
    rig-node)
      # Where signed updates put theirs (docs/design/updates.md).
      program /opt/rig-node/installed
      install -d "$tree/usr/bin"
      ln -s ../../opt/rig-node/current/rig-node "$tree/usr/bin/rig-node"
      install -D "$repository/scripts/install-node.sh" "$tree/usr/sbin/rig-node-setup"
      install -D -m 644 "$repository/scripts/systemd/rig-node.rules" "$tree/usr/share/polkit-1/rules.d/50-rig-node.rules"
      unit rig-node.service rig-node-update.socket rig-node-update.service rig-node-frames.service rig-dashcam.service
      units='rig-node-frames.service rig-dashcam.service rig-node.service rig-node-update.service rig-node-update.socket'
      install -m 644 "$repository/docs/ref/node-api.md" "$repository/docs/guide/field.md" "$tree/usr/share/doc/$package/" ;;
  esac
  {
    printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Rig <rig@localhost>\nSection: video\nPriority: optional\n' "$package" "$version" "$arch"
    printf 'Installed-Size: %s\n' "$(du -sk --exclude=DEBIAN "$tree" | cut -f1)"
    cat "$repository/scripts/debian/$package/control"
  } > "$control/control"
  for name in postinst postrm; do
    [ ! -f "$repository/scripts/debian/$package/$name" ] || script "$package/$name" "$control/$name" "$units"
  done
  [ "$package" = rigctl ] || script prerm "$control/prerm" "$units"
  [ ! -f "$repository/scripts/debian/$package/templates" ] || install -m 644 "$repository/scripts/debian/$package/templates" "$control/templates"
  chmod -R go-w "$tree"
  mkdir -p "$out"
  dpkg-deb --root-owner-group -Zxz -z2 --build "$tree" "$out/${package}_${version}_$arch.deb" >&2
done
