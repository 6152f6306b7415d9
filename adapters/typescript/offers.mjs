// What the installed release of the SDK offers, read from the declarations that it ships for its users.
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'

export const PACKAGE = '@anthropic-ai/claude-agent-sdk'

const main = createRequire(import.meta.url).resolve(PACKAGE)
const root = main.slice(0, main.lastIndexOf(path.join(PACKAGE)) + PACKAGE.length)

export const version = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version

function declarations(folder, depth) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return depth > 0 && entry.name !== 'node_modules' ? declarations(file, depth - 1) : []
    return entry.name.endsWith('.d.ts') ? [fs.readFileSync(file, 'utf8')] : []
  })
}

/** The names that `member` finds in every block that begins with `start` and ends with a brace in the first column. */
function members(start, member) {
  const names = declarations(root, 2).flatMap((text) => [...text.matchAll(start)].flatMap((found) => {
    const block = text.slice(found.index, text.indexOf('\n}', found.index))
    return [...block.matchAll(member)].map((each) => each[1])
  }))
  return new Set(names)
}

/** The methods of Query. */
export const methods = members(/interface Query\b/g, /^ {4}(\w+)\(/gm)

/** The options of query(). */
export const options = members(/type Options\b/g, /^ {4}(\w+)\??:/gm)

/** What a matcher of hooks may have. */
export const matcher = members(/interface HookCallbackMatcher\b/g, /^ {4}(\w+)\??:/gm)

/** What a plugin may have. */
export const plugin = members(/type SdkPluginConfig\b/g, /^ {4}(\w+)\??:/gm)

/** The objects that an option, or the type of its name, may be: for each its `type` and its members. */
function forms(name) {
  const type = name[0].toUpperCase() + name.slice(1)
  const starts = [new RegExp(`^ {4}${name}\\?: [^;]*`, 'gm'), new RegExp(`type ${type}(Adaptive|Enabled|Disabled) = \\{[^}]*`, 'g')]
  return declarations(root, 2).flatMap((text) => starts.flatMap((start) => [...text.matchAll(start)].flatMap((found) => {
    const end = found[0].startsWith('    ') ? /^ {4}\w|^\}/m : /^\}/m
    const rest = text.slice(found.index + found[0].length)
    const block = found[0] + rest.slice(0, rest.search(end))
    return block.split(/\{/).slice(1).map((body) => ({ type: body.match(/type: '(\w+)'/)?.[1], members: [...body.matchAll(/^ *(\w+)\??:/gm)].map((each) => each[1]) }))
  })))
}

/** Whether an option may be such an object. */
export function takes(name, value) {
  return forms(name).some((form) => form.type === value.type && Object.keys(value).every((key) => form.members.includes(key)))
}
