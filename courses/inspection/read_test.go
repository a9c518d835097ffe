package inspection

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const planText = `id: contracts
order: 1
default: true
title: {zh: 合同, en: Contracts}
summary: {zh: 抽合同。, en: Take contracts.}
clauses: ["2.5.1"]
every: monthly
size: 2
population:
  kind: listed
  hint: {zh: 台账, en: The register}
items:
  - id: legal
    ask: {zh: "审过吗？", en: "Was it reviewed?"}
    clause: "2.5.1"
    severity: critical
    days: 3
  - id: filed
    ask: {zh: "归档吗？", en: "Is it filed?"}
    clause: "4.3"
    severity: minor
    days: 14
`

func knownClause(id string) bool { return id == "2.5.1" || id == "4.3" }

func TestRead(t *testing.T) {
	b, problems := Read(fstest.MapFS{"inspection/contracts.yaml": {Data: []byte(planText)}}, knownClause)
	if len(problems) > 0 || len(b.All()) != 1 || b.Get("contracts").Items[1].Days != 14 || b.Get("none") != nil {
		t.Fatalf("%v %v", b, problems)
	}
	for spoilt, want := range map[[2]string]string{
		{"default: true", "default: false"}:        "3 inspection.plan_default",
		{"id: contracts", "id: others"}:            "1 inspection.plan_id",
		{"every: monthly", "every: daily"}:         "7 inspection.plan_every",
		{"size: 2", "size: 0"}:                     "8 inspection.plan_size",
		{"kind: listed", "kind: dice"}:             "9 inspection.plan_kind",
		{"en: Contracts", `en: ""`}:                "4 inspection.plan_text",
		{`clauses: ["2.5.1"]`, `clauses: ["9.9"]`}: "6 inspection.plan_clause",
		{`clause: "4.3"`, `clause: "9.9"`}:         "20 inspection.plan_clause",
		{"severity: minor", "severity: bad"}:       "21 inspection.plan_severity",
		{"days: 3", "days: 0"}:                     "17 inspection.plan_days",
		{"id: filed", "id: legal"}:                 "18 inspection.plan_id",
		{"order: 1", "order: 1\nsurprise: 2"}:      "3 strict.field_unknown",
		{"  hint: {zh: 台账, en: The register}", "  roles: [king]\n  hint: {zh: 台账, en: The register}"}: "11 inspection.plan_role",
	} {
		text := strings.Replace(planText, spoilt[0], spoilt[1], 1)
		b, problems := Read(fstest.MapFS{"inspection/contracts.yaml": {Data: []byte(text)}}, knownClause)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprint(p.Line, " ", p.Key))
		}
		if diff := cmp.Diff([]string{want}, got); diff != "" || len(b.All()) != 0 {
			t.Errorf("%s: %s", spoilt[1], diff)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		day   string
		every Every
		want  Period
	}{
		{"2026-11-27", Weekly, Period{"2026-W48", "2026-11-23", "2026-11-29"}},
		{"2026-11-29", Weekly, Period{"2026-W48", "2026-11-23", "2026-11-29"}},
		{"2027-01-03", Weekly, Period{"2026-W53", "2026-12-28", "2027-01-03"}}, // a week belongs to the year of its Thursday
		{"2024-02-29", Monthly, Period{"2024-02", "2024-02-01", "2024-02-29"}},
		{"2026-12-31", Monthly, Period{"2026-12", "2026-12-01", "2026-12-31"}},
		{"2026-12-31", Quarterly, Period{"2026-Q4", "2026-10-01", "2026-12-31"}},
		{"2026-03-31", Quarterly, Period{"2026-Q1", "2026-01-01", "2026-03-31"}},
		{"2026-06-30", Yearly, Period{"2026", "2026-01-01", "2026-12-31"}},
		{"2026-06-30", "daily", Period{}},
	} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.every.On(day); got != c.want {
			t.Errorf("%s %s: %+v, want %+v", c.every, c.day, got, c.want)
		}
	}
}
