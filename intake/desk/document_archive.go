package desk

import (
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// Filed is a document of a case for the archive; Document is empty where it
// can't be written any more, because whom it names was erased.
type Filed struct {
	Printable
	Document notice.Document
	Gone     bool
}

// Filed are all documents of a case as they can be written from its log, in the
// order in which they came about. None of them counts as printed, and none
// depends on how often it was. Those of a case to which access is restricted are
// for whoever was allowed to see it (disclosed): whoever calls it so has written
// down who looks, and why, before anybody sees them.
func (d *Desk) Filed(id casefile.ID, disclosed bool) ([]Filed, error) {
	all, _, err := d.printables(id)
	if err != nil {
		return nil, err
	}
	read := d.Applicant
	if disclosed {
		read = d.Disclosed
	}
	var filed []Filed
	for _, p := range all {
		if p.Kind == notice.Rating { // a slip to rate by, no word about the case
			continue
		}
		p.Printed = 0
		doc, err := d.writeFor(p, Printing{}, read)
		gone := refusal.CodeOf(err) == ContentLacks
		if err != nil && !gone {
			return nil, err
		}
		filed = append(filed, Filed{p, doc, gone})
	}
	return filed, nil
}
