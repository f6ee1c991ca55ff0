# The real peers of ./check: a PostgreSQL of its own and the real Bluesky
# network. Each listens on 127.0.0.1 and is ended when the check ends.

# free_port prints a port that nobody listens on right now.
free_port() {
	local port
	while port=$((20000 + RANDOM % 12000)); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port && return; }
	done
}

# start_postgres brings up two clusters: one for unit tests, which may forget
# everything in a power cut, and one that keeps its word, for the crash tests.
start_postgres() {
	local began=$SECONDS
	wanted postgres || wanted race || wanted storm || wanted stories || return 0
	if [ -n "${VIGIE_TEST_POSTGRES:-}" ]; then
		row postgres passed 0 "the one of VIGIE_TEST_POSTGRES"
		export VIGIE_TEST_POSTGRES_DURABLE="${VIGIE_TEST_POSTGRES_DURABLE:-$VIGIE_TEST_POSTGRES}"
		return
	fi
	local bin
	bin=$(find_postgres)
	[ -n "$bin" ] || { skip postgres "no PostgreSQL on this machine, and it could not be installed" && return; }
	VIGIE_TEST_POSTGRES=$(start_cluster "$bin" fast "-c fsync=off -c synchronous_commit=off -c full_page_writes=off") &&
		VIGIE_TEST_POSTGRES_DURABLE=$(start_cluster "$bin" durable "-c fsync=on -c synchronous_commit=on") || {
		row postgres FAILED $((SECONDS - began)) "did not start: $(tail -n 1 "$WORK"/pg-*.log | tail -n 1)"
		return
	}
	at_exit "stop_cluster '$bin' fast; stop_cluster '$bin' durable"
	export VIGIE_TEST_POSTGRES VIGIE_TEST_POSTGRES_DURABLE
	row postgres passed $((SECONDS - began)) "$("$bin/postgres" --version | awk '{print $3}'), one cluster in a hurry, one durable"
}

# start_cluster BIN NAME SETTINGS: prints the address of a new cluster. PostgreSQL refuses to be root.
start_cluster() {
	local bin=$1 dir="$WORK/pg-$2" log="$WORK/pg-$2.log" port
	port=$(free_port) || return
	mkdir "$dir" && touch "$log" || return
	[ "$(id -u)" = 0 ] && chown postgres:postgres "$dir" "$log"
	as_postgres "$bin/initdb" -D "$dir" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >>"$log" 2>&1 &&
		as_postgres "$bin/pg_ctl" -D "$dir" -l "$log" -w -t 120 \
			-o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=200 $3" start >/dev/null 2>&1 || return
	echo "postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
}
stop_cluster() { as_postgres "$1/pg_ctl" -D "$WORK/pg-$2" -m immediate -w -t 30 stop; }
as_postgres() { (cd / && if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi); }

# start_bluesky runs test/peers/bluesky/start, which installs the network, brings
# it up, prints one line of JSON when it is ready and ends on SIGTERM.
start_bluesky() {
	local began=$SECONDS line fd pid
	wanted bluesky || wanted race || wanted storm || wanted browser || return 0
	if [ -n "${VIGIE_PEER_BLUESKY_URL:-}" ]; then
		row bluesky passed 0 "the one of VIGIE_PEER_BLUESKY_URL"
		return
	fi
	[ -x test/peers/bluesky/start ] || { skip bluesky "test/peers/bluesky/start is not there yet" && return; }
	command -v node >/dev/null && command -v npm >/dev/null || { skip bluesky "needs node and npm" && return; }
	printf '%s== bluesky%s\n' "$B" "$N"
	exec {fd}< <(exec setsid test/peers/bluesky/start 2>"$WORK/bluesky.log")
	pid=$!
	keep_until_exit "$pid"
	while IFS= read -r -t 900 -u "$fd" line; do [[ $line == \{*\} ]] && break; done
	if [[ ${line:-} != \{*\} ]]; then
		row bluesky FAILED $((SECONDS - began)) "not ready: $(tail -n 1 "$WORK/bluesky.log")"
		tail -n 40 "$WORK/bluesky.log"
		return
	fi
	eval "$(node -e '
		const said = JSON.parse(process.argv[1]), quote = (v) => "\x27" + String(v).replaceAll("\x27", "") + "\x27"
		for (const [k, v] of Object.entries(said)) if (v !== null && /^\w+$/.test(k)) console.log(`export VIGIE_PEER_BLUESKY_${k.toUpperCase()}=${quote(v)}`)
	' "$line")"
	row bluesky passed $((SECONDS - began)) "the real network, PDS at ${VIGIE_PEER_BLUESKY_URL:-?}${VIGIE_PEER_BLUESKY_MISSING:+; without $VIGIE_PEER_BLUESKY_MISSING}"
}

