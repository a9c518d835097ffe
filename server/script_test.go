package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"os"

	"tongguan/server/base/dbtest"
	"tongguan/server/edge/admin"
)

// TestMain lets the test binary be the program itself, so that tests drive the real thing as a process.
func TestMain(m *testing.M) {
	if os.Getenv("TONGGUAN_TEST_RUN") == "1" {
		os.Exit(admin.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	testscript.Main(tests{m}, map[string]func(){
		"server": func() { os.Exit(admin.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// tests runs the package's tests and stops the database started for them, before testscript exits.
type tests struct{ m *testing.M }

// Run runs them.
func (t tests) Run() int { return dbtest.Run(t.m) }

// The command line, driven as its users drive it.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: filepath.Join("testdata", "script"), Setup: func(e *testscript.Env) error {
		e.Setenv("TONGGUAN_DATA", filepath.Join(e.WorkDir, "data"))
		e.Setenv("LANG", "en_GB.UTF-8")
		return nil
	}})
}
