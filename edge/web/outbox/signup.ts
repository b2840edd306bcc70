// A sign-up as it is posted, and what a server finds wrong with one.

/** A sign-up; `replaces` and `proof` only where they are needed. */
export interface Signup {
  id: string;
  /** Milliseconds since 1970. */
  filled_at: number;
  invite_code: string;
  name: string;
  phone: string;
  answers: Record<string, unknown>;
  form_version: number;
  /** The receipt's token of the sign-up that this one corrects. */
  replaces?: string;
  /** The proof of work that the server asked for. */
  proof?: string;
}

/** What is wrong with one field. */
export interface FieldError {
  field: string;
  code: string;
}
