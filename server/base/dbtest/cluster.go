package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// cluster is the PostgreSQL server of one test process: given, or started and thrown away.
type cluster struct {
	mu       sync.Mutex
	done     bool
	err      error
	base     string // DSN without a settled database
	template string
	dir      string
	process  *exec.Cmd
	admin    *sql.DB
}

func (c *cluster) start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.done {
		c.done, c.err = true, c.begin()
	}
	return c.err
}

func (c *cluster) begin() (err error) {
	c.base = os.Getenv("TONGGUAN_TEST_POSTGRES")
	if c.base == "" {
		if c.base, err = c.launch(); err != nil {
			return err
		}
	}
	if c.admin, err = sql.Open("postgres", c.dsn("postgres")); err != nil {
		return err
	}
	if err := c.answers(); err != nil {
		return err
	}
	c.template = fmt.Sprintf("tongguan_template_%d", os.Getpid())
	if err := c.run("CREATE DATABASE " + c.template); err != nil {
		return err
	}
	return migrate(c.dsn(c.template))
}

func (c *cluster) dsn(name string) string { return named(c.base, name) }

func (c *cluster) run(statement string) error {
	_, err := c.admin.Exec(statement)
	return err
}

func (c *cluster) answers() (err error) {
	for range 200 {
		if err = c.admin.Ping(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("the server does not answer: %w", err)
}

// launch makes a cluster in a temporary folder and starts it on a free port of the loopback address. It
// writes nothing through to the disk: what is tested is our programs' death, not the database's.
func (c *cluster) launch() (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	if c.dir, err = os.MkdirTemp("", "tongguan-postgres-"); err != nil {
		return "", err
	}
	as, err := owner(c.dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	c.process = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+c.dir, "-c", "fsync=off",
		"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200",
		"-c", "shared_buffers=32MB", "-c", "autovacuum=off")
	c.process.SysProcAttr, c.process.Dir = as, c.dir
	if err := startTied(c.process); err != nil {
		return "", err
	}
	return fmt.Sprintf("host=127.0.0.1 port=%d user=postgres sslmode=disable connect_timeout=5", port), nil
}

// startTied starts the server so that it dies with this process. The kernel ties it to the thread that
// started it, so that thread is kept for good.
func startTied(cmd *exec.Cmd) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	return <-started
}

func (c *cluster) stop() {
	if c.admin != nil {
		if c.template != "" {
			_ = c.run("DROP DATABASE IF EXISTS " + c.template + " WITH (FORCE)")
		}
		_ = c.admin.Close()
	}
	if c.process != nil && c.process.Process != nil {
		_ = c.process.Process.Signal(syscall.SIGQUIT) // immediate shutdown: the data is thrown away
		_ = c.process.Wait()
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

// binaries finds a folder with initdb and postgres of version 15 or later: the newest of Debian's, or the one
// on the PATH.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if p, err := exec.LookPath("initdb"); err == nil {
		found = append(found, filepath.Dir(p))
	}
	for _, dir := range found {
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		if _, e := os.Stat(filepath.Join(dir, "initdb")); err != nil || e != nil {
			continue
		}
		fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 …
		major, _, _ := strings.Cut(fields[2], ".")
		if n, err := strconv.Atoi(major); err == nil && n >= 15 {
			return dir, nil
		}
	}
	return "", errors.New("no PostgreSQL 15 or later found")
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

// owner makes dir belong to whom the server will run as: PostgreSQL refuses to run as root.
func owner(dir string) (*syscall.SysProcAttr, error) {
	as := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return as, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("run by root, and there is no user postgres: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return as, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func renameURL(dsn, name string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn
	}
	u.Path = "/" + name
	return u.String()
}
