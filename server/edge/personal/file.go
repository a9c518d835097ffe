package personal

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"tongguan/web/words"
)

// JSON is the export as one text.
func (e Export) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(e)
	return b.Bytes(), err
}

// Zip is the export as an archive: what it is in plain words, data.json, and the files that the person has handed in.
func (e Export) Zip(words string) ([]byte, error) {
	text, err := e.JSON()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, data []byte) error {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.UnixMilli(e.Made).UTC()})
		if err == nil {
			_, err = f.Write(data)
		}
		return err
	}
	if err := errors.Join(add("README.txt", []byte(words)), add("data.json", text)); err != nil {
		return nil, err
	}
	for _, f := range e.files {
		data, err := base64.StdEncoding.DecodeString(f.data)
		if err != nil {
			return nil, fmt.Errorf("personal: file %s: %w", f.id, err)
		}
		// A name comes from outside: what could lead out of the folder is left away.
		name := strings.Map(func(r rune) rune {
			if r == '/' || r == '\\' || r == ':' || r < ' ' {
				return '_'
			}
			return r
		}, f.name)
		if err := add(path.Join("files", f.id+"-"+name), data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Explain says in both languages what the archive holds and what is left out of it.
func Explain(book *words.Book) string {
	return book.In("zh").T("personal.readme") + "\n\n" + book.In("en").T("personal.readme") + "\n"
}
