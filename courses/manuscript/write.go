package manuscript

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// writing is one save.
type writing struct {
	*Desk
	actor   access.Actor
	file    File
	loaded  string // hash of what the author began with
	text    []byte
	way     Way
	request string

	before []byte // what lay there, once it was replaced
	wrote  bool
}

// do saves. The row of the file is claimed first, so that of two who save at once the second sees what the first has written.
// The file is put in its place as the last thing before the commit: what the trail knows of lies there. Where the commit fails
// what lay there is put back; where it is not known whether it failed, what was written stays, and the same form sent again finds
// it and notes it.
func (w *writing) do(ctx context.Context) (string, error) {
	after := hash(w.text)
	err := w.DB.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, w.file.Path); err != nil {
			return err
		}
		known, err := byRequest(ctx, q, w.request)
		if err != nil {
			return err
		}
		if known != (saved{}) {
			if known != (saved{w.file.Path, w.actor.ID, after, w.way}) {
				return fault.New(fault.Invalid, "error.form_stale")
			}
			return nil
		}
		return w.replace(ctx, q, after)
	})
	return after, w.undo(err)
}

// undo puts back what lay there, where it was replaced and the commit is known to have failed.
func (w *writing) undo(err error) error {
	if err == nil || !w.wrote || fault.KindOf(err) == fault.Busy {
		return err
	}
	_, undo := w.put(w.before)
	return errors.Join(err, undo)
}

func (w *writing) replace(ctx context.Context, q db.Q, after string) error {
	lies, err := w.lies()
	if err != nil {
		return err
	}
	before := hash(lies)
	switch {
	case after == w.loaded:
		return fault.New(fault.Invalid, "writing.unchanged").At("source")
	case before != w.loaded && before != after:
		return fault.New(fault.Conflict, "writing.conflict").At("source")
	}
	if err := insert(ctx, q, w, after); err != nil {
		return err
	}
	act := map[Way]string{Folder: "manuscript.saved", Patched: "manuscript.exported", Whole: "manuscript.exported"}[w.way]
	if err := w.Trail.Append(ctx, q, audit.Event{Act: act, Actor: w.actor.ID,
		Facts: map[string]any{"file": w.file.Path, "before": w.loaded, "after": after, "way": w.way}}); err != nil {
		return err
	}
	if before == after || w.way != Folder {
		return nil
	}
	w.before = lies
	w.wrote, err = w.put(w.text)
	return err
}

// lies reads the file as it lies in the folder; what is built in, or only taken away, as it is served.
func (w *writing) lies() (text []byte, err error) {
	if w.way != Folder {
		return fs.ReadFile(w.Files, w.file.Path)
	}
	root, err := os.OpenRoot(w.Place)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if err := plain(root, w.file.Path); err != nil {
		return nil, err
	}
	f, err := root.Open(w.file.Path)
	if err != nil {
		return nil, err
	}
	text, err = io.ReadAll(io.LimitReader(f, 4*largest))
	return text, errors.Join(err, f.Close())
}

// plain refuses what is no plain file: a link would be replaced, or lead elsewhere.
func plain(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return fault.Wrap(fault.Missing, err, "error.missing")
	}
	return nil
}

// put puts a text in the place of the file, whole or not at all: it is written beside it, brought to the disk, and renamed. The
// root lets nothing out of the folder, whatever became a link meanwhile.
func (w *writing) put(text []byte) (done bool, err error) {
	root, err := os.OpenRoot(w.Place)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	info, err := root.Lstat(w.file.Path)
	if err != nil {
		return false, err
	}
	folder := path.Dir(w.file.Path)
	beside := path.Join(folder, ".writing-"+w.Clock.ID()) // begins with a point: no reader of the content looks at it
	if err := write(root, beside, text, info.Mode().Perm()); err != nil {
		return false, errors.Join(err, root.Remove(beside))
	}
	if err := root.Rename(beside, w.file.Path); err != nil {
		return false, errors.Join(err, root.Remove(beside))
	}
	d, err := root.Open(folder)
	if err != nil {
		return true, err
	}
	return true, errors.Join(d.Sync(), d.Close())
}

func write(root *os.Root, name string, text []byte, mode os.FileMode) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
