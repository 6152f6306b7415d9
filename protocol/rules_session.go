package protocol

func lawRules() []Rule {
	return []Rule{
		everywhere("LAW-01", LevelMust, ClassWire,
			"Each line that an SDK writes is one JSON object in UTF-8 that fits the schema, and each is one that its user or the CLI asked for.",
			"lines", "py:85 py:86 ts:FRAME-18 cli:9"),
		everywhere("LAW-02", LevelMust, ClassLoss,
			"The consumer gets what the CLI wrote: once, in order and unaltered, as far as the SDK shows it.",
			"delivery", "py:88 py:108 ts:MSG-01 ts:MSG-09"),
		everywhere("LAW-03", LevelMust, ClassHang,
			"Every call of the SDK returns, and returns without an error unless there was a reason for one.",
			"operations", "py:88 ts:REQ-07"),
		everywhere("LAW-04", LevelMust, ClassWrong,
			"A callback runs when the CLI asks for it, once for each request, and at no other time.",
			"callbacks", "py:145 ts:CTL-01"),
		everywhere("LAW-05", LevelMust, ClassLoss,
			"An SDK sends its CLI no signal before it has a reason to end it.",
			"process", "B029 py:189"),
		everywhere("LAW-06", LevelMust, ClassLeak,
			"After a session no process, descriptor or temporary file of it is left.",
			"the end", "B177 B178 B180 py:205 ts:LIFE-33"),
	}
}

func framingRules() []Rule {
	return []Rule{
		rule("FRM-01", LevelMust, ClassLoss,
			"A frame is one line however the reads cut it: its pieces are joined byte by byte, and nothing at a cut is trimmed.",
			"B092 B099 py#53 py#1083 py:65 py:66 py:67 ts:FRAME-01 ts:FRAME-02 cli:11"),
		rule("FRM-02", LevelMust, ClassLoss,
			"A line feed and nothing else ends a frame: frames that share a read are all delivered; a carriage return, U+2028, U+2029 and U+0085 end nothing.",
			"B093 B105 B106 py#5 py#1092 py:61 py:64 py:68 ts:FRAME-06 ts:FRAME-08 ts:FRAME-10"),
		rule("FRM-03", LevelMust, ClassLoss,
			"A frame above 1 MiB is delivered, or refused by an error that names the limit; a limit counts one line and never the bytes of all.",
			"B094 B096 B097 py#98 py:75 py:76 py:77 ts:FRAME-03"),
		rule("FRM-04", LevelMust, ClassLoss,
			"A character split between two reads is one character; a byte that is no UTF-8 costs at most its own line.",
			"B103 B104 py#615 py:65 py:80 ts:FRAME-12 ts:FRAME-13"),
		rule("FRM-05", LevelMust, ClassLoss,
			"A line on stdout that is not JSON is skipped and harms no frame around it.",
			"B100 py#347 py#723 py:62 ts:FRAME-09"),
		rule("FRM-06", LevelShould, ClassLoss,
			"Control bytes of a terminal in front of a frame do not swallow the frame.",
			"B101 py#678"),
		rule("FRM-07", LevelMust, ClassLoss,
			"A frame that is broken is reported or skipped, and the next one is not lost with it.",
			"B102 py#1083 py:73 py:74 ts:FRAME-09"),
		rule("FRM-08", LevelShould, ClassLoss,
			"What stands behind the last line feed when stdout ends is a message if it is whole, and never one if it is not.",
			"B107 B108 cc#77112 py:70 py:71 py:72 ts:FRAME-14 ts:FRAME-15"),
		rule("FRM-09", LevelMust, ClassLoss,
			"The type of a frame is read from its key, wherever that stands in the object.",
			"cli:11"),
	}
}

