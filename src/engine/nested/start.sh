# Process 1 of a nested engine: starts the daemon, and takes in the processes whose
# parents have ended.
set -- dockerd --host unix:///var/run/docker.sock
# What an image of the kind docker:dind does before: choosing an iptables.
if command -v dockerd-entrypoint.sh >/dev/null; then
  set -- dockerd-entrypoint.sh "$@"
fi
"$@" &
wait $!
