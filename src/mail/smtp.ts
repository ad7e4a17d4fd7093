import type { MailPort } from "#core/ports/mail.ts";

/** How long to wait before a mail that the server did not take is tried again, in milliseconds. */
const patience = [0, 5_000, 60_000];

/**
 * Sends mail by SMTP.
 *
 * @param account.url `smtp://user:password@host:port` or `smtps://…`; empty: there is no mail server
 * @param waits before each try, in milliseconds
 */
export function createMail(
	{ url, from }: { readonly url: string; readonly from: string },
	waits: readonly number[] = patience,
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
			// No file and no URL is ever read into a mail, whatever its text says.
			const safety = { disableFileAccess: true, disableUrlAccess: true };
			const transport = createTransport({ url, ...safety, connectionTimeout: 10_000, socketTimeout: 20_000 }, { from });
			for (const [attempt, delay] of waits.entries()) {
				if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
				try {
					// An object, not a text: nodemailer would read a list of addresses out of one.
					await transport.sendMail({ to: { name: "", address: to }, subject, text });
					return;
				} catch (error) {
					if (attempt === waits.length - 1 || isFinal(error)) throw withoutAddresses(error);
				}
			}
		},
	};
}

/** What is thrown ends in the log, where no mail address belongs; servers repeat it in what they say. */
function withoutAddresses(error: unknown): Error {
	const { message, code, command, responseCode } = error as Error & Readonly<Record<string, unknown>>;
	const said = message.replaceAll(/[^\s<>(),;:"]+@[^\s<>(),;:"]+/g, "[address]");
	return Object.assign(new Error(said), { code, command, responseCode });
}

/** The server said for good that it won't take the mail (RFC 5321 §4.2.1). */
function isFinal(error: unknown): boolean {
	const { responseCode } = error as { responseCode?: unknown };
	return typeof responseCode === "number" && responseCode >= 500;
}
