// Reads a mail from standard input as a mail program would, and tells what it found as JSON.
import { readFileSync } from "node:fs";
import PostalMime from "postal-mime";

const mail = await PostalMime.parse(readFileSync(0));
const attachments = mail.attachments.map(({ filename, mimeType, disposition, related, contentId, content }) => ({
  filename,
  mimeType,
  disposition,
  related,
  contentId,
  bytes: content.byteLength,
}));
const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
const { subject, from, to, messageId, text, html } = mail;
console.log(JSON.stringify({ subject, from, to, messageId, text, html, headers, attachments }));
