package fault

import "slices"

type meaning struct {
	kind   Kind
	status int  // HTTP
	exit   int  // command line, after sysexits.h where it has a word for it
	retry  bool // the same call may succeed later without anybody's help
	number int
	key    string
}

// One row a kind: the only place where kinds become something else.
var table = []meaning{
	{Invalid, 422, 65, false, 1000, "fault.invalid"},
	{NotFound, 404, 66, false, 1100, "fault.not_found"},
	{Forbidden, 403, 77, false, 1200, "fault.forbidden"},
	{Conflict, 409, 75, false, 1300, "fault.conflict"},
	{Unsupported, 501, 69, false, 1400, "fault.unsupported"},
	{SignedOut, 401, 77, false, 1500, "fault.signed_out"},
	{TooMany, 429, 75, true, 1600, "fault.too_many"},
	{Transient, 503, 75, true, 1700, "fault.transient"},
	{Internal, 500, 70, false, 1900, "fault.internal"},
}

func row(k Kind) meaning {
	i := slices.IndexFunc(table, func(m meaning) bool { return m.kind == k })
	if i < 0 {
		i = len(table) - 1
	}
	return table[i]
}

// Kinds lists every kind, in the table's order.
func Kinds() []Kind {
	out := make([]Kind, len(table))
	for i, m := range table {
		out[i] = m.kind
	}
	return out
}

// HTTPStatus is the status of an answer that carries err; 200 for nil.
func HTTPStatus(err error) int {
	if err == nil {
		return 200
	}
	return row(Of(err)).status
}

// ExitCode is the exit code of a command that ends with err; 0 for nil.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	return row(Of(err)).exit
}

// Retry tells whether the same call may succeed later without anybody's help.
func Retry(err error) bool { return err != nil && row(Of(err)).retry }

// Number is the error's own number or its kind's.
func Number(err error) int {
	if e := As(err); e != nil && e.Number != 0 {
		return e.Number
	}
	return row(Of(err)).number
}

// MessageKey is the error's own key or the general sentence of its kind.
func MessageKey(err error) string {
	if e := As(err); e != nil && e.Key != "" {
		return e.Key
	}
	return row(Of(err)).key
}
