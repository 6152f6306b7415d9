// Drives the official TypeScript SDK, @anthropic-ai/claude-agent-sdk, for wiretrial.
// It calls the SDK as a user of it would, knows no scenario, and looks for what the installed release offers instead of asking for
// its version. What the SDK cannot do is refused, never imitated.
import * as sdk from '@anthropic-ai/claude-agent-sdk'
import * as offers from './offers.mjs'
import { ADAPTER_FAULT, Cancelled, Channel, Operation, Refusal, SDK_FAILED, UNKNOWN_METHOD, Unserializable, UserError, unsupported } from './rpc.mjs'

const zod = await import('zod').catch(() => undefined) // its users bring it to declare tools

// Options whose value is handed over as it is, under their names in camelCase unless RENAMED says otherwise.
const PLAIN = new Set([
  'env', 'model', 'permission_mode', 'system_prompt', 'resume', 'max_turns', 'include_partial_messages', 'tools', 'setting_sources',
  'supported_dialog_kinds', 'fallback_model', 'effort', 'permission_prompt_tool_name', 'permission_prompts', 'session_id', 'resume_session_at',
  'resume_drops_turn', 'settings', 'agent', 'debug_file', 'title', 'plan_mode_instructions', 'project_config_root', 'mcp_servers_delivery',
  'plugin_delivery', 'max_budget_usd', 'include_hook_events', 'strict_mcp_config', 'continue_conversation', 'fork_session', 'persist_session',
  'enable_file_checkpointing', 'forward_subagent_text', 'verbatim_prompts', 'prompt_suggestions', 'agent_progress_summaries',
  'per_task_stop_affordance', 'allow_dangerously_skip_permissions', 'debug', 'allowed_tools', 'disallowed_tools', 'betas', 'add_dirs',
  'executable_args', 'task_budget', 'thinking', 'skills', 'agents', 'sandbox', 'managed_settings', 'plugins', 'output_format', 'extra_args',
  'tool_aliases', 'tool_config', 'session_store_flush', 'load_timeout_ms',
])
const RENAMED = { continue_conversation: 'continue', add_dirs: 'additionalDirectories' }
// Options whose values have names of this contract's in them.
const NAMED = ['system_prompt', 'thinking']

const camel = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())

/** An object of the contract with the SDK's names. */
const camels = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) => [camel(key), value]))

