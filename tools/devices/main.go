// Command devices stands in for the program that a clerk's machine runs beside
// its card reader and its document camera (node/workbench/counter/DEVICES.md): it
// reads cards of people who do not exist, and photographs a page that nobody
// wrote.
//
// It must never answer a page of another origin than the node's, and never
// invent a person in a range that is given to anybody.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// Card is what a reader tells of a card.
type Card struct {
	Kind    string `json:"id_kind"`
	Number  string `json:"number"`
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Born    string `json:"born,omitempty"`
}

// cards are invented: no area begins with 99.
var cards = []Card{
	{"resident_card", "999999199001010016", "虚构甲", "虚构省虚构市虚构路 1 号", "1990-01-01"},
	{"resident_card", "999999198803150024", "虚构乙", "虚构省虚构市虚构路 2 号", "1988-03-15"},
}

// device answers for both.
type device struct {
	origin string
	hosts  []string
	turn   atomic.Uint64
}

func (d *device) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Origin")
	h.Set("Cache-Control", "no-store")
	if r.Header.Get("Origin") != d.origin || !d.here(r.Host) {
		http.Error(w, "not for you", http.StatusForbidden)
		return
	}
	h.Set("Access-Control-Allow-Origin", d.origin)
	switch {
	case r.Method == http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "GET")
		h.Set("Access-Control-Allow-Private-Network", "true")
		w.WriteHeader(http.StatusNoContent)
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.URL.Path == "/card":
		h.Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(cards[(d.turn.Add(1)-1)%uint64(len(cards))])
	case r.URL.Path == "/scan":
		h.Set("Content-Type", "image/jpeg")
		w.Write(page())
	default:
		http.NotFound(w, r)
	}
}

// here reports whether a request was meant for this machine: another name could
// be a stranger's that was made to point here.
func (d *device) here(host string) bool {
	for _, one := range d.hosts {
		if one == host {
			return true
		}
	}
	return false
}

// page is a sheet with lines that could be writing.
func page() []byte {
	const wide, high = 620, 877 // A4 at 75 dots an inch
	sheet := image.NewGray(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			ink := y > 80 && y < high-80 && x > 60 && x < wide-60 && y%28 < 9 && (x*7+y/28*13)%23 > 5
			sheet.SetGray(x, y, color.Gray{Y: map[bool]uint8{true: 60, false: 250}[ink]})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sheet, nil); err != nil {
		panic(err) // into memory nothing fails
	}
	return b.Bytes()
}

func main() {
	listen := flag.String("listen", "127.0.0.1:7410", "where to answer; on this machine only")
	origin := flag.String("origin", "http://127.0.0.1:7403", "the node's pages, as the browser's address line begins")
	flag.Parse()
	if err := run(*listen, *origin); err != nil {
		fmt.Fprintln(os.Stderr, "devices:", err)
		os.Exit(1)
	}
}

func run(listen, origin string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s is not this machine alone", listen)
	}
	fmt.Printf("card reader and camera of nobody on http://%s, for pages of %s\n", listen, origin)
	server := &http.Server{
		Addr: listen, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
		Handler: &device{origin: origin, hosts: []string{net.JoinHostPort(host, port), "localhost:" + port}},
	}
	return server.ListenAndServe()
}
