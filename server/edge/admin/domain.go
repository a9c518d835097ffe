package admin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/negotiation"
)

// domainsIn lists what in a folder is a domain: YAML files, and folders with two profiles.
func domainsIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if e.IsDir() {
			if _, err := os.Stat(filepath.Join(path, "profileA.json")); err == nil {
				out = append(out, path)
			}
		} else if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
			out = append(out, path)
		}
	}
	return out, nil
}

// maxDomainFile bounds what is read of a domain.
const maxDomainFile = 16 << 20

// domain reads a domain: a YAML file of ours, or a folder with two published profiles.
func (d *desk) domain(path string) (*negotiation.Domain, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		text, err := readBounded(path)
		if err != nil {
			return nil, d.misused(err)
		}
		domain, err := yamlDomain(text)
		if err != nil {
			return nil, d.misfiled(path, err)
		}
		return domain, nil
	}
	var text [2][]byte
	for i, name := range []string{"profileA.json", "profileB.json"} {
		if text[i], err = readBounded(filepath.Join(path, name)); err != nil {
			return nil, err
		}
	}
	domain, err := negotiation.ReadProfiles(filepath.Base(path), text[0], text[1])
	if err != nil {
		return nil, d.misfiled(path, err)
	}
	return domain, nil
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxDomainFile {
		err = fmt.Errorf("%s: %d MB > %d MB", path, info.Size()>>20, maxDomainFile>>20)
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// yamlDomain reads our own form and finds the line of what is wrong.
func yamlDomain(text []byte) (*negotiation.Domain, error) {
	var spec negotiation.Spec
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&spec); err != nil {
		return nil, err
	}
	domain, err := spec.Domain()
	var e *negotiation.Error
	if errors.As(err, &e) {
		var root yaml.Node
		if yaml.Unmarshal(text, &root) == nil {
			e.Line = lineOf(&root, strings.Split(e.Path, "."))
		}
	}
	return domain, err
}

// lineOf is the line at which a path leads into a document; where the path ends early, the last that was found.
func lineOf(n *yaml.Node, path []string) int {
	switch n.Kind {
	case yaml.DocumentNode:
		return lineOf(n.Content[0], path)
	case yaml.MappingNode:
		for i := 0; len(path) > 0 && i+1 < len(n.Content); i += 2 {
			if strings.EqualFold(n.Content[i].Value, path[0]) {
				return lineOf(n.Content[i+1], path[1:])
			}
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			for i := 0; len(path) > 0 && item.Kind == yaml.MappingNode && i+1 < len(item.Content); i += 2 {
				if key := item.Content[i].Value; (key == "name" || key == "id") && item.Content[i+1].Value == path[0] {
					return lineOf(item, path[1:])
				}
			}
		}
	}
	return n.Line
}

// misfiled says on one line what is wrong with a file, and where.
func (d *desk) misfiled(path string, err error) error {
	var e *negotiation.Error
	if !errors.As(err, &e) {
		return d.misused(fmt.Errorf("%s: %s", path, strings.Join(strings.Fields(err.Error()), " ")))
	}
	if name, ok := e.Args["file"].(string); ok {
		path = filepath.Join(path, name)
	}
	where := path
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", path, e.Line)
	}
	if e.Path != "" {
		where += ": " + e.Path
	}
	return d.misused(errors.New(where + ": " + d.voice.T(e.Key, pairs(e.Args)...)))
}

// misused prints what was wrong with what the command was given, and makes the exit code 2.
func (d *desk) misused(err error) error {
	var e *negotiation.Error
	if errors.As(err, &e) {
		err = errors.New(d.voice.T(e.Key, pairs(e.Args)...))
	}
	fmt.Fprintln(d.err, err)
	return errUsage
}