/** The SDK's name of an option and its value for it, if the release has the option and that form of it. */
function plain(option, value) {
  const name = RENAMED[option] ?? camel(option)
  if (!PLAIN.has(option) || !offers.options.has(name)) return undefined
  if (option === 'plugins') {
    const given = value.map(camels)
    return given.every((each) => Object.keys(each).every((key) => key === 'type' || key === 'path' || offers.plugin.has(key))) ? [name, given] : undefined
  }
  if (!NAMED.includes(option) || typeof value !== 'object' || Array.isArray(value)) return [name, value]
  const given = camels(value)
  return offers.takes(name, given) ? [name, given] : undefined
}
// Callback -> the SDK's option.
const CALLBACKS = { can_use_tool: 'canUseTool', elicitation: 'onElicitation', user_dialog: 'onUserDialog' }
// Operation -> the method of the Query, the parameters that it can take, and the call.
const CALLS = {
  interrupt: ['interrupt', [], (query) => query.interrupt()],
  set_model: ['setModel', ['model'], (query, { model }) => query.setModel(model)],
  set_permission_mode: ['setPermissionMode', ['mode'], (query, { mode }) => query.setPermissionMode(mode)],
  set_mcp_permission_mode_override: ['setMcpPermissionModeOverride', ['server', 'mode'],
    (query, { server, mode }) => query.setMcpPermissionModeOverride(server, mode)],
  set_max_thinking_tokens: ['setMaxThinkingTokens', ['max_thinking_tokens', 'thinking_display'],
    (query, { max_thinking_tokens, thinking_display }) => query.setMaxThinkingTokens(max_thinking_tokens, thinking_display)],
  apply_flag_settings: ['applyFlagSettings', ['settings'], (query, { settings }) => query.applyFlagSettings(settings)],
  update_settings: ['updateSettings', ['source', 'settings'], (query, { source, settings }) => query.updateSettings(source, settings)],
  server_info: ['initializationResult', [], (query) => query.initializationResult()],
  mcp_status: ['mcpServerStatus', [], async (query) => ({ mcpServers: await query.mcpServerStatus() })],
  get_context_usage: ['getContextUsage', ['detail'], (query, options) => query.getContextUsage(...some(options))],
  get_usage: ['usage_EXPERIMENTAL_MAY_CHANGE_DO_NOT_RELY_ON_THIS_API_YET', ['skip_behaviors'],
    (query, options) => query.usage_EXPERIMENTAL_MAY_CHANGE_DO_NOT_RELY_ON_THIS_API_YET(...some(options))],
  read_file: ['readFile', ['path', 'max_bytes', 'encoding'], (query, { path, ...options }) => query.readFile(path, ...some(options))],
  seed_read_state: ['seedReadState', ['path', 'mtime'], (query, { path, mtime }) => query.seedReadState(path, mtime)],
  reload_plugins: ['reloadPlugins', ['hold_on_cache_impact', 'add_plugins', 'refuse_if_busy'], (query, options) => query.reloadPlugins(...some(options))],
  reload_skills: ['reloadSkills', [], (query) => query.reloadSkills()],
  reload_output_styles: ['reloadOutputStyles', [], (query) => query.reloadOutputStyles()],
  stop_task: ['stopTask', ['task_id'], (query, { task_id }) => query.stopTask(task_id)],
  background_tasks: ['backgroundTasks', ['tool_use_id'], async (query, { tool_use_id }) => ({ backgrounded: await query.backgroundTasks(tool_use_id) })],
  mcp_reconnect: ['reconnectMcpServer', ['server'], (query, { server }) => query.reconnectMcpServer(server)],
  mcp_toggle: ['toggleMcpServer', ['server', 'enabled'], (query, { server, enabled }) => query.toggleMcpServer(server, enabled)],
  mcp_read_resource: ['readMcpResource', ['server', 'uri'], (query, { server, uri }) => query.readMcpResource(server, uri)],
  mcp_set_servers: ['setMcpServers', ['servers'], (query, { servers }) => query.setMcpServers(servers)],
  rewind_files: ['rewindFiles', ['user_message_id', 'dry_run'],
    (query, { user_message_id, ...options }) => query.rewindFiles(user_message_id, ...some(options))],
}

/** An options argument with the SDK's names, or none. */
function some(options) {
  return Object.keys(options).length > 0 ? [camels(options)] : []
}

// What a callback's options are called on the wire, beyond camelCase to snake_case.
const WIRE = { suggestions: 'permission_suggestions', toolUseID: 'tool_use_id', agentID: 'agent_id', serverName: 'mcp_server_name' }

/** The SDK's names of an object's members, as they are on the wire. */
function wired(members) {
  const snake = (key) => WIRE[key] ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [snake(key), value]))
}

const features = [
  'connect', 'query', 'receive', 'prompt', 'break', 'disconnect', 'abort', 'reconnect', 'prompt.stream', 'prompt.pull',
  'interrupt.answered', 'concurrent.any', 'context.task', 'context.callback', 'cancel.sdk', 'env.replace', 'shape.raw', 'yields.unknown',
  'callback.can_use_tool', 'callback.hook', 'callback.throws', 'callback.unserializable', 'callback.withdrawn', 'stderr',
  ...(zod && sdk.createSdkMcpServer ? ['callback.mcp_tool', 'mcp_send'] : []),
  ...(offers.options.has('onElicitation') ? ['callback.elicitation'] : []),
  ...(offers.options.has('sessionStore') ? ['callback.session_store'] : []),
  ...(offers.options.has('onUserDialog') ? ['callback.user_dialog'] : []),
  ...Object.keys(CALLS).filter((name) => offers.methods.has(CALLS[name][0])),
]

/** How an error is reported: by the SDK's type and properties first, documented text next. */
function failure(error, method) {
  const message = String(error?.message ?? error)
  // The bundle's class names are minified; what it exports has a name.
  const type = sdk.AbortError && error instanceof sdk.AbortError ? 'AbortError' : error?.name ?? typeof error
  const data = { kind: kindOf(error, message, method), type }
  if (typeof error?.exitCode === 'number') data.exit_code = error.exitCode
  if (typeof error?.signal === 'string') data.signal = error.signal
  return { code: SDK_FAILED, message, data }
}

