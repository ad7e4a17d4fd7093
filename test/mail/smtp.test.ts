import test from "ava";
import { createMail } from "../../src/mail/smtp.ts";
import { startSmtpServer } from "../support/smtp-server.ts";

const from = "Riverside <causeway@social.test>";
const message = { to: "jane@mail.example", subject: "Grüße aus dem Hafen", text: "One line.\n.\nAnother: 🛶\n" };

test("a mail is sent as plain text to one recipient", async (t) => {
	await using server = await startSmtpServer();
	await createMail({ url: server.url, from }).send(message);
	const [mail] = server.mails;
	t.like(mail, { from: "causeway@social.test", to: ["jane@mail.example"] });
	t.regex(mail?.data ?? "", /^To: jane@mail\.example\r$/m);
	t.regex(mail?.data ?? "", /^Content-Type: text\/plain; charset=utf-8\r$/m);
	t.false((mail?.data ?? "").includes("<html"));
});

test("a temporary failure is retried, and a permanent one is not", async (t) => {
	const refusals = ["451 try later", "452 full"];
	await using server = await startSmtpServer(refusals);
	const mail = createMail({ url: server.url, from }, [0, 1, 1]);
	await mail.send(message);
	t.is(server.mails.length, 1);
	refusals.push("550 no such mailbox");
	await t.throwsAsync(mail.send(message), { message: /550/ });
	refusals.push("451 a", "451 b", "451 c");
	await t.throwsAsync(mail.send(message), { message: /451 c/ });
	t.is(server.mails.length, 1);
});

test("the error of a failed mail, which is logged, does not contain the recipient", async (t) => {
	await using server = await startSmtpServer(["550 5.1.1 <JANE@mail.example>: no such person (jane@mail.example)"]);
	const error = await t.throwsAsync(createMail({ url: server.url, from }, [0]).send(message), { message: /5\.1\.1/ });
	const logged = JSON.stringify([error?.message, error?.stack, error?.cause, error]);
	t.false(logged.toLowerCase().includes("jane@mail.example"), logged);
	t.like(error, { responseCode: 550 });
});

test("an address that looks like a list is one recipient, and headers can't be injected", async (t) => {
	await using server = await startSmtpServer();
	const mail = createMail({ url: server.url, from }, [0]);
	await mail.send({ ...message, to: '"jane@mail.example, all"@mail.example', subject: "x\r\nBcc: all@mail.example" });
	t.is(server.mails.length, 1);
	t.is(server.mails[0]?.to.length, 1);
	t.not(server.mails[0]?.to[0], "all@mail.example");
	t.notRegex(server.mails[0]?.data ?? "", /^Bcc:/m);
});

test("without a configured mail server, sending fails", async (t) => {
	const mail = createMail({ url: "", from: "" });
	t.false(mail.enabled);
	await t.throwsAsync(mail.send(message), { message: /mail\.url/ });
});
