// Command server runs the academy and everything an operator does with it.
package main

import (
	"os"

	"tongguan/server/edge/admin"
)

func main() { os.Exit(admin.Main(os.Args[1:], os.Stdout, os.Stderr)) }
