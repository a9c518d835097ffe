package roleplay

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/fault"
)

// World is a territory that can be played in.
type World struct {
	*pipeline.Territory
	File string
}

// ReadWorlds reads every world of the content, in the order of its files, and says what is wrong with those that it
// leaves out.
func ReadWorlds(files fs.FS) (out []World, problems []fault.Problem) {
	names, err := fs.Glob(files, "worlds/*.yaml")
	if err != nil {
		return nil, []fault.Problem{fault.ProblemAt("worlds", 0, "roleplay.unreadable", "reason", err.Error())}
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			problems = append(problems, fault.ProblemAt(name, 0, "roleplay.unreadable", "reason", err.Error()))
			continue
		}
		t, p := readWorld(name, text)
		if p != nil {
			problems = append(problems, *p)
			continue
		}
		out = append(out, World{t, name})
	}
	return out, problems
}

func readWorld(name string, text []byte) (*pipeline.Territory, *fault.Problem) {
	var w pipeline.World
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w); err != nil {
		p := fault.ProblemAt(name, 0, "roleplay.unreadable", "reason", strings.Join(strings.Fields(err.Error()), " "))
		return nil, &p
	}
	if w.Name != strings.TrimSuffix(path.Base(name), ".yaml") {
		p := fault.ProblemAt(name, 0, "roleplay.world_name", "name", w.Name)
		return nil, &p
	}
	t, err := pipeline.NewTerritory(w)
	var e *pipeline.WorldError
	if errors.As(err, &e) {
		p := fault.ProblemAt(name, 0, "simulate."+e.Key)
		p.Args = e.Args
		return nil, &p
	}
	if err != nil {
		p := fault.ProblemAt(name, 0, "roleplay.unreadable", "reason", err.Error())
		return nil, &p
	}
	return t, nil
}

// ReadScripts reads every script of the content, each in the world that it names.
func ReadScripts(files fs.FS) ([]*scenario.Script, []fault.Problem) {
	worlds, _ := ReadWorlds(files)
	return scenario.ReadAll(files, func(name string) (pipeline.World, bool) {
		for _, w := range worlds {
			if w.World.Name == name {
				return w.World, true
			}
		}
		return pipeline.World{}, false
	})
}
