// Every page: instants in the reader's own time zone and language.

const FORMS: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date: { day: "numeric", month: "short", year: "numeric" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  datetime: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
};

for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
  const form = FORMS[time.dataset["local"] ?? ""];
  if (form !== undefined) {
    time.textContent = new Intl.DateTimeFormat(undefined, form).format(new Date(time.dateTime));
  }
}

export {};
