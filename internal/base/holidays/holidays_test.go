package holidays

import (
	"testing"
	"time"
)

func day(s string) time.Time {
	t, err := time.Parse(form, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestEasterOfKnownYears(t *testing.T) {
	for _, want := range []string{"2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"} {
		if got := Easter(day(want).Year()).Format(form); got != want {
			t.Errorf("Easter %s, want %s", got, want)
		}
	}
}

func TestPublicHolidaysOf2026(t *testing.T) {
	for date, key := range map[string]string{"2026-01-01": "new_year", "2026-04-06": "easter_monday", "2026-05-14": "ascension", "2026-05-25": "whit_monday", "2026-11-11": "armistice"} {
		if d, ok := PublicOn(day(date)); !ok || d.Key != key {
			t.Errorf("%s: %+v", date, d)
		}
	}
	for _, date := range []string{"2026-04-03", "2026-12-26", "2026-11-12"} {
		if d, ok := PublicOn(day(date)); ok {
			t.Errorf("%s is no holiday of all France: %+v", date, d)
		}
	}
	if n := len(Public(2026)); n != 13 {
		t.Errorf("%d, with the two of Alsace and Moselle", n)
	}
}

func TestCommemorationsMoveWithTheirSunday(t *testing.T) {
	for date, key := range map[string]string{"2026-11-13": "november_13", "2026-04-26": "deportation", "2026-07-19": "racist_crimes", "2028-07-16": "racist_crimes"} {
		found := false
		for _, d := range Sensitive(day(date)) {
			found = found || d.Key == key
		}
		if !found {
			t.Errorf("%s: %+v", date, Sensitive(day(date)))
		}
	}
	if got := Sensitive(day("2026-11-20")); len(got) != 0 {
		t.Errorf("an ordinary day: %+v", got)
	}
}

func TestTheTableOfSchoolHolidaysIsOrderedAndEnds(t *testing.T) {
	for _, b := range School("2000-01-01", "2100-01-01") {
		if day(b.From).After(day(b.To)) || b.To > SchoolUntil {
			t.Errorf("%+v", b)
		}
	}
	if got := School("2026-02-10", "2026-02-10"); len(got) != 1 || got[0].Zone != "A" {
		t.Errorf("10 February 2026: %+v", got)
	}
}

func TestADayMayHoldTwoHolidays(t *testing.T) {
	// 2008: the Ascension fell on 1 May.
	if got := PublicAll(day("2008-05-01")); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	if got := PublicAll(day("2026-04-03")); len(got) != 1 || !got[0].Local {
		t.Errorf("Good Friday is of Alsace and Moselle: %+v", got)
	}
}

func TestTheTableOfSchoolHolidaysSaysWhatItKnows(t *testing.T) {
	if !(SchoolFrom < SchoolChecked && SchoolChecked < SchoolUntil) {
		t.Error("the ends of the table are not in their order")
	}
	for _, b := range School("2000-01-01", "2100-01-01") {
		if b.From < SchoolFrom {
			t.Errorf("before the table begins: %+v", b)
		}
	}
}
