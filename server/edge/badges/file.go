package badges

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A printed certificate carries its badge as a comment, which every reader of PDF skips, on the line before the table
// of objects:
//
//	… last object …
//	%tongguan-badge:eyJhbGciOi…
//	xref
//	…
//	startxref
//	<where xref begins>
//	%%EOF
//
// The badge holds the SHA-256 of the file without that line (and with the number of startxref that it then has). To
// verify, the line is taken out, the badge verified, the hash compared, and the line put back in: if the file that
// this gives is the file at hand, byte for byte, then every byte of it is bound, those of the line and those behind
// the end included.
const mark = "%tongguan-badge:"

const maxFile = 16 << 20 // bytes of a file that are looked at; a certificate takes some hundred KB

var (
	ending = regexp.MustCompile(`\nstartxref\n([0-9]{1,10})\n%%EOF\n$`)
	line   = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)
)

// Attach puts the badge into the file whose SHA-256 it holds.
func Attach(pdf []byte, token string) ([]byte, error) {
	start, at, err := table(pdf)
	if err != nil {
		return nil, err
	}
	if !line.MatchString(token) {
		return nil, errors.New("badges: what is to be attached is not a badge")
	}
	return splice(pdf[:start], mark+token+"\n", pdf[start:at]), nil
}

// table finds where the table of objects begins, and where the number that says so does.
func table(pdf []byte) (start, number int, err error) {
	tail := max(0, len(pdf)-64)
	m := ending.FindSubmatchIndex(pdf[tail:])
	if m == nil {
		return 0, 0, errors.New("badges: not a PDF file of ours: no startxref at its end")
	}
	start, err = strconv.Atoi(string(pdf[tail+m[2] : tail+m[3]]))
	if err != nil || start <= 0 || start > len(pdf) || !bytes.HasPrefix(pdf[start:], []byte("xref\n")) || pdf[start-1] != '\n' {
		return 0, 0, errors.New("badges: not a PDF file of ours: startxref does not lead to the table")
	}
	return start, tail + m[2], nil
}

func splice(body []byte, between string, rest []byte) []byte {
	start := len(body) + len(between)
	return bytes.Join([][]byte{body, []byte(between), rest, []byte(strconv.Itoa(start) + "\n%%EOF\n")}, nil)
}

// Detach gives the badge of a file, and the file as it was before Attach.
func Detach(file []byte) (pdf []byte, token string, err error) {
	start, at, err := table(file)
	if err != nil {
		return nil, "", err
	}
	i := bytes.LastIndex(file[:start], []byte("\n"+mark)) + 1
	if i == 0 || bytes.IndexByte(file[i:start], '\n') != start-i-1 {
		return nil, "", errors.New("badges: the file carries no badge")
	}
	token = strings.TrimSuffix(string(file[i+len(mark):start]), "\n")
	pdf = splice(file[:i], "", file[start:at])
	if again, err := Attach(pdf, token); err != nil || !bytes.Equal(again, file) {
		return nil, "", errors.New("badges: the file is not as it was written")
	}
	return pdf, token, nil
}

// VerifyFile says what a printed certificate is worth at a moment, with nothing but the file and what to verify it with.
func VerifyFile(file []byte, against Against, at time.Time) Verdict {
	if len(file) > maxFile {
		return Verdict{State: Altered, Reason: Size}
	}
	pdf, token, err := Detach(file)
	if err != nil {
		return Verdict{State: Altered, Reason: NoBadge}
	}
	v, c := verify(token, against, at)
	if c == nil {
		return v
	}
	if len(c.Related) != 1 || c.Related[0].Digest != sri(sha256.Sum256(pdf)) {
		return Verdict{State: Altered, Reason: PaperBytes}
	}
	return v
}
