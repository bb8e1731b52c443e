package workbench

import "tongban/consensus/refusal"

// Reason is what a refusal's code means, in Chinese and in English; the code
// itself where nobody put it into words.
func Reason(code refusal.Code) (chinese, english string) {
	if words, ok := reasons[code]; ok {
		return words[0], words[1]
	}
	return string(code), string(code)
}
