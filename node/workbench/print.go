package workbench

import (
	"bytes"
	"net/http"

	"tongban/intake/notice"
	"tongban/node/frame"
)

// printPolicy lets printed documents bring their own style sheet, and the one
// script that opens the printer's dialog.
const printPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Print answers with documents for the printer, whose dialog opens by itself.
func (c *Call) Print(format notice.Format, docs ...notice.Document) error {
	return Print(c.W, format, docs...)
}

// Print is Call.Print for whoever sits at no screen of the workbench.
func Print(w http.ResponseWriter, format notice.Format, docs ...notice.Document) error {
	if format != notice.Roll {
		format = notice.A4
	}
	var page bytes.Buffer
	if err := notice.Page(&page, format, docs...); err != nil {
		return err
	}
	script := []byte(`<script src="` + frame.Asset("print.js") + `"></script></body>`)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", printPolicy)
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(bytes.Replace(page.Bytes(), []byte("</body>"), script, 1))
	return err
}

// PrintLang is the language of printed documents: of the page.
func (c *Call) PrintLang() notice.Lang { return notice.Lang(c.Page.Lang) }
