package archive

import (
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// register holds what the package says of the Register against its records.
func (v *verifier) register() {
	trust := register.Trust{Realm: v.m.Register.Realm, Root: v.m.Register.Root}
	if v.opts.Root != nil {
		trust = register.Trust{Realm: register.RealmID(v.opts.Root), Root: v.opts.Root}
		v.report.RootGiven = true
		if v.m.Register.Root != nil && !v.m.Register.Root.Equal(v.opts.Root) {
			v.fault(Authenticity, manifestFile, 0, "it is of a realm that another key founded than the one given")
			return
		}
	}
	v.proof = newProver(trust, v.opts.Keys, v.report)
	v.report.Root = trust.Root
	if trust.Root != nil {
		if _, err := trust.Root.Ed25519(); err != nil || trust.Realm != register.RealmID(trust.Root) {
			v.fault(Authenticity, manifestFile, 0, "the realm is not the one that its founding key founds")
			return
		}
		v.journal()
	}
	v.proof.judge(&v.answers, v.known)
	v.seal()
}

func (v *verifier) journal() {
	n := 0
	for i := range v.c.entries {
		name := v.c.entries[i].name
		if !strings.HasPrefix(name, "register/journal-") {
			continue
		}
		var records [][]byte
		b := v.content(name)
		if err := wire.Decode(b, &records); err != nil {
			v.fault(Usability, name, 0, "it can't be read: %v", err)
			continue
		}
		n += len(records)
		v.proof.run(name, records)
	}
	if n != v.m.Register.Records {
		v.fault(Integrity, manifestFile, 0, "it counts %d records of the Register, there are %d", v.m.Register.Records, n)
	}
	v.proof.index()
	if b := v.content(certificatesFile); b != nil {
		var all []chain.Certificate
		if err := wire.Decode(b, &all); err != nil {
			v.fault(Usability, certificatesFile, 0, "it can't be read: %v", err)
			return
		}
		v.proof.certificates(all)
	}
}

// seal checks the seal of whoever made the package.
func (v *verifier) seal() {
	sealed := v.content(sealFile)
	if v.m.Maker == nil {
		v.note(Authenticity, manifestFile, "no center sealed it: what is not in the events or the Register's records is not shown")
		return
	}
	if sealed == nil {
		v.fault(Integrity, sealFile, 0, "it is missing")
		return
	}
	i := slices.IndexFunc(v.answers.Keys, func(k keyAnswer) bool { return k.Party == *v.m.Maker })
	s, err := chain.Unseal(sealed)
	if err == nil && i < 0 {
		err = fmt.Errorf("the key of %s is not in the package", v.m.Maker)
	}
	if err == nil {
		err = s.Verify(Domain, v.answers.Keys[i].Key)
	}
	if err != nil {
		v.fault(Authenticity, sealFile, 0, "%v", err)
		return
	}
	if want := v.sums[manifestFile]; string(s.Body) != string(want[:]) {
		v.fault(Authenticity, manifestFile, 0, "it is not the one that %s sealed", v.m.Maker)
	}
}
