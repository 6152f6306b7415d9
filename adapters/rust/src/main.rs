//! Drives the Rust crate claude-codes for wiretrial, through its AsyncClient.
//!
//! It calls the crate as a user of it would and knows no scenario. What the crate cannot do is refused, never imitated. Every method
//! of AsyncClient takes `&mut self`, so one task owns the client, and reading is a `select!` with whatever else there is to do.

mod rpc;

use claude_codes::{
    AsyncClient, ClaudeCliBuilder, ClaudeInput, ClaudeOutput, ControlRequestPayload, ControlResponse, Error, PermissionMode, ToolPermissionRequest,
};
use rpc::{cancelled, unsupported, Channel, Operation, Outcome};
use serde_json::{json, Value};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use tokio::sync::mpsc;
use uuid::Uuid;

const OPERATIONS: [&str; 8] = ["connect", "query", "receive", "prompt", "interrupt", "send", "ping", "disconnect"];
const TRAITS: [&str; 6] =
    ["reconnect", "callback.can_use_tool", "callback.withdrawn", "concurrent.interrupt", "cancel.sdk", "yields.control"];

/// How an error of the crate is reported: by its variant.
fn failure(error: Error, method: &str) -> (i64, String, Value) {
    let kind = match &error {
        Error::BinaryNotFound { .. } => "cli_not_found",
        Error::Io(io) if method == "connect" && io.kind() == std::io::ErrorKind::NotFound => "cli_not_found",
        Error::Io(_) if method == "connect" => "spawn",
        Error::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => "decode",
        Error::Io(_) => "not_ready",
        Error::ConnectionClosed => "closed",
        Error::Deserialization(_) | Error::Json(_) => "decode",
        Error::Protocol(_) if method == "connect" => "control_error",
        Error::Timeout => "timeout",
        _ => "other",
    };
    let variant = format!("{error:?}");
    let variant = variant.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    (rpc::SDK_FAILED, error.to_string(), json!({ "kind": kind, "type": variant }))
}

fn mode(name: &str) -> Option<PermissionMode> {
    use PermissionMode::*;
    [AcceptEdits, BypassPermissions, Default, Delegate, DontAsk, Plan].into_iter().find(|mode| mode.as_str() == name)
}

/// Whether an object has no other keys than these, the last of them included.
fn keys(object: &Value, known: &[&str]) -> bool {
    let map = object.as_object();
    map.is_some_and(|map| map.keys().all(|key| known.contains(&key.as_str())) && map.contains_key(known[known.len() - 1]))
}

/// What reaches the task that owns a client.
enum Command {
    Run(Operation),
    Cancel(Value),
    Close(Operation),
}

/// A session's commands, with those that had to wait.
struct Inbox {
    commands: mpsc::UnboundedReceiver<Command>,
    backlog: VecDeque<Command>,
    closing: Option<Operation>,
}

impl Inbox {
    async fn next(&mut self) -> Option<Command> {
        match self.backlog.pop_front() {
            Some(command) => Some(command),
            None => self.commands.recv().await,
        }
    }

    /// Waits until the operation is cancelled, or returns one that may run beside it.
    async fn beside(&mut self, id: &Value, interrupts: bool) -> Option<Operation> {
        while let Some(command) = self.commands.recv().await {
            match command {
                Command::Cancel(which) if &which == id => return None,
                Command::Cancel(_) => {}
                Command::Run(other) if interrupts && other.method == "interrupt" => return Some(other),
                Command::Run(other) => self.backlog.push_back(Command::Run(other)),
                Command::Close(close) => {
                    self.closing = Some(close);
                    return None;
                }
            }
        }
        None
    }
}

/// What a permission request was answered with: its id, what was asked, and the harness's reply.
type Answer = (String, ToolPermissionRequest, Value);

/// The permission requests that the user has not answered yet, by their id: the harness's question for each.
struct Questions {
    open: HashMap<String, String>,
    answered: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
}

