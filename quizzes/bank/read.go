package bank

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"tongguan/server/base/fault"
)

// maxFile is the largest file of questions that is read, in bytes.
const maxFile = 512 << 10

var fileName = regexp.MustCompile(`^courses/([a-z0-9-]+)/\d\d-([a-z0-9-]+)\.questions\.yaml$`)

// Read reads every file of questions (courses/<course>/NN-<module>.questions.yaml). What is wrong is reported;
// a file that cannot be read at all is left out.
func Read(fsys fs.FS) (*Bank, []fault.Problem) {
	b, readings, problems := scan(fsys)
	return b, append(problems, judged(readings)...)
}

// reading is one file that was read: its set, nil where there is none, and what is wrong with it.
type reading struct {
	*linter
	set     *Set
	clashes []fault.Problem // with other files
}

// scan reads all files, several at a time, as far as whoever serves them needs: nothing is judged.
func scan(fsys fs.FS) (*Bank, []reading, []fault.Problem) {
	b := &Bank{byKey: map[string]*Set{}, byHash: map[string]*Set{}, checks: map[string]*Question{}, examining: map[string][]*Question{}}
	files, err := fs.Glob(fsys, "courses/*/*.questions.yaml")
	var problems []fault.Problem
	if err != nil {
		problems = append(problems, fault.ProblemAt("courses", 0, "bank.unreadable", "reason", err.Error()))
	}
	readings := make([]reading, len(files))
	each(len(files), func(i int) {
		source, err := fs.ReadFile(fsys, files[i])
		if err != nil {
			readings[i].linter = &linter{problems: []fault.Problem{fault.ProblemAt(files[i], 0, "bank.unreadable", "reason", err.Error())}}
			return
		}
		readings[i].set, readings[i].linter = parse(files[i], source)
	})
	first := map[string]fault.Problem{} // where an id stands first
	for i := range readings {
		if r := &readings[i]; r.set != nil {
			r.clashes = b.add(r.set, first)
		}
	}
	return b, readings, problems
}

// judged gives all that is wrong with files that were read, file by file.
func judged(readings []reading) (problems []fault.Problem) {
	each(len(readings), func(i int) {
		if r := readings[i]; r.set != nil {
			r.judge(r.set)
		}
	})
	for _, r := range readings {
		problems = append(append(problems, r.problems...), r.clashes...)
	}
	return problems
}

// each does n tasks that share nothing, as many at a time as there are processors.
func each(n int, do func(i int)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			do(i)
		})
	}
	wg.Wait()
}

// add takes a set in, and says which of its ids another question has already.
func (b *Bank) add(s *Set, first map[string]fault.Problem) []fault.Problem {
	var problems []fault.Problem
	b.sets, b.byKey[s.Key()], b.byHash[s.Hash] = append(b.sets, s), s, s
	for _, q := range slices.Concat(s.Checks, s.Questions) {
		if before, twice := first[q.ID]; twice && before.File != s.File {
			problems = append(problems, fault.ProblemAt(s.File, q.Line, "bank.id_twice", "id", q.ID, "file", before.File, "at", before.Line))
		} else if !twice {
			first[q.ID] = fault.Problem{File: s.File, Line: q.Line}
		}
	}
	for _, q := range s.Checks {
		b.checks[q.ID] = q
	}
	for _, q := range s.Questions {
		for _, c := range q.Clauses {
			b.examining[c] = append(b.examining[c], q)
		}
	}
	return problems
}

// The shape of a file. Questions stay nodes at first, so that every one knows its line.
type setFile struct {
	Module    string      `yaml:"module"`
	Quiz      quizFile    `yaml:"quiz"`
	Checks    []yaml.Node `yaml:"checks"`
	Questions []yaml.Node `yaml:"questions"`
}

// Parse reads one file of questions, of the present content or an earlier version out of the database. The
// set is nil where nothing could be read.
func Parse(file string, source []byte) (*Set, []fault.Problem) {
	s, l := parse(file, source)
	if s != nil {
		l.judge(s)
	}
	return s, l.problems
}

// judge looks at what nobody needs who serves a set: whether its papers are alike, for which hundreds are drawn, whether
// its pools are large enough, and whether questions give their answers away.
func (l *linter) judge(s *Set) {
	l.rules(s)
	l.blueprint(s)
	l.pools(s)
	l.giveaways(s)
}