# start_blog NAME WORDS: runs test/peers/NAME/start, which prints one line of JSON
# when the blog is ready and ends on SIGTERM. What it prints becomes VIGIE_PEER_NAME_*.
start_blog() {
	local name=$1 words=$2 began=$SECONDS line='' fd pid key value upper=${1^^}
	wanted "$name" || wanted race || return 0
	key="VIGIE_PEER_${upper}_URL"
	if [ -n "${!key:-}" ]; then
		row "$name" passed 0 "the one of $key"
		return
	fi
	printf '%s== %s%s\n' "$B" "$name" "$N"
	exec {fd}< <(exec setsid "test/peers/$name/start" 2>"$WORK/$name.log")
	pid=$!
	keep_until_exit "$pid"
	while IFS= read -r -t 600 -u "$fd" line; do [[ $line == \{*\} ]] && break; done
	if [[ ${line:-} != \{*\} ]]; then
		# It is no part of Vigie: without it the strict fake plays the same stories.
		tail -n 20 "$WORK/$name.log"
		skip "$name" "could not be had: $(tail -n 1 "$WORK/$name.log")"
		return
	fi
	while IFS=$'\t' read -r key value; do export "VIGIE_PEER_${upper}_${key^^}=$value"; done < <(
		grep -o '"[a-z_]*":"[^"]*"' <<<"$line" | sed 's/^"\([a-z_]*\)":"\(.*\)"$/\1\t\2/'
	)
	key="VIGIE_PEER_${upper}_URL"
	row "$name" passed $((SECONDS - began)) "$words at ${!key:-?}"
}

# start_mail runs test/peers/mail/start: Dovecot and maildev, real mail servers.
start_mail() {
	local began=$SECONDS line fd pid name value
	wanted mail || wanted race || return 0
	if [ -n "${VIGIE_PEER_IMAP:-}" ]; then
		row mail passed 0 "the one of VIGIE_PEER_IMAP"
		return
	fi
	command -v dovecot >/dev/null || { skip mail "needs dovecot (dovecot-imapd)" && return; }
	printf '%s== mail%s\n' "$B" "$N"
	exec {fd}< <(exec setsid test/peers/mail/start 2>"$WORK/mail.log")
	pid=$!
	keep_until_exit "$pid"
	while IFS= read -r -t 300 -u "$fd" line; do [[ $line == \{*\} ]] && break; done
	if [[ ${line:-} != \{*\} ]]; then
		skip mail "the mail servers did not start: $(tail -n 1 "$WORK/mail.log")"
		return
	fi
	while IFS='=' read -r name value; do
		[ -n "$value" ] && export "VIGIE_PEER_$name=$value"
	done < <(sed 's/[{}"]//g; s/,/\n/g' <<<"$line" | sed 's/^imap:/IMAP=/; s/^imap_password:/IMAP_PASSWORD=/; s/^smtp:/SMTP=/; s/^maildev:/MAILDEV=/')
	row mail passed $((SECONDS - began)) "Dovecot at $VIGIE_PEER_IMAP${VIGIE_PEER_SMTP:+, maildev at $VIGIE_PEER_SMTP}"
}

# say_other_peers names the peers that only their owner can give.
say_other_peers() {
	[ -z "$ONLY" ] || return 0
	if [ -n "${VIGIE_PEER_MASTODON_URL:-}" ]; then
		row mastodon passed 0 "a real server: $VIGIE_PEER_MASTODON_URL"
	else
		skip mastodon "no VIGIE_PEER_MASTODON_URL, so only the strict fake and third-party clients"
	fi
}
