package item

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Errors of the code checks.
var (
	ErrShape     = errors.New("not of that shape")
	ErrDigit     = errors.New("check digit does not fit")
	ErrComposite = errors.New("codes do not contain one another")
)

const (
	upperDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	usccDigits  = "0123456789ABCDEFGHJKLMNPQRTUWXY" // GB 32100: no I O S V Z
	idDigits    = "10X98765432"                     // GB 11643
)

// CheckUSCC checks a unified social credit code (GB 32100): eighteen
// characters, the last a check digit. Codes that begin with TE are temporary
// names of town offices that have none; they carry no check digit.
func CheckUSCC(s string) error {
	if len(s) != 18 || strings.Trim(s, upperDigits) != "" {
		return fmt.Errorf("credit code %q: %w (want 18 digits and capitals)", s, ErrShape)
	}
	if strings.HasPrefix(s, "TE") {
		return nil
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(usccDigits, s[i])
		if v < 0 {
			return fmt.Errorf("credit code %q: %w (I, O, S, V and Z do not occur)", s, ErrShape)
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	if want := usccDigits[(31-sum%31)%31]; s[17] != want {
		return fmt.Errorf("credit code %q: %w (want %c)", s, ErrDigit, want)
	}
	return nil
}

// CheckResidentID checks the number of a resident identity card (GB 11643):
// seventeen digits and a check digit, which may be a capital X. The number
// itself is never repeated in the error.
func CheckResidentID(s string) error {
	if len(s) != 18 || strings.Trim(s[:17], "0123456789") != "" || !strings.Contains(idDigits, s[17:]) {
		return fmt.Errorf("resident id: %w (want 17 digits and a digit or X)", ErrShape)
	}
	sum, weight := 0, 1
	for i := 16; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += int(s[i]-'0') * weight
	}
	if s[17] != idDigits[sum%11] {
		return fmt.Errorf("resident id: %w", ErrDigit)
	}
	return nil
}

var (
	basicShape = regexp.MustCompile(`^[0-9]{2}[0-9A-Z]{10}$`) // region, type (letters occur), department, number; 00Y marks one with children
	codeShape  = regexp.MustCompile(`^[0-9A-Z-]{1,40}$`)
	typeShape  = regexp.MustCompile(`^[0-9A-Z]{2}$`)
)

// Check reports what is wrong with the form of a key.
func (c Code) Check() error {
	if !codeShape.MatchString(string(c)) {
		return fmt.Errorf("item code %q: %w (want 1 to 40 of 0-9 A-Z -)", string(c), ErrShape)
	}
	return nil
}

// CheckBasic checks the form of a basic code (基本编码): 12 characters. It has
// no check digit.
func CheckBasic(s string) error {
	if !basicShape.MatchString(s) {
		return fmt.Errorf("basic code %q: %w (want 12 characters, such as 000715001005)", s, ErrShape)
	}
	return nil
}

// CheckImplement checks an implementation code (实施编码): the body's credit
// code (18), one level digit, a basic code (12).
func CheckImplement(s string) error {
	if len(s) != 31 {
		return fmt.Errorf("implementation code %q: %w (want 31 characters, has %d)", s, ErrShape, len(s))
	}
	if s[18] < '1' || s[18] > '7' {
		return fmt.Errorf("implementation code %q: %w (the 19th digit is a level from 1 to 7)", s, ErrShape)
	}
	if err := CheckBasic(s[19:]); err != nil {
		return fmt.Errorf("implementation code %q: %w", s, err)
	}
	if err := CheckUSCC(s[:18]); err != nil {
		return fmt.Errorf("implementation code %q: %w", s, err)
	}
	return nil
}

// CheckHandling checks a handling item code (业务办理项编码): an implementation
// code (31) and a serial of two digits.
func CheckHandling(s string) error {
	if len(s) != 33 || strings.Trim(s[31:], "0123456789") != "" {
		return fmt.Errorf("handling code %q: %w (want 31 characters and 2 digits)", s, ErrShape)
	}
	if err := CheckImplement(s[:31]); err != nil {
		return fmt.Errorf("handling code %q: %w", s, err)
	}
	return nil
}

// CheckComposition reports codes of one item that contradict one another: the
// handling code begins with the implementation code, which ends with the basic
// code. A code that is not given says nothing.
func CheckComposition(basic, implement, handling string) error {
	if implement != "" && handling != "" && !strings.HasPrefix(handling, implement) {
		return fmt.Errorf("%w: handling %q does not begin with implementation %q", ErrComposite, handling, implement)
	}
	if basic != "" && implement != "" && !strings.HasSuffix(implement, basic) {
		return fmt.Errorf("%w: implementation %q does not end with basic %q", ErrComposite, implement, basic)
	}
	if basic != "" && len(handling) == 33 && handling[19:31] != basic {
		return fmt.Errorf("%w: handling %q does not hold basic %q", ErrComposite, handling, basic)
	}
	return nil
}
