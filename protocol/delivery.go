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

// DeliveryOf returns the class of a message by its type and subtype. Types that are not known are MayDeliver.
func DeliveryOf(typ, subtype string) Delivery {
	switch typ {
	case TypeAssistant, TypeUser, TypeResult, TypeStreamEvent:
		return MustDeliver
	case TypeSystem:
		if subtype == "init" {
			return MustDeliver
		}
	case TypeControlRequest, TypeControlResponse, TypeControlCancel, TypeKeepAlive, TypeTranscriptMirror:
		return Never
	}
	return MayDeliver
}
