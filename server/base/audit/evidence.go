package audit

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Evidence is what stands outside the database and speaks for the trail as it once was.
type Evidence struct {
	Checkpoints []Checkpoint // signed; the signatures have been checked
	Leaves      string       // file with the record hash of every entry, 32 bytes each, from entry 0 on; "" for none
	Faults      []Fault      // what was wrong with the evidence itself
}

// leaves are record hashes that a signed checkpoint covers: what they say of an entry is proof.
type leaves struct {
	file *os.File
	read *bufio.Reader
	left int64 // how many are still to come
}

// open reads the file once, to find how far it is proved by checkpoints, and gives it from its beginning. A file that
// no checkpoint speaks for says nothing: whoever could rewrite the database might have written it too.
func (e Evidence) open() (*leaves, []Fault, error) {
	none := &leaves{}
	if e.Leaves == "" {
		return none, nil, nil
	}
	f, err := openOrNone(e.Leaves)
	if err != nil || f == nil {
		return none, nil, err
	}
	proved, faults, err := provedBy(f, e.Checkpoints)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return none, nil, errors.Join(err, f.Close())
	}
	return &leaves{file: f, read: bufio.NewReaderSize(f, 1<<16), left: proved}, faults, nil
}

// provedBy gives how many of the record hashes the greatest checkpoint covers that agrees with them.
func provedBy(r io.Reader, points []Checkpoint) (proved int64, faults []Fault, err error) {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b Checkpoint) int { return int(a.N - b.N) })
	in, size := bufio.NewReaderSize(r, 1<<16), int64(0)
	var edge []tlog.Hash
	for _, p := range points {
		for size < p.N {
			var h tlog.Hash
			if _, err := io.ReadFull(in, h[:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return proved, faults, nil // shorter than the checkpoint: it is caught up by the next one
			} else if err != nil {
				return proved, faults, err
			}
			edge = grow(edge, size, h)
			size++
		}
		if root(edge) == p.Hash {
			proved = p.N
		} else {
			faults = append(faults, Fault{Where: InFile, Key: "file", Args: map[string]any{"size": p.N}})
		}
	}
	return proved, faults, nil
}

// next gives the next record hash; ok is false where none is proved.
func (l *leaves) next() (h tlog.Hash, ok bool, err error) {
	if l.left == 0 {
		return h, false, nil
	}
	l.left--
	_, err = io.ReadFull(l.read, h[:])
	return h, err == nil, err
}

func (l *leaves) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// openOrNone opens a file, or gives nil where there is none.
func openOrNone(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return f, err
}
