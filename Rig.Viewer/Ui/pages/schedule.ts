// The schedule: a kick-off is typed in the coach's own time zone, which only the browser knows.

const form = document.querySelector<HTMLFormElement>("#enter-game");
form?.addEventListener("submit", () => {
  const when = form.querySelector<HTMLInputElement>("#enter-when");
  const offset = form.querySelector<HTMLInputElement>("[name=offsetMinutes]");
  if (when !== null && offset !== null) {
    offset.value = String(-new Date(when.value).getTimezoneOffset() || 0);
  }
});

export {};
