package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// applying is who applies and how the application came in, as flags give it.
type applying struct {
	agent, representative applicant.Person
	letter                applicant.Letter
}

func (x *applying) flags(a *app, cmd *cobra.Command, who *applicant.Applicant, sub *desk.Submission) {
	f := cmd.Flags()
	personFlags(f, "", "applicant", &who.Person)
	f.StringVar(&who.CreditCode, "credit-code", "", "unified social credit code of an organisation")
	f.StringVar(&who.Organisation, "organisation", "", "its name")
	f.StringVar((*string)(&who.Kind), "applicant-kind", "", "natural_person, enterprise, public_institution, social_organization, state_organ,\nother_organization or unincorporated (default: by the number)")
	f.StringVar((*string)(&who.Born), "born", "", "day of birth, where the number does not say: YYYY-MM-DD")
	f.BoolVar(&who.Incapable, "incapable", false, "a court declared the applicant incapable of acting")
	f.StringVar((*string)(&who.Signed), "signed", "", "how the application was signed: signature, thumbprint or electronic")
	personFlags(f, "representative-", "legal representative", &x.representative)
	personFlags(f, "agent-", "agent", &x.agent)
	f.StringVar(&x.agent.Relationship, "agent-relationship", "", "of the agent to the applicant")
	f.StringVar((*string)(&who.Basis), "agent-basis", "", "by what right the agent acts: letter, guardian or legal_representative (default: letter)")
	f.StringVar(&x.agent.Mandate, "mandate", "", "the powers that the agent's letter of authority gives")
	f.StringVar(&x.letter.Scope, "letter-scope", "", "what the letter of authority is for")
	f.StringVar((*string)(&x.letter.From), "letter-from", "", "since when it holds, YYYY-MM-DD")
	f.StringVar((*string)(&x.letter.To), "letter-to", "", "its last day, YYYY-MM-DD")

	f.StringVar((*string)(&sub.Way), "way", "", "how the application came: window, computer, mobile, courier or other (default: window)")
	f.StringVar(&sub.Project, "project", "", "code of the investment project")
	f.StringVar((*string)(&sub.DeliverBy), "deliver-by", "", "how the result is wanted: collected, post or electronic (default: collected)")
	f.StringVar(&sub.Visit, "visit", "", "today's queue ticket, such as A012, or the first case of the visit: it ties all that one\nperson applies for together")
	cmd.RegisterFlagCompletionFunc("visit", a.complete(every(a.ticketNumbers)))
	f.StringVar((*string)(&sub.Site), "site", "", "the branch or station at which it was taken in (default: the center itself)")

	fixed := func(flag string, words ...string) {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	var kinds []string
	for _, k := range applicant.Identities() {
		kinds = append(kinds, string(k.Kind)+"\t"+k.Chinese)
	}
	fixed("id-kind", kinds...)
	fixed("agent-id-kind", kinds...)
	fixed("agent-basis", string(casefile.ByLetter), string(casefile.Guardian), string(casefile.LegalRepresentative))
	fixed("applicant-kind", string(item.NaturalPerson), string(item.Enterprise), string(item.PublicInstitution), string(item.SocialOrg),
		string(item.StateOrgan), string(item.OtherOrg), string(item.Unincorporated))
	fixed("signed", string(casefile.Signature), string(casefile.Thumbprint), string(casefile.ESignature))
	fixed("way", string(item.AtWindow), string(item.OnPC), string(item.OnMobile), string(item.ByCourier), string(item.OtherWay))
	fixed("deliver-by", string(casefile.Collected), string(casefile.ByPost), string(casefile.Online))
}

// finish puts into the form whoever was given.
func (x *applying) finish(who *applicant.Applicant) {
	if x.agent != (applicant.Person{}) {
		who.Agent = &x.agent
	}
	if x.representative != (applicant.Person{}) {
		who.Representative = &x.representative
	}
	if x.letter != (applicant.Letter{}) {
		who.Letter = &x.letter
	}
}

func personFlags(f *pflag.FlagSet, whose, of string, p *applicant.Person) {
	f.StringVar(&p.Name, whose+"name", "", "name of the "+of)
	f.StringVar(&p.ResidentID, whose+"resident-id", "", "citizen's number of the "+of)
	f.StringVar((*string)(&p.IDKind), whose+"id-kind", "", "by which document the "+of+" is known (default: the resident card)")
	f.StringVar(&p.OtherID, whose+"other-id", "", "its number, where it is no citizen's number")
	f.StringVar(&p.Telephone, whose+"telephone", "", "of the "+of)
	f.StringVar(&p.Address, whose+"address", "", "of the "+of)
}

// idKinds lists the kinds of identity documents for a help text.
func idKinds() string {
	var b strings.Builder
	for _, k := range applicant.Identities() {
		fmt.Fprintf(&b, "  %-22s %s\n", k.Kind, k.Chinese)
	}
	return strings.TrimRight(b.String(), "\n")
}
