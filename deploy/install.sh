#!/bin/sh
# Installs larder from a built checkout (npm ci has run) and loads its jobs.
#
#   sudo deploy/install.sh [--node FILE] [--precache] [--receive] [--serve] [--no-load]
#
#   --node FILE   the node program to install beside it (default: the one on the PATH)
#   --precache    also load the nightly warming run
#   --receive     also load the receiver of reports
#   --serve       also load the live page and /metrics
#   --no-load     place the files only; load nothing
#
# Run it again to upgrade: settings, state and logs stay. DESTDIR=folder installs below that folder and loads nothing.
set -eu

fail() { echo "install: $1" >&2; exit 1; }

source=$(cd "$(dirname "$0")/.." && pwd -P)
node=$(command -v node || true)
load=yes
jobs="org.larder.collect"
while [ $# -gt 0 ]; do
	case $1 in
		--node) [ $# -ge 2 ] || fail "--node takes a file"; node=$2; shift ;;
		--precache) jobs="$jobs org.larder.precache" ;;
		--receive) jobs="$jobs org.larder.receive" ;;
		--serve) jobs="$jobs org.larder.serve" ;;
		--no-load) load=no ;;
		*) fail "there is no option $1; see the first lines of this script" ;;
	esac
	shift
done

root=${DESTDIR:-}
if [ -n "$root" ]; then
	load=no
else
	[ "$(id -u)" -eq 0 ] || fail "run as root: sudo $0"
	[ "$(uname)" = Darwin ] || fail "this is for macOS; DESTDIR=folder places the files anywhere"
fi
[ -f "$source/dist/larder.js" ] || fail "there is no dist/larder.js: run npm ci first"
[ -x "${node:-/nonexistent}" ] || fail "there is no node program; name one: --node /path/to/node"
"$node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
	fail "$node is older than 20.19"

own() { # owner and mode as launchd and newsyslog demand; only root can give away files
	[ -n "$root" ] || chown root:wheel "$2"
	chmod "$1" "$2"
}

# beside the old one, then in its place: a run that starts meanwhile finds the old or the new whole
target=$root/usr/local/larder
new=$target.new
rm -rf "$new"
mkdir -p "$new/bin" "$new/libexec"
cp -R "$source/dist" "$source/package.json" "$source/LICENSE" "$source/docs" "$new/"
cp "$source/deploy/bin/"* "$new/bin/"
cp "$node" "$new/libexec/node"
# all other packages are part of dist
for package in @napi-rs dejavu-fonts-ttf; do
	[ -d "$source/node_modules/$package" ] || fail "the packages are not there: run npm ci first"
	mkdir -p "$new/node_modules"
	cp -R "$source/node_modules/$package" "$new/node_modules/"
done
chmod -R go-w,a+rX "$new"
chmod 755 "$new/bin/"* "$new/libexec/node"
[ -n "$root" ] || chown -R root:wheel "$new"
rm -rf "$target.old"
if [ "$load" = yes ]; then
	for label in $jobs; do launchctl bootout "system/$label" 2>/dev/null || true; done
fi
[ ! -d "$target" ] || mv "$target" "$target.old"
mv "$new" "$target"
rm -rf "$target.old"

mkdir -p "$root/usr/local/bin" "$root/Library/LaunchDaemons" "$root/private/etc/newsyslog.d"
ln -sf /usr/local/larder/bin/larder "$root/usr/local/bin/larder"
state="$root/Library/Application Support/larder"
mkdir -p "$state"
own 750 "$state"
cp "$source/deploy/newsyslog/org.larder.conf" "$root/private/etc/newsyslog.d/org.larder.conf"
own 644 "$root/private/etc/newsyslog.d/org.larder.conf"
for label in $jobs; do
	cp "$source/deploy/launchd/$label.plist" "$root/Library/LaunchDaemons/$label.plist"
	own 644 "$root/Library/LaunchDaemons/$label.plist"
done

if [ "$load" = yes ]; then
	for label in $jobs; do
		# bootout comes back before it is done; until then bootstrap fails with 5 or 37
		tries=0
		until launchctl bootstrap system "/Library/LaunchDaemons/$label.plist"; do
			tries=$((tries + 1))
			[ "$tries" -lt 15 ] || fail "launchd does not take $label; see: sudo launchctl print system/$label"
			sleep 1
		done
		echo "loaded $label"
	done
fi
echo "installed $("$target/libexec/node" "$target/dist/larder.js" --version) in $target"
