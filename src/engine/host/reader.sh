#!/bin/sh
# Looks into Docker's data root where it is: on the daemon's machine, through a
# container that sees it read-only. Everything else is looked at here.
name=${0##*/}
for word; do
  case $word in
    /var/lib/docker | /var/lib/docker/*)
      tty=
      [ ! -t 1 ] || tty=--tty
      exec docker run --rm $tty --network none --env LANG=C.UTF-8 --entrypoint "$name" \
        --mount type=bind,src=@DATA_ROOT@,dst=/var/lib/docker,readonly @IMAGE@ "$@"
      ;;
  esac
done
PATH=${PATH#*:} exec "$name" "$@"
