#!/usr/bin/env bash
# Prints one JSON object with what the LiFePO4wered UPS says. Voltages in volts, current in amperes, power in watts; what it does not
# say is null. Exit codes: 2 lifepo4wered-cli is missing, 1 it gave no answer.
set -euo pipefail
command -v lifepo4wered-cli >/dev/null || { echo "battery-info.sh: lifepo4wered-cli is missing; build it from https://github.com/xorbit/LiFePO4wered-Pi" >&2; exit 2; }
said=$(lifepo4wered-cli get) || { echo "battery-info.sh: lifepo4wered-cli gave no answer" >&2; exit 1; }
printf '%s\n' "$said" | awk -F ' *= *' '
  NF == 2 && $2 ~ /^-?[0-9.]+$/ { v[$1] = $2 }
  function volts(k) { return k in v ? sprintf("%.3f", v[k] / 1000) : "null" }
  function plain(k) { return k in v ? v[k] : "null" }
  # Rest voltage of a LiFePO4 cell, as rig-node has it.
  function percent(mv) {
    return mv >= 3650 ? 100 : mv >= 3600 ? 95 : mv >= 3550 ? 90 : mv >= 3500 ? 80 : mv >= 3450 ? 70 : mv >= 3400 ? 60 : mv >= 3350 ? 50 : mv >= 3300 ? 40 : mv >= 3250 ? 30 : mv >= 3200 ? 20 : mv >= 3100 ? 10 : 5
  }
  END {
    if (!("VBAT" in v)) { print "battery-info.sh: no VBAT" > "/dev/stderr"; exit 1 }
    mv = v["VBAT"] + v["VBAT_OFFSET"]
    power = ("VOUT" in v && "IOUT" in v) ? sprintf("%.3f", v["VOUT"] * v["IOUT"] / 1e6) : "null"
    amperes = "IOUT" in v ? sprintf("%.3f", v["IOUT"] / 1000) : "null"
    printf "{\"battery_voltage\": %.3f, \"battery_percent\": %d, \"input_voltage\": %s, \"output_voltage\": %s, \"output_current\": %s, \"output_power\": %s, \"pi_running\": %s, \"wake_timer_remaining\": %s, \"auto_shutdown_time\": %s}\n", mv / 1000, percent(mv), volts("VIN"), volts("VOUT"), amperes, power, plain("PI_RUNNING"), plain("WAKE_TIME"), plain("AUTO_SHDN_TIME")
  }'
