"""Chat, streamed chat and a batch: with LangChain's OpenAI chat model."""

import os
import sys

from langchain_openai import ChatOpenAI


def main() -> None:
    model = ChatOpenAI(
        model=os.environ["TUNED_MODEL"],
        base_url=os.environ["TUNEPORT_URL"] + "/v1",
        api_key="none",
        max_tokens=16,
        temperature=0,
        max_retries=0,
    )
    question = [("system", "Answer in a limerick."), ("human", "Carbon?")]
    answer = model.invoke(question)
    streamed = "".join(chunk.text for chunk in model.stream(question))
    both = model.batch([question, question])
    assert answer.text, answer
    assert streamed, "nothing was streamed"
    assert [one.text for one in both] == [answer.text, answer.text], both
    assert answer.usage_metadata["output_tokens"] > 0, answer
    print("LangChain: chat, stream, batch")


if __name__ == "__main__":
    sys.exit(main())