/// What the harness calls a client: the builder's settings, and the AsyncClient made with them.
struct Session {
    channel: Rc<Channel>,
    name: String,
    builder: ClaudeCliBuilder,
    approval: bool,
    client: Option<AsyncClient>,
    questions: Questions,
}

impl Session {
    fn new(channel: Rc<Channel>, params: &Value) -> Result<Session, (i64, String, Value)> {
        let (mut builder, mut approval) = (ClaudeCliBuilder::new(), false);
        for (option, value) in params["options"].as_object().into_iter().flatten() {
            let (text, flag) = (value.as_str().unwrap_or_default(), value.as_bool().unwrap_or_default());
            let list = || value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(String::from));
            builder = match option.as_str() {
                "model" => builder.model(text),
                "resume" => builder.resume(Some(text)),
                "permission_mode" => builder.permission_mode(mode(text).ok_or_else(|| unsupported(&["permission_mode"]))?),
                "callbacks" if value.as_array().is_some_and(|names| names.iter().all(|name| name == "can_use_tool")) => {
                    approval = true;
                    builder.permission_prompt_tool("stdio")
                }
                "fallback_model" => builder.fallback_model(text),
                "allowed_tools" => builder.allowed_tools(list()),
                "disallowed_tools" => builder.disallowed_tools(list()),
                "add_dirs" => builder.add_directories(list()),
                "settings" => builder.settings(text),
                "permission_prompt_tool_name" => builder.permission_prompt_tool(text),
                "continue_conversation" => builder.continue_conversation(flag),
                "fork_session" => builder.fork_session(flag).has().ok_or_else(|| unsupported(&["fork_session"]))?,
                "strict_mcp_config" => builder.strict_mcp_config(flag),
                "debug" if flag => builder.debug(None::<String>),
                "session_id" => builder.session_id(Uuid::parse_str(text).map_err(|_| unsupported(&["session_id"]))?),
                "external_mcp_servers" => builder.mcp_config([json!({ "mcpServers": value }).to_string()]),
                "system_prompt" if value["type"] == "preset" && keys(value, &["type", "preset", "append"]) => {
                    builder.append_system_prompt(value["append"].as_str().unwrap_or_default())
                }
                "cli_path" => builder,
                _ => return Err(unsupported(&[option])),
            };
        }
        if approval && params["options"]["permission_prompt_tool_name"].is_string() {
            return Err(unsupported(&["permission_prompt_tool_name"])); // the builder has one setting for both
        }
        if let Some(path) = params["options"]["cli_path"].as_str().or(params["cli_path"].as_str()) {
            builder = builder.command(path);
        }
        if let Some(cwd) = params["cwd"].as_str() {
            builder = builder.working_directory(cwd);
        }
        let (answered, answers) = mpsc::unbounded_channel();
        let questions = Questions { open: HashMap::new(), answered, answers };
        Ok(Session { channel, name: params["client"].as_str().unwrap_or_default().into(), builder, approval, client: None, questions })
    }

    /// Owns the client until the harness closes the session; what is left of it is then dropped, which kills the CLI.
    async fn serve(mut self, mut inbox: Inbox) {
        while inbox.closing.is_none() {
            let command = tokio::select! {
                command = inbox.next() => command,
                Some(answer) = self.questions.answers.recv() => {
                    if let Err((_, message, _)) = self.answer(answer).await {
                        eprintln!("a permission request could not be answered: {message}");
                    }
                    continue;
                }
            };
            match command {
                Some(Command::Run(operation)) => {
                    let outcome = self.run(&operation, &mut inbox).await;
                    self.channel.settle(&operation.id, outcome);
                }
                Some(Command::Close(close)) => inbox.closing = Some(close),
                Some(Command::Cancel(_)) => {}
                None => return,
            }
        }
        for command in inbox.backlog {
            if let Command::Run(operation) = command {
                self.channel.settle(&operation.id, Err(cancelled()));
            }
        }
        let channel = self.channel.clone();
        drop(self.client);
        if let Some(close) = inbox.closing {
            channel.settle(&close.id, Ok(json!({})));
        }
    }

    async fn run(&mut self, operation: &Operation, inbox: &mut Inbox) -> Outcome {
        match operation.method.as_str() {
            "receive" => self.receive(operation, operation.params["until"].clone(), inbox).await,
            "prompt" => self.prompt(operation, inbox).await,
            _ => tokio::select! {
                outcome = self.call(operation) => outcome,
                _ = inbox.beside(&operation.id, false) => Err(cancelled()),
            },
        }
    }

    async fn call(&mut self, operation: &Operation) -> Outcome {
        let fail = |error| failure(error, &operation.method);
        match operation.method.as_str() {
            "connect" if !operation.params["prompt"].is_null() => return Err(unsupported(&["prompt"])),
            "connect" if operation.params["cancelled"] == true => return Err(unsupported(&["cancelled"])),
            "connect" => {
                self.questions.open.clear(); // they were the last client's
                self.client = Some(self.start().await.map_err(fail)?);
            }
            "query" => self.client()?.send(&message(operation)?).await.map_err(fail)?,
            "send" => self.client()?.send(&ClaudeInput::Raw(operation.params["frame"].clone())).await.map_err(fail)?,
            "interrupt" if !operation.params["cancel_queued"].is_null() => return Err(unsupported(&["cancel_queued"])),
            "interrupt" => return Ok(json!({ "value": self.client()?.interrupt().await.map_err(fail)? })),
            "ping" => return Ok(json!({ "value": self.client()?.ping().await })),
            _ => {
                self.client()?;
                for (_, question) in self.questions.open.drain() { // the user decides for nobody any more
                    self.channel.notify("$/cancelRequest", json!({ "id": question }));
                }
                if let Some(client) = self.client.take() {
                    client.shutdown().await.map_err(fail)?;
                }
            }
        }
        Ok(json!({}))
    }

    async fn start(&self) -> Result<AsyncClient, Error> {
        let mut client = AsyncClient::from_builder(self.builder.clone()).await?;
        if self.approval {
            client.enable_tool_approval().await?;
        }
        Ok(client)
    }

    fn client(&mut self) -> Result<&mut AsyncClient, (i64, String, Value)> {
        self.client.as_mut().ok_or_else(no_client)
    }

    fn forward(&self, operation: &Operation, output: &ClaudeOutput) {
        let message = serde_json::to_value(output).unwrap_or_else(|_| json!({ "type": "x-unmapped" }));
        self.channel.notify("message", json!({ "client": self.name, "op": operation.id, "message": message }));
    }

    /// Reads in a `select!` with the user's answers and the harness's commands. Leaving a read drops it: what the crate had of a frame is
    /// the crate's to keep.
    async fn receive(&mut self, operation: &Operation, until: Value, inbox: &mut Inbox) -> Outcome {
        let mut count = 0;
        while until != json!(count) {
            let client = self.client.as_mut().ok_or_else(no_client)?;
            let read = tokio::select! {
                biased;
                read = client.receive() => read,
                Some(answer) = self.questions.answers.recv() => {
                    self.answer(answer).await?;
                    continue;
                }
                other = inbox.beside(&operation.id, true) => {
                    let Some(other) = other else { return Err(cancelled()) };
                    let outcome = self.call(&other).await;
                    self.channel.settle(&other.id, outcome);
                    continue;
                }
            };
            match read {
                Ok(output) => {
                    count += 1;
                    self.forward(operation, &output);
                    self.approve(&output);
                    if until == "result" && matches!(output, ClaudeOutput::Result(_)) {
                        return Ok(json!({ "count": count, "end": "result" }));
                    }
                }
                Err(Error::Deserialization(error)) => self.channel.notify(
                    "frame_error",
                    json!({ "client": self.name, "op": operation.id, "kind": "decode", "message": error.to_string() }),
                ),
                Err(error) => return Err(failure(error, "receive")),
            }
        }
        Ok(json!({ "count": count, "end": "count" }))
    }

    /// Puts a permission request to the user, who may take his time, and takes back one that the CLI withdrew.
    fn approve(&mut self, output: &ClaudeOutput) {
        if let Some(question) = withdrawn(output).and_then(|id| self.questions.open.remove(&id)) {
            self.channel.notify("$/cancelRequest", json!({ "id": question }));
        }
        let ClaudeOutput::ControlRequest(request) = output else { return };
        let ControlRequestPayload::CanUseTool(tool) = &request.request else { return };
        if !self.approval {
            return;
        }
        let args = serde_json::to_value(tool).unwrap_or_default();
        let (question, answer) = self.channel.ask("callback", json!({ "client": self.name, "name": "can_use_tool", "args": args }));
        self.questions.open.insert(request.request_id.clone(), question);
        let (id, tool, answered) = (request.request_id.clone(), tool.clone(), self.questions.answered.clone());
        tokio::task::spawn_local(async move {
            if let Ok(answer) = answer.await {
                let _ = answered.send((id, tool, answer)); // a session that has ended answers nothing
            }
        });
    }

    /// Answers a permission request as the crate's documentation does: decide, then send_control_response.
    async fn answer(&mut self, (id, tool, answer): Answer) -> Result<(), (i64, String, Value)> {
        if self.questions.open.remove(&id).is_none() {
            return Ok(()); // the CLI has withdrawn it
        }
        let answer = &answer["result"];
        let (reason, stop) = (answer["message"].as_str().unwrap_or_default(), answer["interrupt"] == true);
        let input = answer.get("updatedInput").cloned();
        let response: ControlResponse = match (answer["behavior"].as_str(), answer["updatedPermissions"].as_array()) {
            (Some("deny"), _) if stop => tool.deny_and_stop(reason, &id),
            (Some("deny"), _) => tool.deny(reason, &id),
            (_, Some(rules)) => tool.allow_with_permissions(input.unwrap_or_else(|| tool.input.clone()), rules.clone(), &id),
            (_, None) => input.map_or_else(|| tool.allow(&id), |input| tool.allow_with(input, &id)),
        };
        self.client()?.send_control_response(response).await.map_err(|error| failure(error, "receive"))
    }

    /// One question: query_stream, which borrows the client, so nobody could answer a permission request.
    async fn prompt(&mut self, operation: &Operation, inbox: &mut Inbox) -> Outcome {
        let lacks = [("cancelled", operation.params["cancelled"] == true), ("prompt", !operation.params["prompt"].is_string()), ("pull", operation.params["pull"] == true), ("callbacks", self.approval)];
        if let Some((name, _)) = lacks.iter().find(|(_, lacking)| *lacking) {
            return Err(unsupported(&[name]));
        }
        let fail = |error| failure(error, "prompt");
        let mut client = tokio::select! {
            client = self.start() => client.map_err(|error| failure(error, "connect"))?,
            _ = inbox.beside(&operation.id, false) => return Err(cancelled()),
        };
        let mut stream = tokio::select! {
            stream = client.query_stream(operation.text("prompt")) => stream.map_err(fail)?,
            _ = inbox.beside(&operation.id, false) => return Err(cancelled()),
        };
        let mut count = 0;
        while operation.params["until"] != json!(count) {
            let next = tokio::select! {
                next = stream.next() => next,
                _ = inbox.beside(&operation.id, false) => return Err(cancelled()),
            };
            let Some(output) = next else { return Ok(json!({ "count": count, "end": "eof" })) };
            count += 1;
            self.forward(operation, &output.map_err(fail)?);
        }
        Ok(json!({ "count": count, "end": "count" }))
    }
}

