// Package stories tells, in files one can read aloud, what persons do with
// Vigie: claire, the community manager; client, who approves; troll, who has no
// business here. Each testdata/*.txtar is one story, told to the real program
// over HTTP and its command line.
//
// It owns the vocabulary (vocabulary.go) and nothing else: a story that needs a
// look inside the program is a test of a package.
//
// The words, beside those of testscript (stdout, stderr, cmp, env…):
//
//	start                      a new Vigie, empty; $URL, $DATA, $HOST and $VIGIE (the binary) are set
//	kill / again / stop        kill -9; start anew on the same data; ask it to end
//	vigie ARGS…                one command of the program on the same data
//	as NAME                    who speaks from here on: her cookies, her token
//	bearer TOKEN               gives the one who speaks an API token
//	get PATH                   asks for a page or a resource
//	form PATH k=v…             sends a form as her browser would
//	post|put|patch|delete PATH [k=v…|FILE]   speaks to the API, in JSON
//	status CODE                the last answer's status ("! status 500" too)
//	says TEXT                  the last answer holds the text, spaces of all widths alike
//	is FIELD VALUE             a field of the last answer, by its path: items.0.state
//	keep NAME [FIELD]          keeps a field of the last answer, or all of it, as $NAME
//	keeplink NAME PATTERN      keeps the first link of the page that matches, or its group
//	await FIELD VALUE PATH     asks for PATH until the field has the value
//	await FIELD VALUE vigie …  the same with a command
package stories
