package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Version of the engine: a log of an older one is replayed by that one's reducer.
const Version = 1

// Kind is what happened.
type Kind uint8

// Event is one thing that happened. The sequence number is its place in the log, from 0.
type Event struct {
	At     Minute
	Entity uint32
	Kind   Kind
	Stage  uint8 // of the opportunity afterwards
	Value  int64 // what the kind says: steps, fen, …
}

// size is what an event takes in a log, in bytes.
const size = 20

// block is how many events are sealed together. A seal is the SHA-256 of the seal before it and the block's
// bytes: of 20.03 bytes an event, 0.03 are the seal's.
const block = 1024

// Log is an append-only list of events, sealed block by block in a hash chain that begins with a header: engine
// version, seed and world. The zero Log is not usable.
type Log struct {
	header []byte
	bytes  []byte // events of all blocks
	seals  [][32]byte
	seal   [32]byte // the latest, of the header where no block is full
	open   int      // events since the last seal
}

var magic = []byte("tongguan-log\n")

// NewLog begins the log of a run.
func NewLog(r Root) *Log {
	h := bytes.Clone(magic)
	h = binary.LittleEndian.AppendUint16(h, Version)
	h = binary.LittleEndian.AppendUint64(h, r.Seed)
	h = binary.LittleEndian.AppendUint16(h, uint16(min(len(r.World), maxWorld)))
	h = append(h, r.World[:min(len(r.World), maxWorld)]...)
	return &Log{header: h, seal: sha256.Sum256(h)}
}

const maxWorld = 1 << 12

// Append adds an event.
func (l *Log) Append(e Event) {
	var b [size]byte
	binary.LittleEndian.PutUint32(b[0:], uint32(e.At))
	binary.LittleEndian.PutUint32(b[4:], e.Entity)
	b[8], b[9] = byte(e.Kind), e.Stage
	binary.LittleEndian.PutUint64(b[12:], uint64(e.Value))
	l.bytes = append(l.bytes, b[:]...)
	if l.open++; l.open == block {
		l.close()
	}
}

// close seals the events since the last seal.
func (l *Log) close() {
	h := sha256.New()
	h.Write(l.seal[:])
	h.Write(l.bytes[len(l.bytes)-l.open*size:])
	h.Sum(l.seal[:0])
	l.seals, l.open = append(l.seals, l.seal), 0
}

// Len is how many events there are.
func (l *Log) Len() int { return len(l.bytes) / size }

// At gives the event at a place.
func (l *Log) At(i int) Event { return decode(l.bytes[i*size:]) }

func decode(b []byte) Event {
	return Event{At: Minute(binary.LittleEndian.Uint32(b)), Entity: binary.LittleEndian.Uint32(b[4:]), Kind: Kind(b[8]), Stage: b[9],
		Value: int64(binary.LittleEndian.Uint64(b[12:]))}
}

// Hash is the hash of everything so far: two runs are the same when theirs is.
func (l *Log) Hash() [32]byte {
	h := sha256.New()
	h.Write(l.seal[:])
	h.Write(l.bytes[len(l.bytes)-l.open*size:])
	return [32]byte(h.Sum(nil))
}

// Encode writes the log: header, number of events, the events, the seals of the full blocks, and the hash of all.
func (l *Log) Encode() []byte {
	out := bytes.Clone(l.header)
	out = binary.LittleEndian.AppendUint64(out, uint64(l.Len()))
	out = append(out, l.bytes...)
	for _, s := range l.seals {
		out = append(out, s[:]...)
	}
	sum := l.Hash()
	return append(out, sum[:]...)
}

// LogError says where a log is not what it was.
type LogError struct {
	Key   string // names the sentence
	Event int    // the first event of the block in which the change lies, or -1
	Until int    // one after the last
}

func (e *LogError) Error() string {
	return fmt.Sprintf("pipeline: %s, events %d to %d", e.Key, e.Event, e.Until-1)
}

// Decode reads a log and recomputes every seal. A changed byte is found, and named by the block it lies in; the
// error is a *LogError.
func Decode(text []byte) (*Log, Root, error) {
	rest, ok := bytes.CutPrefix(text, magic)
	if !ok || len(rest) < 12 {
		return nil, Root{}, &LogError{"log.not_one", -1, 0}
	}
	if v := binary.LittleEndian.Uint16(rest); v != Version {
		return nil, Root{}, &LogError{"log.version", -1, 0}
	}
	root := Root{Seed: binary.LittleEndian.Uint64(rest[2:])}
	n := int(binary.LittleEndian.Uint16(rest[10:]))
	if rest = rest[12:]; n > maxWorld || len(rest) < n+8 {
		return nil, Root{}, &LogError{"log.cut_short", -1, 0}
	}
	root.World = string(rest[:n])
	count := binary.LittleEndian.Uint64(rest[n:])
	rest = rest[n+8:]
	if count > uint64(len(rest))/size {
		return nil, Root{}, &LogError{"log.cut_short", -1, 0}
	}
	events, tail := rest[:count*size], rest[count*size:]
	if want := int(count/block+1) * sha256.Size; len(tail) != want {
		return nil, Root{}, &LogError{"log.cut_short", -1, 0}
	}
	return rebuild(root, events, tail)
}

// rebuild appends the events again and compares the seals.
func rebuild(root Root, events, tail []byte) (*Log, Root, error) {
	l := NewLog(root)
	for i := 0; i < len(events); i += size {
		if events[i+10]|events[i+11] != 0 {
			return nil, Root{}, &LogError{"log.changed", i / size, i/size + 1}
		}
		l.Append(decode(events[i:]))
		if n := len(l.seals); l.open == 0 && !bytes.Equal(l.seals[n-1][:], tail[(n-1)*sha256.Size:n*sha256.Size]) {
			return nil, Root{}, &LogError{"log.changed", (n - 1) * block, n * block}
		}
	}
	if sum := l.Hash(); !bytes.Equal(sum[:], tail[len(tail)-sha256.Size:]) {
		return nil, Root{}, &LogError{"log.changed", len(l.seals) * block, l.Len()}
	}
	return l, root, nil
}
