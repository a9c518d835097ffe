package catalog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"

	"tongguan/courses/fieldbook"
	"tongguan/server/base/fault"
)

// Library holds the catalog in force. It may be used by many at once.
type Library struct {
	fsys    fs.FS
	current atomic.Pointer[Catalog]

	mu       sync.Mutex // guards what follows, and refreshing
	print    [sha256.Size]byte
	whole    bool // nothing was unreadable when the catalog in force was read
	problems []fault.Problem
	pages    map[string]*Page // rendered, by content
}

// NewLibrary reads the folder for the first time and takes what can be read, whatever is wrong with it.
func NewLibrary(fsys fs.FS) (*Library, []fault.Problem) {
	l := &Library{fsys: fsys}
	l.print, _ = fingerprint(fsys) // what cannot be listed is found again by the reading, and by each Refresh
	r := read(fsys, nil)
	l.problems, l.pages, l.whole = r.problems, r.used, !r.broken
	l.current.Store(r.catalog)
	return l, l.problems
}

// Current gives the catalog in force.
func (l *Library) Current() *Catalog { return l.current.Load() }

// Refresh reads the folder again if a name, a size or a time of change in it differs from the last reading,
// and puts the new catalog in force. Where a file can no longer be read at all, the catalog in force stays,
// so that a slip of the pen takes no lesson away from those who are reading it. The problems are those of the
// last reading, be it now or earlier. The error is for a folder that cannot be listed.
func (l *Library) Refresh() (changed bool, problems []fault.Problem, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	print, err := fingerprint(l.fsys)
	if err != nil {
		return false, l.problems, err
	}
	if print == l.print {
		return false, l.problems, nil
	}
	r := read(l.fsys, l.pages)
	l.print, l.problems = print, r.problems
	if r.broken && l.whole {
		return false, l.problems, nil
	}
	l.pages, l.whole = r.used, !r.broken
	changed = r.catalog.Hash != l.Current().Hash
	if changed {
		l.current.Store(r.catalog)
	}
	return changed, l.problems, nil
}

// Trial is the content as it would be.
type Trial struct {
	*Catalog
	Problems []fault.Problem
	Refused  map[string]bool // the files of which something cannot be read at all
}

// Try reads other files as if they were the folder's, and puts nothing in force. What is the same as in the folder is not
// rendered again.
func (l *Library) Try(files fs.FS) Trial {
	l.mu.Lock()
	pages := l.pages // replaced by Refresh, never changed
	l.mu.Unlock()
	r := read(files, pages)
	return Trial{r.catalog, r.problems, r.refused}
}

// Pair gives the file of the same module in the other language, or "" for what is no text of a module.
func Pair(file string) string {
	for _, lang := range languages {
		if stem, ok := strings.CutSuffix(file, "."+lang+".md"); ok && moduleName.MatchString(path.Base(file)) {
			return stem + "." + map[string]string{"zh": "en", "en": "zh"}[lang] + ".md"
		}
	}
	return ""
}

// fingerprint changes when a file that Read looks at is added, taken away or written.
func fingerprint(fsys fs.FS) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, root := range []string{policyFile, calloutsFile, sectionsFile, coursesFolder, fieldbook.Folder} {
		err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			fmt.Fprintf(h, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return sum, fmt.Errorf("catalog: %w", err)
		}
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
