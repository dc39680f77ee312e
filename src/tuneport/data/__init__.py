"""Raw file → `Example`: formats and checks by line."""

from tuneport.data.example import Example, Message, Role, ToolCall

__all__ = ["Example", "Message", "Role", "ToolCall"]
