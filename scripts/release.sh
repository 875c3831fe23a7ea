#!/usr/bin/env bash
# Makes the key that signs releases of the camera node, and signed releases. docs/guide/releases.md tells when to do what.
#   release.sh key FILE [--keys PEM]     a new key pair: the private half to FILE, which must lie outside this repository, the public
#                                        half added to the keys of the build (Rig.CameraNode/Updates/release-keys.pem, or PEM)
#   release.sh id FILE                   prints the key's id
#   release.sh build VERSION --key FILE [--platform linux-arm64] [--out FOLDER] [--minimum VERSION]
#                                        builds what is committed, packs and signs it: an archive, its .release.json and its
#                                        .release.sig, by default in artifacts/
#   release.sh sign ARCHIVE --version VERSION --key FILE [--platform P] [--minimum VERSION]
#                                        describes and signs an archive (.tar.gz) that is there
# The private key is encrypted with the passphrase in RIG_RELEASE_PASSPHRASE, or one that openssl asks for.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

fail() { echo "release.sh: $*" >&2; exit 2; }
say() { printf 'release: %s\n' "$*" >&2; }

command=${1:-}
case "$command" in
  key|id|build|sign) shift ;;
  -h|--help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) fail "say key, id, build or sign (--help tells more)" ;;
esac
what=${1:?what? --help tells more}; shift
key='' keys=$repository/Rig.CameraNode/Updates/release-keys.pem platform=linux-arm64 out=$repository/artifacts version='' minimum=''
while [ $# -gt 0 ]; do
  case "$1" in
    --key) key=$(realpath -- "${2:?--key wants a file}"); shift 2 ;;
    --keys) keys=${2:?--keys wants a file}; shift 2 ;;
    --platform) platform=${2:?--platform wants linux-arm64 or linux-x64}; shift 2 ;;
    --out) out=${2:?--out wants a folder}; shift 2 ;;
    --version) version=${2:?--version wants a version}; shift 2 ;;
    --minimum) minimum=${2:?--minimum wants a version}; shift 2 ;;
    *) fail "unknown option '$1' (--help lists them)" ;;
  esac
done

passphrase=()
[ -z "${RIG_RELEASE_PASSPHRASE:-}" ] || passphrase=(-passin env:RIG_RELEASE_PASSPHRASE)
public() { openssl pkey -in "$1" "${passphrase[@]}" -pubout; }
id() { public "$1" | openssl pkey -pubin -outform DER | sha256sum | cut -c1-16; }

make_key() {
  local file new
  file=$(realpath -m -- "$what")
  case "$file/" in "$repository"/*) fail "$file lies in the repository; a private key does not belong there" ;; esac
  [ ! -e "$file" ] || fail "$file is there already"
  umask 077
  new=()
  [ -z "${RIG_RELEASE_PASSPHRASE:-}" ] || new=(-pass env:RIG_RELEASE_PASSPHRASE)
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve -aes-256-cbc "${new[@]}" -out "$file"
  { printf '\n%s, made on %s\n' "$(id "$file")" "$(date -u +%F)"; public "$file"; } >> "$keys"
  say "the private key is $file: keep it and a copy away from this machine; its public half is in $keys: commit that"
  id "$file"
}

sign() {
  local archive=$1 signer size unpacked hash extra=''
  [ -n "$key" ] || fail "say which key signs: --key FILE"
  [ -f "$archive" ] || fail "there is no $archive"
  [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || fail "'$version' is no version such as 1.2.0"
  case "$platform" in linux-arm64|linux-x64) ;; *) fail "--platform is linux-arm64 or linux-x64, not '$platform'" ;; esac
  signer=$(id "$key")
  size=$(stat -c %s "$archive")
  unpacked=$(tar -tvzf "$archive" | awk '{ sum += $3 } END { printf "%d", sum }')
  hash=$(sha256sum "$archive" | cut -d' ' -f1)
  [ -z "$minimum" ] || extra=",\"minimum_version\":\"$minimum\""
  printf '{"product":"rig-node","version":"%s","platform":"%s","archive":"%s","size":%s,"unpacked_size":%s,"sha256":"%s","key":"%s"%s}\n' \
    "$version" "$platform" "$(basename "$archive")" "$size" "$unpacked" "$hash" "$signer" "$extra" > "$archive.release.json"
  openssl dgst -sha256 -sign "$key" "${passphrase[@]}" -out "$archive.release.sig" "$archive.release.json"
  say "signed by $signer: publish $(basename "$archive"), its .release.json and its .release.sig together, under the tag v$version"
}

build() {
  version=$what
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$out" "$work/source"
  git -C "$repository" archive HEAD | tar -x -C "$work/source"
  grep -q 'BEGIN PUBLIC KEY' "$work/source/Rig.CameraNode/Updates/release-keys.pem" || fail "this build would take no update: make a key first ('release.sh key') and commit it"
  cp -r "$repository/node_modules" "$work/source/"
  dotnet publish "$work/source/Rig.CameraNode" -c Release -r "$platform" --self-contained true -p:Version="$version" -p:SourceRevisionId="$(git -C "$repository" rev-parse HEAD)" -o "$work/node" >&2
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --format=ustar -C "$work/node" -czf "$out/rig-node-$version-$platform.tar.gz" .
  sign "$out/rig-node-$version-$platform.tar.gz"
}

case "$command" in
  key) make_key ;;
  id) id "$what" ;;
  sign) sign "$what" ;;
  build) build ;;
esac
