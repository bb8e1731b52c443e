package desk

import (
	"strings"
	"testing"

	"tongban/intake/applicant"
)

// Whatever way an applicant, an agent or a representative is written in a text
// that is posted, it is masked; what an organisation is called stays.
func TestMaskIn(t *testing.T) {
	who := applicant.Applicant{
		Person: applicant.Person{Name: "虚构物业公司", Telephone: "051200001234", Address: "虚构市虚构镇一号"},
		Agent:  &applicant.Person{Name: "虚构乙", ResidentID: "99999919900101001X", Telephone: "13900001234"},
		Representative: &applicant.Person{
			Name: "虚构丙", OtherID: "E00000001",
		},
	}
	who.CreditCode = "91000000000000000X"
	text := maskIn("虚构物业公司（虚构乙，99999919900101001x，139-0000 1234；法定代表人虚构丙，e0000 0001，虚构市虚构镇一号）", who)
	for _, secret := range []string{"虚构乙", "虚构丙", "01001x", "0000 1234", "0001，", "一号"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q stands in %s", secret, text)
		}
	}
	if !who.IsOrganisation() || !strings.Contains(text, "虚构物业公司") {
		t.Errorf("an organisation's name is public: %s", text)
	}
}
