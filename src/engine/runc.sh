#!/bin/sh
# runc of a lab's daemon: the process numbers of each container begin elsewhere.
# Its first process is made already when they are set, and stays number 1.
case " $* " in
*" create "*) ;;
*) exec RUNC "$@" ;;
esac
RUNC "$@"
status=$?
option=
for word; do
    [ "$option" = --pid-file ] && file=$word
    option=$word
done
if [ $status -eq 0 ] && [ -s "$file" ]; then
    NSENTER -t "$(cat "$file")" -p sh -c 'echo NUMBER >/proc/sys/kernel/ns_last_pid' 2>/dev/null
fi
exit $status
