/** Shows one of the page's icons on a button. */
export function setIcon(button: HTMLElement, icon: string): void {
  button.querySelector("use")?.setAttribute("href", `#${icon}`);
}
