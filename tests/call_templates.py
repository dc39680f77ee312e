"""Chat templates of our own that write calls as the families of open models do."""

_TURNS = """{%- for message in messages -%}
{%- if message.role == 'assistant' -%}
<|im_start|>assistant
{% generation %}ANSWER<|im_end|>{% endgeneration %}

{% else -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif -%}"""

_TAGGED = (
    "{{ message.content or '' }}"
    "{% for call in message.tool_calls or [] %}"
    "{{ '\\n' if message.content or not loop.first }}"
    """<tool_call>{{ '\\n{"name": "' + call.function.name + '", "arguments": ' }}"""
    "{{ call.function.arguments | tojson }}"
    "{{ '}\\n' }}</tool_call>{% endfor %}"
)
_LISTED = (
    "{{ message.content or '' }}"
    "{% if message.tool_calls %}[TOOL_CALLS] [{% for call in message.tool_calls %}"
    """{{ '{"name": "' + call.function.name + '", "arguments": ' }}{{ call.function.arguments | tojson }}{{ '}' }}"""
    "{{ ', ' if not loop.last }}{% endfor %}]{% endif %}"
)
_BARE = (
    "{% if message.tool_calls %}"
    "{% if message.tool_calls | length > 1 %}{{ raise_exception('one call at a time') }}{% endif %}"
    """{{ '{"name": "' + message.tool_calls[0].function.name + '", "parameters": ' }}"""
    "{{ message.tool_calls[0].function.arguments | tojson }}{{ '}' }}"
    "{% else %}{{ message.content }}{% endif %}"
)
_MARKUP = (
    "{{ message.content or '' }}{% for call in message.tool_calls or [] %}"
    "<call name='{{ call.function.name }}'>{{ call.function.arguments }}</call>{% endfor %}"
)

TAGGED, LISTED, BARE, MARKUP = (_TURNS.replace("ANSWER", answer) for answer in (_TAGGED, _LISTED, _BARE, _MARKUP))
"""`TAGGED`: each call in tags on lines of their own. `LISTED`: all calls in one list. `BARE`: one call is the whole
answer. `MARKUP`: a call is no JSON."""
