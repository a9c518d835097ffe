package main

import (
	"os"
	"testing"

	"tongguan/server/base/dbtest"
	"tongguan/server/edge/admin"
)

// TestMain lets the test binary be the program itself, so that tests drive the real thing as a process.
func TestMain(m *testing.M) {
	if os.Getenv("TONGGUAN_TEST_RUN") == "1" {
		os.Exit(admin.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	dbtest.Main(m)
}
