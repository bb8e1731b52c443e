// Package layering keeps the layers of the house apart: its test reads the
// imports of every package and fails on one that goes up a floor.
//
// It must never be imported.
package layering
