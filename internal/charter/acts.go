package charter

// What this room writes in the logbook. Names and JSON are API: other rooms
// read them, and they never change once stored. The subject is "rule", "word",
// "post", "day" or "charter".
const (
	ActRuleSaved   = "charter.rule_saved"   // {name, kind, severity, on, version}
	ActRuleRemoved = "charter.rule_removed" // {name, kind, version}
	ActRestored    = "charter.restored"     // {from, version, rules}: an earlier version
	ActImported    = "charter.imported"     // {version, rules, replaced}
	ActWordAdded   = "charter.word_added"   // {}; subject "word": the word
	ActWordRemoved = "charter.word_removed" // {}; subject "word": the word
	ActIgnored     = "charter.ignored"      // {rule, words}; subject "post"
	ActDaySaved    = "charter.day_saved"    // {name, from, to, yearly, severity}
	ActDayRemoved  = "charter.day_removed"  // {name}
)