// parse reads a file, and says of it what reading it shows.
func parse(file string, source []byte) (*Set, *linter) {
	l := &linter{file: file, ids: map[string]int{}}
	if len(source) > maxFile {
		l.problems = []fault.Problem{fault.ProblemAt(file, 0, "bank.large", "max", maxFile>>10)}
		return nil, l
	}
	var f setFile
	if err := decode(source, &f); err != nil {
		l.problems = []fault.Problem{yamlProblem(file, 0, err)}
		return nil, l
	}
	sum := sha256.Sum256(source)
	s := &Set{File: file, Module: f.Module, Rules: l.rulesOf(f.Quiz),
		Hash: hex.EncodeToString(sum[:]), Source: source, byID: map[string]*Question{}}
	if m := fileName.FindStringSubmatch(file); m == nil {
		l.at(0, "bank.file_name")
	} else {
		s.Course = m[1]
		if s.Module = m[2]; f.Module != m[2] {
			l.at(1, "bank.module_name", "module", f.Module, "want", m[2])
		}
	}
	s.Checks, s.Questions = l.questions(f.Checks), l.questions(f.Questions)
	for _, q := range s.Questions {
		s.byID[q.ID] = q
	}
	l.checks(s)
	return s, l
}

func decode(source []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(source))
	d.KnownFields(true)
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return errors.New("empty")
	}
	return err
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlProblem finds the line in what the YAML reader says; base is added to it.
func yamlProblem(file string, base int, err error) fault.Problem {
	line := 0
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
		line += base
	}
	reason := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	return fault.ProblemAt(file, line, "bank.yaml", "reason", reason)
}

// Library holds the bank in force. It may be used by many at once.
type Library struct {
	files   fs.FS
	current atomic.Pointer[Bank]

	mu       sync.Mutex // guards what follows, and refreshing
	print    string
	problems func() []fault.Problem // of the last reading, judged when somebody asks first
}

// NewLibrary reads the questions for the first time, and judges them.
func NewLibrary(fsys fs.FS) (*Library, []fault.Problem) {
	l := Open(fsys)
	return l, l.problems()
}

// Open reads the questions for the first time. They are not judged before somebody asks: a server that starts has other
// things to do than to draw some hundred papers.
func Open(fsys fs.FS) *Library {
	l := &Library{files: fsys}
	l.print, _ = fingerprint(fsys) // what cannot be listed is found again by the reading, and by each Refresh
	b, readings, problems := scan(fsys)
	l.problems = later(readings, problems)
	l.current.Store(b)
	return l
}

// later judges once, when first asked.
func later(readings []reading, problems []fault.Problem) func() []fault.Problem {
	return sync.OnceValue(func() []fault.Problem { return append(problems, judged(readings)...) })
}

// Current gives the bank in force.
func (l *Library) Current() *Bank { return l.current.Load() }

// Refresh reads the questions again when a name, a size or a time of change differs from the last reading. A
// module whose file can no longer be read keeps the questions it had.
func (l *Library) Refresh() (changed bool, problems []fault.Problem, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	print, err := fingerprint(l.files)
	if err != nil || print == l.print {
		return false, l.problems(), err
	}
	b, readings, problems := scan(l.files)
	for key, old := range l.Current().byKey {
		if _, err := fs.Stat(l.files, old.File); err == nil && b.byKey[key] == nil {
			b.add(old, map[string]fault.Problem{})
		}
	}
	slices.SortStableFunc(b.sets, func(x, y *Set) int { // what was kept stands where it stood
		return cmp.Or(cmp.Compare(path.Dir(x.File), path.Dir(y.File)), cmp.Compare(x.File, y.File))
	})
	l.print, l.problems = print, later(readings, problems)
	l.current.Store(b)
	return true, l.problems(), nil
}

func fingerprint(fsys fs.FS) (string, error) {
	files, err := fs.Glob(fsys, "courses/*/*.questions.yaml")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range files {
		info, err := fs.Stat(fsys, f)
		if err != nil {
			return "", fmt.Errorf("bank: %w", err)
		}
		fmt.Fprintf(h, "%q %d %d\n", path.Clean(f), info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
