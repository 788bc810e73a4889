#!/bin/sh
# The life of a Linux bundle on a computer with nothing on it: no Node, no network, an empty root with a shell and the C
# library. It is installed, collects, is looked at, alerts, serves, is upgraded, refuses to go back, goes back, is removed.
#
#   sudo scripts/package/bare-linux.sh packages/larder-0.1.0-linux-x64.tar.gz
#
# The stand-in for systemctl really starts and stops what the units say, and records how it was called. Ends with 0 when
# all is as it has to be.
set -eu
bundle=$(realpath "$1")
here=$(cd "${0%/*}" && pwd -P)
[ "$(id -u)" -eq 0 ] || { echo "run as root: it makes a root of its own" >&2; exit 1; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# programs of this computer with their libraries; no package and nothing of Node
put() {
	for program in "$@"; do
		path=$(command -v "$program")
		mkdir -p "$root${path%/*}"
		cp -L "$path" "$root$path"
		ldd "$path" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
			[ -e "$root$library" ] || { mkdir -p "$root${library%/*}" && cp -L "$library" "$root$library"; }
		done
	done
}
mkdir -p "$root/tmp" "$root/proc" "$root/dev" "$root/etc" "$root/var/run"
# /bin and /lib may be links into /usr
for name in bin lib lib64; do
	if [ -L "/$name" ]; then
		mkdir -p "$root/$(readlink "/$name")"
		ln -s "$(readlink "/$name")" "$root/$name"
	fi
done
put sh readlink sleep grep sed cat ls rm find
mkdir -p "$root/bundle" "$root/newer"
tar -xzf "$bundle" -C "$root/bundle" --strip-components=1
# the libraries that Node asks of every Linux
ldd "$root/bundle/libexec/node" | grep -o '/[^ ]*' | while read -r library; do
	[ -e "$root$library" ] || { mkdir -p "$root${library%/*}" && cp -L "$library" "$root$library"; }
done
cp -R "$root/bundle/." "$root/newer"
version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$root/bundle/package.json")
grep -rlF "$version" "$root/newer/package.json" "$root/newer/dist" | xargs sed -i "s/\"$version\"/\"99.0.0\"/g"
cp "$here/../../fixtures/state/0.1/Metrics.db" "$root/Metrics.db"
cat >"$root/etc/larder.json" <<'JSON'
{ "server": "bare", "sources": { "metricsSqlite": { "enabled": false }, "metricsDb": { "path": "/Metrics.db" },
  "managerStatus": { "enabled": false } } }
JSON
mkdir -p "$root/usr/bin"
cat >"$root/usr/bin/systemctl" <<'SH'
#!/bin/sh
echo "systemctl $*" >>/calls
[ "${2:-}" = --now ] || exit 0
unit=$3
pid=/tmp/$unit.pid
case $1 in
	enable)
		command=$(sed -n 's/^ExecStart=//p' "/etc/systemd/system/$unit")
		# shellcheck disable=SC2086 # its words
		$command >>"/tmp/$unit.log" 2>&1 &
		echo $! >"$pid" ;;
	disable)
		[ -e "$pid" ] || exit 1
		kill "$(cat "$pid")"
		while kill -0 "$(cat "$pid")" 2>/dev/null; do sleep 0.1; done
		rm "$pid" ;;
esac
SH
chmod 755 "$root/usr/bin/systemctl"

cat >"$root/life.sh" <<'SH'
set -u
PATH=/usr/local/bin:/usr/bin:/bin
export PATH
wrong=0
expect() { # what, exit code expected, exit code, words expected in the output
	if [ "$2" -eq "$3" ] && grep -q -- "$4" /tmp/out; then echo "ok    $1"; else
		echo "WRONG $1: exit $3, expected $2 and \"$4\""; cat /tmp/out; wrong=1
	fi
}
try() { what=$1 code=$2 words=$3; shift 3; "$@" >/tmp/out 2>&1; expect "$what" "$code" $? "$words"; }

command -v node && { echo "there is a Node here"; exit 1; }
try "runs where it was unpacked" 0 "[0-9]" /bundle/bin/larder --version
try "dry run" 0 "Nothing was changed" /bundle/bin/larder install --jobs collect,serve --dry-run
try "installs and sees a pass" 0 "it made one after" /bundle/bin/larder install --jobs collect,serve
try "status" 0 "bare" sh -c 'larder status; [ $? -le 3 ]'
try "what the cache recorded" 0 "[1-9]" larder history --by all --from 2020-01-01
try "alerts" 0 "" sh -c 'larder alerts check; [ $? -le 3 ]'
try "serves" 0 "^200" /usr/local/larder/libexec/node -e '
	const ask = (left) => fetch("http://127.0.0.1:9201/").then((answer) => console.log(answer.status),
		(error) => left > 0 ? setTimeout(ask, 500, left - 1) : console.log(String(error.cause)));
	ask(40);'
try "warming without a network says so" 1 "code" larder precache run --group installer --cache-server http://127.0.0.1:1
try "upgrades" 0 "larder 99.0.0 is installed" /newer/bin/larder upgrade
try "is the new one" 0 "99.0.0" larder --version
try "refuses to go back" 1 "INSTALL_DOWNGRADE" /bundle/bin/larder upgrade
try "goes back when told to" 0 "it made one after" /bundle/bin/larder upgrade --downgrade
try "journal whole" 0 "" larder journal verify
try "removed" 0 "kept: /var/lib/larder, /etc/larder.json" larder uninstall
ls /usr/local /etc/systemd/system /usr/local/bin >/tmp/out 2>&1
grep -q larder /tmp/out && { echo "WRONG left behind"; cat /tmp/out; wrong=1; }
try "removed with all it recorded" 0 "remove /var/lib/larder" /bundle/bin/larder uninstall --purge
find / -xdev -name '*larder*' -not -path '/bundle/*' -not -path '/newer/*' -not -path '/tmp/*' -not -path '/proc/*' >/tmp/out
[ -s /tmp/out ] && { echo "WRONG left behind"; cat /tmp/out; wrong=1; }
echo "calls of systemctl:"; cat /calls
exit $wrong
SH
# shellcheck disable=SC2016 # expanded in the namespace
mount_all='mount -t proc proc "$1/proc"; mknod -m 666 "$1/dev/null" c 1 3; mknod -m 666 "$1/dev/urandom" c 1 9; ip link set lo up; exec chroot "$1" /bin/sh /life.sh'
unshare --mount --pid --net --fork sh -c "$mount_all" sh "$root"
