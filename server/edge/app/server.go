package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/door"
	"tongguan/server/edge/api"
	"tongguan/server/edge/check"
	"tongguan/server/edge/site"
	"tongguan/server/edge/voice"
)

// Limits of a request.
const (
	bodyLimit   = 4 << 20
	readTimeout = 20 * time.Second
	idleTimeout = 90 * time.Second
	shutdown    = 15 * time.Second
)

// Fiber puts site and API behind one server.
func (a *App) Fiber(demo []site.Demo) *fiber.App {
	s := &site.Site{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Words: a.Words, Trail: a.Trail, Notary: a.Notary, Witness: a.Config.Witness, Personal: a.Personal, Teams: a.Teams,
		People: a.People, Door: a.Door, Catalog: a.Catalog, Bank: a.Bank, Programmes: a.Programmes, Attempts: a.Attempts, Tally: a.Tally, Rehearsals: a.Rehearsals, Plays: a.Plays, Listener: a.Listener,
		Model:    voice.New(a.Config.LLM, a.Config.LLMKey, a.Config.LLMModel),
		Progress: a.Progress, Certificates: a.Certificates, Reports: a.Reports, Seal: a.Seal,
		Training: a.Training, Amendments: a.Amendments, Reminders: a.Reminders, Sessions: a.Sessions, External: a.External, Reviews: a.Reviews, Assets: a.Assets, Log: a.Log, Secret: a.Secret, URL: a.Config.URL, Secure: a.Config.Secure(),
		Appraisals: a.Appraisals, Indicators: a.Indicators, Rewards: a.Rewards,
		Inspections: a.Inspections, Violations: a.Violations, Hush: door.NewHush(a.Clock),
		Measured: a.askedFor, Matter: a.matter, Standards: func() check.Standards { return *a.standards.Load() },
		Manuscripts: a.Manuscripts, Remarks: a.Remarks,
		Lasts: a.Config.Session, Authoring: a.Authoring, Reread: a.Reread, Demo: demo}
	programs := &api.API{Door: a.Door, People: a.People, Teams: a.Teams, Catalog: a.Catalog, Progress: a.Progress, Attempts: a.Attempts, Training: a.Training, Tally: a.Tally,
		Certificates: a.Certificates, Seal: a.Seal, Appraisals: a.Appraisals, Words: a.Words, Log: a.Log, NewID: a.Clock.ID,
		Matter: a.matter}
	f := fiber.New(fiber.Config{
		AppName: "tongguan", Immutable: true, // without it request strings change under whoever keeps them
		BodyLimit: bodyLimit, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		DisableStartupMessage: true, ErrorHandler: failure(s, programs),
		EnableTrustedProxyCheck: true, TrustedProxies: a.Config.Proxies, ProxyHeader: fiber.HeaderXForwardedFor,
	})
	f.Get("/healthz", a.healthz)
	if a.Config.Stats {
		f.Get("/stats", a.stats)
	}
	f.Use(s.Guard)
	programs.Mount(f)
	s.Mount(f)
	return f
}

// failure answers an error as the address has it: a page for people, a problem for programs.
func failure(s *site.Site, programs *api.API) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		if strings.HasPrefix(c.Path(), "/api/") {
			return programs.Fail(c, err)
		}
		return s.Fail(c, err)
	}
}

// healthz says whether this node can serve: its database answers.
func (a *App) healthz(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		a.Log.Error("healthz", "error", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("database unreachable\n")
	}
	return c.SendString("ok\n")
}

// stats is for bench.
func (a *App) stats(c *fiber.Ctx) error {
	return c.JSON(fiber.Map{"statements": a.DB.Statements(), "rss_bytes": rss(), "database": a.DB.Kind()})
}

// rss is the memory that this process holds, in bytes; 0 where the system does not say.
func rss() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// Serve listens until ctx ends, then lets the requests that run finish.
func (a *App) Serve(ctx context.Context, demo []site.Demo, ready func(addr string)) error {
	ln, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return fmt.Errorf("TONGGUAN_ADDR: %w", err)
	}
	a.report("clock", a.setClock(ctx))
	a.report("policy", a.Amendments.Settle(ctx))
	a.report("checkpoint", a.sign(ctx))
	f := a.Fiber(demo)
	tended := make(chan struct{})
	tending, stop := context.WithCancel(context.Background())
	go func() { a.Tend(tending); close(tended) }()
	failed := make(chan error, 1)
	go func() { failed <- f.Listener(ln) }()
	ready(ln.Addr().String())
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = f.ShutdownWithTimeout(shutdown)
	}
	stop()
	<-tended
	return errors.Join(err, a.Close())
}
