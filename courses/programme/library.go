package programme

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"

	"tongguan/server/base/fault"
)

// Library holds the programmes in force. It may be used by many at once.
type Library struct {
	fsys    fs.FS
	content func() Content
	current atomic.Pointer[Book]

	mu       sync.Mutex // guards what follows, and refreshing
	print    string
	problems []fault.Problem
}

// NewLibrary reads the programmes for the first time; content gives what is in force of what they may name.
func NewLibrary(fsys fs.FS, content func() Content) (*Library, []fault.Problem) {
	l := &Library{fsys: fsys, content: content}
	c := content()
	l.print, _ = fingerprint(fsys, c) // what cannot be listed is found again by the reading, and by each Refresh
	b, problems := Read(fsys, c)
	l.problems = problems
	l.current.Store(b)
	return l, problems
}

// Current gives the programmes in force.
func (l *Library) Current() *Book { return l.current.Load() }

// Refresh reads the programmes again when a name, a size or a time of change differs from the last reading, or the
// content that they may name. A programme that has become unusable stays in force as it was for as long as its file is
// there. The problems are those of the last reading, be it now or earlier. The error is for a folder that cannot be listed.
func (l *Library) Refresh() (changed bool, problems []fault.Problem, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.content()
	print, err := fingerprint(l.fsys, c)
	if err != nil || print == l.print {
		return false, l.problems, err
	}
	b, problems := read(l.fsys, c, l.Current())
	l.print, l.problems = print, problems
	l.current.Store(b)
	return true, problems, nil
}

func fingerprint(fsys fs.FS, c Content) (string, error) {
	files, err := fs.Glob(fsys, "programmes/*.yaml")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", c.Version)
	for _, f := range files {
		info, err := fs.Stat(fsys, f)
		if err != nil {
			return "", fmt.Errorf("programme: %w", err)
		}
		fmt.Fprintf(h, "%q %d %d\n", f, info.Size(), info.ModTime().UnixNano())
	}
	return string(h.Sum(nil)), nil
}
