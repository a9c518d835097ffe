package external

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image/jpeg"
	"image/png"
	"path"
	"strings"
	"unicode"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Limits of files.
const (
	MaxFileBytes = 2 << 20
	MaxFiles     = 5 // of proof
)

// Purposes of a file.
const (
	Proof  = "proof"  // of having attended: for whom it concerns only
	Slides = "slides" // of a talk: for all colleagues
)

// File is what proves a training, or the slides of a talk about it.
type File struct {
	ID      string `db:"id"`
	Purpose string `db:"purpose"`
	Name    string `db:"name"`
	Kind    string `db:"kind"` // by its content: application/pdf, image/png or image/jpeg
	Size    int    `db:"size"` // bytes
	Hash    string `db:"hash"`
	Data    string `db:"data"` // base64; left out of lists
}

// Bytes gives what the file holds.
func (f File) Bytes() ([]byte, error) { return base64.StdEncoding.DecodeString(f.Data) }

// Upload is a file as it came.
type Upload struct {
	Name string
	Data []byte
}

var extensions = map[string]string{"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}

// recognise says what a file is, by its content alone: "" for what is not taken.
func recognise(data []byte) string {
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		return "application/pdf"
	}
	if _, err := png.DecodeConfig(bytes.NewReader(data)); err == nil {
		return "image/png"
	}
	if _, err := jpeg.DecodeConfig(bytes.NewReader(data)); err == nil {
		return "image/jpeg"
	}
	return ""
}

// file makes a file of an upload, under a name that says what it is.
func (t *Trainings) file(u Upload, purpose, field string) (File, error) {
	f, err := Recognise(u, field)
	f.ID, f.Purpose = t.clock.ID(), purpose
	return f, err
}

// Recognise makes a file, without an id, of an upload that is a PDF or a picture, under a name that says what it is. What
// is wrong with it belongs to a field of the form.
func Recognise(u Upload, field string) (File, error) {
	switch {
	case len(u.Data) == 0:
		return File{}, fault.New(fault.Invalid, "external.file_needed").At(field)
	case len(u.Data) > MaxFileBytes:
		return File{}, fault.New(fault.Invalid, "external.file_large", "max", MaxFileBytes>>20).At(field)
	}
	kind := recognise(u.Data)
	if kind == "" {
		return File{}, fault.New(fault.Invalid, "external.file_kind").At(field)
	}
	sum := sha256.Sum256(u.Data)
	return File{Name: named(u.Name, kind), Kind: kind, Size: len(u.Data), Hash: hex.EncodeToString(sum[:]),
		Data: base64.StdEncoding.EncodeToString(u.Data)}, nil
}

// named makes a file's name harmless and end as its content has it.
func named(name, kind string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return -1
		}
		return r
	}, name))
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	if name == "" || name == "." {
		name = "file"
	}
	return name + extensions[kind]
}

// AddFile adds a proof to one's own training that was approved. The same file twice is there once.
func (t *Trainings) AddFile(ctx context.Context, actor access.Actor, id string, u Upload) error {
	one, err := t.own(ctx, actor, id)
	if err != nil {
		return err
	}
	f, err := t.file(u, Proof, "file")
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		claimed, err := claimFiles(ctx, q, id)
		if err != nil {
			return err
		}
		added := false
		if claimed {
			added, err = insertFile(ctx, q, id, f, t.clock.Now())
		}
		switch {
		case err != nil:
			return err
		case !claimed && one.Files >= MaxFiles:
			return fault.New(fault.Invalid, "external.files_many", "max", MaxFiles).At("file")
		case !claimed:
			return fault.New(fault.Conflict, "error.changed_meanwhile")
		case !added:
			return releaseFile(ctx, q, id)
		}
		return t.note(ctx, q, actor, "external.proved", one, map[string]any{"file": f.Hash, "kind": f.Kind})
	})
}

// File gives a file with its content: proofs to the person and to those who may decide, slides to everybody once they are
// shared.
func (t *Trainings) File(ctx context.Context, actor access.Actor, id, file string) (File, error) {
	one, err := byID(ctx, t.db.Read(), id)
	if err != nil {
		return File{}, err
	}
	f, err := fileByID(ctx, t.db.Read(), id, file)
	if err != nil {
		return File{}, err
	}
	if f.Purpose == Slides && one.State == Shared {
		return f, missing(actor.Check(access.AskExternal, access.Self))
	}
	return f, t.maySee(ctx, actor, one)
}

// maySee lets in the person and those who may decide.
func (t *Trainings) maySee(ctx context.Context, actor access.Actor, one Training) error {
	if actor.ID == one.Person {
		return actor.Check(access.AskExternal, access.Self)
	}
	return missing(t.people.Check(ctx, actor, access.DecideExternal, one.Person))
}

// missing makes a refusal look like what does not exist.
func missing(err error) error {
	if fault.KindOf(err) == fault.Denied {
		return fault.New(fault.Missing, "error.missing")
	}
	return err
}
