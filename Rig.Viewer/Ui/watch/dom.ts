/** The element, which the page is known to hold. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`The page has no element '${id}'.`);
  }

  return element as T;
}

export function setIcon(button: HTMLElement, icon: string): void {
  button.querySelector("use")?.setAttribute("href", `#${icon}`);
}
