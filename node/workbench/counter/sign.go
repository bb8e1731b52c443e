package counter

import (
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// signatures says of the fields that are signed which picture is kept.
func (v *view) signatures(fields []shown) {
	for i := range fields {
		if pages := v.draft.Pages(fields[i].Paper); fields[i].Kind == sign && len(pages) > 0 {
			fields[i].Kept = pages[0].Page
		}
	}
}

// mandated takes down that the client entrusted this center with the whole way,
// where they signed it.
func (v *view) mandated(s casefile.State, out *opened) {
	signature, err := v.scanned(signedMandate)
	if err == nil && signature == nil || !v.typed.on("agency") {
		return
	}
	by := v.by()
	by.Key += "/mandate/" + string(s.ID)
	if err == nil {
		powers := v.typed.get("m.powers")
		if powers == "" {
			powers = usualPowers[0]
		}
		_, err = v.r.Desk.Mandate(v.c.Context(), by, s.ID, desk.MandateForm{Powers: powers, Signed: casefile.Signing(v.typed.get("m.signed")), Signature: signature})
	}
	out.leave(s.ID, desk.Mandate, err)
}
