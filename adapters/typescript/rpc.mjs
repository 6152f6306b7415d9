// The harness's side of a JavaScript adapter: JSON-RPC 2.0, one object a line, and where operations run.
// It knows the adapter contract and no SDK. Everything about an SDK is in adapter.mjs.
import fs from 'node:fs'
import net from 'node:net'

export const UNKNOWN_METHOD = -32601, INVALID_PARAMS = -32602, SDK_FAILED = -32000, ADAPTER_FAULT = -32002, CALLBACK_ODD = -32051

/** An error that is answered under its own JSON-RPC code. */
export class Refusal extends Error {
  constructor(code, message, data = {}) {
    super(message)
    this.code = code
    this.data = data
  }
}

export const unsupported = (...names) => new Refusal(INVALID_PARAMS, `no such option: ${names.join(', ')}`, { unsupported: names })

/** What the harness wants the user's callback or prompt stream to raise. */
export class UserError extends Error {}

/** The harness wants the user's callback to answer with a value that JSON has not. */
export class Unserializable extends Error {}

/** The harness cancelled this operation, and the SDK has no way to be told. */
export class Cancelled extends Error {}

/**
 * Takes the channel off descriptors 0 and 1, so that nothing else prints on it: they become /dev/null and stderr. Where the
 * descriptors are no pipes (a socket cannot be opened again) they stay where they are.
 */
function descriptors() {
  try {
    const input = fs.openSync('/dev/fd/0', 'r'), output = fs.openSync('/dev/fd/1', 'w'), errors = fs.openSync('/dev/fd/2', 'w')
    fs.closeSync(0)
    fs.openSync('/dev/null', 'r') // the lowest free descriptor is 0
    fs.closeSync(1)
    fs.openSync('/dev/fd/2', 'w')
    fs.closeSync(errors)
    return [input, output]
  } catch {
    process.stdout.write = process.stderr.write.bind(process.stderr)
    return [0, 1]
  }
}

/** One request of the harness, settled exactly once. Its context is the chain of operations that it waits for. */
export class Operation {
  #settled = false

  constructor(channel, message) {
    this.channel = channel
    this.id = message.id
    this.method = message.method
    this.params = message.params ?? {}
    this.cancelled = new AbortController() // aborted by $/cancelRequest
    this.done = new Promise((resolve) => (this.finish = resolve))
  }

  async run(handler) {
    try {
      this.settle({ result: await handler(this, this.params) })
    } catch (error) {
      this.fail(error)
    }
  }

  fail(error) {
    const { code, message, data } = error instanceof Refusal ? error : this.channel.failure(error, this.method)
    this.settle({ error: { code, message: message.slice(0, 65536), data } })
  }

  settle(outcome) {
    if (this.#settled) return
    this.#settled = true
    this.channel.running.delete(this.id)
    this.channel.send({ id: this.id, ...outcome })
    this.finish()
  }

  /** The promise's outcome, unless the operation is cancelled before it has one. */
  async unlessCancelled(promise) {
    const { signal } = this.cancelled
    let stop
    const cancelled = new Promise((_, reject) => {
      stop = () => reject(new Cancelled('cancelled'))
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
    })
    try {
      return await Promise.race([promise, cancelled])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** The connection to the harness. failure(error, method) tells how an error is reported. */
export class Channel {
  running = new Map()
  #asked = new Map()
  #tasks = new Map()
  #count = 0

  constructor(failure) {
    this.failure = failure
    const [input, output] = descriptors()
    this.output = output
    this.input = new net.Socket({ fd: input, readable: true, writable: false })
  }

  send(message) {
    let line = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n')
    while (line.length > 0) {
      try {
        line = line.subarray(fs.writeSync(this.output, line))
      } catch (error) {
        if (error.code === 'EPIPE') return // a harness that has gone needs no answer
        if (error.code !== 'EAGAIN') throw error
      }
    }
  }

  notify(method, params) {
    this.send({ method, params })
  }

  /** Asks the harness. An aborted signal withdraws the question. `inside` is what an operation inside the callback gets to see of it. */
  ask(method, params, signal, inside) {
    const id = `a${++this.#count}`
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject, inside })
      this.send({ id, method, params })
      signal?.addEventListener('abort', () => {
        if (!this.#asked.delete(id)) return
        this.notify('$/cancelRequest', { id })
        reject(signal.reason)
      })
    })
  }

  /** What the pending callback that an operation runs in has given for it. */
  inside(operation) {
    return this.#asked.get((operation.params.on ?? '').split(':')[1])?.inside
  }

  /** Begins an operation where its `on` says: a named task runs one at a time, anything else at once. */
  start(operation, handler) {
    this.running.set(operation.id, operation)
    const [kind, name] = (operation.params.on ?? '').split(':')
    if (kind === '' || (kind === 'callback' && this.#asked.has(name))) return void operation.run(handler)
    if (kind !== 'task') return operation.fail(unsupported('on'))
    const before = this.#tasks.get(name) ?? Promise.resolve()
    this.#tasks.set(name, before.then(() => operation.run(handler)))
  }

  /** Cancels what is in flight for a client; what does not end soon is answered all the same. */
  async abandon(client) {
    const mine = [...this.running.values()].filter((op) => op.params.client === client && op.method !== 'close')
    for (const operation of mine) operation.cancelled.abort()
    let timer
    const late = new Promise((resolve) => (timer = setTimeout(resolve, 2000)))
    await Promise.race([Promise.all(mine.map((operation) => operation.done)), late])
    clearTimeout(timer)
    for (const operation of mine) operation.fail(new Cancelled('cancelled at close'))
    if (this.running.size <= 1) this.#tasks.clear()
  }

  /** Reads lines until the harness closes the channel; dispatch(message) begins a request. What fails in here is the adapter's own fault. */
  serve(dispatch) {
    let rest = []
    this.input.on('data', (chunk) => {
      let from = 0
      for (let at; (at = chunk.indexOf(10, from)) >= 0; from = at + 1) {
        this.#take(Buffer.concat([...rest, chunk.subarray(from, at)]), dispatch)
        rest = []
      }
      rest.push(chunk.subarray(from))
    })
    this.input.on('close', () => process.exit(0)) // a normal exit, so that the SDK's exit hooks run
  }

  #take(line, dispatch) {
    try {
      this.#receive(JSON.parse(line), dispatch)
    } catch (error) {
      console.error(error)
      process.exit(1)
    }
  }

  #receive(message, dispatch) {
    if (message.method === '$/cancelRequest') return this.running.get(message.params.id)?.cancelled.abort()
    if (message.method) return dispatch(message)
    const asked = this.#asked.get(message.id)
    this.#asked.delete(message.id)
    if (message.error?.code === CALLBACK_ODD) asked?.reject(new Unserializable())
    else if (message.error) asked?.reject(new UserError(message.error.message))
    else asked?.resolve(message.result)
  }
}
