package hall

import (
	"slices"
	"testing"

	"tongban/intake/hall/book"
)

// What the national tables ask about is listed whole, and its answers are read.
func TestInquiries(t *testing.T) {
	_, h := staffed(t)
	add := func(k book.Kind, about string) string {
		n, err := h.Books.Add(clerk, NoteForm{Kind: k, About: about, Said: book.Words{Name: "虚构辛", Text: "内容"}})
		must(t, err)
		return n.ID
	}
	asked, told := add(book.Consultation, "居住证怎么办"), add(book.Complaint, "窗口等候太久")
	add(book.Need, "路灯损坏") // no inquiry
	_, err := h.Books.Answer(clerk, told, AnswerForm{Text: "正在核实", Interim: true})
	must(t, err)
	answer := func(id string) string {
		n, err := h.Books.Note(id)
		must(t, err)
		return h.Books.Answered(&n)
	}
	if got := answer(told); got != "" {
		t.Errorf("an interim word is no answer: %q", got)
	}
	_, err = h.Books.Answer(clerk, told, AnswerForm{Text: "已增设窗口"})
	must(t, err)
	if got := answer(told); got != "已增设窗口" || answer(asked) != "" {
		t.Errorf("answered %q", got)
	}
	var ids []string
	must(t, h.Books.All(Inquiries, func(n book.Note) bool { ids = append(ids, n.ID); return true }))
	if slices.Sort(ids); !slices.Equal(ids, []string{told, asked}) {
		t.Errorf("listed %v", ids)
	}
	ids = nil
	must(t, h.Books.All(Inquiries, func(n book.Note) bool { ids = append(ids, n.ID); return false }))
	if len(ids) != 1 {
		t.Errorf("it goes on: %v", ids)
	}
}
