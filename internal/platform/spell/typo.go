package spell

// unsure are rules of typography that Fix leaves to the person.
var unsure = map[string]bool{}

func typography(lang string, p *page, d *dictionary, o Options, add func(Mistake)) {}
func french(p *page, d *dictionary, o Options, add func(Mistake))                  {}
func english(lang string, p *page, d *dictionary, o Options, add func(Mistake))    {}
