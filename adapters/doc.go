// Package adapters knows the SDKs that wiretrial can drive by name: where their adapters' sources are (embedded here), which release
// is pinned, and how to get one: the SDK is installed by the user's own package manager, once, into a cache.
//
// It is not an adapter, does not speak the adapter contract (package contract) and starts no adapter: an Installation is the command
// that does. The adapter of our own client is built in and no business of this package. Pins are the files NAME/pin; CONTRIBUTING says
// how they are raised.
package adapters
