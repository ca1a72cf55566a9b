# One shard in a pod: verifies the files of the ConfigMaps with the arguments that it is
# given, and prints the report between two marks. The pod fails where there is none, and
# the Job tries once more.

# Pulls base images; labs have daemons of their own.
dockerd --bridge none --iptables=false --data-root "$LABBOOK_CACHE/pulled" >/dev/null 2>&1 &
tries=0
until docker version >/dev/null 2>&1 || [ $tries -ge 100 ]; do
  tries=$((tries + 1)); sleep 0.1
done

mkdir "$LABBOOK_CACHE/work" && cp -rL /labbook/* "$LABBOOK_CACHE/work" && cd "$LABBOOK_CACHE/work" || exit 2
labbook "$@" >"$LABBOOK_CACHE/report.json"
status=$?
if [ $status -eq 130 ] || ! [ -s "$LABBOOK_CACHE/report.json" ]; then
  exit $((status ? status : 2))
fi
echo
echo 'labbook: the report begins'
cat "$LABBOOK_CACHE/report.json"
echo 'labbook: the report ends'
