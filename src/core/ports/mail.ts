/** A mail to send: plain text, one recipient. */
export interface Mail {
	readonly to: string;
	readonly subject: string;
	readonly text: string;
}

/** Sends mail (`src/mail`). */
export interface MailPort {
	/** False if no mail server is configured; {@link send} then rejects. */
	readonly enabled: boolean;
	/** Resolves when the mail server has accepted the mail. */
	send(mail: Mail): Promise<void>;
}
