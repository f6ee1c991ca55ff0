package fault

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestEveryKindHasARow(t *testing.T) {
	for _, k := range Kinds() {
		err := New(k, "")
		if HTTPStatus(err) < 400 || ExitCode(err) == 0 || Number(err) == 0 || MessageKey(err) == "" {
			t.Errorf("%s: incomplete row", k)
		}
	}
	if HTTPStatus(errors.New("plain")) != 500 || HTTPStatus(nil) != 200 {
		t.Error("plain errors are internal, nil is fine")
	}
}

func TestWrapKeepsKindAndTexts(t *testing.T) {
	f := func() (err error) {
		defer Wrap(&err, "schedule")
		return New(Invalid, "post.empty").At("text").With("max", 300).Because(errors.New("no text"))
	}
	err := fmt.Errorf("room: %w", f())
	e := As(err)
	if e.Kind != Invalid || e.Op != "schedule" || e.Field != "text" || e.Values["max"] != 300 {
		t.Errorf("lost something: %#v", e)
	}
	if !errors.Is(err, New(Invalid, "post.empty")) || errors.Is(err, New(Invalid, "other")) {
		t.Error("Is compares kind and key")
	}
}

func TestDecoratingASharedValueLeavesItAlone(t *testing.T) {
	shared := New(Conflict, "post.changed")
	_ = shared.With("who", "Yann").At("x").Numbered(7)
	if shared.Values != nil || shared.Field != "" || shared.Number != 0 {
		t.Error("package-level errors must not be changed by their users")
	}
}

func TestInterruptedContextsArePassing(t *testing.T) {
	if !Is(fmt.Errorf("x: %w", context.DeadlineExceeded), Transient) {
		t.Error("a deadline is transient")
	}
}
