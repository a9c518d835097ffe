package words_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"tongguan/web/words"
)

// prefixes of keys whose last part is decided while the program runs.
var dynamic = []string{"act.", "role.", "stage.", "gate.", "people.state.", "people.now.", "import.column.", "import.fate.", "account.scope.", "door.can.",
	"learn.next.", "learn.go.", "learn.greeting.", "layout.theme.", "quiz.option.", "quiz.sure_", "quiz.show_", "cli.",
	"negotiate.", "negotiation.", "simulate.", "roleplay.", "scenario.", "stats.", "exchange.", "tally.",
	"reminder.item.", "reminder.when.", "programmes.kind.", "programmes.state.", "programmes.task.", "programmes.why.", "programmes.signer.", "programmes.starts.", "programmes.go.", "programmes.those.",
	"cli.item_", "cli.task_", "cli.why_", "certificate.cause.", "certificate.act.", "certificate.act_means.", "certificate.show.", "standing.", "evidence.", "verify.state.", "verify.lead.",
	"session.weekday.", "session.mark.", "session.rule.", "session.state.", "session.scope_", "external.state.", "cert_team.",
	"cert_team.export_", "cert_team.item_", "cert_team.ask_signoff_", "cert_team.kind_", "cert_team.cause_", "cert_team.why_", "cert_team.do_",
	"amendment.offer.", "amendment.means.", "amendment.state.", "amendment.todo.", "amendment.lang_",
	"appraisal.period_form_", "appraisal.state_", "appraisal_page.act.", "appraisal_page.agreement.", "appraisal_page.based_on.", "appraisal_page.deed.", "appraisal_page.deed_lead.", "appraisal_page.do.", "appraisal_page.done.", "appraisal_page.effect.", "appraisal_page.effect_text.", "appraisal_page.entry.",
	"appraisal_page.fate.", "appraisal_page.group.", "appraisal_page.missing.", "appraisal_page.next.", "appraisal_page.period_of.", "appraisal_page.phase.", "appraisal_page.phase_hint.", "appraisal_page.policy.", "appraisal_page.policy_means.", "appraisal_page.source.", "appraisal_page.state.", "appraisal_page.target_step.", "appraisal_page.unit.",
	"reviews.as.", "reviews.asked_as.", "reviews.who_sees.", "reviews.group.", "reviews.result.", "reviews.why.", "reviews.guest.", "reviews.link_",
	"figure.lint.", "figure.form_", "figure.exact_", "figure.hint_", "figure.in.", "figure.source.", "figure.fate.", "figure.export_",
	"reward.view.", "reward.kind.", "reward.side.", "reward.state.", "reward.act.", "reward.next.", "reward.means.",
	"inspection.often.", "inspection.kind.", "inspection.severity.", "inspection.lapse.", "inspection.answer.", "inspection.finding.", "inspection.act.", "inspection.show.",
	"bank.guess.",
	"violation.state.", "violation.state_means.", "violation.do.", "violation.act.", "violation.reward_state.",
	"trace.lint.", "trace.hole.", "trace.level.", "trace.type.", "trace.jump.", "trace.matrix.column.", "trace.sheet.",
	"library.lint.", "library.kind.",
	"trail.fault.",
	"reading.size_",
	"lint.differs_", "writing.group_", "writing.part_", "writing.other_", "writing.fate_", "writing.kind_", "writing.reason_", "writing.state_", "writing.notes_empty_", "writing.note_"}

