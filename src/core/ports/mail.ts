/** A mail of ours: plain text, one recipient. */
export interface Mail {
	readonly to: string;
	readonly subject: string;
	readonly text: string;
}

/** Sends mail (`src/mail`). */
export interface MailPort {
	/** False: no mail server is configured, and {@link send} rejects. */
	readonly enabled: boolean;
	/** Resolves when the mail server has taken the mail over. */
	send(mail: Mail): Promise<void>;
}
