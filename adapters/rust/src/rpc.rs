//! The harness's side of a Rust adapter: JSON-RPC 2.0, one object a line. It knows the adapter contract and no SDK.

use serde_json::{json, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use tokio::sync::{mpsc, oneshot};

pub const UNKNOWN_METHOD: i64 = -32601;
pub const INVALID_PARAMS: i64 = -32602;
pub const SDK_FAILED: i64 = -32000;
pub const ADAPTER_FAULT: i64 = -32002;

/// What an operation ends with: its result, or the JSON-RPC error (code, message, data).
pub type Outcome = Result<Value, (i64, String, Value)>;

/// The refusal of options or parameters that the SDK does not have.
pub fn unsupported(names: &[&str]) -> (i64, String, Value) {
    (INVALID_PARAMS, format!("no such option: {}", names.join(", ")), json!({ "unsupported": names }))
}

/// The outcome of an operation that the harness cancelled.
pub fn cancelled() -> (i64, String, Value) {
    (SDK_FAILED, "cancelled".into(), json!({ "kind": "cancelled" }))
}

/// One request of the harness.
pub struct Operation {
    pub id: Value,
    pub method: String,
    pub params: Value,
}

impl Operation {
    pub fn text(&self, key: &str) -> &str {
        self.params[key].as_str().unwrap_or_default()
    }
}

/// The connection to the harness, used from one thread.
pub struct Channel {
    output: RefCell<File>,
    asked: RefCell<HashMap<String, oneshot::Sender<Value>>>,
    count: Cell<u64>,
}

impl Channel {
    /// Takes the channel off descriptors 0 and 1, so that nothing else prints on it, and reads lines in a thread of its own.
    pub fn open() -> std::io::Result<(Channel, mpsc::UnboundedReceiver<Value>)> {
        let (input, output) = descriptors()?;
        let (sender, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(input).split(b'\n').map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&line) else {
                    eprintln!("the harness wrote a line that is not JSON");
                    continue;
                };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let channel = Channel { output: RefCell::new(output), asked: RefCell::default(), count: Cell::new(0) };
        Ok((channel, lines))
    }

    fn send(&self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let mut line = message.to_string();
        line.push('\n');
        // A harness that has gone needs no answer.
        let _ = self.output.borrow_mut().write_all(line.as_bytes());
    }

    pub fn notify(&self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    pub fn settle(&self, id: &Value, outcome: Outcome) {
        self.send(match outcome {
            Ok(result) => json!({ "id": id, "result": result }),
            Err((code, message, data)) => {
                let message: String = message.chars().take(16384).collect();
                json!({ "id": id, "error": { "code": code, "message": message, "data": data } })
            }
        });
    }

    /// Asks the harness; the answer is its whole reply. The id is what withdraws the question.
    pub fn ask(&self, method: &str, params: Value) -> (String, oneshot::Receiver<Value>) {
        self.count.set(self.count.get() + 1);
        let id = format!("a{}", self.count.get());
        let (sender, answer) = oneshot::channel();
        self.send(json!({ "id": id, "method": method, "params": params }));
        self.asked.borrow_mut().insert(id.clone(), sender);
        (id, answer)
    }

    /// Hands the harness's reply to whoever asked.
    pub fn answered(&self, message: Value) {
        let asked = message["id"].as_str().and_then(|id| self.asked.borrow_mut().remove(id));
        if let Some(asked) = asked {
            let _ = asked.send(message); // who asked may be gone
        }
    }
}

/// Duplicates descriptors 0 and 1, and points them at /dev/null and stderr.
#[cfg(unix)]
fn descriptors() -> std::io::Result<(File, File)> {
    use std::os::fd::{AsFd, AsRawFd};
    let input = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let output = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    let null = File::open("/dev/null")?;
    for (from, to) in [(null.as_raw_fd(), 0), (2, 1)] {
        // SAFETY: dup2 takes plain descriptor numbers; both are open, and nothing has used 0 and 1 yet.
        if unsafe { libc::dup2(from, to) } < 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok((input, output))
}

/// Elsewhere the channel stays on the standard handles.
#[cfg(windows)]
fn descriptors() -> std::io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let input = File::from(std::io::stdin().as_handle().try_clone_to_owned()?);
    let output = File::from(std::io::stdout().as_handle().try_clone_to_owned()?);
    Ok((input, output))
}
