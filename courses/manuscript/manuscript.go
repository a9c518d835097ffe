// Package manuscript is the files of the content as their authors write them: listed, tried before they are saved, and saved so
// that nobody's work is lost.
package manuscript

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// File is one file that authors write.
type File struct {
	Path  string // in the folder of the content
	Group string // the course, or "programmes" or "scenarios"
	Name  string // the module, the programme, the scene
	Part  string // zh, en, questions, or text where there is but one
}

// Address is where the file stands among the others: group/name/part.
func (f File) Address() string { return f.Group + "/" + f.Name + "/" + f.Part }

// Groups beside the courses.
const (
	Programmes = "programmes"
	Scenarios  = "scenarios"
)

// Verdict is what the readers of the content would say of a file.
type Verdict struct {
	Problems []fault.Problem
	Refused  bool // something in it could not be read at all
}

// Judge tries a file as it stands in files.
type Judge func(file string, files fs.FS) Verdict

// Desk is where authors write.
type Desk struct{ Parts }

// Parts are what the desk leans on.
type Parts struct {
	DB    *db.DB
	Clock *clock.Clock
	Trail *audit.Trail
	Files fs.FS  // the content as it is served
	Place string // the folder where it lies, or "" where it is built in and cannot be written
	Judge Judge
}

// New makes the room.
func New(p Parts) *Desk { return &Desk{p} }

// Writes says whether files can be saved, or only be taken away.
func (d *Desk) Writes() bool { return d.Place != "" }

// largest is how large a file may be, in bytes; the readers of the content draw the line lower where they need to.
const largest = 512 << 10

var (
	slug     = regexp.MustCompile(`^[a-z0-9_]+(-[a-z0-9_]+)*$`)
	ofModule = regexp.MustCompile(`^\d\d-([a-z0-9-]+)\.(zh\.md|en\.md|questions\.yaml)$`)
)

// List lists what authors may write, the courses first. Only plain files are listed, in plain folders: what a link leads to may
// lie anywhere.
func (d *Desk) List(actor access.Actor) ([]File, error) {
	if err := actor.Check(access.WriteContent, access.Other); err != nil {
		return nil, err
	}
	return d.list()
}

