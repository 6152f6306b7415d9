package protocol

import "testing"

func TestViewsReadTheNamesOfTheWire(t *testing.T) {
	t.Parallel()
	m, err := Decode([]byte(`{"type":"assistant","message":{"model":"m","content":[{"type":"text","text":"a<b"},{"type":"x_new","d":1.50}]},"parent_tool_use_id":null,"session_id":"S"}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	a := m.Assistant()
	if a.Message.Model != "m" || a.SessionID != "S" || a.Message.Content.Text() != "a<b" || m.Text() != "a<b" {
		t.Errorf("got %+v", a)
	}
	if got := string(a.Message.Content[1].Raw); got != `{"type":"x_new","d":1.50}` {
		t.Errorf("raw block = %s", got)
	}
}
