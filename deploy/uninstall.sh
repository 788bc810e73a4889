#!/bin/sh
# Removes larder; installed as /usr/local/larder/bin/larder-uninstall.
#
#   sudo larder-uninstall [--purge]
#
#   --purge   also remove the journal and everything else it recorded, its settings and its logs
#
# DESTDIR=folder works below that folder and unloads nothing.
set -eu

fail() { echo "uninstall: $1" >&2; exit 1; }

purge=no
for option in "$@"; do
	case $option in
		--purge) purge=yes ;;
		*) fail "there is no option $option; --purge is all there is" ;;
	esac
done
root=${DESTDIR:-}
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "run as root: sudo $0"

for label in org.larder.collect org.larder.precache org.larder.serve; do
	[ -n "$root" ] || launchctl bootout "system/$label" 2>/dev/null || true
	rm -f "$root/Library/LaunchDaemons/$label.plist"
done
rm -f "$root/private/etc/newsyslog.d/org.larder.conf" "$root/usr/local/bin/larder"
[ -n "$root" ] || rm -f /var/run/larder-collect.pid /var/run/larder-serve.pid
rm -rf "$root/usr/local/larder" "$root/usr/local/larder.new" "$root/usr/local/larder.old"
if [ "$purge" = yes ]; then
	rm -rf "$root/Library/Application Support/larder"
	rm -f "$root/Library/Preferences/org.larder.plist" "$root/usr/local/etc/larder.json"
	rm -f "$root"/var/log/larder.log* "$root"/var/log/larder-precache.log* "$root"/var/log/larder-serve.log*
fi
# every receipt, or the next package believes it is there
if [ -z "$root" ]; then
	for id in org.larder.core; do
		pkgutil --forget "$id" >/dev/null 2>&1 || true
	done
fi
echo "removed larder"
[ "$purge" = yes ] || echo "kept: /Library/Application Support/larder, the settings and the logs; --purge removes them too"
