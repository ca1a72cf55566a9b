#!/bin/sh
# sudo in a lab on the user's own daemon. The real one drops the environment, and
# with it the way through the guard: docker is run as it is, everything else by
# the real sudo, or, where there is none and the user is root, directly.
real_sudo=@REAL_SUDO@

command_of() {
  while [ $# -gt 0 ]; do
    case $1 in
      -u | --user | -g | --group | -p | --prompt) shift; [ $# -eq 0 ] || shift ;;
      --) shift; break ;;
      -* | *=*) shift ;;
      *) break ;;
    esac
  done
  basename -- "${1-}"
}

only_flags_before_command() {
  while [ $# -gt 0 ]; do
    case $1 in
      -E | -H | -n | -S | --preserve-env | --non-interactive) shift ;;
      -u | --user) [ "${2-}" = root ] || return 1; shift 2 ;;
      --) return 0 ;;
      -*) return 1 ;;
      *) return 0 ;;
    esac
  done
}

case $(command_of "$@") in
  docker | docker-compose)
    only_flags_before_command "$@" || { echo "sudo: these options are not known here" >&2; exit 1; }
    while :; do
      case $1 in
        -u | --user) shift 2 ;;
        --) shift; break ;;
        -*) shift ;;
        *=*) shift ;;
        *) break ;;
      esac
    done
    exec "$@"
    ;;
esac

# Docker's data root may be elsewhere: then the lab has readers of its own.
if [ -x "${0%/*}/$(command_of "$@")" ] && only_flags_before_command "$@"; then
  for word; do
    case $word in
      /var/lib/docker | /var/lib/docker/*)
        while :; do
          case $1 in
            -u | --user) shift 2 ;;
            -*) shift ;;
            *) break ;;
          esac
        done
        exec "$@"
        ;;
    esac
  done
fi

[ -z "$real_sudo" ] || exec "$real_sudo" "$@"
[ "$(id -u)" = 0 ] || { echo "sudo: not installed" >&2; exit 127; }
# What follows is the sudo of labs whose user is root already.
