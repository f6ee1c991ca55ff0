package browser

import (
	"os"
	"testing"

	"vigie/test/program"
)

func TestMain(m *testing.M) {
	code := m.Run()
	CloseBrowser()
	program.Clean()
	os.Exit(code)
}
