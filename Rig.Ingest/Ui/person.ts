// The form by which a person signs in, and who is signed in.
import { hasAccounts, signIn, signOut } from "./api.js";
import { byId } from "./shared/dom.js";
import type { AccountView } from "./types";

/** @param changed Called when the person signed out. */
export function showPerson(person: AccountView, changed: () => Promise<void>): void {
  byId("sign-in").hidden = true;
  byId("no-account").hidden = true;
  byId("person").hidden = false;
  byId("person-name").textContent = person.name;
  byId("sign-out").onclick = () => void signOut(false).then(changed);
  byId("sign-out-everywhere").onclick = () => void signOut(true).then(changed);
}

/** The form, or on a fresh server how the first account is made. @param changed Called when somebody signed in. */
export async function hidePerson(changed: () => Promise<void>): Promise<void> {
  byId("person").hidden = true;
  const canSignIn = await hasAccounts();
  byId("no-account").hidden = canSignIn;
  byId("look-again").onclick = () => void changed();
  const form = byId("sign-in") as HTMLFormElement;
  form.hidden = !canSignIn;
  form.onsubmit = (event) => {
    event.preventDefault();
    void submit(form, changed);
  };
  input("name").focus();
}

async function submit(form: HTMLFormElement, changed: () => Promise<void>): Promise<void> {
  const button = form.querySelector("button")!;
  const problem = byId("sign-in-problem");
  button.disabled = true;
  const answer = await signIn(input("name").value, input("password").value, input("stay").checked);
  button.disabled = false;
  input("password").value = "";
  problem.hidden = answer.ok;
  if (answer.ok) {
    await changed();
    return;
  }

  problem.textContent = answer.error;
  input("password").focus();
}

function input(id: string): HTMLInputElement {
  return byId(id) as HTMLInputElement;
}
