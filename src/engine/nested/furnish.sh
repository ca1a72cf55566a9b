# Makes the lab's user and folder in a nested engine. Arguments: the user or
# nothing, the folder as asked for, the settings of Docker's client, variables for its
# environment (a line each), then programs that the notes call. Standard input: a sudo of
# labbook's own. Prints what came of it, a line each: "user NAME", "home PATH",
# "client PATH" (the settings of Docker's client), "folder PATH", "confined",
# "missing PROGRAM", "sudo-shim".
user=$1 folder=$2 settings=$3 variables=$4
shift 4
command -v bash >/dev/null || apk add --no-cache bash >/dev/null 2>&1
command -v bash >/dev/null || { echo "the image has no bash" >&2; exit 1; }
for program; do
  [ "$program" = sudo ] && continue
  command -v "$program" >/dev/null ||
    apk add --no-cache "$program" >/dev/null 2>&1 ||
    echo "missing $program"
done
if ! command -v sudo >/dev/null; then
  mkdir -p /usr/local/bin
  cat >/usr/local/bin/sudo
  chmod 755 /usr/local/bin/sudo
  echo sudo-shim
  user=
fi
case $folder in /var/lib/docker*) user= ;; esac
[ "$user" = root ] && user=
home=/root
if [ -n "$user" ]; then
  home=/home/$user
  grep -q '^docker:' /etc/group || echo docker:x:2375: >>/etc/group
  if ! grep -q "^$user:" /etc/passwd; then
    number=1000
    while grep -q "^[^:]*:[^:]*:$number:" /etc/passwd /etc/group; do number=$((number + 1)); done
    echo "$user:x:$number:$number::$home:/bin/bash" >>/etc/passwd
    echo "$user:x:$number:" >>/etc/group
    [ ! -f /etc/shadow ] || echo "$user:*:19000:0:99999:7:::" >>/etc/shadow
    mkdir -p "$home"
    chown "$number:$number" "$home"
  fi
  sed -i "s/^\(docker:[^:]*:[^:]*:\).*/\1$user/" /etc/group
  mkdir -p /etc/sudoers.d
  printf '%s\n' 'Defaults env_file=/run/labbook/sudo-environment' "$user ALL=(ALL:ALL) NOPASSWD: ALL" \
    >"/etc/sudoers.d/labbook-$user"
  chmod 440 "/etc/sudoers.d/labbook-$user"
  chgrp docker /var/run/docker.sock
  chmod 660 /var/run/docker.sock
fi
# Not in the homes, which notes list.
client=/run/labbook/client
for name in root $user; do
  mkdir -p "$client/$name"
  echo "$settings" >"$client/$name/config.json"
done
printf '%s\n' "DOCKER_CONFIG=$client/root" "$variables" >/run/labbook/sudo-environment
case $folder in
  '') folder=/lab ;;
  '~') folder=$home ;;
  '~/'*) folder=$home/${folder#'~/'} ;;
  /*) ;;
  *) folder=/$folder ;;
esac
existed=
[ -d "$folder" ] && existed=1
mkdir -p "$folder"
if [ -n "$user" ]; then
  chown -R "$user:" "$client/$user"
  [ -n "$existed" ] || chown "$user:" "$folder"
fi
echo "user ${user:-root}"
echo "home $home"
echo "client $client/${user:-root}"
echo "folder $folder"
! setpriv --bounding-set -sys_admin true 2>/dev/null || echo confined
