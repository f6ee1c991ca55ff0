package floors

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Breach is a place where the house is not as its plan.
type Breach struct {
	Where string // file:line, or a folder
	What  string
}

// String is the line that the test prints.
func (b Breach) String() string { return b.Where + ": " + b.What }

// pack is what a folder's non-test sources say.
type pack struct {
	dir     string
	name    string
	doc     bool
	imports map[string]string // path → the first file:line that says so
	inits   []string
}

// longest is how many lines a file may have; nobody reads to the end of more.
const longest = 800

// read parses every Go file below the folders. Tests are counted, not judged.
func read(fsys fs.FS, folders ...string) (map[string]*pack, []Breach, error) {
	packs := map[string]*pack{}
	var breaches []Breach
	for _, folder := range folders {
		err := fs.WalkDir(fsys, folder, func(name string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && name == folder {
				return nil // not built yet
			}
			if err != nil {
				return err
			}
			base := path.Base(name)
			if e.IsDir() {
				if base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
					return fs.SkipDir
				}
				return nil
			}
			ext := path.Ext(name)
			if ext != ".go" && ext != ".templ" && ext != ".sql" {
				return nil
			}
			b, err := fs.ReadFile(fsys, name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil // somebody's editor was faster
			}
			if err != nil {
				return err
			}
			generated := strings.HasSuffix(name, "_templ.go")
			if n := bytes.Count(b, []byte("\n")); n > longest && !generated {
				breaches = append(breaches, Breach{name, fmt.Sprintf("%d lines: above %d nobody finds anything", n, longest)})
			}
			if ext != ".go" || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			return readFile(packs, name, b, generated)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return packs, breaches, nil
}

func readFile(packs map[string]*pack, name string, b []byte, generated bool) error {
	files := token.NewFileSet()
	f, err := parser.ParseFile(files, name, b, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(name)
	p := packs[dir]
	if p == nil {
		p = &pack{dir: dir, name: f.Name.Name, imports: map[string]string{}}
		packs[dir] = p
	}
	at := func(pos token.Pos) string { return fmt.Sprintf("%s:%d", name, files.Position(pos).Line) }
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if _, known := p.imports[imported]; !known {
			p.imports[imported] = at(spec.Pos())
		}
	}
	if generated {
		return nil
	}
	if f.Doc != nil {
		opening := "Package " + f.Name.Name + " "
		if f.Name.Name == "main" {
			opening = "Command " + path.Base(dir) + " "
		}
		p.doc = p.doc || strings.HasPrefix(f.Doc.Text(), opening)
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			p.inits = append(p.inits, at(fn.Pos()))
		}
	}
	return nil
}
