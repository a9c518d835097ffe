// Package content is the words of the product: everything that a subject expert may edit.
package content

import "embed"

// Files is the folder as it stood when the program was built.
//
//go:embed *.yaml *.txt */*
var Files embed.FS
