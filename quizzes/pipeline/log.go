package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Version of the engine, which a log bears in its header. Logs of every older version still decode and reduce:
// version 1 knew no slots and carried no world.
const Version = 2

// Kind is what happened.
type Kind uint8

// Event is one thing that happened. The sequence number is its place in the log, from 0.
type Event struct {
	At     Minute
	Entity uint32
	Kind   Kind
	Stage  uint8  // of the opportunity afterwards
	Slot   uint16 // which of several: an act, a field, a person
	Value  int64  // what the kind says: steps, fen, …
}

// size is what an event takes in a log, in bytes.
const size = 20

// block is how many events are sealed together. A seal is the SHA-256 of the seal before it and the block's
// bytes: of 20.03 bytes an event, 0.03 are the seal's.
const block = 1024

// Log is an append-only list of events, sealed block by block in a hash chain that begins with a header: engine
// version, seed, the world's name and its whole description, so that a log explains itself. The zero Log is not
// usable.
type Log struct {
	Version int
	World   []byte // the description; empty where the name says all

	header []byte
	bytes  []byte // events of all blocks
	seals  [][32]byte
	seal   [32]byte // the latest, of the header where no block is full
	open   int      // events since the last seal
}

var magic = []byte("tongguan-log\n")

// NewLog begins the log of a run in a world with this description.
func NewLog(r Root, world []byte) *Log { return newLog(Version, r, world) }

func newLog(version int, r Root, world []byte) *Log {
	name := r.World[:min(len(r.World), maxName)]
	h := bytes.Clone(magic)
	h = binary.LittleEndian.AppendUint16(h, uint16(version))
	h = binary.LittleEndian.AppendUint64(h, r.Seed)
	h = binary.LittleEndian.AppendUint16(h, uint16(len(name)))
	h = append(h, name...)
	if version > 1 {
		h = binary.LittleEndian.AppendUint32(h, uint32(len(world)))
		h = append(h, world...)
	}
	return &Log{Version: version, World: world, header: h, seal: sha256.Sum256(h)}
}

// Bounds of what a header holds, in bytes.
const (
	maxName  = 1 << 12
	maxWorld = 1 << 20
)

// Append adds an event.
func (l *Log) Append(e Event) {
	var b [size]byte
	binary.LittleEndian.PutUint32(b[0:], uint32(e.At))
	binary.LittleEndian.PutUint32(b[4:], e.Entity)
	b[8], b[9] = byte(e.Kind), e.Stage
	binary.LittleEndian.PutUint16(b[10:], e.Slot)
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
		Slot: binary.LittleEndian.Uint16(b[10:]), Value: int64(binary.LittleEndian.Uint64(b[12:]))}
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
	version := int(binary.LittleEndian.Uint16(rest))
	if version < 1 || version > Version {
		return nil, Root{}, &LogError{"log.version", -1, 0}
	}
	root := Root{Seed: binary.LittleEndian.Uint64(rest[2:])}
	name, rest, ok := take(rest[12:], int(binary.LittleEndian.Uint16(rest[10:])), maxName)
	root.World = string(name)
	var world []byte
	if ok && version > 1 {
		if ok = len(rest) >= 4; ok {
			world, rest, ok = take(rest[4:], int(binary.LittleEndian.Uint32(rest)), maxWorld)
		}
	}
	if !ok || len(rest) < 8 {
		return nil, Root{}, &LogError{"log.cut_short", -1, 0}
	}
	count := binary.LittleEndian.Uint64(rest)
	if rest = rest[8:]; count > uint64(len(rest))/size {
		return nil, Root{}, &LogError{"log.cut_short", -1, 0}
	}
	events, tail := rest[:count*size], rest[count*size:]
	if want := int(count/block+1) * sha256.Size; len(tail) != want {
		return nil, Root{}, &LogError{"log.cut_short", -1, 0}
	}
	l := newLog(version, root, world)
	if err := l.rebuild(events, tail); err != nil {
		return nil, Root{}, err
	}
	return l, root, nil
}

// take cuts so many bytes off.
func take(text []byte, n, most int) (taken, rest []byte, ok bool) {
	if n > most || n > len(text) {
		return nil, nil, false
	}
	return text[:n], text[n:], true
}

// rebuild appends the events again and compares the seals.
func (l *Log) rebuild(events, tail []byte) error {
	for i := 0; i < len(events); i += size {
		l.Append(decode(events[i:]))
		if n := len(l.seals); l.open == 0 && !bytes.Equal(l.seals[n-1][:], tail[(n-1)*sha256.Size:n*sha256.Size]) {
			return &LogError{"log.changed", (n - 1) * block, n * block}
		}
	}
	if sum := l.Hash(); !bytes.Equal(sum[:], tail[len(tail)-sha256.Size:]) {
		return &LogError{"log.changed", len(l.seals) * block, l.Len()}
	}
	return nil
}
