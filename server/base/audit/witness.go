package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"tongguan/server/base/fault"
)

// A witness keeps checkpoints where whoever runs the academy cannot reach them. They come by mail; a signed note does not
// outlive every mail program as it is (its signature line begins with a dash that ASCII has not), so it travels in PEM.
const pemType = "TONGGUAN CHECKPOINT"

// Letter is a signed note in lines that every mail program leaves alone.
func Letter(signed []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: signed}))
}

// ReadWitness reads what a witness has kept: one mail or many one after the other, as they were saved or as they were
// copied out of the program that shows them, or signed notes with a line of three dashes after each. Every checkpoint in
// it must be signed with the key; where there is none the file is Invalid.
func ReadWitness(text []byte, key string) ([]Checkpoint, error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "trail.bad_key")
	}
	var out []Checkpoint
	for i, signed := range keptNotes(unfold(text)) {
		tree, err := openNote(signed, v)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "trail.bad_checkpoint", "n", i+1)
		}
		out = append(out, tree)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "trail.no_checkpoint")
	}
	return out, nil
}

// keptNotes finds the notes in a text.
func keptNotes(text []byte) (out [][]byte) {
	rest := text
	for {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type == pemType {
			out = append(out, b.Bytes)
		}
	}
	if len(out) > 0 {
		return out
	}
	for part := range bytes.SplitSeq(append(text, '\n'), []byte("\n"+separator)) {
		if part = bytes.TrimSpace(part); len(part) > 0 {
			out = append(out, append(bytes.Clone(part), '\n'))
		}
	}
	return out
}

// unfold undoes what mail does to a text on its way: the encoding of a mail that was saved whole, marks of quotation, and
// line ends.
func unfold(text []byte) []byte {
	if m, err := mail.ReadMessage(bytes.NewReader(text)); err == nil && m.Header.Get("Content-Type") != "" {
		var body io.Reader = m.Body
		switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(m.Body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, m.Body)
		}
		kind, _, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if all, err := io.ReadAll(body); err == nil && strings.HasPrefix(kind, "text/") {
			text = all
		}
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, "> ")
	}
	return []byte(strings.Join(lines, "\n"))
}
