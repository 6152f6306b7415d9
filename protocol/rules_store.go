package protocol

// storeRules are about an SDK's session store: mirroring to it, and resuming from it.
func storeRules() []Rule {
	return []Rule{
		rule("STO-01", LevelMust, ClassLoss,
			"What the CLI mirrors reaches the session store whole, unchanged and in its order, each transcript under its own key.",
			"py:107 dts:SessionStore cli:15.5"),
		rule("STO-02", LevelMust, ClassLoss,
			"A result is handed out only when all that was mirrored before it is saved.",
			"py:107 dts:SessionStore"),
		rule("STO-03", LevelMust, ClassLoss,
			"What was mirrored before the end of a session is saved, however it ends, also what the CLI mirrors after its stdin ended.",
			"cli:15.5 B146"),
		rule("STO-04", LevelMust, ClassMisreport,
			"A store that fails does not end the session; what is lost is told in a system/mirror_error, also at the very end.",
			"B146 B147 dts:SDKMirrorErrorMessage"),
		rule("STO-05", LevelShould, ClassLoss,
			"An append that failed is tried again with the same entries, one that succeeded or may still succeed never.",
			"B157 dts:SessionStore"),
		rule("STO-06", LevelMust, ClassWire,
			"A session of a store is resumed by --resume, with its transcript where the CLI looks for it: in a configuration directory of its own.",
			"dts:SessionStore"),
		rule("STO-07", LevelMust, ClassLeak,
			"That directory, which holds a copy of the user's credentials, is removed when the CLI is gone, however it came to that, and not before.",
			"B031 B170"),
		rule("STO-08", LevelMust, ClassMisreport,
			"A store that fails or hangs while a session is loaded fails the start, and no CLI is started.",
			"dts:SessionStore"),
		rule("STO-09", LevelShould, ClassRefused,
			"A session that the store does not have is left to the CLI to find.",
			"dts:SessionStore"),
		rule("STO-10", LevelShould, ClassWrong,
			"To continue is to resume the session that was stored last and is no subagent's.",
			"dts:SessionStore"),
		rule("STO-11", LevelShould, ClassMisreport,
			"Options that a session store cannot go with are refused before anything is started.",
			"dts:SessionStore"),
	}
}

// storeSecurityRules are the promises about a session store that must not fail open.
func storeSecurityRules() []Rule {
	return []Rule{
		rule("SEC-09", LevelMust, ClassUnsafe,
			"A subpath that comes from a session store is never written outside of its session's directory.",
			"dts:SessionStore"),
		rule("SEC-10", LevelMust, ClassUnsafe,
			"A resumed CLI is handed the user's credentials without their refresh token, in files that only the user can read.",
			"B170"),
	}
}
