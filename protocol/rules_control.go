package protocol

func controlRules() []Rule {
	return []Rule{
		everywhere("CTL-01", LevelMust, ClassWire,
			"Every control request stands in its envelope and has an id of its own.",
			"lines", "B125 py:4 ts:REQ-01"),
		rule("CTL-02", LevelMust, ClassWrong,
			"Each caller gets the answer with its own id, in whatever order answers come; foreign and second answers are ignored.",
			"B023 py:11 py:12 py:112 py:113 py:114 ts:REQ-02 ts:REQ-03 ts:INIT-10 cli:8"),
		rule("CTL-03", LevelMust, ClassWrong,
			"The answer to a request that was given up is not taken for that of the next one.",
			"B024 py:117 py:118"),
		everywhere("CTL-04", LevelMust, ClassWire,
			"An answer goes to a request that is open, carries its id with the JSON type that it had, and is given once.",
			"lines", "py:141 ts:CTL-09 cli:9"),
		rule("CTL-05", LevelMust, ClassHang,
			"Control lines that an SDK cannot use harm nothing: an unknown request is refused and never left open, and an answer without a body ends neither the session nor another request.",
			"B134 py:115 py:230 py:231 ts:CTL-11 ts:CTL-12 ts:REQ-11"),
		rule("CTL-06", LevelMust, ClassHang,
			"A request that is open when the CLI ends or the session closes fails at once.",
			"B035 B080 B095 py#388 py#1095 py:197 py:225 py:226 ts:REQ-07 ts:REQ-08"),
		rule("CTL-07", LevelMust, ClassWire,
			"Each operation sends its own subtype and the field names of the wire, snake_case and camelCase as they are.",
			"B125 py:109 py:110 ts:REQ-01"),
	}
}

func permissionRules() []Rule {
	return []Rule{
		rule("CTL-20", LevelMust, ClassWrong,
			"An allow without a new input leaves the tool's input as it was: the answer carries the original, or no input.",
			"B121 B122 py#159 cc#22710 py:122 py:123 cli:4"),
		rule("CTL-21", LevelMust, ClassWrong,
			"A denial is answered under its own id and carries the callback's message.",
			"py:124 ts:CTL-02 cli:4"),
		rule("CTL-22", LevelMust, ClassHang,
			"Several requests of the CLI may be open at once; each gets its own answer, and none waits for another's.",
			"B150 py:136 ts:CTL-05"),
		rule("CTL-23", LevelShould, ClassWrong,
			"A request that the CLI withdraws stops its callback and is not answered.",
			"B022 py#739 py:137 py:138 py:139 ts:CTL-07"),
		rule("CTL-24", LevelMust, ClassWrong,
			"A permission callback that fails is answered by an error or a denial.",
			"B171 py:129 py:130 ts:CTL-03"),
		rule("CTL-25", LevelMust, ClassHang,
			"A callback may call the client before it answers.",
			"B051 py:240 ts:CTL-06"),
		rule("CTL-26", LevelMust, ClassWrong,
			"Numbers of a tool's input survive the way to the callback and back.",
			"py:134 ts:FRAME-19"),
		rule("CTL-27", LevelMust, ClassWrong,
			"A permission suggestion that the callback hands back is the suggestion that came.",
			"B126 py#920 py:125 py:126"),
		rule("CTL-28", LevelShould, ClassRefused,
			"A permission request may come before the message that shows its tool call.",
			"B025 cli:4 cli:14"),
		rule("CTL-29", LevelShould, ClassMisreport,
			"An answer that is ready only after the CLI's clean exit disturbs nobody.",
			"B013 py#1229 ts:LIFE-18"),
		rule("CTL-30", LevelMust, ClassWire,
			"Closing a session while answers are being written tears no line and crashes nothing.",
			"B011 py#391 ts:LIFE-18"),
	}
}

