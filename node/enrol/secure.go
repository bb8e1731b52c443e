package enrol

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// The listener's certificate is signed by itself with the inviter's own node
// key, and the ticket names that key: no authority stands between. Signing for
// TLS with the key that also seals records is safe because what TLS 1.3 signs
// begins with 64 blanks and a certificate with the byte 0x30, while what
// chain signs begins with the length of one of its domains, followed by
// "tongban/".

// protocolName keeps two programs apart that both speak TLS.
const protocolName = "tongban-enrol/1"

func serverTLS(key chain.Key) (*tls.Config, error) {
	private := ed25519.NewKeyFromSeed(key.Seed())
	// Nobody looks at the dates: the ticket has its own.
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "tongban"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: private}},
		MinVersion:             tls.VersionTLS13,
		NextProtos:             []string{protocolName},
		SessionTicketsDisabled: true,
	}, nil
}

// clientTLS accepts exactly one server: the one that proves the key.
func clientTLS(key chain.PublicKey) (*tls.Config, error) {
	want, err := key.Ed25519()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{protocolName},
		// No authority vouches for the certificate; the key that the ticket
		// names does, and the handshake proves that the server holds it.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) != 1 {
				return errors.New("want one certificate")
			}
			got, ok := state.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
			if !ok || !got.Equal(want) {
				return refusal.Newf(WrongInviter, "check who answers",
					"is the address in the ticket still the inviter's? Ask for a new ticket",
					"the server does not hold the key that the ticket names")
			}
			return nil
		},
	}, nil
}
