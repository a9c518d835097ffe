package attempt

import (
	"fmt"
	"testing"
	"time"

	"tongguan/server/base/access"
)

func TestSpeed(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		author := h.add("author", access.Author)
		for i := range 300 {
			login := fmt.Sprint("taker", i)
			h.add(login)
			h.sits(login, all("baaaa"))
		}
		began := time.Now()
		e, err := h.Concerned(ctx, author, h.correction("q1", Accept, "b"))
		h.do(err)
		dry := time.Since(began)
		began = time.Now()
		_, done, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "r")
		h.do(err)
		fmt.Println(t.Name(), e.Rise, "dry", dry, "correct", time.Since(began), done)
	})
}
