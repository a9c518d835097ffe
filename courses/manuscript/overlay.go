package manuscript

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"time"
)

// With gives a folder in which one file that it has reads otherwise.
func With(files fs.FS, name string, text []byte) fs.FS { return overlay{files, name, text} }

type overlay struct {
	fs.FS
	name string
	text []byte
}

// Open opens the file that reads otherwise, or any other.
func (o overlay) Open(name string) (fs.File, error) {
	if name != o.name {
		return o.FS.Open(name)
	}
	return &page{bytes.NewReader(o.text), o}, nil
}

// ReadDir is the folder's: the names are the same.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(o.FS, name) }

// page is the open file.
type page struct {
	*bytes.Reader
	of overlay
}

func (p *page) Close() error               { return nil }
func (p *page) Stat() (fs.FileInfo, error) { return info{p.of}, nil }

// info describes it.
type info struct{ of overlay }

func (i info) Name() string       { return path.Base(i.of.name) }
func (i info) Size() int64        { return int64(len(i.of.text)) }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
