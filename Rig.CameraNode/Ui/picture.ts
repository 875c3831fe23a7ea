// One camera's live picture: the next one is asked for a second after the last came, never two at a time.

const intervalMs = 1000;
const timeoutMs = 5000;

export class LivePicture {
  private url: string | null = null;
  private timer: number | undefined;
  private asked = 0;

  constructor(private readonly image: HTMLImageElement, private readonly frame: HTMLElement) {
    this.frame.dataset['picture'] = 'none';
  }

  show(url: string | null): void {
    if (url === this.url) return;
    this.url = url;
    this.ask();
  }

  private ask(): void {
    clearTimeout(this.timer);
    const turn = ++this.asked;
    if (this.url === null) {
      this.frame.dataset['picture'] = 'none';
      return;
    }

    if (document.visibilityState !== 'visible') {
      this.later(intervalMs);
      return;
    }

    const next = new Image();
    next.onload = () => {
      if (turn !== this.asked) return;
      this.image.src = next.src;
      this.frame.dataset['picture'] = 'live';
      this.later(intervalMs);
    };
    next.onerror = () => {
      if (turn !== this.asked) return;
      this.frame.dataset['picture'] = 'none';
      this.later(intervalMs * 2);
    };
    next.src = `${this.url}?t=${Date.now()}`;
    this.later(timeoutMs);
  }

  private later(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), delayMs);
  }
}
