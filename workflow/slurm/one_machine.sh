#!/usr/bin/env bash
# A SLURM of one node on this machine, for trying the slurm profile: as root, without systemd, cgroups or a database.
#   one_machine.sh up FOLDER      start it with all its state in FOLDER; returns once the node takes jobs
#   one_machine.sh down FOLDER    stop it
# Needs slurmctld, slurmd, slurm-client and munge. Refuses where a configuration of SLURM stands already.
set -euo pipefail
CONF=/etc/slurm/slurm.conf # where srun looks, whatever the environment says

fail() {
  echo "$*" >&2
  exit 1
}

# Ours, of a run that was killed: a link to a configuration whose controller lives no more.
is_left_behind() {
  local home
  [[ -L $CONF ]] || return 1
  home=$(dirname "$(readlink "$CONF")")
  # one that has ended and was not collected has a number, but no program
  [[ ! -s $home/slurmctld.pid || ! -e /proc/$(<"$home/slurmctld.pid")/exe ]]
}

up() {
  [[ $(id -u) = 0 ]] || fail "one_machine.sh must be root to start SLURM"
  for tool in munged slurmctld slurmd sinfo; do
    command -v "$tool" >/dev/null || fail "not installed: $tool"
  done
  if is_left_behind; then rm -f "$CONF"; fi
  [[ ! -e $CONF && ! -L $CONF ]] || fail "$CONF stands already; this machine has a SLURM of its own"
  local host memory
  host=$(uname -n)
  host=${host%%.*}
  memory=$(awk '/^MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
  mkdir -p "$1"/{state,spool,log} "${CONF%/*}"
  chmod 755 "$1"
  (umask 077 && head -c 128 /dev/urandom >"$1/munge.key")
  : >"$1/plugstack.conf"
  # Ports beside the usual ones, jobs known to squeue for a day (there is no database to ask), no cgroups.
  cat >"$1/slurm.conf" <<SETTINGS
ClusterName=onemachine
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$1/munge.sock
CryptoType=crypto/munge
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/log/slurmctld.log
SlurmdLogFile=$1/log/slurmd.log
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
PlugStackConfig=$1/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
MinJobAge=86400
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(getconf _NPROCESSORS_ONLN) RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
SETTINGS
  ln -s "$1/slurm.conf" "$CONF"
  munged --force --num-threads=2 --key-file="$1/munge.key" --seed-file="$1/munge.seed" \
    --socket="$1/munge.sock" --pid-file="$1/munged.pid" --log-file="$1/log/munged.log"
  slurmctld -c
  slurmd -c
  for ((tenth = 0; tenth < 200; tenth++)); do
    if sinfo --noheader --format=%T 2>/dev/null | grep -qE 'idle|mixed'; then return 0; fi
    sleep 0.1
  done
  down "$1"
  fail "the node took no jobs within 20 seconds; $1/log says why"
}

down() {
  if [[ $(readlink "$CONF" 2>/dev/null) = "$1/slurm.conf" ]]; then
    # Jobs outlive their daemons, so they end first.
    timeout 5 scancel --user="$(id -un)" 2>/dev/null || true
    for ((tenth = 0; tenth < 50; tenth++)); do
      if [[ -z $(timeout 5 squeue --noheader 2>/dev/null) ]]; then break; fi
      sleep 0.1
    done
  fi
  for daemon in slurmd slurmctld munged; do
    [[ -s $1/$daemon.pid ]] || continue
    pid=$(<"$1/$daemon.pid")
    kill "$pid" 2>/dev/null || true
    for ((tenth = 0; tenth < 50; tenth++)); do
      if [[ ! -e /proc/$pid/exe ]]; then break; fi
      sleep 0.1
    done
  done
  if [[ $(readlink "$CONF" 2>/dev/null) = "$1/slurm.conf" ]]; then rm -f "$CONF"; fi
}

[[ $# = 2 && $1 =~ ^(up|down)$ ]] || fail "usage: ${0##*/} up|down FOLDER"
"$1" "$(realpath -m "$2")"
