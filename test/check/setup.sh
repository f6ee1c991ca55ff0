# What ./check installs, and only when it is missing: Debian packages when it
# is root on Debian or Ubuntu, npm packages into .peers (ignored by git).

# program:package, tried in order; the first column is what proves that the package is there.
DEBIAN="
gcc:gcc
gcc:libc6-dev
psql:postgresql
redis-server:redis-server
chromium:chromium
node:nodejs
npm:npm
make:make
g++:g++
python3:python3
toot:toot
hunspell:hunspell
/usr/share/wordpress/wp-settings.php:wordpress
php:php-cli
/usr/share/doc/php-mysql:php-mysql
/usr/share/doc/php-gd:php-gd
/usr/share/doc/php-xml:php-xml
/usr/share/doc/php-mbstring:php-mbstring
/usr/share/doc/php-curl:php-curl
/usr/sbin/mariadbd:mariadb-server
dovecot:dovecot-imapd
/usr/lib/python3/dist-packages/mastodon:python3-mastodon
/usr/lib/python3/dist-packages/icalendar:python3-icalendar
/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf:fonts-noto-core
/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf:fonts-noto-color-emoji
"

setup_all() {
	setup_debian
	setup_axe
	go mod download || echo "note: go mod download failed"
	return 0
}

missing_packages() {
	local line
	for line in $DEBIAN; do
		case ${line%%:*} in
		/*) [ -e "${line%%:*}" ] ;;
		chromium) [ -n "$(find_chromium)" ] ;;
		psql) [ -n "$(find_postgres)" ] ;;
		*) command -v "${line%%:*}" >/dev/null ;;
		esac || echo "${line##*:}"
	done | sort -u
}

setup_debian() {
	local missing package
	missing=$(missing_packages)
	[ -z "$missing" ] && return
	if ! command -v apt-get >/dev/null; then
		echo "note: not Debian, missing and not installed:" $missing
		return
	fi
	if [ "$(id -u)" != 0 ]; then
		echo "note: not root, missing and not installed:" $missing
		return
	fi
	echo "installing:" $missing
	export DEBIAN_FRONTEND=noninteractive
	# We want the programs, not services that keep running after us.
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	fi
	apt-get update -qq || echo "apt-get update failed"
	apt-get install -y -qq --no-install-recommends $missing >/dev/null && return
	# One package that cannot be had must not cost the others.
	for package in $missing; do
		apt-get install -y -qq --no-install-recommends "$package" >/dev/null || echo "note: could not install $package"
	done
}

setup_axe() {
	command -v npm >/dev/null || { echo "note: no npm, so no axe-core" && return; }
	[ -f .peers/axe/node_modules/axe-core/axe.min.js ] && return
	mkdir -p .peers/axe && cp test/axe/package.json test/axe/package-lock.json .peers/axe/ &&
		npm ci --prefix .peers/axe --ignore-scripts --no-audit --no-fund --loglevel=error || echo "note: npm could not install axe-core"
}

find_chromium() {
	local p
	for p in "${VIGIE_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
		[ -n "$p" ] && command -v "$p" && return
	done
}

# The directory of initdb and pg_ctl: Debian keeps them out of PATH.
find_postgres() {
	local p
	for p in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null)"; do
		[ -x "$p/initdb" ] && echo "$p" && return
	done
}

# learn_tools says to the steps where things are.
learn_tools() {
	export VIGIE_CHROMIUM VIGIE_AXE
	VIGIE_CHROMIUM=$(find_chromium)
	VIGIE_AXE=$PWD/.peers/axe/node_modules/axe-core/axe.min.js
}
