package protocol

// Delivery says what a consumer may expect of a message that the CLI wrote: law 2 of every scenario.
type Delivery string

// The delivery classes.
const (
	// Must reach the consumer: once, in the order written, unaltered as far as the SDK shows it.
	MustDeliver Delivery = "must"
	// May reach the consumer. If it does, it must agree with what was written.
	MayDeliver Delivery = "may"
	// Never reaches the consumer: the line is for the SDK itself.
	Never Delivery = "never"
)

// DeliveryOf returns the class of a message by its type and subtype. Kinds that are not known are MayDeliver; every control line is
// Never, and every result MustDeliver, whatever its subtype. [MessageKinds] has the classes of the known kinds with their sources.
//
// Must are the kinds that make up a conversation: both official SDKs document them and deliver them (ts:MSG-01). May are all others of the
// union, because an SDK is free to leave out what it has no type for (ts:MSG-02), and some do. Never are the lines that answer to the SDK
// alone (ts:MSG-03).
func DeliveryOf(typ, subtype string) Delivery {
	switch typ {
	case TypeAssistant, TypeUser, TypeResult, TypeStreamEvent:
		return MustDeliver
	case TypeSystem:
		if subtype == SystemInit {
			return MustDeliver
		}
	case TypeControlRequest, TypeControlResponse, TypeControlCancel, TypeKeepAlive, TypeTranscriptMirror:
		return Never
	}
	return MayDeliver
}
