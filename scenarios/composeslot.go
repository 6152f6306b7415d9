package scenarios

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/fixtures"
)

// frameTime is when stock frames say that they were made: a frame has the same bytes in every run.
const frameTime = `"2026-11-21T03:02:19.744Z"`

// turn is what the slots of one frame share.
type turn struct {
	name, as string
	request  string // the request id, once a slot asked for it
	toolUse  string
	rpc      string
}

// render fills the slots of a prepared frame.
func (k *Composer) render(p *preparedFrame, name, as string, env *Env) ([]byte, error) {
	size := 64
	for _, part := range p.parts {
		size += len(part.Literal) + 40
	}
	for _, s := range p.sets {
		size += len(s.static) + 16
		for _, part := range s.parts {
			size += len(part.lit) + len(part.lit)/16
		}
	}
	out := make([]byte, 0, size)
	t := turn{name: name, as: as}
	for _, part := range p.parts {
		if part.Slot == "" {
			out = append(out, part.Literal...)
			continue
		}
		var err error
		if out, err = k.appendSlot(out, p, &t, part.Slot, env); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// appendSlot fills one slot.
func (k *Composer) appendSlot(out []byte, p *preparedFrame, t *turn, slot string, env *Env) ([]byte, error) {
	if number, ok := strings.CutPrefix(slot, "set"); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= len(p.sets) {
			return nil, fmt.Errorf("want a slot of this frame, got %q", slot)
		}
		return p.sets[n].append(out, env)
	}
	v, err := k.slot(t, slot)
	if err != nil {
		return nil, err
	}
	return append(out, v...), nil
}

// append appends the value of a set for this turn.
func (s setValue) append(out []byte, env *Env) ([]byte, error) {
	if s.static != nil {
		return append(out, s.static...), nil
	}
	if len(s.parts) < 2 {
		v := s.value
		if len(s.parts) == 1 {
			v = s.parts[0].expr.src
		}
		b, err := resolveJSONValue(v, *env)
		return append(out, b...), err
	}
	r := resolver{env: *env, left: maxText}
	out = append(out, '"')
	for _, part := range s.parts {
		text := part.lit
		if part.expr != nil {
			v, err := r.eval(part.expr)
			if err == nil {
				text, err = v.asText()
			}
			if err == nil {
				err = r.spend(len(text))
			}
			if err != nil {
				return nil, part.expr.wrap(err)
			}
		}
		out = appendEscaped(out, text)
	}
	return append(out, '"'), nil
}

// slot returns the JSON for a slot of a stock frame.
func (k *Composer) slot(t *turn, slot string) ([]byte, error) {
	switch slot {
	case "uuid", "prompt_id":
		return quoted(k.freshUUID()), nil
	case "session_id":
		return quoted(k.session), nil
	case "timestamp":
		return []byte(frameTime), nil
	case "message_id":
		return quoted("msg_" + k.freshUUID()[:8]), nil
	case "task_id":
		return quoted(k.task), nil
	case "task_tool_use":
		return quoted("toolu_task"), nil
	case "request_id":
		return quoted(k.requestOf(t)), nil
	case "tool_use_id":
		return quoted(k.toolUseOf(t)), nil
	case "last_tool_use":
		return quoted(k.lastToolUse), nil
	case "result_index":
		return strconv.AppendInt(nil, int64(k.results), 10), nil
	}
	return k.wired(t, slot)
}

// wired returns the JSON for a slot that depends on what sdk.start declared.
func (k *Composer) wired(t *turn, slot string) ([]byte, error) {
	switch slot {
	case "callback_id":
		if event := k.firstHook(); event != "" {
			return k.hookID(event, 1)
		}
		return nil, errors.New("want a hook that sdk.start declares, got none: declare one, or set request.callback_id")
	case "server", "tool":
		for _, c := range k.wiring.Callbacks {
			if c.Kind == Tool {
				return quoted(map[string]string{"server": c.Server, "tool": c.Tool}[slot]), nil
			}
		}
		return nil, errors.New("want a callback SERVER/TOOL in sdk.start, got none")
	case "rpc_id":
		return []byte(k.rpcOf(t)), nil
	case "rpc_last":
		return strconv.AppendInt(nil, int64(max(k.rpc-1, 100)), 10), nil
	case "open_request":
		id, ok := k.OldestOpen()
		if !ok {
			return nil, errNoRequest
		}
		return quoted(id), nil
	}
	return nil, fmt.Errorf("want a slot of a stock frame, got %q", slot)
}

// firstHook is the event of the first declared hook.
func (k *Composer) firstHook() string {
	for _, c := range k.wiring.Callbacks {
		if c.Kind == Hook {
			return c.Name
		}
	}
	return ""
}

func quoted(s string) []byte { return appendJSONString(make([]byte, 0, len(s)+2), s) }

// requestOf is the frame's name, made unique: request ids are, in a session.
func (k *Composer) requestOf(t *turn) string {
	if t.request == "" {
		t.request = k.unique(t.name, t.as)
	}
	return t.request
}

// toolUseOf is toolu_ and the request id, or the name of a frame that is no request.
func (k *Composer) toolUseOf(t *turn) string {
	if t.toolUse == "" {
		if t.toolUse = "toolu_" + t.request; t.request == "" {
			t.toolUse = k.unique("toolu_"+t.name, "toolu_"+t.as)
		}
	}
	return t.toolUse
}

func (k *Composer) rpcOf(t *turn) string {
	if t.rpc == "" {
		t.rpc = strconv.Itoa(k.rpc)
		k.rpc++
	}
	return t.rpc
}

// unique returns the first of name, second, name-2, name-3, ... that was not given yet.
func (k *Composer) unique(name, second string) string {
	id := name
	if k.used[id] && second != "" && second != "toolu_" {
		id = second
	}
	for n := 2; k.used[id]; n++ {
		id = name + "-" + strconv.Itoa(n)
	}
	k.used[id] = true
	return id
}

// freshUUID is the next of a fixed sequence of UUIDs (version 4 by its form).
func (k *Composer) freshUUID() string {
	var b [16]byte
	for i := 0; i < 16; i += 8 {
		k.rng += 0x9e3779b97f4a7c15
		z := k.rng
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		for j := range 8 {
			b[i+j] = byte(z >> (8 * j))
		}
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// noteToolUse remembers the last tool use of an assistant frame.
func (k *Composer) noteToolUse(frame []byte) {
	if !bytes.Contains(frame, []byte(`"tool_use"`)) {
		return
	}
	gjson.GetBytes(frame, "message.content").ForEach(func(_, block gjson.Result) bool {
		if id := stringOf(block.Get("id")); id != "" && stringOf(block.Get("type")) == "tool_use" {
			k.lastToolUse = id
		}
		return true
	})
}

// Answer composes cli.answers: response is templated JSON text, empty for the stock payload; with isErr it is templated
// text of an error.
func (k *Composer) Answer(subtype, requestID, response string, isErr bool, env Env) (Written, error) {
	if response == "" && !isErr {
		return k.Served(subtype, requestID)
	}
	env = k.Env(env)
	out := append([]byte(`{"type":"control_response","response":{"subtype":"success","request_id":`), quoted(requestID)...)
	if isErr {
		text, err := ResolveText(response, env)
		if err != nil {
			return Written{}, err
		}
		out = append([]byte(`{"type":"control_response","response":{"subtype":"error","request_id":`), quoted(requestID)...)
		out = append(append(out, `,"error":`...), quoted(text)...)
	} else {
		payload, err := ResolveJSON(response, env)
		if err != nil {
			return Written{}, err
		}
		if payload = trimJSON(payload); !validJSON(payload) || bytes.ContainsAny(payload, "\n\r") {
			return Written{}, fmt.Errorf("want JSON text in one line as response, got %s", shorten(string(payload), 200))
		}
		out = append(append(out, `,"response":`...), payload...)
	}
	return answered(append(out, '}', '}'), subtype, requestID), nil
}

func answered(b []byte, subtype, requestID string) Written {
	return Written{Bytes: b, Newline: true, Type: "control_response", Subtype: stringAt(b, "response.subtype"), RequestID: requestID,
		ID: subtype, Delivery: DeliverNever}
}

// Served composes the stock answer to a request: answer_SUBTYPE, an empty success for a subtype without one.
func (k *Composer) Served(subtype, requestID string) (Written, error) {
	base, err := fixtures.Answer(subtype)
	if err != nil {
		return Written{}, err
	}
	var out []byte
	for _, part := range fixtures.Split(base) {
		switch part.Slot {
		case "":
			out = append(out, part.Literal...)
		case "request_id":
			out = append(out, quoted(requestID)...)
		case "asked_mode":
			out = append(out, k.askedFor(requestID, "request.mode", `"default"`)...)
		case "asked_model":
			out = append(out, k.askedFor(requestID, "request.model", `"claude-opus-5-5"`)...)
		default:
			return Written{}, fmt.Errorf("want a slot of a stock answer, got %q", part.Slot)
		}
	}
	return answered(out, subtype, requestID), nil
}

// askedFor repeats a string of the request that is answered.
func (k *Composer) askedFor(requestID, path, otherwise string) string {
	if asked := gjson.GetBytes(k.asked[requestID], path); asked.Type == gjson.String {
		return asked.Raw
	}
	return otherwise
}

// Join makes one run of bytes out of pieces. With only > 0 it ends after that many bytes: the piece that is cut is
// marked Partial and later ones are dropped.
func Join(ws []Written, only int) ([]byte, []Written) {
	size := 0
	for _, w := range ws {
		size += len(w.Bytes) + 1
	}
	out := make([]byte, 0, size)
	for i, w := range ws {
		out = append(out, w.Bytes...)
		if w.Newline {
			out = append(out, '\n')
		}
		if excess := len(out) - only; only > 0 && excess > 0 {
			return out[:only], cutPiece(ws, i, excess)
		}
	}
	return out, ws
}

// cutPiece drops what comes after piece i and its last bytes, the newline first.
func cutPiece(ws []Written, i, excess int) []Written {
	cut := append([]Written(nil), ws[:i+1]...)
	w := &cut[i]
	if w.Newline {
		w.Newline = false
		excess--
	}
	w.Bytes = w.Bytes[:len(w.Bytes)-excess]
	w.Partial, w.Delivery = true, DeliverMay
	if len(w.Bytes) == 0 {
		return cut[:i]
	}
	return cut
}