func hookRules() []Rule {
	return []Rule{
		rule("HOK-01", LevelMust, ClassWire,
			"Every hook callback is registered once, under an id of its own, with its matcher and its timeout.",
			"B124 py:144 ts:INIT-02 cli:5"),
		rule("HOK-02", LevelMust, ClassWrong,
			"A hook's output has the wire's names, whatever the language calls them.",
			"B123 py#239 py:146 py:147 ts:CTL-15"),
		rule("HOK-03", LevelMust, ClassHang,
			"A slow hook holds up no other one.",
			"B053 py:152"),
		rule("HOK-04", LevelMust, ClassHang,
			"A hook id that nobody registered gets an error, and the session lives on.",
			"py:148 ts:CTL-14"),
		rule("HOK-05", LevelShould, ClassWrong,
			"A hook that the CLI gave up is told so and is not answered late.",
			"B172 py:153 cli:5"),
	}
}

func mcpRules() []Rule {
	return []Rule{
		rule("MCP-01", LevelMust, ClassHang,
			"An in-process server answers the CLI's opening: id 0 as id 0, the notification too, and the list of its tools.",
			"py:156 py:157 py:163 ts:CTL-18 cli:6"),
		rule("MCP-02", LevelMust, ClassHang,
			"Tool calls run side by side, and each result goes back under its own ids.",
			"B151 py:164 ts:CTL-22"),
		rule("MCP-03", LevelMust, ClassWrong,
			"A tool's failure reaches the CLI as isError or as a JSON-RPC error, never as a plain result.",
			"B136 py#717 py:159 ts:CTL-19"),
		rule("MCP-04", LevelMust, ClassHang,
			"A notification, which has no JSON-RPC id, is acknowledged by a control response and breaks nothing.",
			"B135 py#1218 py:156 py:165 ts:CTL-18 cli:6"),
		rule("MCP-05", LevelShould, ClassWrong,
			"A second opening of a server leaves a running call alone.",
			"B028 py#1218 py:167"),
		rule("MCP-06", LevelMust, ClassHang,
			"A message for a server that does not exist fails that message only.",
			"py:160 ts:CTL-20"),
		rule("MCP-07", LevelShould, ClassWrong,
			"A server in two sessions answers each on its own pipe, or the second use is refused.",
			"B148 ts#122 ts:LIFE-31"),
	}
}

func interruptRules() []Rule {
	return []Rule{
		rule("INT-01", LevelMust, ClassLoss,
			"Interrupt returns, and the result of its turn arrives once, whichever comes first.",
			"py:172 ts:REQ-09 cli:7"),
		rule("INT-02", LevelShould, ClassWrong,
			"The result of an interrupted turn is not taken for that of the next turn.",
			"B019 acp#187 cc#20648"),
		rule("INT-03", LevelMust, ClassHang,
			"A turn that never ends after its interrupt can be left, and the session closed.",
			"B018 B054 B061 acp#680"),
		rule("INT-04", LevelMay, ClassLoss,
			"Interrupt shows its caller what the CLI has kept in its queue.",
			"B017 ts#429 cli:7"),
		rule("INT-05", LevelMust, ClassWrong,
			"An interrupt that withdraws an open request leaves a session that works.",
			"py:175 cli:4"),
		rule("INT-06", LevelMust, ClassHang,
			"Interrupt on a session whose CLI is gone fails at once.",
			"B035 B095 py:227"),
	}
}

func securityRules() []Rule {
	return []Rule{
		rule("SEC-01", LevelMust, ClassUnsafe,
			"A hook or a permission request of an agent that outlives its turn's result is decided by the callback, never skipped.",
			"B159 py#1088 ts#376 ts#438"),
		rule("SEC-02", LevelMust, ClassUnsafe,
			"A callback that fails, is cancelled or is cut off by the end of its session is never answered with an allow or a pass.",
			"B160 B171 py:129 ts:CTL-03"),
		rule("SEC-03", LevelMust, ClassUnsafe,
			"A caller's value never becomes a flag of the CLI.",
			"B163 py#1123 py:24 py:25 cli:15.3"),
	}
}
