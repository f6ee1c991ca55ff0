package clock

import (
	"testing"
	"time"
)

// P3: a post due at 02:30 on the night the clocks change has one instant.
func TestInstantOnTheNightsTheClocksChange(t *testing.T) {
	for _, c := range []struct {
		local, zone, want string
		fit               Fit
	}{
		{"2026-07-01T09:00", "Europe/Paris", "2026-07-01T07:00:00Z", Exact},
		{"2026-12-01T09:00", "Europe/Paris", "2026-12-01T08:00:00Z", Exact},
		{"2027-03-28T01:59", "Europe/Paris", "2027-03-28T00:59:00Z", Exact},
		{"2027-03-28T02:30", "Europe/Paris", "2027-03-28T01:30:00Z", Gap}, // shown as 03:30
		{"2027-03-28T03:00", "Europe/Paris", "2027-03-28T01:00:00Z", Exact},
		{"2026-10-25T01:59", "Europe/Paris", "2026-10-24T23:59:00Z", Exact},
		{"2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30:00Z", Twice},
		{"2026-10-25T03:00", "Europe/Paris", "2026-10-25T02:00:00Z", Exact},
		{"2026-03-08T02:15", "America/New_York", "2026-03-08T07:15:00Z", Gap},
		{"2026-11-01T01:15", "America/New_York", "2026-11-01T05:15:00Z", Twice},
		{"2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00Z", Gap}, // half an hour
		{"2026-06-01T12:00", "Asia/Tokyo", "2026-06-01T03:00:00Z", Exact},
	} {
		got, fit, err := Wall{c.local, c.zone}.Instant()
		if err != nil || got.Format(time.RFC3339) != c.want || fit != c.fit {
			t.Errorf("%s %s: %s %s %v, want %s %s", c.local, c.zone, got.Format(time.RFC3339), fit, err, c.want, c.fit)
		}
	}
}

func TestEveryExactWallComesBack(t *testing.T) {
	for _, zone := range []string{"Europe/Paris", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"} {
		for h := range 24 * 400 {
			at := time.Date(2026, 1, 1, h, 0, 0, 0, time.UTC)
			w, err := At(at, zone)
			if err != nil {
				t.Fatal(err)
			}
			got, fit, err := w.Instant()
			if err != nil || (!got.Equal(at) && fit != Twice) {
				t.Fatalf("%s: %v became %s (%s) %v", at, w, got, fit, err)
			}
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for _, w := range []Wall{{"2026-02-30T10:00", "Europe/Paris"}, {"2026-01-01T10:00", "Mars/Olympus"}, {"", "UTC"}, {"2026-01-01T10:00", "Local"}, {"2026-01-01T10:00", "../../etc/passwd"}} {
		if _, _, err := w.Instant(); err == nil {
			t.Errorf("%v accepted", w)
		}
	}
}

func TestMondayStartsTheWeek(t *testing.T) {
	paris, _ := Zone("Europe/Paris")
	sunday := time.Date(2026, 11, 15, 23, 30, 0, 0, paris)
	if got := Monday(sunday, paris).Format("2006-01-02"); got != "2026-11-09" {
		t.Error(got)
	}
}
