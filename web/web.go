// Package web is what people see: layout, parts, pages, words and the files that a browser fetches.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed static
var files embed.FS

// Assets are the files that a browser fetches, each under an address that holds its hash, so that it can be
// kept for ever and a new version is a new address.
type Assets struct {
	urls  map[string]string // name -> address
	files map[string]Asset  // address -> file
}

// Asset is one file.
type Asset struct {
	Type string
	Body []byte
	Gzip []byte // the same, compressed once
}

var types = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png"}

// LoadAssets reads the files that are built in.
func LoadAssets() (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]Asset{}}
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || types[path.Ext(name)] == "" {
			return err
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		short := strings.TrimPrefix(name, "static/")
		url := fmt.Sprintf("/static/%s/%s", hex.EncodeToString(sum[:4]), short)
		small, err := compress(body)
		a.urls[short], a.files[url] = url, Asset{types[path.Ext(name)], body, small}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return a, nil
}

func compress(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(body)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// URL gives the address of a file by its name.
func (a *Assets) URL(name string) string { return a.urls[name] }

// Get gives the file at an address.
func (a *Assets) Get(url string) (Asset, bool) {
	f, ok := a.files[url]
	return f, ok
}
