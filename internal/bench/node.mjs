// Reads one turn with the official TypeScript SDK and prints what it took, as the programs in the other languages do. The first argument is
// the folder that holds the SDK's node_modules.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [home, cli, requests] = process.argv.slice(2);
const sdk = createRequire(home + '/package.json').resolve('@anthropic-ai/claude-agent-sdk');
const { query } = await import(pathToFileURL(sdk).href);

// peak is the greatest resident size so far, in KiB.
const peak = () => process.resourceUsage().maxRSS;

let release;
const ready = new Promise((resolve) => { release = resolve; });
async function* prompt() {
  await ready;
  yield { type: 'user', session_id: '', message: { role: 'user', content: 'go' }, parent_tool_use_id: null };
}

const q = query({ prompt: prompt(), options: { pathToClaudeCodeExecutable: cli, settingSources: [] } });
await q.initializationResult();
let began = performance.now();
for (let i = 0; i < Number(requests); i++) await q.setModel('m');
const asked = (performance.now() - began) / 1000;
const before = peak();
release();
let messages = 0, bytes = 0, first = 0;
for await (const message of q) {
  first ||= performance.now();
  if (message.type === 'assistant') {
    messages++;
    for (const block of message.message.content) if (block.type === 'text') bytes += block.text.length;
  }
  if (message.type === 'stream_event') {
    messages++;
    bytes += message.event.delta.text.length;
  }
  if (message.type === 'result') break;
}
const took = (performance.now() - first) / 1000;
console.log(JSON.stringify({ messages, bytes, seconds: took, peak_kib: peak() - before, requests_seconds: asked }));
