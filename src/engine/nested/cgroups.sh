# Makes a container's control groups writable for a daemon in it.
for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -d "$mount" ] && mount -o remount,bind,rw "$mount"
done 2>/dev/null
# In version 2 only leaves hold processes.
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  while read -r process; do
    echo "$process" >/sys/fs/cgroup/init/cgroup.procs
  done </sys/fs/cgroup/cgroup.procs 2>/dev/null
  sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi
