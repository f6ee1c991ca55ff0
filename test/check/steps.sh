# How a step is run, timed, told and counted. Sourced by ./check.

if [ -t 1 ] && [ -z "${CI:-}" ]; then B=$'\e[1m' R=$'\e[31m' G=$'\e[32m' Y=$'\e[33m' N=$'\e[0m'; else B='' R='' G='' Y='' N=''; fi
NAMES=() STATES=() TIMES=() WHYS=() GROUPS_TO_END=() CLEANERS=()
ONLY=${ONLY:-}
SKIPPED=77 # what a step answers when the machine lacks what it needs; its last line says what
export SKIPPED

row() { NAMES+=("$1") STATES+=("$2") TIMES+=("$3") WHYS+=("${4:-}"); }
skip() { printf '%s- %s skipped: %s%s\n' "$Y" "$1" "$2" "$N"; row "$1" skipped 0 "$2"; }
wanted() { [ -z "$ONLY" ] || [[ $ONLY == *" $1 "* ]]; }

# The whole check ends within half an hour: what is left of it bounds each step.
WHOLE=$((${VIGIE_CHECK_MINUTES:-30} * 60 - 20))

# step NAME MINUTES COMMAND…: runs the command (a function or a program) in a
# process group of its own, no longer than that, and notes how it ended.
step() {
	local name=$1 limit=$((${2%m} * 60)) log="$WORK/$1.log" began=$SECONDS code
	shift 2
	wanted "$name" || return 0
	[ $((WHOLE - SECONDS)) -lt $limit ] && limit=$((WHOLE - SECONDS))
	[ $limit -gt 5 ] || { row "$name" FAILED 0 "no time left of ${VIGIE_CHECK_MINUTES:-30} minutes" && return 1; }
	printf '%s== %s%s\n' "$B" "$name" "$N"
	declare -F "$1" >/dev/null && set -- bash -c '. test/check/jobs.sh; . test/check/setup.sh; "$@"' step "$@"
	# The file descriptors of a killed step must not keep the pipe open for ever, hence the file and the tail.
	: >"$log"
	timeout --kill-after=20s "${limit}s" "$@" >"$log" 2>&1 &
	local pid=$!
	tail -n +1 -f --pid=$pid "$log" &
	local tail=$!
	GROUPS_TO_END+=("$pid")
	wait $pid
	code=$?
	wait $tail 2>/dev/null
	unset 'GROUPS_TO_END[-1]'
	local took=$((SECONDS - began))
	case $code in
	0) row "$name" passed $took "$(grep -a '^note: ' "$log" | tail -1 | cut -c7-)" ;;
	"$SKIPPED") row "$name" skipped $took "$(tail -n 1 "$log")" ;;
	124 | 137) row "$name" FAILED $took "not finished within $limit s" ;;
	*) row "$name" FAILED $took "exit $code" ;;
	esac
	return $code
}

# keep_until_exit PID: ends the whole process group of PID when the check ends.
keep_until_exit() { GROUPS_TO_END+=("$1"); }
at_exit() { CLEANERS+=("$1"); }

finish() {
	local code=$? i
	trap - EXIT
	for ((i = ${#CLEANERS[@]} - 1; i >= 0; i--)); do eval "${CLEANERS[i]}" >/dev/null 2>&1; done
	for i in "${GROUPS_TO_END[@]}"; do kill -TERM -- "-$i" 2>/dev/null; done
	for i in "${GROUPS_TO_END[@]}"; do
		timeout 10 tail -f --pid="$i" /dev/null 2>/dev/null # waits for it to be gone
		kill -KILL -- "-$i" 2>/dev/null
	done
	if [ "$code" = 0 ]; then rm -rf "$WORK"; else echo "logs kept in $WORK" >&2; fi
	exit "$code"
}

# summary prints what happened and ends with the one line that counts tests.
summary() {
	local i failed=0 skipped=0 colour
	printf '\n%s%-16s %-9s %6s  %s%s\n' "$B" step result time note "$N"
	for i in "${!NAMES[@]}"; do
		colour=$G
		case ${STATES[i]} in FAILED) failed=1 colour=$R ;; skipped) skipped=1 colour=$Y ;; esac
		printf '%-16s %s%-9s%s %5ss  %s\n' "${NAMES[i]}" "$colour" "${STATES[i]}" "$N" "${TIMES[i]}" "${WHYS[i]}"
	done
	[ -s "$WORK/skipped" ] && { echo && echo "tests that were skipped, and why:" && sort "$WORK/skipped" | uniq -c | sort -rn | head -40; }
	echo
	[ -d "$WORK/counts" ] || mkdir "$WORK/counts"
	cat "$WORK"/counts/* 2>/dev/null | awk '{p+=$1; f+=$2; s+=$3} END {printf "%d passed, %d failed, %d skipped\n", p, f, s}'
	exit $failed
}