func load(t *testing.T) *words.Book {
	t.Helper()
	b, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// flat reads a file of sentences by its own means. Plural forms are folded into one key.
func flat(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(prefix string, n *yaml.Node)
	walk = func(prefix string, n *yaml.Node) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := prefix+n.Content[i].Value, n.Content[i+1]
			if value.Kind == yaml.ScalarNode {
				if _, twice := out[key]; twice {
					t.Errorf("%s: %s stands twice", file, key)
				}
				out[key] = value.Value
				continue
			}
			walk(key+".", value)
		}
	}
	walk("", root.Content[0])
	for k, v := range out {
		if base, ok := strings.CutSuffix(k, ".other"); ok {
			out[base] = v
			delete(out, k)
			delete(out, base+".one")
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func TestBothLanguagesSayTheSame(t *testing.T) {
	zh, en := flat(t, "zh.yaml"), flat(t, "en.yaml")
	for k, s := range zh {
		other, ok := en[k]
		if !ok {
			t.Errorf("%s is missing in English", k)
			continue
		}
		a, b := placeholder.FindAllString(s, -1), placeholder.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if diff := cmp.Diff(slices.Compact(a), slices.Compact(b)); diff != "" {
			t.Errorf("%s: placeholders differ:\n%s", k, diff)
		}
		if strings.TrimSpace(s) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%s is empty", k)
		}
	}
	for k := range en {
		if _, ok := zh[k]; !ok {
			t.Errorf("%s is missing in Chinese", k)
		}
	}
}

// A key in code: the first argument of T, say, flash, or of a fault; or a literal that looks like a lint key.
var used = regexp.MustCompile(`(?:\bT|\bsay|\.at)\([^"\n]{0,30}?"([a-z_]+(?:\.[a-z_0-9]+)+)"|(?:flash|New|Wrap|ProblemAt|key)\([^"\n]*(?:"(?:good|bad)", )?"([a-z_]+(?:\.[a-z_0-9]+)+)"|"((?:lint|bank|content|nav|error)\.[a-z_]+)"`)

func TestEveryKeyIsThereAndUsed(t *testing.T) {
	book, known := load(t).In("zh"), flat(t, "zh.yaml")
	seen := map[string]bool{}
	for _, root := range []string{"../../web", "../../server", "../../courses", "../../quizzes"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") ||
				filepath.Ext(path) != ".go" && filepath.Ext(path) != ".templ" {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range used.FindAllStringSubmatch(string(text), -1) {
				k := m[1] + m[2] + m[3]
				seen[k] = true
				if !book.Has(k) && !slices.ContainsFunc(dynamic, func(p string) bool { return strings.HasPrefix(p, k) || p == k+"." }) {
					t.Errorf("%s uses %s, which is no sentence", path, k)
				}
			}
			for k := range known { // a key may stand in a table of the code
				if !seen[k] && strings.Contains(string(text), `"`+k+`"`) {
					seen[k] = true
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for k := range known {
		if !seen[k] && !slices.ContainsFunc(dynamic, func(p string) bool { return strings.HasPrefix(k, p) }) {
			t.Errorf("%s is used nowhere", k)
		}
	}
}

func TestVoice(t *testing.T) {
	zh, en := load(t).In("zh"), load(t).In("en")
	if load(t).In("fr").Lang() != "zh" {
		t.Error("an unknown language speaks Chinese")
	}
	if got := en.T("no.such.key"); got != "⟨no.such.key⟩" {
		t.Errorf("unknown key: %q", got)
	}
	if a, b := en.T("learn.minutes", "n", 1), en.T("learn.minutes", "n", 2); a == b {
		t.Errorf("one and two alike: %q", a)
	}
	if got := zh.Number(-1234567); got != "−1,234,567" {
		t.Errorf("number: %q", got)
	}
	if got := zh.Number(999); got != "999" {
		t.Errorf("number: %q", got)
	}
	if got := zh.Percent(8550); got != "85.5%" {
		t.Errorf("per cent: %q", got)
	}
	at := time.Date(2026, 11, 23, 16, 5, 0, 0, time.UTC).UnixMilli()
	shanghai := time.FixedZone("", 8*3600)
	for got, want := range map[string]string{zh.Date(at, shanghai): "2026年11月24日", en.DateTime(at, time.UTC): "23 Nov 2026, 16:05"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
