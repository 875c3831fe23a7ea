#!/bin/bash
# What scripts/package-drill.sh runs within its Debian.
set -uo pipefail

wrong=0
is() { if eval "$2"; then echo "ok: $1"; else echo "WRONG: $1 ($2)"; wrong=$((wrong + 1)); fi; }
soon() { for _ in $(seq 150); do eval "$1" && return; sleep 0.2; done; return 1; }
apt() { apt-get install -y -qq --allow-downgrades "$@" > /drill/apt.log 2>&1 || { cat /drill/apt.log; return 1; }; }
ingest_answers() { curl -fsk https://127.0.0.1:8081/api/v1/health >/dev/null 2>&1; }
viewer_answers() { curl -fs http://127.0.0.1:8090/health >/dev/null 2>&1; }
sign_in() { curl -sk -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d '{"name":"Ann","password":"correct horse battery"}' https://127.0.0.1:8081/api/v1/sign-in; }
start() {
  rig-ingest > /drill/ingest.log 2>&1 & ingest=$!
  rig-viewer > /drill/viewer.log 2>&1 & viewer=$!
  is "the home server answers ($1)" 'soon ingest_answers'
  is "the viewer answers ($1)" 'soon viewer_answers'
}
stop() { kill -TERM "$ingest" "$viewer"; wait "$ingest" "$viewer"; }

is "PostgreSQL installs" 'apt postgresql'
pg_ctlcluster 15 main start 2>/dev/null
is "PostgreSQL runs" 'soon "runuser -u postgres -- psql -qAtc \"SELECT 1\" >/dev/null 2>&1"'
is "the packages install" 'apt /drill/old/*.deb'

for name in rig-ingest rig-viewer; do
  is "$name has a user without a shell" 'getent passwd $name | grep -q nologin'
  is "only root and $name read its settings" '[ "$(stat -c "%a %U %G" /etc/$name/environment)" = "640 root $name" ]'
  is "its program belongs to root" '[ -z "$(find /usr/lib/$name ! -user root -o -perm /022 ! -type l | head -n 1)" ]'
done
is "what it keeps is not for everybody" '[ "$(stat -c %a /var/lib/rig-ingest)" = 750 ]'
is "the node's program belongs to root and is what runs" '[ "$(readlink -f /usr/bin/rig-node)" = /opt/rig-node/installed/rig-node ]'
is "a node that nobody set up has no settings" '[ ! -e /etc/rig-node/environment ]'
is "rigctl runs" 'rigctl --help >/dev/null'
is "the node runs" 'rig-node --help >/dev/null'
is "the node is set up" 'rig-node-setup --camera CAM_C --address 127.0.0.1 > /drill/setup.log 2>&1'
is "the node says what its machine can do" 'runuser -u rig-node -- rig-node probe > /drill/probe.log 2>&1; grep -q . /drill/probe.log'

start "installed"
is "an account is made by one command" 'printf "correct horse battery\n" | rig-ingest account add Ann --owner >/dev/null'
is "it signs in" '[ "$(sign_in)" = 200 ]'
is "rigctl asks the home server" 'rigctl actor count --token-file /var/lib/rig-ingest/operations-token > /drill/rigctl.log 2>&1'
is "the home server has nothing to complain of" '! grep -E " (ERR|FTL) " /drill/ingest.log'
is "a team is made by one command" 'rig-viewer add-team --code BLUE12 --name "Blue Lightning" >/dev/null'
stop

install -d -o rig-ingest -g rig-ingest /var/lib/rig-ingest/sessions/KEPT /mnt/nvme/recordings
echo film | tee /var/lib/rig-ingest/sessions/KEPT/left.mp4 > /mnt/nvme/recordings/left.mp4
echo '# by hand' >> /etc/rig-ingest/environment
for version in new old new; do
  is "the packages of the $version version install over the others" 'apt /drill/$version/*.deb'
  is "settings changed by hand stay" 'grep -q "# by hand" /etc/rig-ingest/environment'
  is "the film stays" '[ -s /var/lib/rig-ingest/sessions/KEPT/left.mp4 ]'
  start "$version version"
  is "the account signs in" '[ "$(sign_in)" = 200 ]'
  stop
done

is "they are removed" 'apt-get remove -y -qq rig-node rig-ingest rig-viewer rigctl >/dev/null 2>&1'
is "programs are gone" '[ ! -e /usr/lib/rig-ingest ] && [ ! -e /usr/lib/rig-viewer ] && [ ! -e /usr/lib/rigctl ] && [ ! -e /opt/rig-node ]'
is "settings and films are not" '[ -e /etc/rig-ingest/environment ] && [ -s /var/lib/rig-ingest/sessions/KEPT/left.mp4 ] && [ -s /mnt/nvme/recordings/left.mp4 ]'
is "they install again" 'apt /drill/new/*.deb'
is "they are purged where nobody can be asked" 'apt-get purge -y -qq rig-node rig-ingest rig-viewer rigctl >/dev/null 2>&1'
is "settings are gone and films are not" '[ ! -e /etc/rig-ingest ] && [ ! -e /etc/rig-node ] && [ -s /var/lib/rig-ingest/sessions/KEPT/left.mp4 ] && [ -s /mnt/nvme/recordings/left.mp4 ]'
is "they install once more" 'apt /drill/new/*.deb'
printf 'rig-ingest rig-ingest/delete-recordings boolean true\nrig-node rig-node/delete-recordings boolean true\n' | debconf-set-selections
is "they are purged with a yes" 'apt-get purge -y -qq rig-node rig-ingest rig-viewer rigctl >/dev/null 2>&1'
is "the films are gone" '[ ! -e /var/lib/rig-ingest ] && [ ! -e /mnt/nvme/recordings ]'

[ "$wrong" -eq 0 ] && echo "all as it should be" || { echo "$wrong wrong"; tail -n 5 /drill/*.log; }
exit "$wrong"
