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
	heads  [slots]uint16 // a field's place in fields, plus one, by slotOf its name; zero: there is none
	raw    *planned      // the field that takes the whole object, if there is one
}

// slots is how many lists of fields a plan has.
const slots = 64

// slotOf says in which list a name is to be found.
func slotOf(name []byte) int {
	return (len(name)*5 + int(name[0])*3 + int(name[len(name)-1])) % slots
}

// planned is a field of a plan.
type planned struct {
	name  string
	place int
	next  uint16 // the next one in the same list, as in heads
	outer int    // the embedded struct that has the field; -1 for the struct itself
	index int
	how   how
}

// how says how a value is read into a field.
type how struct {
	kind kind
	elem *how  // of a pointer, slice or map
	plan *plan // of a struct
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
	p.add(t, -1, begun)
	for i := range p.fields {
		f := &p.fields[i]
		f.place = i
		if f.name == "" {
			p.raw = f
			continue
		}
		slot := slotOf([]byte(f.name))
		f.next, p.heads[slot] = p.heads[slot], uint16(i+1)
	}
	return p
}

// add plans the fields of a struct, or of one that is embedded in it as its field number outer. Fields of the struct itself win.
func (p *plan) add(t reflect.Type, outer int, begun map[reflect.Type]*plan) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && outer < 0 {
			p.add(f.Type, i, begun)
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
		p.fields = append(p.fields, planned{name: tag, outer: outer, index: i, how: howTo(f.Type, begun)})
	}
}

var (
	rawType     = reflect.TypeFor[json.RawMessage]()
	numberType  = reflect.TypeFor[json.Number]()
	lenientType = reflect.TypeFor[lenient]()
	contentType = reflect.TypeFor[Content]()
	blockType   = reflect.TypeFor[Block]()
)

func howTo(t reflect.Type, begun map[reflect.Type]*plan) how {
	switch {
	case t == contentType:
		return how{kind: asContent}
	case t == blockType:
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
	for at := p.heads[slotOf(name)]; at != 0; at = p.fields[at-1].next {
		if f := &p.fields[at-1]; f.name == string(name) {
			return f
		}
	}
	return nil
}

// of returns the field of a struct that has the plan's type.
func (f *planned) of(target reflect.Value) reflect.Value {
	if f.outer >= 0 {
		target = target.Field(f.outer)
	}
	return target.Field(f.index)
}