func (d *Desk) list() (out []File, err error) {
	courses, err := fs.ReadDir(d.Files, "courses")
	if err != nil {
		return nil, err
	}
	for _, c := range courses {
		if !c.IsDir() || !slug.MatchString(c.Name()) || c.Name() == Programmes || c.Name() == Scenarios {
			continue
		}
		err := d.each(path.Join("courses", c.Name()), func(file, name string) {
			if m := ofModule.FindStringSubmatch(name); m != nil {
				out = append(out, File{file, c.Name(), m[1], strings.TrimSuffix(strings.TrimSuffix(m[2], ".md"), ".yaml")})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return d.listOthers(out)
}

func (d *Desk) listOthers(out []File) ([]File, error) {
	err := d.each(Programmes, func(file, name string) {
		if id, ok := strings.CutSuffix(name, ".yaml"); ok && slug.MatchString(id) {
			out = append(out, File{file, Programmes, id, "text"})
		}
	})
	if err != nil {
		return nil, err
	}
	scenes, err := fs.ReadDir(d.Files, Scenarios)
	if err != nil && !missing(err) {
		return nil, err
	}
	for _, s := range scenes {
		if !s.IsDir() || !slug.MatchString(s.Name()) {
			continue
		}
		err := d.each(path.Join(Scenarios, s.Name()), func(file, name string) {
			if name == "zh.md" || name == "en.md" {
				out = append(out, File{file, Scenarios, s.Name(), name[:2]})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// each runs through the plain files of a folder; one that is not there has none.
func (d *Desk) each(folder string, do func(file, name string)) error {
	entries, err := fs.ReadDir(d.Files, folder)
	if missing(err) {
		return nil
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			do(path.Join(folder, e.Name()), e.Name())
		}
	}
	return err
}

// find gives the file at an address, of those that are listed and no other.
func (d *Desk) find(address string) (File, error) {
	all, err := d.list()
	if err != nil {
		return File{}, err
	}
	for _, f := range all {
		if f.Address() == address {
			return f, nil
		}
	}
	return File{}, fault.New(fault.Missing, "error.missing")
}

// Loaded is a file as it stands.
type Loaded struct {
	File
	Source string
	Hash   string // SHA-256, hex
}

// Load gives the file at an address.
func (d *Desk) Load(actor access.Actor, address string) (Loaded, error) {
	if err := actor.Check(access.WriteContent, access.Other); err != nil {
		return Loaded{}, err
	}
	f, err := d.find(address)
	if err != nil {
		return Loaded{}, err
	}
	text, err := fs.ReadFile(d.Files, f.Path)
	if err != nil {
		return Loaded{}, fault.Wrap(fault.Missing, err, "error.missing")
	}
	return Loaded{f, string(text), hash(text)}, nil
}

// Try says what would be wrong if the file at an address were so, and gives the content with it. Nothing is saved.
func (d *Desk) Try(actor access.Actor, address, source string) (File, fs.FS, error) {
	if err := actor.Check(access.WriteContent, access.Other); err != nil {
		return File{}, nil, err
	}
	f, err := d.find(address)
	if err != nil {
		return f, nil, err
	}
	text, err := Clean(source)
	return f, With(d.Files, f.Path, text), err
}

// Clean gives a text as it is written to a file: Unix line ends, one at its end.
func Clean(source string) ([]byte, error) {
	text := strings.ReplaceAll(strings.ReplaceAll(source, "\r\n", "\n"), "\r", "\n")
	text = strings.TrimRight(text, "\n") + "\n"
	if len(text) > largest {
		return nil, fault.New(fault.Invalid, "writing.large", "most", largest>>10).At("source")
	}
	if !utf8.ValidString(text) || bytes.IndexByte([]byte(text), 0) >= 0 {
		return nil, fault.New(fault.Invalid, "error.illegible").At("source")
	}
	return []byte(text), nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Save is a file as somebody wants it.
type Save struct {
	Address string
	Source  string
	Loaded  string // hash of what they began with
}

// Way is how a text leaves the desk.
type Way string

// The ways: into the folder, or with the author, who puts it there by other means.
const (
	Folder  Way = "folder"
	Patched Way = "patch"
	Whole   Way = "file"
)

// Save writes a file and gives its new hash. Whoever began with something else than what lies there now gets Conflict. A text of
// which something cannot be read takes no place of one that can. request identifies the form: sent twice, it saves once.
func (d *Desk) Save(ctx context.Context, actor access.Actor, s Save, request string) (string, error) {
	w, err := d.writing(actor, s, Folder, request)
	if err != nil {
		return "", err
	}
	if !d.Writes() {
		return "", fault.New(fault.Invalid, "writing.no_folder")
	}
	if d.Judge(w.file.Path, With(d.Files, w.file.Path, w.text)).Refused && !d.Judge(w.file.Path, d.Files).Refused {
		return "", fault.New(fault.Invalid, "writing.refused").At("source")
	}
	return w.do(ctx)
}

// Taken is what an author takes away.
type Taken struct{ Name, Text string }

// Take gives a text as a patch or whole, and notes that it was taken, once for each form. It may be unfinished; what another has
// saved meanwhile would be undone by it, and is Conflict.
func (d *Desk) Take(ctx context.Context, actor access.Actor, s Save, way Way, request string) (Taken, error) {
	w, err := d.writing(actor, s, way, request)
	if err != nil {
		return Taken{}, err
	}
	before, err := fs.ReadFile(d.Files, w.file.Path)
	if err != nil {
		return Taken{}, err
	}
	if _, err := w.do(ctx); err != nil {
		return Taken{}, err
	}
	name := path.Base(w.file.Path)
	if way == Patched {
		return Taken{name + ".patch", Patch(w.file.Path, string(before), string(w.text))}, nil
	}
	return Taken{name, string(w.text)}, nil
}

// writing checks a save before anything is done.
func (d *Desk) writing(actor access.Actor, s Save, way Way, request string) (*writing, error) {
	if err := actor.Check(access.WriteContent, access.Other); err != nil {
		return nil, err
	}
	f, err := d.find(s.Address)
	if err != nil {
		return nil, err
	}
	text, err := Clean(s.Source)
	if err != nil {
		return nil, err
	}
	if request == "" || len(request) > 64 {
		return nil, fault.New(fault.Invalid, "error.form_stale")
	}
	return &writing{Desk: d, actor: actor, file: f, loaded: s.Loaded, text: text, way: way, request: request}, nil
}