function kindOf(error, text, method) {
  if (error instanceof Cancelled || (sdk.AbortError && error instanceof sdk.AbortError)) return 'cancelled'
  if (error instanceof UserError) return 'prompt_error'
  if (typeof error?.exitCode === 'number' || typeof error?.signal === 'string') return 'process_exit'
  const known = [
    [/binary not found at|executable not found at|^Native CLI binary .* not found/, 'cli_not_found'],
    [/exists but failed to launch|^spawn /, 'spawn'], [/^Claude Code process (exited with code|terminated by signal)/, 'process_exit'],
    [/^Claude Code returned an error result/, 'result_error'], [/^Query closed before response received/, 'closed'],
    [/not ready for writing/, 'not_ready'], [/^Operation aborted|process aborted by user/, 'cancelled'],
    [/^Claude Code did not answer initialize|did not complete within/, 'timeout'],
  ]
  for (const [pattern, kind] of known) if (pattern.test(text)) return kind
  if (error?.thrownByQuery) return 'invalid_option'
  // The SDK raises the CLI's refusal of a control request as an Error with the CLI's text.
  return method === 'connect' || method in CALLS ? 'control_error' : 'other'
}

/** An async iterable that a program pushes its prompts into, as the streaming input mode wants. */
class Prompts {
  #items = []
  #wake = () => {}
  #ended = false

  push(...items) {
    this.#items.push(...items)
    this.#wake()
  }

  end() {
    this.#ended = true
    this.#wake()
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.shift()
      if (this.#ended) return
      await new Promise((resolve) => (this.#wake = resolve))
    }
  }
}

/** A tool's schema in the shape that the SDK's tool() takes: one zod type for each property. */
function shapeOf(schema) {
  const types = { string: () => zod.z.string(), number: () => zod.z.number(), integer: () => zod.z.number().int(), boolean: () => zod.z.boolean() }
  const entries = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const type = types[property.type]?.() ?? (property.type === 'array' ? zod.z.array(zod.z.any()) : zod.z.any())
    return [name, schema.required?.includes(name) ? type : type.optional()]
  })
  return Object.fromEntries(entries)
}

/** Gives, where the harness wants an answer that JSON cannot hold, one with a BigInt in it. */
function orBigInt(name) {
  const answers = {
    can_use_tool: { behavior: 'allow', updatedInput: { n: 1n } }, hook: { systemMessage: 1n },
    elicitation: { action: 'accept', content: { n: 1n } }, user_dialog: { behavior: 'completed', result: { n: 1n } },
  }
  return (error) => {
    if (error instanceof Unserializable) return answers[name]
    throw error
  }
}

/** What the harness calls a client: the options, and the Query made with them. */
class Session {
  left = [] // reads that a cancelled receive had begun

  constructor(name, channel, servers, params) {
    this.name = name
    this.channel = channel
    this.servers = servers
    this.wishes = params.options ?? {}
    this.options = { cwd: params.cwd, pathToClaudeCodeExecutable: this.wishes.cli_path ?? params.cli_path }
    for (const [option, value] of Object.entries(this.wishes)) {
      const known = plain(option, value)
      if (known) this.options[known[0]] = known[1]
      else if (option !== 'cli_path') this.#set(option, value)
    }
    for (const key of Object.keys(this.options)) if (this.options[key] === undefined) delete this.options[key]
  }

  #set(option, value) {
    const setters = {
      callbacks: (names) => names.forEach((name) => {
        if (!offers.options.has(CALLBACKS[name])) throw unsupported(`callbacks.${name}`)
        this.options[CALLBACKS[name]] = name === 'can_use_tool' ? (...given) => this.#canUseTool(...given)
          : (request, { signal } = {}) => this.#ask(name, wired(request), signal).catch(orBigInt(name))
      }),
      hooks: (hooks) => (this.options.hooks = this.#hooks(hooks)),
      mcp_servers: (servers) => this.#servers(Object.fromEntries(servers.map((server) => [server.name, this.#server(server)]))),
      external_mcp_servers: (servers) => this.#servers(servers),
      stderr: (wish) => {
        let raises = wish === true ? undefined : wish.raise // on the first call only
        this.options.stderr = (text) => {
          this.channel.notify('stderr', { client: this.name, text })
          const message = raises
          raises = undefined
          if (message !== undefined) throw new Error(message)
        }
      },
    }
    setters.session_store = (methods) => (this.options.sessionStore = this.#store(methods))
    if (option === 'session_store' && !offers.options.has('sessionStore')) throw unsupported(option)
    if (!(option in setters) || (option === 'mcp_servers' && !zod)) throw unsupported(option)
    setters[option](value)
  }

  #servers(servers) {
    this.options.mcpServers = { ...this.options.mcpServers, ...servers }
  }

