#!/bin/sh
# @PROGRAM@ with the settings of its service; root becomes the service's own user, which owns the files and the database.
settings=/etc/@PROGRAM@/environment
if [ -r "$settings" ]; then
  while IFS= read -r line; do
    case "$line" in
      [A-Za-z]*=*)
        value=${line#*=}
        case "$value" in \"*\") value=${value#\"}; value=${value%\"} ;; esac
        export "${line%%=*}=$value" ;;
    esac
  done < "$settings"
fi
if [ "$(id -u)" -eq 0 ] && id @PROGRAM@ >/dev/null 2>&1; then
  cd /
  exec setpriv --reuid @PROGRAM@ --regid @PROGRAM@ --init-groups /usr/lib/@PROGRAM@/@PROGRAM@ "$@"
fi
exec /usr/lib/@PROGRAM@/@PROGRAM@ "$@"
