"""The SDK's typed messages, back under their wire names. Nothing is added: a field that the SDK's type lacks is absent."""

import dataclasses

# Class name -> wire type, and the fields whose wire path is not their own name (None: not on the wire).
MESSAGES = {
    "UserMessage": ("user", {"content": "message.content"}),
    "AssistantMessage": ("assistant", {
        "content": "message.content", "model": "message.model", "usage": "message.usage",
        "message_id": "message.id", "stop_reason": "message.stop_reason"}),
    "ResultMessage": ("result", {"model_usage": "modelUsage"}),
    "StreamEvent": ("stream_event", {}),
    "RateLimitEvent": ("rate_limit_event", {}),
    "ConversationResetMessage": ("conversation_reset", {}),
}
BLOCKS = {
    "TextBlock": "text", "ThinkingBlock": "thinking", "ToolUseBlock": "tool_use", "ToolResultBlock": "tool_result",
    "ServerToolUseBlock": "server_tool_use", "ServerToolResultBlock": "advisor_tool_result",
}
RENAMED = {
    "RateLimitInfo": {
        "resets_at": "resetsAt", "rate_limit_type": "rateLimitType", "overage_status": "overageStatus",
        "overage_resets_at": "overageResetsAt", "overage_disabled_reason": "overageDisabledReason", "raw": None},
    "PermissionRuleValue": {"tool_name": "toolName", "rule_content": "ruleContent"},
}
# Typed views of a system message's own fields that are not on the wire under that name.
SYSTEM_VIEWS = {"data", "hook_event_name", "key"}


def fields(value):
    """The dataclass's own fields, by name, without a copy of what they hold."""
    return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}


def plain(value):
    """Any value of the SDK as JSON: dataclasses become objects under their wire names."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    name = type(value).__name__
    if name.endswith("Block"):
        return {"type": BLOCKS[name], **fields(value)} if name in BLOCKS else {"type": "x-unmapped"}
    renamed = RENAMED.get(name, {})
    pairs = ((renamed.get(key, key), item) for key, item in fields(value).items())
    return {key: plain(item) for key, item in pairs if key is not None}


def system(message):
    """A system message keeps the frame; the fields of its subclass are laid over it."""
    typed = {key: plain(item) for key, item in fields(message).items() if key not in SYSTEM_VIEWS}
    if type(message).__name__ == "TaskUpdatedMessage":
        del typed["status"]  # a view of patch.status
    return {**message.data, **typed, "type": "system"}


def message(value):
    """(wire object, native class name or None) for a message that the SDK handed to its user."""
    name = type(value).__name__
    if name in MESSAGES:
        kind, paths = MESSAGES[name]
        result = {"type": kind}
        for key, item in fields(value).items():
            holder, _, leaf = paths.get(key, key).rpartition(".")
            (result.setdefault(holder, {}) if holder else result)[leaf] = plain(item)
        return result, None
    if any(base.__name__ == "SystemMessage" for base in type(value).__mro__):
        return system(value), None
    return {"type": "x-unmapped"}, name


def permission_update(types, data):
    """A PermissionUpdate as the SDK's user builds it, from its wire form."""
    rules = data.get("rules")
    names = {field.name for field in dataclasses.fields(types.PermissionUpdate)}
    values = {key: item for key, item in data.items() if key in names and key != "rules"}
    if rules is not None:
        values["rules"] = [
            types.PermissionRuleValue(tool_name=rule["toolName"], rule_content=rule.get("ruleContent")) for rule in rules]
    return types.PermissionUpdate(**values)
