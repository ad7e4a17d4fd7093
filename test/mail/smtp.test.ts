import test from "ava";
import { createMail } from "../../src/mail/smtp.ts";
import { startSmtpServer } from "../support/smtp-server.ts";

const from = "Riverside <causeway@social.test>";
const letter = { to: "jane@mail.example", subject: "Grüße aus dem Hafen", text: "One line.\n.\nAnother: 🛶\n" };

test("a mail is handed to the server as plain text, to one person", async (t) => {
	await using server = await startSmtpServer();
	await createMail({ url: server.url, from }).send(letter);
	const [mail] = server.mails;
	t.like(mail, { from: "causeway@social.test", to: ["jane@mail.example"] });
	t.regex(mail?.data ?? "", /^To: jane@mail\.example\r$/m);
	t.regex(mail?.data ?? "", /^Content-Type: text\/plain; charset=utf-8\r$/m);
	t.false((mail?.data ?? "").includes("<html"));
});

test("what the server can't take now is tried again; what it refuses for good is not", async (t) => {
	const refusals = ["451 try later", "452 full"];
	await using server = await startSmtpServer(refusals);
	const mail = createMail({ url: server.url, from }, [0, 1, 1]);
	await mail.send(letter);
	t.is(server.mails.length, 1);
	refusals.push("550 no such mailbox");
	await t.throwsAsync(mail.send(letter), { message: /550/ });
	refusals.push("451 a", "451 b", "451 c");
	await t.throwsAsync(mail.send(letter), { message: /451 c/ });
	t.is(server.mails.length, 1);
});

test("a failure, which goes to the log, does not say who the mail was for", async (t) => {
	await using server = await startSmtpServer(["550 5.1.1 <JANE@mail.example>: no such person (jane@mail.example)"]);
	const error = await t.throwsAsync(createMail({ url: server.url, from }, [0]).send(letter), { message: /5\.1\.1/ });
	const said = JSON.stringify([error?.message, error?.stack, error?.cause, error]);
	t.false(said.toLowerCase().includes("jane@mail.example"), said);
	t.like(error, { responseCode: 550 });
});

test("a name that looks like a list of addresses is one address", async (t) => {
	await using server = await startSmtpServer();
	const mail = createMail({ url: server.url, from }, [0]);
	await mail.send({ ...letter, to: '"jane@mail.example, all"@mail.example', subject: "x\r\nBcc: all@mail.example" });
	t.is(server.mails.length, 1);
	t.is(server.mails[0]?.to.length, 1);
	t.not(server.mails[0]?.to[0], "all@mail.example");
	t.notRegex(server.mails[0]?.data ?? "", /^Bcc:/m);
});

test("without a mail server nothing is sent", async (t) => {
	const mail = createMail({ url: "", from: "" });
	t.false(mail.enabled);
	await t.throwsAsync(mail.send(letter), { message: /mail\.url/ });
});
