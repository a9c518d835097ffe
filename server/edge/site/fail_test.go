package site

import "testing"

// TestWhatIsLogged: no token, whatever the case of the address, which Fiber does not mind.
func TestWhatIsLogged(t *testing.T) {
	for path, want := range map[string]string{"/welcome/abc": "/welcome/:token", "/Welcome/abc": "/welcome/:token", "/reviews/customer/abc": "/reviews/customer/:token",
		"/calendar/abc.ics": "/calendar/:token", "/reviews/1": "/reviews/1", "/welcome": "/welcome", "/": "/"} {
		if got := spoken(path); got != want {
			t.Errorf("%s is logged as %s", path, got)
		}
	}
}
