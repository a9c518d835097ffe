package badges

import (
	"fmt"
	"html"
	"strings"

	"github.com/skip2/go-qrcode"
)

// Modules are the dark and light squares of a QR code with its quiet zone of four, row by row; dark is true.
func Modules(url string) ([][]bool, error) {
	q, err := qrcode.New(url, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("badges: %w", err)
	}
	return q.Bitmap(), nil
}

// QR draws the address as SVG, one unit a module. It brings its own light ground, without which a dark page would turn
// it into a code that few readers know; it holds no style, which the site's policy forbids.
func QR(url string) (string, error) {
	rows, err := Modules(url)
	if err != nil {
		return "", err
	}
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			n := 0
			for x+n < len(row) && row[x+n] {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, n, n)
			}
			x += n
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`+
		`<rect width="100%%" height="100%%" fill="#fff"/><path fill="#000" d="%s"/></svg>`,
		len(rows), len(rows), html.EscapeString(url), path.String()), nil
}
