// Upload, job, events, chat: with the official client for Node.

import { createReadStream } from "node:fs";
import OpenAI from "openai";

const { TUNEPORT_URL, TRAINING_FILE, BASE_MODEL } = process.env;
const client = new OpenAI({ baseURL: `${TUNEPORT_URL}/v1`, apiKey: "none", maxRetries: 0 });

function check(condition, found) {
  if (!condition) throw new Error(`unexpected: ${JSON.stringify(found)}`);
}

const file = await client.files.create({ file: createReadStream(TRAINING_FILE), purpose: "fine-tune" });
let job = await client.fineTuning.jobs.create({
  model: BASE_MODEL,
  training_file: file.id,
  method: { type: "supervised", supervised: { hyperparameters: { n_epochs: 1 } } },
});
while (!["succeeded", "failed", "cancelled"].includes(job.status)) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  job = await client.fineTuning.jobs.retrieve(job.id);
}
check(job.status === "succeeded", job);

const events = [];
for await (const event of client.fineTuning.jobs.listEvents(job.id, { limit: 5 })) events.push(event.message);
check(events[0] === "The job has successfully completed", events);
check(events.at(-1) === `Created fine-tuning job: ${job.id}`, events);

const question = { model: job.fine_tuned_model, messages: [{ role: "user", content: "Carbon?" }], max_tokens: 16 };
const answer = await client.chat.completions.create(question);
check(answer.choices[0].message.content, answer);
let streamed = "";
for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
}
check(streamed, "nothing was streamed");
console.log(`openai for Node: file, job, ${events.length} events, chat, stream`);
