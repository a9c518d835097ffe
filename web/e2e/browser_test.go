// Package e2e_test opens every page in a real browser: both languages, both themes, desktop and phone.
package e2e_test

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/dbtest"
	"tongguan/server/edge/app"
	"tongguan/server/edge/demo"
	"tongguan/server/edge/site"
)

//go:embed testdata/axe.min.js
var axe string

// academy is a demo that runs inside this process, and a browser to look at it with.
type academy struct {
	base    string
	company demo.Company
	app     *app.App
	browser context.Context
	close   func()
}

var (
	once   sync.Once
	shared *academy
	failed error
)

// open gives the academy, started once for all tests of the package.
func open(t *testing.T) *academy {
	t.Helper()
	once.Do(func() { shared, failed = start() })
	if failed == errNoBrowser {
		if dbtest.Strict() {
			t.Fatal(failed)
		}
		t.Skip(failed)
	}
	if failed != nil {
		t.Fatal(failed)
	}
	return shared
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared != nil {
		shared.close()
	}
	if failed == errNoBrowser {
		fmt.Println("skipped: all browser tests (no chromium was found)")
	}
	os.Exit(code)
}

var errNoBrowser = fmt.Errorf("chromium is missing")

func start() (*academy, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil && path == "" {
			path = p
		}
	}
	if path == "" {
		return nil, errNoBrowser
	}
	dir, err := os.MkdirTemp("", "tongguan-e2e-")
	if err != nil {
		return nil, err
	}
	a, err := serve(dir, os.Getenv("TONGGUAN_TEST_CONTENT"))
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.UserDataDir(filepath.Join(dir, "profile")))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	serverClose := a.close
	a.browser, a.close = ctx, func() { cancel(); stop(); serverClose(); _ = os.RemoveAll(dir) }
	return a, chromedp.Do(ctx)
}

// serve fills a demo and listens on a free port, with the content of a folder, or what is built in.
func serve(dir, content string) (*academy, error) {
	cfg := config.Config{Data: dir, Database: filepath.Join(dir, "e2e.db"), SecretFile: filepath.Join(dir, "secret"), Zone: "Asia/Shanghai",
		Pool: 8, Hashers: 2, Session: time.Hour, Checkpoint: time.Hour, BadgeKeys: filepath.Join(dir, "badge-keys"), Company: "衡川工控"}
	o := app.Options{Clock: clock.System(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Content: os.Getenv("TONGGUAN_TEST_CONTENT")}
	c, err := demo.Read(app.Content(""))
	if err != nil {
		return nil, err
	}
	if _, err := demo.Fill(context.Background(), cfg, o, c); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	o.Content, cfg.URL = content, "http://"+ln.Addr().String() // certificates name the address at which they can be verified
	house, err := app.Build(cfg, o)
	if err != nil {
		return nil, err
	}
	var signIns []site.Demo
	for _, a := range c.Accounts {
		signIns = append(signIns, site.Demo{Role: string(a.MainRole()), Name: a.Name, Login: a.Login, Password: c.Password})
	}
	server := house.Fiber(signIns)
	go server.Listener(ln) //nolint:errcheck // ends with Shutdown
	return &academy{base: cfg.URL, company: c, app: house,
		close: func() { _ = server.ShutdownWithTimeout(5 * time.Second); _ = house.Close() }}, nil
}

// tab is one page of the browser with cookies of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
}

// tab opens a new tab, separate from all others.
func (a *academy) tab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(a.browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t, ctx, a.base}
	b.calm()
	return b
}

// calm asks for reduced motion: a program clicks where a thing is, not where it is going to be.
func (b *tab) calm() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// ask runs an action that gives something.
func ask[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// signIn comes in through the demo's sign-in form.
func (b *tab) signIn(login, password string) {
	b.t.Helper()
	b.visit("/signin")
	b.do(chromedp.SetValue(chromedp.CSS("#login"), login), chromedp.SetValue(chromedp.CSS("#password"), password))
	b.submit(".door-form form button")
}

// submit presses a button and waits for the page that it leads to.
func (b *tab) submit(selector string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`window.left = true`), chromedp.Click(chromedp.CSS(selector)))
	for range 400 { // a page may save something first, so the click itself need not navigate
		there, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!window.left && document.readyState === "complete"`))
		if err == nil && there {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("%s leads nowhere", selector)
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return ask(b, chromedp.Text(chromedp.CSS(selector)))
}

func (b *tab) path() string {
	b.t.Helper()
	return strings.TrimPrefix(ask(b, chromedp.Location()), b.base)
}

func (b *tab) cookie(name, value string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base})
		return err
	}))
}

func (b *tab) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

// violations runs axe on the page and gives what it finds, a line each.
func (b *tab) violations() []string {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](axe + "; 0"))
	return ask(b, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v => v.nodes.map(n =>
		v.id + ": " + n.target.join(" ") + " — " + (n.failureSummary || "").split("\n").slice(1).join(" "))))`, chromedp.EvalAwaitPromise))
}

// shot keeps a picture of the whole page where TONGGUAN_TEST_SHOTS names a folder.
func (b *tab) shot(name string) {
	dir := os.Getenv("TONGGUAN_TEST_SHOTS")
	if dir == "" {
		return
	}
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name+".png"), ask(b, chromedp.FullScreenshot(100)), 0o600); err != nil {
		b.t.Fatal(err)
	}
}
