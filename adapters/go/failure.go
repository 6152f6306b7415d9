package goadapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/client"
)

// maxText bounds the texts of a failure, in bytes.
const maxText = 64 << 10

// errorOf gives an error as the contract has it: by the client's type, never by its prose.
func errorOf(err error) *contract.Error {
	var rpc *contract.Error
	if errors.As(err, &rpc) {
		return rpc
	}
	f := contract.Failure{Kind: "other", Type: fmt.Sprintf("%T", err)}
	var e *client.Error
	switch {
	case errors.As(err, &e):
		f.Kind, f.ExitCode, f.Signal, f.Stderr = string(e.Kind), e.ExitCode, e.Signal, clip(e.Stderr)
	case errors.Is(err, context.Canceled):
		f.Kind = "cancelled"
	}
	data, marshalErr := json.Marshal(f)
	if marshalErr != nil {
		data = nil
	}
	return &contract.Error{Code: contract.CodeSDK, Message: clip(err.Error()), Data: data}
}

func clip(s string) string {
	if len(s) > maxText {
		return s[:maxText]
	}
	return s
}

// unsupported names options or parameters that the client does not have.
func unsupported(names ...string) error {
	data, err := json.Marshal(contract.Failure{Unsupported: names})
	if err != nil {
		data = nil
	}
	return &contract.Error{Code: contract.CodeInvalidParams, Message: fmt.Sprintf("the client has no %v", names), Data: data}
}

// fault is the adapter's or the harness's own.
func fault(format string, args ...any) error {
	return &contract.Error{Code: contract.CodeAdapterFault, Message: fmt.Sprintf(format, args...)}
}