  #hooks(hooks) {
    const events = {}
    for (const { id, event, matcher, timeout_ms, on_failure } of hooks) {
      if (on_failure && !offers.matcher.has('onFailure')) throw unsupported('hooks.on_failure')
      const callback = async (input, tool_use_id, { signal } = {}) => // a function without a return gives no null
        (await this.#ask('hook', { hook: id, input, tool_use_id }, signal).catch(orBigInt('hook'))) ?? undefined
      const entry = { hooks: [callback], ...(matcher && { matcher }), ...(timeout_ms && { timeout: timeout_ms / 1000 }),
        ...(on_failure && { onFailure: on_failure }) }
      ;(events[event] ??= []).push(entry)
    }
    return events
  }

  /** A store with these methods and no other, as the SDK asks a store what it has. */
  #store(methods) {
    const ask = (args) => this.#ask('session_store', args)
    const has = {
      append: async (key, entries) => void (await ask({ method: 'append', key: wired(key), entries })),
      load: async (key) => (await ask({ method: 'load', key: wired(key) })).entries,
      list_sessions: async (projectKey) => (await ask({ method: 'list_sessions', project_key: projectKey })).sessions
        .map(({ session_id, mtime }) => ({ sessionId: session_id, mtime })),
      list_subkeys: async (key) => (await ask({ method: 'list_subkeys', key: wired(key) })).subkeys,
    }
    return Object.fromEntries(methods.map((method) => [camel(method), has[method]]))
  }

  #server({ name, own_name = name, tools, instance }) {
    const build = () => sdk.createSdkMcpServer({ name: own_name, tools: tools.map((tool) => sdk.tool(tool.name, tool.description, shapeOf(tool.inputSchema),
      (given, extra) => this.#ask('mcp_tool', { server: name, tool: tool.name, arguments: given }, extra?.signal, extra))) })
    if (instance === undefined) return build()
    if (!this.servers.has(instance)) this.servers.set(instance, build())
    return this.servers.get(instance)
  }

  #canUseTool(tool_name, input, { signal, ...rest }) {
    return this.#ask('can_use_tool', { tool_name, input, ...wired(rest) }, signal).catch(orBigInt('can_use_tool'))
  }

  #ask(name, args, signal, inside) {
    return this.channel.ask('callback', { client: this.name, name, args }, signal, inside)
  }

  /** A tool speaks to the CLI while it runs, by what its handler is given beside the arguments. */
  async mcp_send(operation, { method, params }) {
    const extra = this.channel.inside(operation)
    if (!extra) throw unsupported('on')
    if (method.startsWith('notifications/')) await extra.sendNotification({ method, params })
    else return { value: await extra.sendRequest({ method, params }, zod.z.object({}).passthrough()) }
    return { value: null }
  }

  async *#stream(stream) {
    for (;;) {
      const answer = await this.channel.ask('prompt.next', { client: this.name, stream })
      if (answer.done) return
      yield answer.item
    }
  }

  /** Calls the SDK's query(), with an AbortController as a program that may want to abort has it. */
  #open(prompt, cancelled) {
    this.controller = new AbortController()
    if (cancelled) this.controller.abort()
    try {
      this.queried = sdk.query({ prompt, options: { ...this.options, abortController: this.controller } })
    } catch (error) {
      throw Object.assign(error, { thrownByQuery: true })
    }
    return this.queried
  }

  #message(text, session_id = '') {
    return { type: 'user', message: { role: 'user', content: text }, parent_tool_use_id: null, session_id }
  }

  async connect(operation, { prompt, await: until = 'ready', cancelled }) {
    this.prompts = typeof prompt === 'object' ? undefined : new Prompts()
    const query = this.#open(this.prompts ?? this.#stream(prompt.stream), cancelled)
    if (typeof prompt === 'string') this.prompts.push(this.#message(prompt))
    operation.cancelled.signal.addEventListener('abort', () => this.controller.abort())
    try {
      // Older releases have no other way to wait for the CLI's answer to initialize.
      if (until === 'ready') await (offers.methods.has('initializationResult') ? query.initializationResult() : query.supportedCommands())
      return {}
    } catch (error) {
      await this.disconnect() // a Query that is of no use is left, as by a finally
      throw error
    }
  }

  async query(operation, { prompt, session_id }) {
    if (typeof prompt === 'object') await operation.unlessCancelled(this.queried.streamInput(this.#stream(prompt.stream)))
    else this.prompts.push(this.#message(prompt, session_id))
    return {}
  }

  async prompt(operation, { prompt, until, pull, cancelled }) {
    const query = this.#open(typeof prompt === 'object' ? this.#stream(prompt.stream) : prompt, cancelled)
    if (pull) return {}
    operation.cancelled.signal.addEventListener('abort', () => this.controller.abort())
    let count = 0
    for await (const message of query) {
      this.#forward(operation, message)
      if (++count === until) return { count, end: 'count' } // leaves the loop
    }
    return { count, end: 'eof' }
  }

  #forward(operation, message) {
    this.channel.notify('message', { client: this.name, op: operation.id, message })
  }

  async receive(operation, { until }) {
    for (let count = 0; ; ) {
      if (count === until) return { count, end: 'count' }
      const read = this.left.shift() ?? this.queried.next()
      try {
        const { value, done } = await operation.unlessCancelled(read)
        if (done) return { count, end: 'eof' }
        this.#forward(operation, value)
        count++
        if (until === 'result' && value?.type === 'result') return { count, end: 'result' }
      } catch (error) {
        if (error instanceof Cancelled) this.left.push(read)
        read.catch(() => {}) // the next receive sees how it ends
        throw error
      }
    }
  }

  async break() {
    await this.queried.return()
    return {}
  }

  /** Ends the input and leaves the iterator, which waits for the CLI to exit. */
  async disconnect() {
    this.prompts?.end()
    await this.queried.return()
    return {}
  }

  async abort() {
    this.controller.abort()
    return {}
  }

  async call(operation, params) {
    const [, takes, call] = CALLS[operation.method]
    const { client, on, ...given } = params
    const lacking = Object.keys(given).filter((name) => !takes.includes(name))
    if (lacking.length > 0) throw unsupported(...lacking)
    const value = await operation.unlessCancelled(call(this.queried, given))
    return { value: value ?? null }
  }
}

const channel = new Channel(failure), sessions = new Map(), servers = new Map()

const general = {
  hello: () => ({
    protocol: 1, adapter: { name: 'typescript', version: '1' }, features, chatter: [],
    sdk: { name: offers.PACKAGE, version: offers.version, language: 'typescript', runtime: `node ${process.version}` },
    idiom: 'for await over query(); the client is query() with a prompt stream kept open, and control calls are methods of the Query',
  }),
  alive: () => ({}),
  open: ({ client, ...params }) => {
    sessions.set(client, new Session(client, channel, servers, params))
    return {}
  },
  close: async ({ client }) => {
    await channel.abandon(client)
    sessions.delete(client)
    if (sessions.size === 0) servers.clear()
    return {}
  },
}

function handle(operation, params) {
  const { method } = operation
  if (method in general) return general[method](params)
  if (!features.includes(method)) throw new Refusal(UNKNOWN_METHOD, `the SDK has no ${method}`)
  const session = sessions.get(params.client)
  if (!session) throw new Refusal(ADAPTER_FAULT, `client ${params.client} is not open`)
  return method in CALLS ? session.call(operation, params) : session[method](operation, params)
}

// What escapes from the SDK into its host would have ended a user's program: it is reported, and the adapter goes on.
const escaped = (error) => channel.notify('host_error', { message: String(error?.message ?? error).slice(0, 65536), type: error?.name ?? typeof error })
process.on('uncaughtException', escaped)
process.on('unhandledRejection', escaped)

channel.serve((message) => channel.start(new Operation(channel, message), async (operation, params) => handle(operation, params)))
