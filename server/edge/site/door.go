package site

import (
	"github.com/gofiber/fiber/v2"

	room "tongguan/server/base/door"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/web/pages/door"
)

func (s *Site) home(c *fiber.Ctx, v visit) error {
	if v.actor.ID == "" {
		return redirect(c, "/signin")
	}
	return redirect(c, "/learn")
}

func visitor(c *fiber.Ctx) room.Visitor {
	return room.Visitor{Agent: c.Get(fiber.HeaderUserAgent), Address: c.IP()}
}

func (s *Site) signInForm(c *fiber.Ctx, v visit) error {
	if v.actor.ID != "" {
		return redirect(c, local(c.Query("back"), "/learn"))
	}
	return s.drawSignIn(c, v, "", c.Query("back"), nil)
}

func (s *Site) drawSignIn(c *fiber.Ctx, v visit, login, back string, cause error) error {
	p := door.SignIn{Frame: s.withOffline(s.frame(c, v, v.voice.T("door.heading")), v), Login: login, Back: back}
	for _, d := range s.Demo {
		p.Demo = append(p.Demo, door.Demo(d))
	}
	if cause != nil {
		p.Error = s.sentence(v, cause)
		setStatus(c, cause)
	}
	return s.draw(c, door.SignInPage(p))
}

func (s *Site) signIn(c *fiber.Ctx, v visit) error {
	login, back := c.FormValue("login"), c.FormValue("back")
	token, _, err := s.Door.SignIn(c.UserContext(), login, c.FormValue("password"), visitor(c))
	switch {
	case fault.KindOf(err) == fault.Denied, again(err):
		return s.drawSignIn(c, v, login, back, err)
	case err != nil:
		return err
	}
	s.setSession(c, token)
	return redirect(c, local(back, "/learn"))
}

func (s *Site) signOut(c *fiber.Ctx, v visit) error {
	if err := s.Door.SignOut(c.UserContext(), v.token); err != nil {
		return err
	}
	s.forget(c, sessionCookie)
	return redirect(c, "/signin")
}

func (s *Site) welcomeForm(c *fiber.Ctx, v visit) error {
	l, err := s.Door.OpenLink(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	return s.drawWelcome(c, v, l, door.Welcome{Name: l.Name, Login: l.Login}, nil)
}

func (s *Site) drawWelcome(c *fiber.Ctx, v visit, l room.Link, p door.Welcome, cause error) error {
	v.actor.ID = "" // whoever is signed in here, the page is about the person of the link
	p.Frame = s.frame(c, v, v.voice.T("welcome.title"))
	p.First, p.Action, p.Errors = l.FirstAdmin, "/welcome/"+c.Params("token"), s.errors(v, cause)
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, door.WelcomePage(p))
}

// welcome uses up a one-time link and signs its person in.
func (s *Site) welcome(c *fiber.Ctx, v visit) error {
	ctx, token := c.UserContext(), c.Params("token")
	l, err := s.Door.OpenLink(ctx, token)
	if err != nil {
		return err
	}
	p := door.Welcome{Name: l.Name, Login: l.Login}
	cookie := ""
	if l.FirstAdmin {
		p.Name, p.Login = c.FormValue("name"), c.FormValue("login")
		who := people.Person{Name: p.Name, Login: p.Login, Lang: v.lang}
		cookie, err = s.Door.UseFirstLink(ctx, token, who, c.FormValue("password"), visitor(c), s.People.CreateFirst)
	} else {
		cookie, err = s.Door.UseLink(ctx, token, c.FormValue("password"), visitor(c))
	}
	if again(err) {
		return s.drawWelcome(c, v, l, p, err)
	}
	if err != nil {
		return err
	}
	s.setSession(c, cookie)
	return redirect(c, "/learn")
}

// chooseLanguage remembers the language, in the browser and for whoever is signed in.
func (s *Site) chooseLanguage(c *fiber.Ctx, v visit) error {
	lang := c.FormValue("lang")
	if lang != "zh" && lang != "en" {
		return fault.New(fault.Invalid, "people.lang_unknown")
	}
	s.remember(c, langCookie, lang)
	if v.actor.ID != "" {
		if err := s.People.SetLang(c.UserContext(), v.actor, lang); err != nil {
			return err
		}
	}
	return redirect(c, local(c.FormValue("back"), "/"))
}

func (s *Site) chooseTheme(c *fiber.Ctx, _ visit) error {
	switch t := c.FormValue("theme"); t {
	case "light", "dark", "auto":
		s.remember(c, themeCookie, t)
	default:
		return fault.New(fault.Invalid, "error.request")
	}
	return redirect(c, local(c.FormValue("back"), "/"))
}
