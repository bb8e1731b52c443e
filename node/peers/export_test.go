package peers

import (
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/multiformats/go-multiaddr"
)

// CountFromOneAddress asks a profile's limits for up to n inbound connections
// from one address, and tells how many they allow.
func CountFromOneAddress(p Profile, addr string, n int) (int, error) {
	m, err := resourceManager(p, &blocked{})
	if err != nil {
		return 0, err
	}
	defer m.Close()
	from, err := multiaddr.NewMultiaddr(addr)
	if err != nil {
		return 0, err
	}
	for i := range n {
		scope, err := m.OpenConnection(network.DirInbound, true, from)
		if err != nil {
			return i, err
		}
		defer scope.Done()
	}
	return n, nil
}
