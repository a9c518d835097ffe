package badges

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	_ "embed"

	"github.com/chromedp/chromedp"

	"tongguan/server/base/dbtest"
)

// jose is the package of that name from npm (github.com/panva/jose, MIT, its licence is inside), version 6.2.18, as the
// registry gives it: an implementation of JWT by other hands, on the browser's own cryptography.
//
//go:embed testdata/jose-6.2.18.tgz
var jose []byte

const joseSum = "74f10b4021f84c0f926bcdd9fac19baf37bb6e555692fd8a106abade3ba39204"

// A page gets a key set and a token, and says what jose thinks of it.
const josePage = `<!doctype html><meta charset=utf-8><script type=module>
import {createLocalJWKSet, jwtVerify} from "/jose/package/dist/webapi/index.js";
window.judge = async (set, token, options) => {
	try {
		const {payload, protectedHeader} = await jwtVerify(token, createLocalJWKSet(JSON.parse(set)), {...options, currentDate: new Date(options.currentDate)});
		return "valid " + protectedHeader.alg + " " + payload.type[1];
	} catch (e) { return e.code || String(e); }
};
window.ready = true;
</script>`

func TestJoseAgrees(t *testing.T) {
	ctx := browse(t)
	lists := map[string]string{"JWT": "OpenBadgeCredential", "vc+jwt": "BitstringStatusListCredential"}
	for alg, k := range map[string]Keys{"RS256": rsaKeys(t), "EdDSA": keys(t)} {
		set, err := json.Marshal(k.Set(site))
		if err != nil {
			t.Fatal(err)
		}
		for typ, token := range map[string]string{"JWT": sign(t, k, example()), "vc+jwt": list(t, k, Revocation, issued, 3, 5)} {
			options := map[string]any{"issuer": site.Issuer(), "typ": typ, "algorithms": []string{alg}, "currentDate": now}
			if got, want := askJose(t, ctx, set, token, options), "valid "+alg+" "+lists[typ]; got != want {
				t.Errorf("%s, %s: %s", alg, typ, got)
			}
			for part := range 3 {
				if got := askJose(t, ctx, set, changed(token, part), options); strings.HasPrefix(got, "valid") {
					t.Errorf("%s, %s: part %d was changed: %s", alg, typ, part, got)
				}
			}
			for other := range lists {
				options["typ"] = other
				if got := askJose(t, ctx, set, token, options); other != typ && got != "ERR_JWT_CLAIM_VALIDATION_FAILED" {
					t.Errorf("%s passes for %s: %s", typ, other, got)
				}
			}
			options["typ"], options["currentDate"] = typ, ends
			if got := askJose(t, ctx, set, token, options); got != "ERR_JWT_EXPIRED" {
				t.Errorf("%s, %s: %s", alg, typ, got)
			}
		}
	}
}

// changed exchanges one character in the middle of a part.
func changed(token string, part int) string {
	parts := strings.Split(token, ".")
	b := []byte(parts[part])
	i := len(b) / 2
	if b[i]++; b[i] == 'Z'+1 || b[i] == 'z'+1 || b[i] == '9'+1 {
		b[i] = 'A'
	}
	parts[part] = string(b)
	return strings.Join(parts, ".")
}

func askJose(t *testing.T, ctx context.Context, set []byte, token string, options any) string {
	t.Helper()
	text, err := json.Marshal([]any{string(set), token, options})
	if err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("judge(...%s)", text), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// browse opens the page; 127.0.0.1 counts as secure, without which a browser gives no cryptography.
func browse(t *testing.T) context.Context {
	t.Helper()
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil && chromium == "" {
			chromium = p
		}
	}
	if chromium == "" && dbtest.Strict() {
		t.Fatal("chromium is missing")
	}
	if chromium == "" {
		t.Skip("chromium is missing: jose was not asked")
	}
	mux := http.NewServeMux()
	mux.Handle("/jose/", http.StripPrefix("/jose/", http.FileServerFS(unpackJose(t))))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, josePage)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true), chromedp.UserDataDir(t.TempDir()))...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	if ready, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("window.ready === true")); err != nil || !ready {
		t.Fatalf("the page with jose does not load: %v", err)
	}
	return ctx
}

func unpackJose(t *testing.T) fstest.MapFS {
	t.Helper()
	if got := fmt.Sprintf("%x", sha256.Sum256(jose)); got != joseSum {
		t.Fatalf("testdata holds another jose: %s", got)
	}
	r, err := gzip.NewReader(bytes.NewReader(jose))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[path.Clean(h.Name)] = &fstest.MapFile{Data: data, Mode: 0o444}
	}
}
