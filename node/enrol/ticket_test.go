package enrol_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"tongban/consensus/refusal"
	"tongban/node/enrol"
)

func TestTicketText(t *testing.T) {
	w := newRealm(t)
	ticket := w.invite(village, false)
	text := ticket.Encode()
	for name, spelled := range map[string]string{
		"as it is": text, "capitals": strings.ToUpper(text), "broken over lines": text[:40] + "\n  " + text[40:] + "\n",
	} {
		got, err := enrol.ParseTicket(spelled)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(ticket) || !bytes.Equal(got.Secret, ticket.Secret) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for name, spelled := range map[string]string{
		"empty": "", "cut off": text[:len(text)-3], "one letter": text[:30] + string(otherLetter(text[30])) + text[31:],
		"no ticket": "hello", "too long": text + strings.Repeat("a", 5000), "wrong letters": "tongban1!!!!",
	} {
		if _, err := enrol.ParseTicket(spelled); refusal.CodeOf(err) != enrol.TicketDamaged || refusal.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	asJSON, err := json.Marshal(ticket)
	if err != nil {
		t.Fatal(err)
	}
	slog.New(slog.NewTextHandler(w.log, nil)).Info("x", "ticket", ticket, "pointer", &ticket)
	for name, shown := range map[string]string{
		"print": fmt.Sprintf("%v %+v %#v %s", ticket, ticket, ticket, ticket), "json": string(asJSON), "log": w.log.String(),
	} {
		if strings.Contains(shown, text[20:60]) || strings.Contains(shown, fmt.Sprintf("%x", ticket.Secret)) || strings.Contains(shown, fmt.Sprint(ticket.Secret)) {
			t.Errorf("%s shows the secret: %s", name, shown)
		}
		if !strings.Contains(shown, string(village)) {
			t.Errorf("%s does not say for whom the ticket is: %s", name, shown)
		}
	}
}

func otherLetter(b byte) byte {
	if b == 'a' {
		return 'b'
	}
	return 'a'
}
