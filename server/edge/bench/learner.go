package bench

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// learner is one virtual learner with a browser's cookies.
type learner struct {
	client  *fasthttp.HostClient
	base    string
	login   string
	cookies map[string]string
	csrf    string
	last    string // where the last redirect led
}

func newLearner(o Options, i int) *learner {
	u, _ := url.Parse(o.URL)
	return &learner{client: &fasthttp.HostClient{Addr: u.Host, MaxConns: 1}, base: o.URL,
		login: o.Logins[i%len(o.Logins)], cookies: map[string]string{}}
}

// get fetches a page that must be there.
func (l *learner) get(t timings, step, path string) (string, error) {
	return l.do(t, step, fasthttp.MethodGet, path, nil, fasthttp.StatusOK)
}

// post sends a form that must be answered by a redirect.
func (l *learner) post(t timings, step, path string, form url.Values) error {
	if l.csrf != "" {
		form.Set("csrf", l.csrf)
	}
	_, err := l.do(t, step, fasthttp.MethodPost, path, form, fasthttp.StatusSeeOther)
	return err
}

func (l *learner) do(t timings, step, method, path string, form url.Values, want int) (string, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.Header.SetMethod(method)
	req.SetRequestURI(l.base + path)
	req.Header.Set("Accept-Encoding", "gzip") // as every browser does
	for k, v := range l.cookies {
		req.Header.SetCookie(k, v)
	}
	if form != nil {
		req.Header.SetContentType("application/x-www-form-urlencoded")
		req.Header.Set("Origin", l.base)
		req.SetBodyString(form.Encode())
	}
	begin := time.Now()
	if err := l.client.DoTimeout(req, res, 30*time.Second); err != nil {
		return "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	t.add(step, time.Since(begin))
	raw, err := res.BodyUncompressed()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	body := string(raw)
	if res.StatusCode() != want {
		return "", fmt.Errorf("%s %s: status %d, not %d: %.300s", method, path, res.StatusCode(), want, body)
	}
	res.Header.VisitAllCookie(func(key, value []byte) {
		var c fasthttp.Cookie
		if c.ParseBytes(value) == nil {
			l.cookies[string(key)] = string(c.Value())
		}
	})
	l.last = strings.TrimPrefix(string(res.Header.Peek("Location")), l.base)
	if _, rest, ok := strings.Cut(body, `name="csrf" value="`); ok {
		token, _, _ := strings.Cut(rest, `"`)
		l.csrf = html.UnescapeString(token)
	}
	return body, nil
}

var (
	questionField = regexp.MustCompile(`name="question" value="([^"]*)"`)
	choiceField   = regexp.MustCompile(`name="choice" value="([^"]*)"|value="([^"]*)" name="choice"`)
	numberField   = regexp.MustCompile(`name="q" value="([^"]*)"`)
)

func (l *learner) signIn(t timings, password string) error {
	l.cookies, l.csrf = map[string]string{}, ""
	if _, err := l.get(t, stepSignInGet, "/signin"); err != nil {
		return err
	}
	if err := l.post(t, stepSignIn, "/signin", url.Values{"login": {l.login}, "password": {password}}); err != nil {
		return err
	}
	_, err := l.get(t, stepDashboard, "/learn")
	return err
}

// questions is how many a paper of the quiz has.
const questions = 10

// journey is 29 requests with its sign-in, 27 without: dashboard, course, lesson, quiz, ten questions seen and
// answered one by one, submission, review.
func (l *learner) journey(t timings, o Options, withSignIn bool) (err error) {
	if withSignIn {
		err = l.signIn(t, o.Password)
	} else {
		_, err = l.get(t, stepDashboard, "/learn")
	}
	quiz := "/courses/" + o.Module + "/quiz"
	for _, view := range [][2]string{{stepCourse, "/courses/" + o.Course}, {stepLesson, "/courses/" + o.Lesson}, {stepQuiz, quiz}} {
		if err == nil {
			_, err = l.get(t, view[0], view[1])
		}
	}
	if err == nil {
		err = l.post(t, stepStart, quiz, url.Values{})
	}
	attempt, _, _ := strings.Cut(l.last, "?")
	for n := range questions {
		if err == nil {
			err = l.answer(t, attempt, n+1)
		}
	}
	if err == nil {
		err = l.post(t, stepSubmit, attempt+"/submit", url.Values{})
	}
	if err == nil {
		_, err = l.get(t, stepReview, attempt+"/review")
	}
	return err
}

// answer looks at a question and chooses its first option.
func (l *learner) answer(t timings, attempt string, n int) error {
	page, err := l.get(t, stepQuestion, fmt.Sprintf("%s?q=%d", attempt, n))
	if err != nil {
		return err
	}
	q, answer := questionField.FindStringSubmatch(page), fillIn(page)
	if q == nil || len(answer) == 0 || numberField.FindStringSubmatch(page) == nil {
		return fmt.Errorf("question %d: the page has no form", n)
	}
	for name, value := range map[string]string{"q": fmt.Sprint(n), "question": q[1], "go": "next"} {
		answer.Set(name, value)
	}
	return l.post(t, stepSave, attempt+"/answers", answer)
}

var (
	selectField = regexp.MustCompile(`(?s)<select[^>]*name="((?:pair|place|gap)\.[^"]*)".*?</select>`)
	optionValue = regexp.MustCompile(`<option[^>]*value="([^"]+)"`)
	typedField  = regexp.MustCompile(`<(?:input type="text"|textarea)[^>]*name="(typed|gap\.[^"]*)"`)
)

// fillIn answers a question of any type: the first option, partner or word, the steps as they stand, a number wherever
// something is to be typed.
func fillIn(page string) url.Values {
	out := url.Values{}
	if c := choiceField.FindStringSubmatch(page); c != nil {
		out.Set("choice", c[1]+c[2])
	}
	place := 0
	for _, field := range selectField.FindAllStringSubmatch(page, -1) {
		options := optionValue.FindAllStringSubmatch(field[0], -1)
		if len(options) == 0 {
			continue
		}
		at := 0
		if strings.HasPrefix(field[1], "place.") {
			at, place = place%len(options), place+1
		}
		out.Set(field[1], html.UnescapeString(options[at][1]))
	}
	for _, field := range typedField.FindAllStringSubmatch(page, -1) {
		out.Set(field[1], "42")
	}
	return out
}
