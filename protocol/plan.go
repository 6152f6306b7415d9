package protocol

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// plan says how to fill a struct type: which field takes the member of which name. It is made once per type and never changed.
type plan struct {
	fields []planned
	places []uint16 // one more than the place in fields, by the hash of the name and what follows it there; 0 is nothing
	raw    *planned // the field that takes the whole object, if there is one
}

// planned is a field of a plan.
type planned struct {
	name   string
	place  int     // in fields
	offset uintptr // in the struct
	how    how
}

// how says how a value is read into a field.
type how struct {
	kind kind
	typ  reflect.Type // of the field
	elem *how         // of a pointer, slice or map
	plan *plan        // of a struct
}

type kind uint8

const (
	asNothing kind = iota
	asString
	asNumber
	asBool
	asInt
	asFloat
	asRaw
	asLenient
	asContent
	asBlock
	asStruct
	asPointer
	asSlice
	asMap
)

// lenient is a type that reads itself from any JSON value but null.
type lenient interface{ fromWire(value json.RawMessage) }

// plans holds the plans that were made, by type. It is a cache: what it holds depends on the types only.
var plans sync.Map

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := newPlan(t, map[reflect.Type]*plan{})
	plans.Store(t, p)
	return p
}

// newPlan makes the plan of a struct type; begun are the plans of the types that lead here, which may lead to themselves.
func newPlan(t reflect.Type, begun map[reflect.Type]*plan) *plan {
	if p := begun[t]; p != nil {
		return p
	}
	p := &plan{}
	begun[t] = p
	p.add(t, 0, begun)
	for i := range p.fields {
		p.fields[i].place = i
		if p.fields[i].name == "" {
			p.raw = &p.fields[i]
		}
	}
	p.index()
	return p
}

// add plans the fields of a struct that stands at an offset in the plan's: 0 for itself, or where it is embedded.
func (p *plan) add(t reflect.Type, at uintptr, begun map[reflect.Type]*plan) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			p.add(f.Type, at+f.Offset, begun)
			continue
		}
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		raw := f.Name == "Raw" && tag == "-" && f.Type == rawType
		if !f.IsExported() || !raw && (tag == "" || tag == "-") {
			continue
		}
		if raw {
			tag = ""
		}
		p.fields = append(p.fields, planned{name: tag, offset: at + f.Offset, how: howTo(f.Type, begun)})
	}
}

var (
	rawType     = reflect.TypeFor[json.RawMessage]()
	numberType  = reflect.TypeFor[json.Number]()
	lenientType = reflect.TypeFor[lenient]()
)

func howTo(t reflect.Type, begun map[reflect.Type]*plan) how {
	h := kindOfField(t, begun)
	h.typ = t
	return h
}

func kindOfField(t reflect.Type, begun map[reflect.Type]*plan) how {
	switch {
	case t == reflect.TypeFor[Content]():
		return how{kind: asContent}
	case t == reflect.TypeFor[Block]():
		return how{kind: asBlock}
	case reflect.PointerTo(t).Implements(lenientType):
		return how{kind: asLenient}
	case t == rawType:
		return how{kind: asRaw}
	case t == numberType:
		return how{kind: asNumber}
	}
	switch t.Kind() {
	case reflect.String:
		return how{kind: asString}
	case reflect.Bool:
		return how{kind: asBool}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return how{kind: asInt}
	case reflect.Float64, reflect.Float32:
		return how{kind: asFloat}
	case reflect.Struct:
		return how{kind: asStruct, plan: newPlan(t, begun)}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		elem := howTo(t.Elem(), begun)
		return how{kind: map[reflect.Kind]kind{reflect.Pointer: asPointer, reflect.Slice: asSlice, reflect.Map: asMap}[t.Kind()], elem: &elem}
	}
	return how{}
}

// find returns the field for a member, nil if there is none. The members of a line mostly stand in the order of the fields, so it looks
// at the place that it is told first.
func (p *plan) find(name []byte, place int) *planned {
	if len(name) == 0 {
		return nil
	}
	if place < len(p.fields) && p.fields[place].name == string(name) {
		return &p.fields[place]
	}
	for h := hash(name); ; h++ {
		at := p.places[h&(len(p.places)-1)]
		if at == 0 {
			return nil
		}
		if f := &p.fields[at-1]; f.name == string(name) {
			return f
		}
	}
}

// index makes the table by which find looks up: at most half full, of a size that is a power of two.
func (p *plan) index() {
	size := 4
	for size < 2*len(p.fields) {
		size *= 2
	}
	p.places = make([]uint16, size)
	for i, f := range p.fields {
		if f.name == "" {
			continue
		}
		h := hash([]byte(f.name))
		for p.places[h&(size-1)] != 0 {
			if shadowed := &p.fields[p.places[h&(size-1)]-1]; shadowed.name == f.name {
				shadowed.name = "" // of an embedded struct: the later one counts
				break
			}
			h++
		}
		p.places[h&(size-1)] = uint16(i + 1)
	}
}

// hash tells most names of a struct apart.
func hash(name []byte) int {
	n := len(name)
	return n*31 + int(name[0])*7 + int(name[n-1])*17 + int(name[n/2])*5
}