fn no_client() -> (i64, String, Value) {
    (rpc::SDK_FAILED, "there is no client: connect makes it, disconnect consumes it".into(), json!({ "kind": "not_connected" }))
}

fn message(operation: &Operation) -> Result<ClaudeInput, (i64, String, Value)> {
    if !operation.params["prompt"].is_string() {
        return Err(unsupported(&["prompt"]));
    }
    let session = match operation.params["session_id"].as_str() {
        Some(id) => Uuid::parse_str(id).map_err(|_| unsupported(&["session_id"]))?,
        None => Uuid::new_v4(), // what AsyncClient::query does
    };
    Ok(ClaudeInput::user_message(operation.text("prompt"), session))
}

fn hello() -> Outcome {
    let features = [&OPERATIONS[..], &TRAITS[..]].concat();
    Ok(json!({
        "protocol": 1, "adapter": { "name": "rust", "version": "1" }, "features": features, "chatter": [],
        "sdk": { "name": "claude-codes", "version": env!("WIRETRIAL_SDK_VERSION"), "language": "rust", "runtime": "tokio" },
        "idiom": "one task owns the AsyncClient and reads with receive() in a select!; other calls interrupt the read",
    }))
}

async fn serve(channel: Rc<Channel>, mut lines: mpsc::UnboundedReceiver<Value>) {
    let mut sessions: HashMap<String, mpsc::UnboundedSender<Command>> = HashMap::new();
    while let Some(line) = lines.recv().await {
        let method = line["method"].as_str().unwrap_or_default().to_string();
        let params = line["params"].clone();
        if method == "$/cancelRequest" {
            for session in sessions.values() {
                let _ = session.send(Command::Cancel(params["id"].clone())); // a session that has ended has nothing to cancel
            }
            continue;
        }
        if method.is_empty() {
            channel.answered(line);
            continue;
        }
        let operation = Operation { id: line["id"].clone(), method, params };
        let name = operation.text("client").to_string();
        let outcome = match operation.method.as_str() {
            "hello" => hello(),
            "alive" => Ok(json!({})),
            "open" => Session::new(channel.clone(), &operation.params).map(|session| {
                let (sender, commands) = mpsc::unbounded_channel();
                tokio::task::spawn_local(session.serve(Inbox { commands, backlog: VecDeque::new(), closing: None }));
                sessions.insert(name, sender);
                json!({})
            }),
            "close" => match sessions.remove(&name).map(|session| session.send(Command::Close(Operation { ..operation }))) {
                Some(Ok(())) => continue,
                _ => { channel.settle(&line["id"], Ok(json!({}))); continue }
            },
            method if !OPERATIONS.contains(&method) => Err((rpc::UNKNOWN_METHOD, format!("the SDK has no {method}"), json!({}))),
            _ if !operation.params["on"].is_null() => Err(unsupported(&["on"])),
            _ => match sessions.get(&name) {
                None => Err((rpc::ADAPTER_FAULT, format!("client {name} is not open"), json!({}))),
                Some(session) => {
                    let _ = session.send(Command::Run(operation)); // it lives until it is closed
                    continue;
                }
            },
        };
        channel.settle(&line["id"], outcome);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let (channel, lines) = Channel::open()?;
    tokio::task::LocalSet::new().run_until(serve(Rc::new(channel), lines)).await;
    Ok(())
}

/// The request that a message withdraws. Older releases have no variant for it, so it is told by its wire shape.
fn withdrawn(output: &ClaudeOutput) -> Option<String> {
    if matches!(output, ClaudeOutput::Assistant(_) | ClaudeOutput::User(_) | ClaudeOutput::Result(_)) {
        return None; // the large ones
    }
    let wire = serde_json::to_value(output).ok().filter(|wire| wire["type"] == "control_cancel_request")?;
    wire["request_id"].as_str().map(String::from)
}

/// What stands in for a builder's method that a release lacks: the crate's own method goes before one of this trait, and where there is
/// none the option is refused.
#[allow(dead_code)] // of a release that lacks nothing
trait Lacking {
    fn fork_session(self, _: bool) -> Lacks;
}

impl Lacking for ClaudeCliBuilder {
    fn fork_session(self, _: bool) -> Lacks {
        Lacks
    }
}

#[allow(dead_code)]
struct Lacks;

/// Tells a builder from what stands in for its method.
trait Has {
    fn has(self) -> Option<ClaudeCliBuilder>;
}

impl Has for ClaudeCliBuilder {
    fn has(self) -> Option<ClaudeCliBuilder> {
        Some(self)
    }
}

impl Has for Lacks {
    fn has(self) -> Option<ClaudeCliBuilder> {
        None
    }
}
