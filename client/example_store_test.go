package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// shelf is a session store that keeps its transcripts in memory; yours would be a database.
type shelf map[client.SessionKey][]json.RawMessage

func (s shelf) Append(_ context.Context, key client.SessionKey, entries []json.RawMessage) error {
	s[key] = append(s[key], entries...)
	return nil
}

func (s shelf) Load(_ context.Context, key client.SessionKey) ([]json.RawMessage, error) {
	return s[key], nil
}

// A session store has what the CLI wrote into its transcript when the result comes.
func ExampleSessionStore() {
	store := shelf{}
	opts := client.Options{CLIPath: claude(mirrored), SessionStore: store, Env: map[string]string{"CLAUDE_CONFIG_DIR": "/config"}}
	for m, err := range client.Query(context.Background(), client.Text("What is the capital of France?"), opts) {
		if err != nil {
			log.Fatal(err)
		}
		if m.Type == protocol.TypeResult {
			for key, entries := range store {
				fmt.Println(key.ProjectKey, key.SessionID, len(entries))
			}
		}
	}
	// Output: -home-me 7f1c2f4e-9f52-4c0e-8a93-9a4c0a7be111 2
}

const mirrored = `
frames:
  mirror: '{"type":"transcript_mirror","filePath":"/config/projects/-home-me/7f1c2f4e-9f52-4c0e-8a93-9a4c0a7be111.jsonl","entries":[{"type":"user"},{"type":"assistant"}]}'
steps:
- cli.reads: user
- cli.writes: mirror
- cli.writes: result
`
