# What each step of ./check does. Sourced by ./check and, for each step, by a
# shell of its own, so that a step can be given a time limit.

# go_test NAME PACKAGES-AND-FLAGS…: runs tests and counts them.
go_test() {
	local name=$1
	shift
	mkdir -p "$WORK/counts"
	[ -x "$WORK/tally" ] || go build -o "$WORK/tally" ./test/tally || return
	go test -json "$@" 2>&1 | "$WORK/tally" -counts "$WORK/counts/$name" -skipped "$WORK/skipped" -again "$WORK/again"
	local codes=("${PIPESTATUS[@]}")
	[ "${codes[1]}" = 0 ] && return "${codes[0]}"
	[ -s "$WORK/again" ] && second_look "$name" "$@" && return
	return "${codes[1]}"
}

# second_look NAME FLAGS…: a few tests that failed in a crowd are run once more,
# each alone. One that fails again fails the step; one that passes is named in
# the table, to be mended: a test that needs this is not a good test.
second_look() {
	local name=$1 race='' package pattern names=''
	shift
	case " $* " in *" -race "*) race=-race ;; esac
	while read -r package pattern; do
		echo "== second look: $package $pattern"
		go test $race -count=1 -timeout 8m -v -run "$pattern" "$package" </dev/null >"$WORK/second" 2>&1 || { cat "$WORK/second" && return 1; }
		grep -q '^--- PASS' "$WORK/second" || { echo "it did not run" && return 1; }
		names+=" ${pattern//[\^\$\\]/}"
	done <"$WORK/again"
	local passed failed skipped
	read -r passed failed skipped <"$WORK/counts/$name"
	echo "$((passed + failed)) 0 $skipped" >"$WORK/counts/$name"
	echo "note: UNSTEADY, passed alone at a second look:$names"
}

# Packages whose tests need a browser, the built program or minutes: they have steps of their own.
plain_packages() { go list -e ./... | grep -Ev '^vigie/test/(browser|stories|storm)$'; }

check_format() {
	local bad
	bad=$(find . -name '*.go' -not -path './.peers/*' -print0 | xargs -0 gofmt -l) || return
	[ -z "$bad" ] || { echo "not formatted by gofmt:" && echo "$bad" && return 1; }
}

check_lint() { go tool -modfile=tools/lint/go.mod staticcheck ./...; }

check_modules() { go mod tidy -diff && go mod verify; }

# Generates from a copy and compares, so that the tree stays as it is. The name of
# the file that templ writes into its errors depends on where it was called from.
check_generated() {
	[ -f tools/go.mod ] || { echo "tools/go.mod, which pins templ, is not there yet" && return "$SKIPPED"; }
	local templ bad=0
	mkdir -p "$WORK/generated"
	find . -name '*.templ' -not -path './.peers/*' -exec cp --parents {} "$WORK/generated" \;
	go tool -modfile=tools/go.mod templ generate -log-level error -path "$WORK/generated" || return
	while read -r templ; do
		same_generated "$templ" || { echo "not what templ makes of its .templ file: $templ" && bad=1; }
	done < <( (find . -name '*_templ.go' -not -path './.peers/*'; cd "$WORK/generated" && find . -name '*_templ.go') | sort -u)
	[ $bad = 0 ]
}
same_generated() { diff -q <(sed 's#FileName: `.*/#FileName: `#' "$1") <(sed 's#FileName: `.*/#FileName: `#' "$WORK/generated/$1") >/dev/null 2>&1; }

build_vigie() { mkdir -p "$WORK/bin" && go build -o "$WORK/bin/vigie" ./cmd/vigie; }

test_floors() {
	[ -d internal/floors ] || { echo "internal/floors is not there yet" && return "$SKIPPED"; }
	go_test floors -timeout 2m ./internal/floors/...
}

test_unit() { go_test unit -timeout 5m $(plain_packages | grep -v '^vigie/internal/floors'); }

test_race() {
	local race=-race
	command -v "${CC:-gcc}" >/dev/null || { race='' && echo "note: no C compiler, so without -race"; }
	# Drawing the example's pictures under the race detector takes minutes, and races with nobody.
	local drawn='^vigie/internal/app/example$'
	go_test race $race -timeout 15m $(plain_packages | grep -v "$drawn")
	local code=$?
	go_test drawn -timeout 5m $(plain_packages | grep "$drawn") && return $code
}

test_storm() { [ -x "$WORK/bin/vigie" ] || build_vigie && VIGIE_STORM=1 VIGIE_BIN="$WORK/bin/vigie" go_test storm -count=1 -timeout 9m ./test/storm; }

test_stories() { [ -x "$WORK/bin/vigie" ] || build_vigie && VIGIE_STORIES=1 VIGIE_BIN="$WORK/bin/vigie" go_test stories -count=1 -timeout 4m ./test/stories; }

need_browser() {
	[ -x "$WORK/bin/vigie" ] || build_vigie || exit 1
	[ -n "${VIGIE_CHROMIUM:-}" ] || { echo "no chromium on this machine, and it could not be installed" && exit "$SKIPPED"; }
}

test_browser() {
	need_browser
	# Besides its own tests, those of the packages that look at a part of the program through it.
	VIGIE_BROWSER=1 VIGIE_BIN="$WORK/bin/vigie" go_test browser -count=1 -timeout 9m -skip '^TestEveryPage' ./test/browser \
		$(go list -f '{{.ImportPath}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}' ./internal/... | awk '/ vigie\/test\/browser( |$)/ {print $1}')
}

test_accessibility() {
	need_browser
	[ -f "${VIGIE_AXE:-}" ] || { echo "axe-core could not be installed by npm" && exit "$SKIPPED"; }
	VIGIE_BROWSER=1 VIGIE_BIN="$WORK/bin/vigie" go_test axe -count=1 -timeout 9m -run '^TestEveryPage' ./test/browser
}

take_shots() {
	need_browser
	rm -rf shots
	VIGIE_BROWSER=1 VIGIE_BIN="$WORK/bin/vigie" VIGIE_SHOTS="$PWD/shots" go_test shots -count=1 -timeout 18m -run "^TestShots" "$@" ./test/browser
	local code=$?
	go run ./test/contact -dir shots && return $code
}

cross_build() {
	local os arch out
	for os in linux darwin windows; do
		for arch in amd64 arm64; do
			out="$WORK/dist/vigie-$os-$arch"
			[ $os = windows ] && out+=.exe
			CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -ldflags='-s -w' -o "$out" ./cmd/vigie || return
			printf '%s %s: %s MB\n' $os $arch "$(($(stat -c %s "$out") / 1000000))"
		done
	done
}
