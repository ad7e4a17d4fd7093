/** An activity that is answered with a 4xx; no part of it is stored. */
export class Refused extends Error {
	readonly status: 400 | 401 | 403;
	constructor(status: Refused["status"], detail: string) {
		super(detail);
		this.name = "Refused";
		this.status = status;
	}
}
