package process

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
)

// Ports are drawn from below the range that systems lend to outgoing
// connections: while a node is down, nobody else may come to have its port.
const lowPort, highPort = 10_000, 32_000

// FreePorts finds ports of loopback that are free now, for TCP and for UDP.
func FreePorts(n int) ([]string, error) {
	var ports []string
	for try := 0; len(ports) < n; try++ {
		if try > 50*n {
			return nil, fmt.Errorf("no %d free ports between %d and %d", n, lowPort, highPort)
		}
		addr := fmt.Sprintf("127.0.0.1:%d", lowPort+rand.IntN(highPort-lowPort))
		stream, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		defer stream.Close() // all at once, so that they differ
		packets, err := net.ListenPacket("udp", addr)
		if err != nil {
			continue
		}
		defer packets.Close()
		ports = append(ports, strings.TrimPrefix(addr, "127.0.0.1:"))
	}
	return ports, nil
}
