package sheet

// englishMeanings are the meanings for whoever reads a form in English.
var englishMeanings = map[string]string{
	"code":                "The item's key in the catalogue: its handling code (33 characters) if it has one, else the implementation code (31), the basic code (12) or a local one. Digits, capital letters and hyphens, at most 40.",
	"area":                "Filled in by the system: the area that publishes this version.",
	"version":             "Filled in by the system: the version that this was taken from.",
	"name":                "As in the implementation list, at most 200 characters.",
	"alias":               "What people call it, for the search; one a line.",
	"basic_code":          "The 12-character basic code published by the state or the province.",
	"implementation_code": "31 characters: the authority's credit code (18), the exercising level (1), the basic code (12).",
	"handling_code":       "33 characters: the implementation code and a number of two digits.",
	"local_code":          "A local or an older code, as it is.",
	"type":                "The kind of power, or a public service; not to be guessed from the code. Empty where the source does not say.",
	"themes":              "Service themes for people or for legal persons, one a line.",
	"local":               "For an item that only this center has and no standard names.",
	"stars":               "A whole number from 1 to 5.",
	"department":          "Whose matter it is.",
	"authority":           "In whose name documents go out.",
	"authority_code":      "The authority's unified social credit code (18 characters); else a temporary one that begins with TE.",
	"nature":              "What the authority is by law.",
	"level":               "Which level decides.",
	"division":            "How the levels divide it, as in the implementation list.",
	"exercise":            "What this level exercises.",
	"power_source":        "Such as this level's by law, or brought down from above.",
	"law_checked":         "The day on which it was last compared with the law in force.",
	"subject":             "What decides which place is competent.",
	"applicants":          "Who may apply.",
	"window_types":        "Which windows take it: names of window types, one a line.",
	"remedy.complaint":    "Telephone or address for complaints.",
	"consult":             "The authority's own telephone; that of a window is a local element.",
	"open_cases":          "What becomes of accepted cases when a new version is published; empty: they keep theirs.",
	"system":              "The business system in which it is worked.",
	"intermediary":        "Intermediary services that are needed, one a line.",
	"application":         "What the applicant applies for.",
	"quota":               "Where the number is limited: how many, and by what.",
	"kind":                "Promised or immediate; joint and referred up show in the steps.",
	"legal":               "The limit by law; empty where the law sets none.",
	"promise":             "The limit promised to the public, no longer than that by law.",
	"flow":                "How it is handled, in words.",
	"ways":                "In which ways one may apply.",
	"styles":              "马上办, 网上办, 就近办, 一次办: one a line.",
	"visits":              "How many visits at most: 0, 1, 2 …; empty where the source does not say.",
	"visit_reason":        "Why a visit is needed, and by what.",
	"online_depth":        "As the source has it.",
	"scope":               "How far from home one may apply; empty: only where it is competent.",
	"mode":                "How it is done across areas.",
	"scope_note":          "The areas of the scope, as the source has them.",
	"entry":               "How it stands in the hall.",
	"fee":                 "What the source says of fees; each fee stands below.",
	"result":              "What the source says of the result; its documents stand below.",
	"bundle":              "Only for several items as one; its members stand below.",
	"origin.area":         "Which area published it, as written.",
	"origin.date":         "The day on which it was collected or published.",
	"origin.source":       "Name of the page, the guide or the law.",
	"record":              "Its number in the source collection, such as D26.",
	"effective":           "From which day on the drafter wants it to count.",
	"note":                "What no other element can say.",

	"materials[].id":          "Its name within the item, the same in every version, such as id-card; no two alike.",
	"materials[].name":        "What is to be brought.",
	"materials[].need":        "Required, optional, or to follow after acceptance.",
	"materials[].originals":   "A number only.",
	"materials[].copies":      "A number only.",
	"materials[].source":      "Who issues it.",
	"materials[].when":        "For whom or when it is needed, as published.",
	"materials[].if":          `When it is asked for, by ids of situations, such as way == "agent"; empty: always.`,
	"materials[].exempt":      "It need not be handed in.",
	"materials[].exempt_by":   "Why it need not be handed in.",
	"materials[].validity":    "Such as three months from the day of issue.",
	"materials[].paper":       "Such as A4.",
	"materials[].blank.name":  "File name of the blank form; the file itself is put elsewhere.",
	"materials[].blank.hash":  "SHA-256 of the file, 64 hexadecimal digits.",
	"materials[].blank.size":  "In bytes.",
	"materials[].sample.name": "File name of the filled sample; the file itself is put elsewhere.",
	"materials[].sample.hash": "SHA-256 of the file, 64 hexadecimal digits.",
	"materials[].sample.size": "In bytes.",

	"steps[].name":       "What the step is called.",
	"steps[].action":     "What is done in it.",
	"steps[].level":      "Which level does it.",
	"steps[].post":       "Which post does it.",
	"steps[].limit":      "How long it takes at most.",
	"steps[].uncounted":  "The wait does not count.",
	"steps[].outside":    "Done at the city, the province or in a department's own system.",
	"steps[].if":         "In which situations there is such a step; empty: always.",
	"steps[].department": "Which department does it; empty: the item's own.",

	"situations[].id":       "Its name in conditions: a small letter, then small letters, digits and underscores.",
	"situations[].question": "What the applicant is asked.",
	"situations[].options":  "One option a line, written as id = text.",
	"situations[].several":  "More than one may be chosen.",
	"situations[].if":       "Asked only where this holds; it may name earlier situations only.",

	"[]":      "One condition of acceptance, or one ground to decline.",
	"[].name": "The body's full name.",
	"[].code": "The body's unified social credit code (18 characters).",

	"laws[].purpose": "What it is cited for; empty: what the item is founded on.",
	"laws[].number":  "Such as 残联发〔2017〕34号.",
	"laws[].changed": "From which day or year on the text cited here is out of date; else empty.",

	"special[].limit":  "How long the procedure takes at most.",
	"special[].effect": "What it does to the limit.",

	"open[].from": "First day: 2026-03-01 (once), 03-01 (yearly), q1-01 (first month of each quarter) or 01 (monthly).",
	"open[].to":   "Last day, written like the first.",

	"delegations[].actions":  "Which steps are brought down, one a line.",
	"delegations[].to":       "To whom; a licence may be entrusted to an administrative organ only.",
	"delegations[].document": "Name and number of the document.",

	"results[].validity": "Such as five years, or for good.",

	"members[].code":  "The code of the member item.",
	"members[].name":  "For the reader only: the member's own name counts.",
	"members[].stage": "From 1; one stage is handled in parallel, a later one waits for the one before.",
	"members[].if":    "In which situations of the bundle it takes part; empty: always.",

	"shared[].name": "What the applicant is asked for.",
	"shared[].of":   "One a line: code of the member = id of the material. Materials of one name are merged anyway.",
}

// englishByKind say how a value of a kind is written.
var englishByKind = map[kind]string{
	date: "Such as 2026-03-31.", limit: "Such as 5 个工作日 (5 working days), 30 个自然日 (30 calendar days), 当场 (on the spot), 每月 20 日前 (by the 20th of the month).",
}

// meanings is what a field of a form says beside its name, in both languages.
// How the program shows a field says how it is filled in, but for texts of a
// form of their own.
func (c *column) meanings(p *page) [2]string {
	key := c.key
	if c.role == ofItem || meanings[key] == "" {
		key = c.shape.element
	}
	said := [2]string{meanings[key], englishMeanings[key]}
	if how := englishByKind[c.shape.kind]; how != "" {
		if said[1] != "" {
			said[1] += " "
		}
		said[0], said[1] = said[0]+byKind[c.shape.kind], said[1]+how
	}
	return said
}
