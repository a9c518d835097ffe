package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// wire is one kept-open connection that sends requests made beforehand and looks at no more of an answer than it
// must: on a machine that also runs the server, what a client costs is missing there.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

const patience = 30 * time.Second

func dial(base string) (*wire, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, in: bufio.NewReaderSize(conn, 4096)}, nil
}

// send sends a whole request and gives status and body, which is good until the next one, and how long it took.
func (w *wire) send(request []byte) (status int, body []byte, took time.Duration, err error) {
	begin := time.Now()
	if _, err = w.conn.Write(request); err != nil {
		return 0, nil, 0, err
	}
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, 0, err
	}
	took = time.Since(begin)
	if len(line) < 12 {
		return 0, nil, took, fmt.Errorf("bench: answer %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, took, err
	}
	length, err := w.headers()
	if err != nil {
		return status, nil, took, err
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.in, w.body)
	return status, w.body, took, err
}

var contentLength = []byte("Content-Length: ")

// headers reads to the empty line and gives the length of what follows.
func (w *wire) headers() (length int, err error) {
	length = -1
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if text, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(text))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, errors.New("bench: an answer without a length")
	}
	return length, nil
}

// request is a request up to its body, as a browser sends one of our pages' own.
func (l *learner) request(method, path, kind string, length int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) bench\r\nAccept: */*\r\n"+
		"Accept-Language: zh-CN,zh;q=0.9\r\nAccept-Encoding: gzip\r\nOrigin: %s\r\nSec-Fetch-Site: same-origin\r\n"+
		"X-CSRF: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nCookie: ", method, path, l.client.Addr, l.base, l.csrf, kind, length)
	sep := ""
	for k, v := range l.cookies {
		b.WriteString(sep + k + "=" + v)
		sep = "; "
	}
	b.WriteString("\r\n\r\n")
	return b.Bytes()
}
