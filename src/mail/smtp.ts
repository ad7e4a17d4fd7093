import type { MailPort } from "#core/ports/mail.ts";

/** The waits before each attempt to send a mail, in milliseconds. */
const defaultWaits = [0, 5_000, 60_000];

/**
 * Sends mail by SMTP.
 *
 * @param account.url `smtp://user:password@host:port` or `smtps://…`; empty if there is no mail server
 * @param account.from the sender's address
 * @param waits the waits before each attempt, in milliseconds
 */
export function createMail(
	{ url, from }: { readonly url: string; readonly from: string },
	waits: readonly number[] = defaultWaits,
): MailPort {
	if (url === "") {
		const send = async (): Promise<void> => {
			throw new Error("No mail server is configured (mail.url)");
		};
		return { enabled: false, send };
	}
	return {
		enabled: true,
		async send({ to, subject, text }) {
			const { createTransport } = await import("nodemailer");
			// nodemailer must not read files or URLs into a mail, whatever its text.
			const safety = { disableFileAccess: true, disableUrlAccess: true };
			const transport = createTransport({ url, ...safety, connectionTimeout: 10_000, socketTimeout: 20_000 }, { from });
			for (const [attempt, delay] of waits.entries()) {
				if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
				try {
					// An object, since nodemailer would parse a text as a list of addresses.
					await transport.sendMail({ to: { name: "", address: to }, subject, text });
					return;
				} catch (error) {
					if (attempt === waits.length - 1 || isFinal(error)) throw withoutAddresses(error);
				}
			}
		},
	};
}

/** Removes mail addresses, which servers repeat in their replies, since the error is logged. */
function withoutAddresses(error: unknown): Error {
	const { message, code, command, responseCode } = error as Error & Readonly<Record<string, unknown>>;
	const redacted = message.replaceAll(/[^\s<>(),;:"]+@[^\s<>(),;:"]+/g, "[address]");
	return Object.assign(new Error(redacted), { code, command, responseCode });
}

/** True if the server has permanently rejected the mail (RFC 5321 §4.2.1). */
function isFinal(error: unknown): boolean {
	const { responseCode } = error as { responseCode?: unknown };
	return typeof responseCode === "number" && responseCode >= 500;
}
