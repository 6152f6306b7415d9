package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// encode is json.Marshal without the escapes for HTML, which would change a user's text on the wire.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// joinObjects appends the members of the second compact object to the first.
func joinObjects(first, second []byte) []byte {
	switch {
	case len(second) <= 2:
		return first
	case len(first) <= 2:
		return second
	}
	joined := append(first[:len(first)-1:len(first)-1], ',')
	return append(joined, second[1:]...)
}

// EncodeRequest returns the line of a control request, without a line feed.
func EncodeRequest(id ID, request Request) ([]byte, error) {
	fields, err := encode(request)
	if err != nil {
		return nil, fmt.Errorf("control request %s: %w", request.Subtype(), err)
	}
	if fields[0] != '{' {
		return nil, fmt.Errorf("control request %s: expected an object, got %s", request.Subtype(), kindOf(fields[0]))
	}
	type head struct {
		Subtype string `json:"subtype"`
	}
	line, err := encode(struct {
		Type    string `json:"type"`
		ID      ID     `json:"request_id"`
		Request head   `json:"request"`
	}{TypeControlRequest, id, head{request.Subtype()}})
	if err != nil {
		return nil, fmt.Errorf("control request %s: %w", request.Subtype(), err)
	}
	if len(fields) == len("{}") {
		return line, nil
	}
	// The fields join the request at the line's end as they are: encoding them again would cost a long prompt twice.
	line = append(line[:len(line)-len("}}")], ',')
	return append(append(line, fields[1:]...), '}'), nil
}

type responseBody struct {
	Subtype   string          `json:"subtype"`
	ID        ID              `json:"request_id,omitempty"`
	Response  json.RawMessage `json:"response,omitempty"`
	Error     *string         `json:"error,omitempty"`
	ErrorCode string          `json:"error_code,omitempty"`
}

// EncodeSuccess returns the line of a good answer, without a line feed. A nil response leaves the key out.
func EncodeSuccess(id ID, response any) ([]byte, error) {
	body := responseBody{Subtype: Success, ID: id}
	if response != nil {
		var err error
		if body.Response, err = encode(response); err != nil {
			return nil, fmt.Errorf("response to %s: %w", id, err)
		}
	}
	return encodeResponse(body)
}

// EncodeError returns the line of a refusal, without a line feed. An empty code leaves the key out.
func EncodeError(id ID, text, code string) ([]byte, error) {
	return encodeResponse(responseBody{Subtype: Failure, ID: id, Error: &text, ErrorCode: code})
}

func encodeResponse(body responseBody) ([]byte, error) {
	line, err := encode(struct {
		Type     string       `json:"type"`
		Response responseBody `json:"response"`
	}{TypeControlResponse, body})
	if err != nil {
		return nil, fmt.Errorf("response to %s: %w", body.ID, err)
	}
	return line, nil
}

// EncodeCancel returns the line that withdraws a request, without a line feed.
func EncodeCancel(id ID) ([]byte, error) {
	return encode(struct {
		Type string `json:"type"`
		ID   ID     `json:"request_id"`
	}{TypeControlCancel, id})
}
