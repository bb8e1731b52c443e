package casework

import (
	"fmt"
	"io"
	"mime/multipart"
	"slices"

	"tongban/consensus/refusal"
	"tongban/intake/attach"
)

// upload reads the files of a field of a form: several pictures are the pages of
// one paper, and are joined in their order. nil: none was chosen. What is refused
// is told with the name of the paper.
func upload(form *multipart.Form, name, paper string) ([]byte, error) {
	if form == nil {
		return nil, nil
	}
	heads := slices.DeleteFunc(slices.Clone(form.File[name]), func(h *multipart.FileHeader) bool { return h.Size == 0 })
	if len(heads) == 0 {
		return nil, nil
	}
	if len(heads) > attach.MaxPages {
		return nil, refusal.Newf(refusal.TooLarge, "", "", "%s: %d files, at most %d", paper, len(heads), attach.MaxPages)
	}
	var all [][]byte
	for _, head := range heads {
		content, err := readFile(head)
		if err != nil {
			return nil, ofPaper(paper, err)
		}
		all = append(all, content)
	}
	one, err := attach.Paper(all)
	if err != nil {
		return nil, ofPaper(paper, err)
	}
	return one, nil
}

func readFile(head *multipart.FileHeader) ([]byte, error) {
	if head.Size > attach.MaxFile {
		return nil, refusal.Newf(refusal.TooLarge, "", "", "%d MiB at most", attach.MaxFile>>20)
	}
	in, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(in)
}

// written is a form without its pictures: each is of one case alone.
func (f deedForm) written() deedForm {
	f.Fields = slices.DeleteFunc(slices.Clone(f.Fields), func(one field) bool { return one.Kind == file || one.Kind == sign })
	return f
}

// ofPaper says which paper an error is about.
func ofPaper(paper string, err error) error {
	return refusal.New(refusal.CodeOf(err), "", refusal.HintOf(err), fmt.Errorf("%s: %w", paper, err))
}
