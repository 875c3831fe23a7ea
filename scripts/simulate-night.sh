#!/usr/bin/env bash
# 10,000 seeds of every set that no run of the tests has seen, for a night. Options as of simulate.sh: another range by --from and --count.
# Exit code 1 when a rule was broken; the command that replays the seed stands in the output.
set -euo pipefail
exec "$(dirname "$0")/simulate.sh" --from 1000 --count 10000 "$@"