func handshakeRules() []Rule {
	return []Rule{
		rule("INI-01", LevelMust, ClassWire,
			"The first line on stdin is one initialize request with an id, and no prompt overtakes it.",
			"B125 py:1 ts:INIT-01 cli:2"),
		everywhere("INI-02", LevelMust, ClassWire,
			"Initialize is sent once in a session.",
			"lines", "py:1 cli:2"),
		rule("INI-03", LevelMust, ClassMisreport,
			"A refused initialize reaches the caller with the CLI's text, and leaves no process behind.",
			"B083 py:7 py:205 ts:INIT-06"),
		rule("INI-04", LevelMust, ClassHang,
			"A CLI that dies before it answered initialize fails the start at once, with its exit code or its own reason.",
			"B063 py#388 py#1198 py:16 py:18 ts:INIT-08"),
		rule("INI-05", LevelShould, ClassHang,
			"An initialize that is never answered ends in a timeout.",
			"B064 B065 py:9 ts:INIT-04 ts:INIT-05"),
		rule("INI-06", LevelMust, ClassLoss,
			"Messages written before the answer to initialize are kept and delivered in order.",
			"B016 py:13 py:14 ts:INIT-09"),
		rule("INI-07", LevelMust, ClassHang,
			"A request of the CLI is answered although initialize is still open.",
			"py:15 ts:INIT-13 ts:INIT-14 cli:2"),
		rule("INI-08", LevelMust, ClassHang,
			"The first prompt does not wait for system/init: the CLI writes that only after a prompt.",
			"B049 cli:2 cli:3"),
		rule("INI-09", LevelShould, ClassWrong,
			"What initialize answered can be asked of the client, as it was answered.",
			"py:109 cli:2"),
	}
}

func stdinRules() []Rule {
	return []Rule{
		rule("STD-01", LevelMust, ClassLoss,
			"As long as a turn runs in which the CLI may ask for a callback, stdin stays open: neither the end of the prompt nor a timer closes it.",
			"B001 B002 B007 B008 py#266 py#295 py#386 py#731 py#1105 ts#348 py:143 py:178 py:179 ts:LIFE-02 ts:LIFE-03"),
		rule("STD-02", LevelMust, ClassLoss,
			"A result is not the end of the run while an agent is still at work, its follow-up is due or a prompt has not had its result.",
			"B003 B004 B006 py#1088 py#1212 ts#369 ts#385 ts#438 py:180 ts:LIFE-05 cli:15.1"),
		rule("STD-03", LevelMust, ClassHang,
			"A background task that is no agent does not keep stdin open after the last result.",
			"B005 py#1103 py:182"),
		rule("STD-04", LevelShould, ClassMisreport,
			"A request that arrives together with the result crashes nothing, and the result is delivered.",
			"B010 ts#148 py:185"),
	}
}

func inputRules() []Rule {
	return []Rule{
		rule("INP-01", LevelShould, ClassMisreport,
			"The error of a failing prompt stream reaches the caller, and stdin ends.",
			"B081 py#1109 py:187 ts:LIFE-28"),
		rule("INP-02", LevelMust, ClassHang,
			"A prompt stream may wait for the answer to one message before it yields the next.",
			"B050 ts:LIFE-06"),
		rule("INP-03", LevelShould, ClassLoss,
			"A run whose prompt stream is empty still serves the tools that it brought.",
			"B009 py#1227"),
	}
}

func turnRules() []Rule {
	return []Rule{
		rule("TRN-01", LevelShould, ClassWrong,
			"Reading one turn does not stop at a result while an agent of that turn is still at work.",
			"B020 py#1138"),
		rule("TRN-02", LevelMust, ClassHang,
			"A turn ends with its result, whether or not an idle event follows.",
			"B055 B060 cc#57839 cli:15.1"),
		rule("TRN-03", LevelMust, ClassLoss,
			"A one-shot run delivers every result until the CLI ends, not only the first.",
			"B059 B131 py:103 ts:MSG-08"),
		rule("TRN-04", LevelShould, ClassWrong,
			"What arrives between two turns is not taken for the answer to the second.",
			"B021 py#788"),
	}
}

func driftRules() []Rule {
	return []Rule{
		rule("DRF-01", LevelMust, ClassRefused,
			"A message of an unknown type or subtype ends nothing: it is passed on or skipped.",
			"B115 B116 py#583 py:91 py:92 py:104 py:105 ts:MSG-02 cli:14"),
		rule("DRF-02", LevelMust, ClassLoss,
			"A content block of an unknown type does not take its neighbours along.",
			"B117 py#836 py:94"),
		rule("DRF-03", LevelMust, ClassRefused,
			"A field that is missing does not end the session.",
			"B118 py#949 py:93 ts:MSG-07"),
		rule("DRF-04", LevelShould, ClassRefused,
			"Content that is a string where a list was expected is delivered, or reported as a decoding error.",
			"B119 py#1064 py:95"),
		rule("DRF-05", LevelMust, ClassLoss,
			"The end of a task reaches the consumer also when only an update tells it.",
			"B120 py#1016 py:181"),
	}
}
