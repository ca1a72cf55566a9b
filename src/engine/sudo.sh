#!/bin/sh
# sudo for a lab whose user is root already and where none is installed: takes
# the usual options and runs the command.
user=root shell=
while [ $# -gt 0 ]; do
  case $1 in
    -u | --user) user=$2; shift 2 ;;
    -u*) user=${1#-u}; shift ;;
    -i | --login) shell=login; shift ;;
    -s | --shell) shell=plain; shift ;;
    -E | -H | -n | -S | -k | --preserve-env | --non-interactive) shift ;;
    --) shift; break ;;
    -*) echo "sudo: option $1 is not known here" >&2; exit 1 ;;
    *=*) export "$1"; shift ;;
    *) break ;;
  esac
done
if [ $# -eq 0 ]; then
  [ -n "$shell" ] || { echo "usage: sudo [-u user] command" >&2; exit 1; }
  set -- "${SHELL:-/bin/bash}"
  # A login shell says `logout` when it is left.
  [ "$shell" = plain ] || set -- "$1" -l
fi
[ "$user" = root ] || set -- setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
exec "$@"
