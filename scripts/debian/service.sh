# start_service UNIT...: enabled at boot, and running the program that was just unpacked.
start_service() {
  for unit in "$@"; do
    deb-systemd-helper unmask "$unit" >/dev/null || true
    deb-systemd-helper enable "$unit" >/dev/null || true
  done
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    for unit in "$@"; do deb-systemd-invoke restart "$unit" >/dev/null || true; done
  fi
}

stop_service() {
  if [ -d /run/systemd/system ]; then
    for unit in "$@"; do deb-systemd-invoke stop "$unit" >/dev/null || true; done
  fi
}

forget_service() {
  if [ -x /usr/bin/deb-systemd-helper ]; then
    for unit in "$@"; do
      deb-systemd-helper purge "$unit" >/dev/null || true
      deb-systemd-helper unmask "$unit" >/dev/null || true
    done
  fi
  if [ -d /run/systemd/system ]; then systemctl --system daemon-reload >/dev/null || true; fi
}

# may_delete PACKAGE FOLDER...: whether the films there may go; asked where somebody can answer, no where nobody can.
may_delete() {
  package=$1
  shift
  [ -n "$(find "$@" -type f -print -quit 2>/dev/null)" ] || return 0
  [ -e /usr/share/debconf/confmodule ] || return 1
  db_subst "$package/delete-recordings" folders "$*" || true
  db_input high "$package/delete-recordings" || true
  db_go || true
  db_get "$package/delete-recordings" && [ "$RET" = true ]
}
