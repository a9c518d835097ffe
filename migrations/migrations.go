// Package migrations carries the schema: numbered files, each run once, one text for both databases.
package migrations

import "embed"

// Files holds the .sql files; a released one is never edited.
//
//go:embed *.sql
var Files embed.FS
